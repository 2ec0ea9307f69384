import Foundation

/// Something that takes bytes in order and lets earlier ones be corrected.
public protocol ByteSink: AnyObject {
  /// Bytes written so far.
  var offset: Int { get }
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Replaces bytes that were written before.
  func patch(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws
}

extension ByteSink {
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }
  public func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }
}

/// Bytes collected in memory.
public final class MemorySink: ByteSink {
  public private(set) var bytes: [UInt8] = []
  public init() {}
  public var offset: Int { bytes.count }
  public func write(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
  public func patch(_ part: UnsafeRawBufferPointer, at offset: Int) {
    bytes.replaceSubrange(offset..<offset + part.count, with: part)
  }
}

/// A file that appears whole or not at all: written under a temporary name in the same folder, synced, then renamed.
///
/// Without `commit()` the temporary file is removed when the object goes, or by `Unfinished` when the program is told to end.
/// A final class because it owns the descriptor.
public final class AtomicFile: ByteSink {
  public let path: String
  private let target: String
  private let temporary: String?
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var flushed = 0

  /// - Parameter replacing: whether a file of that name may be replaced.
  /// Errors: `ContainerError.exists`, `.unwritable`.
  public init(_ path: String, replacing: Bool = true) throws {
    self.path = path
    // A link keeps pointing where it points; a device or a pipe is written directly.
    let resolved = realpath(path, nil).map { pointer in
      defer { free(pointer) }
      return String(cString: pointer)
    }
    target = resolved ?? path
    var info = stat()
    let present = stat(target, &info) == 0
    if present, info.st_mode & S_IFMT == S_IFDIR { throw ContainerError.unwritable(path: path, reason: "it is a folder") }
    if present, info.st_mode & S_IFMT != S_IFREG {
      temporary = nil
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
    } else {
      if present, !replacing { throw ContainerError.exists(path: path) }
      let name = "\(target).\(Unfinished.mark())"
      temporary = name
      let mode = present ? info.st_mode & 0o777 : 0o666
      descriptor = Unfinished.change { paths in
        let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if descriptor >= 0 { paths.insert(name) }
        return descriptor
      }
    }
    guard descriptor >= 0 else { throw ContainerError.unwritable(path: path, reason: String(cString: strerror(errno))) }
    self.mayReplace = replacing
    buffer.reserveCapacity(Self.bufferBytes)
  }

  private let mayReplace: Bool
  private static let bufferBytes = 1 << 18

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      if let temporary { Unfinished.remove(temporary) }
    }
  }

  public var offset: Int { flushed + buffer.count }

  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    if buffer.count + bytes.count > Self.bufferBytes {
      try flush()
      if bytes.count >= Self.bufferBytes {
        try put(bytes)
        flushed += bytes.count
        return
      }
    }
    buffer.append(contentsOf: bytes)
  }

  public func patch(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    try flush()
    guard pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset)) == bytes.count else { throw failure() }
  }

  /// Makes the file appear under its name, safe against a power cut. Errors: `ContainerError.unwritable`, `.exists`.
  public func commit() throws {
    try flush()
    guard let temporary else {
      close(descriptor)
      descriptor = -1
      return
    }
    guard fsync(descriptor) == 0 else { throw failure() }
    try Unfinished.change { paths in
      // link() refuses a name that somebody else took meanwhile; a file system without links gets a plain rename.
      if !mayReplace, link(temporary, target) == 0 {
        unlink(temporary)
      } else if !mayReplace, errno == EEXIST {
        throw ContainerError.exists(path: path)
      } else if rename(temporary, target) != 0 {
        throw failure()
      }
      paths.remove(temporary)
    }
    close(descriptor)
    descriptor = -1
    let folder = open(folderName(of: target), O_RDONLY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Refuses what `init` would refuse, so that no work is done for a file that cannot be written.
  ///
  /// Errors: `ContainerError.exists`, `.unwritable`.
  public static func check(_ path: String, replacing: Bool) throws {
    let folder = folderName(of: path)
    var isFolder: ObjCBool = false
    if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) || !isFolder.boolValue {
      throw ContainerError.unwritable(path: path, reason: "there is no folder \(folder)")
    }
    if !replacing, FileManager.default.fileExists(atPath: path), !isDevice(path) { throw ContainerError.exists(path: path) }
  }

  /// Whether a path is a pipe or a device, which may be written into: it holds nothing that could be lost.
  public static func isDevice(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && ![S_IFREG, S_IFDIR].contains(info.st_mode & S_IFMT)
  }

  /// Writes a whole file at once.
  public static func write(_ bytes: [UInt8], to path: String, replacing: Bool = true) throws {
    let file = try AtomicFile(path, replacing: replacing)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a whole file at once.
  public static func write(_ data: Data, to path: String, replacing: Bool = true) throws {
    let file = try AtomicFile(path, replacing: replacing)
    try data.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// Writes a text file at once.
  public static func write(_ text: String, to path: String, replacing: Bool = true) throws {
    try write(Array(text.utf8), to: path, replacing: replacing)
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBytes { try put($0) }
    flushed += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let wrote = Foundation.write(descriptor, base + done, bytes.count - done)
      if wrote < 0, errno == EINTR { continue }
      guard wrote > 0 else { throw failure() }
      done += wrote
    }
  }

  private func failure() -> ContainerError { .unwritable(path: path, reason: String(cString: strerror(errno))) }
}

/// The folder that a file is in, as its path says. (NSString's own crashes on a relative name of one letter, here as of Swift 6.3.)
func folderName(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
