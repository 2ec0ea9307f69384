import Foundation
import Studio
import StudioUI

/// Messages of the engine on their way to the UI thread, and its commands on their way to the engine.
final class Inbox: Sendable {
  let wake = WakePipe()
  let orders: AsyncStream<EngineCommand>
  private let sink: AsyncStream<EngineCommand>.Continuation
  private let lock = NSLock()
  nonisolated(unsafe) private var messages: [EngineMessage] = []

  init() { (orders, sink) = AsyncStream.makeStream(of: EngineCommand.self, bufferingPolicy: .unbounded) }

  func order(_ command: EngineCommand) { sink.yield(command) }

  /// No more commands follow; `orders` ends after those that wait.
  func close() { sink.finish() }

  func put(_ message: EngineMessage) {
    lock.withLock { messages.append(message) }
    wake.ring()
  }

  func take() -> [EngineMessage] {
    lock.withLock {
      defer { messages = [] }
      return messages
    }
  }
}

/// A pipe that ends a wait from another thread or a signal handler.
final class WakePipe: Sendable {
  let readEnd: Int32
  let writeEnd: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func ring() {
    var byte: UInt8 = 1
    _ = write(writeEnd, &byte, 1)
  }

  func drain() {
    var buffer = [UInt8](repeating: 0, count: 256)
    while read(readEnd, &buffer, buffer.count) > 0 {}
  }
}

/// Signals as events of the loop.
final class SignalPipe {
  private var sources: [any DispatchSourceSignal] = []
  private let lock = NSLock()
  private var seen: [Int32] = []

  init(_ wake: WakePipe) {
    for number in [SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGTSTP, SIGCONT] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler { [weak self] in
        guard let self else { return }
        self.lock.withLock { self.seen.append(number) }
        wake.ring()
      }
      source.resume()
      sources.append(source)
    }
  }

  func take() -> [Int32] {
    lock.withLock {
      defer { seen = [] }
      // A storm of resizes is one resize.
      return Array(Set(seen)).sorted()
    }
  }

  /// Waits after a stop until the program runs again in the foreground.
  ///
  /// A stop reaches the threads a moment after it was asked for; until SIGCONT comes, the screen belongs to the shell.
  /// Without one (a stop that was never carried out) the wait ends after two seconds of running.
  func awaitContinue(_ wake: WakePipe) {
    for _ in 0..<40 {
      let continued = lock.withLock {
        let found = seen.contains(SIGCONT)
        seen.removeAll { $0 == SIGCONT }
        return found
      }
      if continued { return }
      var descriptor = pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, 50)
      wake.drain()
    }
  }

  func close() {
    for source in sources { source.cancel() }
    sources = []
  }
}

/// Folders for the picker: sound files and folders, hidden ones left out.
enum FolderReader {
  private static let endings: Set<String> = [
    "wav", "flac", "ogg", "oga", "opus", "mp3", "aiff", "aif", "au", "caf", "w64", "raw", "gsm", "sph", "mp2", "m4a",
  ]

  /// Folders and sounds in a folder; nil when it cannot be read.
  static func entries(_ path: String) -> [FolderEntry]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return nil }
    let all = names.filter { !$0.hasPrefix(".") }.compactMap { name -> FolderEntry? in
      var status = stat()
      guard stat(path + "/" + name, &status) == 0 else { return nil }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      guard isFolder || endings.contains((name as NSString).pathExtension.lowercased()) else { return nil }
      return FolderEntry(name: name, isFolder: isFolder, bytes: Int(status.st_size))
    }
    return all.sorted { ($0.isFolder ? 1 : 0, $0.name.lowercased()) < ($1.isFolder ? 1 : 0, $1.name.lowercased()) }
  }
}
