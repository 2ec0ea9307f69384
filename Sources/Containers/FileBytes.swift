import Foundation

/// The bytes of a file, mapped or in memory, with the path they came from for messages.
///
/// A final class because it owns a mapping or an allocation; the bytes never change.
public final class FileBytes: @unchecked Sendable {
  public let path: String
  /// Valid as long as this object lives: keep it in a variable, and use `contents` of one that is made on the spot.
  public let bytes: UnsafeRawBufferPointer
  private let release: () -> Void

  private init(path: String, bytes: UnsafeRawBufferPointer, release: @escaping () -> Void) {
    self.path = path
    self.bytes = bytes
    self.release = release
  }

  deinit { release() }

  public var count: Int { bytes.count }

  /// A copy of the bytes.
  public var contents: [UInt8] { withExtendedLifetime(self) { Array(bytes) } }

  /// Bytes in memory.
  public convenience init(path: String, _ array: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 16)
    array.withUnsafeBytes { copy.copyMemory(from: $0) }
    self.init(path: path, bytes: UnsafeRawBufferPointer(copy)) { copy.deallocate() }
  }

  /// Reads a regular file into memory; a later change of the file does not reach the bytes.
  ///
  /// Errors: `ContainerError.unreadable`.
  public convenience init(reading path: String) throws {
    let (descriptor, size) = try Self.open(path)
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    var filled = 0
    while filled < size, let base = buffer.baseAddress {
      let got = read(descriptor, base + filled, size - filled)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      filled += got
    }
    self.init(path: path, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled])) { buffer.deallocate() }
  }

  /// A text file. Errors: `ContainerError.unreadable`, `.wrongKind`.
  public static func text(_ path: String) throws -> String {
    guard let text = String(validating: try FileBytes(reading: path).contents, as: UTF8.self) else {
      throw ContainerError.wrongKind(path: path, expected: "text in UTF-8", found: "other bytes")
    }
    return text
  }

  /// Maps a regular file; pages are read when touched, in huge pages where the system has them for files.
  ///
  /// Errors: `ContainerError.unreadable`.
  public convenience init(mapping path: String) throws {
    let (descriptor, size) = try Self.open(path)
    defer { close(descriptor) }
    guard size > 0 else {
      self.init(path: path, [])
      return
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw ContainerError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    #if os(Linux)
      madvise(base, size, MADV_HUGEPAGE)
    #endif
    self.init(path: path, bytes: UnsafeRawBufferPointer(start: base, count: size)) { munmap(base, size) }
  }

  /// Opens a regular file; anything else could wait for ever or never end.
  static func open(_ path: String) throws -> (descriptor: Int32, size: Int) {
    // Without O_NONBLOCK a named pipe would wait for its writer.
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ContainerError.unreadable(path: path, reason: String(cString: strerror(errno))) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      let folder = info.st_mode & S_IFMT == S_IFDIR
      close(descriptor)
      throw ContainerError.unreadable(
        path: path, reason: folder ? "it is a folder" : "it is not a regular file; save what comes through a pipe as a file")
    }
    return (descriptor, Int(info.st_size))
  }
}

/// Reads numbers one after the other, never past the end.
struct ByteReader {
  let file: FileBytes
  private(set) var offset: Int
  let end: Int

  init(_ file: FileBytes, from offset: Int = 0, to end: Int? = nil) {
    self.file = file
    self.end = min(end ?? file.count, file.count)
    self.offset = min(offset, self.end)
  }

  var remaining: Int { end - offset }

  /// The next `count` bytes. Errors: `ContainerError.truncated`.
  mutating func take(_ count: Int, _ part: @autoclosure () -> String) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw ContainerError.truncated(path: file.path, part: part(), expectedBytes: count, foundBytes: remaining)
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count])
  }

  /// A little-endian number.
  mutating func number<T: FixedWidthInteger>(_ type: T.Type, _ part: @autoclosure () -> String) throws -> T {
    let bytes = try take(MemoryLayout<T>.size, part())
    return T(littleEndian: bytes.loadUnaligned(as: T.self))
  }

  /// The bytes before the next line feed, which is consumed. Errors: `ContainerError.truncated`.
  mutating func line(_ part: @autoclosure () -> String) throws -> UnsafeRawBufferPointer {
    guard let feed = file.bytes[offset..<end].firstIndex(of: 0x0A) else {
      throw ContainerError.truncated(path: file.path, part: part(), expectedBytes: remaining + 1, foundBytes: remaining)
    }
    let line = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<feed])
    offset = feed + 1
    return line
  }
}
