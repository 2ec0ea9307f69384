import Foundation

/// A lock that keeps two studios from saving one session; it goes with the process, also when that is killed.
final class SessionLock {
  private let descriptor: Int32

  /// - Throws: `StudioError.locked` naming the holder; nil is returned where a lock file cannot be made (read-only folder).
  static func take(for path: String) throws(StudioError) -> SessionLock? {
    let lockPath = path + ".lock"
    let descriptor = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? String(contentsOfFile: lockPath, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      close(descriptor)
      throw .locked(path: path, holder: holder.isEmpty ? "another process" : holder)
    }
    let holder = "process \(getpid()) on \(hostName())\n"
    ftruncate(descriptor, 0)
    _ = holder.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    return SessionLock(descriptor: descriptor)
  }

  /// The machine's own name, without asking the network.
  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  // The lock file stays: removing it would let a third studio lock a new file of the same name.
  deinit {
    // Let go of by name: a child that is just being started may hold the descriptor for a moment longer.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
