import Containers
import Foundation

/// The edits since the session file was last written, one checked line each; a torn last line is dropped, not fatal.
///
/// A line is the FNV-1a hash of the JSON in hex, a space, the JSON; empty lines say nothing. The journal lies beside the session as `NAME.journal`.
struct SessionJournal {
  let path: String
  private let handle: Int32

  static func path(for session: String) -> String { session + ".journal" }

  /// Opens the journal for appending; nil where the folder cannot be written.
  init?(session: String) {
    path = Self.path(for: session)
    handle = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o644)
    if handle < 0 { return nil }
  }

  func close() { Foundation.close(handle) }

  /// Appends one entry: a killed process keeps it once this returns, a machine that loses its power once `sync` has.
  ///
  /// It begins with a line break, so that an entry torn before it takes nothing along.
  func append(_ entry: JSONValue) throws(StudioError) {
    let json = entry.encoded
    let line = Array(("\n" + Self.checksum(json) + " " + json + "\n").utf8)
    var written = 0
    while written < line.count {
      let count = line.withUnsafeBytes { write(handle, $0.baseAddress?.advanced(by: written), line.count - written) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      written += count
    }
  }

  /// Waits until what was appended before the call is on the disk; the caller's actor is free meanwhile.
  nonisolated(nonsending) func sync() async throws(StudioError) {
    // A descriptor of its own: the journal may be closed while the disk works.
    let descriptor = fcntl(handle, F_DUPFD_CLOEXEC, 0)
    let failure = await waitingForDisk {
      defer { Foundation.close(descriptor) }
      return fdatasync(descriptor) == 0 ? 0 : errno
    }
    if failure != 0 { throw .unwritable(path: path, reason: String(cString: strerror(failure))) }
  }

  /// Empties the journal once its edits stand in the session file.
  func clear() { ftruncate(handle, 0) }

  /// The whole entries of a journal in order, and how many lines were damaged.
  static func read(session: String) -> (entries: [JSONValue], damaged: Int) {
    guard let data = FileManager.default.contents(atPath: path(for: session)) else { return ([], 0) }
    var entries: [JSONValue] = []
    var damaged = 0
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let space = line.firstIndex(of: UInt8(ascii: " ")) else {
        damaged += 1
        continue
      }
      let json = Array(line[(space + 1)...])
      guard String(decoding: line[..<space], as: UTF8.self) == checksum(String(decoding: json, as: UTF8.self)),
        let value = try? JSONValue(parsing: json)
      else {
        damaged += 1
        continue
      }
      entries.append(value)
    }
    return (entries, damaged)
  }

  private static func checksum(_ text: String) -> String { String(FNV1a.hash(text.utf8), radix: 16) }
}

/// Runs work that waits for the disk on a thread of its own, so that neither the caller's actor nor the pool stands still.
nonisolated(nonsending) func waitingForDisk<Answer: Sendable>(_ work: @escaping @Sendable () -> Answer) async -> Answer {
  await withCheckedContinuation { continuation in DispatchQueue.global().async { continuation.resume(returning: work()) } }
}

/// The 64-bit FNV-1a hash: names pool entries and checks journal lines. Not for secrets.
enum FNV1a {
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }
}
