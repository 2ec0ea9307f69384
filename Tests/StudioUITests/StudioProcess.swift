import Foundation
import StudioUI
import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// The program that was built beside these tests; nil when it was not.
enum ProgramUnderTest {
  static let path: String? = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<5 {
      let candidate = folder.appendingPathComponent("mm2face").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue { return candidate }
      folder.deleteLastPathComponent()
    }
    return nil
  }()
}

/// The real program in a terminal of its own: a pseudo-terminal whose other end is read by `VirtualTerminal`.
///
/// Nothing here waits without a limit, and the program is killed when the value goes.
final class StudioProcess {
  private(set) var terminal: VirtualTerminal
  private(set) var bytes = 0
  private(set) var exitStatus: Int32?
  let process: pid_t
  private let master: Int32

  enum Failure: Error { case noTerminal, notStarted(Int32) }

  init(
    _ arguments: [String], columns: Int, rows: Int, folder: String, environment: [String: String] = [:], program: String
  ) throws {
    terminal = VirtualTerminal(columns, rows) { DisplayWidth.of($0) }
    // Linux: unlock the new terminal and ask for its number (TIOCSPTLCK, TIOCGPTN).
    master = Foundation.open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var unlocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw Failure.noTerminal
    }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)

    var settings = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": folder, "PATH": "/usr/bin:/bin", "TMPDIR": folder, "OPENBLAS_NUM_THREADS": "1",
    ]
    settings.merge(environment) { $1 }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // POSIX_SPAWN_SETSID: a session of its own.
    posix_spawnattr_setflags(&attributes, 0x80)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    // The first terminal a session leader opens becomes its own.
    for descriptor in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0) }
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    // The shell only changes the folder; the program takes its place.
    let words = (["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, program] + arguments).map { strdup($0) }
    let variables = settings.map { strdup("\($0.key)=\($0.value)") }
    defer { (words + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, "/bin/sh", &actions, &attributes, words + [nil], variables + [nil])
    guard status == 0 else {
      close(master)
      throw Failure.notStarted(status)
    }
    process = pid
  }

  deinit {
    if exitStatus == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    close(master)
  }

  func send(_ text: String) { send(bytes: Array(text.utf8)) }

  func send(bytes: [UInt8]) {
    var rest = bytes[...]
    let end = Date().addingTimeInterval(5)
    while !rest.isEmpty, Date() < end {
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else { pump(0.01) }
    }
  }

  func resize(_ columns: Int, _ rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    terminal.resize(columns, rows)
  }

  /// Reads what comes for a while; returns early with the first bytes when `once`.
  func pump(_ seconds: Double, once: Bool = false) {
    let end = Date().addingTimeInterval(seconds)
    var buffer = [UInt8](repeating: 0, count: 65536)
    repeat {
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      let left = max(0, end.timeIntervalSinceNow)
      guard poll(&descriptor, 1, Int32(left * 1000)) > 0 else { continue }
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else {
        // The program is gone, or nothing is there after all.
        usleep(5000)
        if hasEnded { return }
        continue
      }
      bytes += count
      terminal.feed(buffer.prefix(count))
      if !terminal.answers.isEmpty {
        let answer = terminal.answers
        terminal.answers = []
        _ = answer.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      }
      if once { return }
    } while Date() < end
  }

  /// Waits until the screen holds a text.
  func waitFor(_ text: String, seconds: Double = 40) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if terminal.text.contains(text) { return true }
      if hasEnded { return false }
      pump(0.1, once: true)
    }
    return terminal.text.contains(text)
  }

  /// Waits until a condition holds.
  func wait(seconds: Double = 40, until condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if condition() { return true }
      pump(0.02)
    }
    return condition()
  }

  /// True once the program has ended; its status is then in `exitStatus`.
  var hasEnded: Bool {
    if exitStatus != nil { return true }
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return false }
    exitStatus = status
    return true
  }

  /// True while the program is stopped.
  var isStopped: Bool {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return text.split(separator: ")").last.map { $0.hasPrefix(" T") } ?? false
  }

  /// Seconds of processor time used so far.
  var processorSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    let fields = (text.split(separator: ")").last ?? "").split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  func signal(_ number: Int32) { kill(process, number) }
}
