import CZlib

/// A zip archive read in place: stored and deflated entries, zip64, checksums checked.
///
/// Opening an entry takes at most max(256 MiB, 64 × file size) bytes; entries may not overlap.
public struct ZipArchive: Sendable {
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// Bytes when opened.
    public let size: Int
    public let isCompressed: Bool
    let checksum: UInt32
    let data: Range<Int>
  }

  public let file: FileBytes
  /// In the order of the directory.
  public let entries: [Entry]
  private let byName: [String: Int]

  public var path: String { file.path }

  /// Whether the bytes begin like a zip archive.
  public static func isZip(_ file: FileBytes) -> Bool { file.bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  /// Errors: `ContainerError.wrongKind`, `.truncated`, `.damaged`, `.unsupported`, `.tooLarge`.
  public init(_ file: FileBytes) throws {
    self.file = file
    let directory = try Self.directory(of: file)
    var reader = ByteReader(file, from: directory.offset, to: directory.offset + directory.size)
    var entries: [Entry] = []
    while reader.remaining >= 46, entries.count < directory.count { entries.append(try Self.entry(&reader, in: file)) }
    guard entries.count == directory.count else {
      throw ContainerError.damaged(
        path: file.path, part: "zip directory", expected: "\(directory.count) entries", found: "\(entries.count)")
    }
    let sorted = entries.filter { !$0.data.isEmpty }.sorted { $0.data.lowerBound < $1.data.lowerBound }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.data.upperBound > second.data.lowerBound {
      throw ContainerError.damaged(path: file.path, part: second.name, expected: "data of its own", found: "data shared with \(first.name)")
    }
    self.entries = entries
    byName = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
    guard byName.count == entries.count else {
      throw ContainerError.damaged(path: file.path, part: "zip directory", expected: "every name once", found: "a name that comes twice")
    }
  }

  /// The entry of that name. Errors: `ContainerError.missing`.
  public func entry(_ name: String) throws -> Entry {
    guard let index = byName[name] else { throw ContainerError.missing(path: path, entry: name, has: entries.map(\.name)) }
    return entries[index]
  }

  public func contains(_ name: String) -> Bool { byName[name] != nil }

  /// The bytes of an entry. Errors: `ContainerError.missing`, `.damaged`.
  public func bytes(_ name: String) throws -> FileBytes {
    let entry = try entry(name)
    let raw = UnsafeRawBufferPointer(rebasing: file.bytes[entry.data])
    let opened = entry.isCompressed ? try Deflate.inflate(raw, size: entry.size, path: path, part: name) : Array(raw)
    let sum = opened.withUnsafeBytes { Deflate.checksum($0) }
    guard sum == entry.checksum else {
      throw ContainerError.damaged(path: path, part: name, expected: "checksum \(entry.checksum)", found: "\(sum)")
    }
    return FileBytes(path: "\(path)/\(printable(name))", opened)
  }

  private static func directory(of file: FileBytes) throws -> (offset: Int, size: Int, count: Int) {
    guard isZip(file) || file.bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) else {
      throw ContainerError.wrongKind(path: file.path, expected: "a zip archive", found: "other data")
    }
    let lowest = max(0, file.count - 22 - 65535)
    var position = file.count - 22
    while position >= lowest, !file.bytes[position...].starts(with: [0x50, 0x4B, 0x05, 0x06]) { position -= 1 }
    guard position >= lowest else {
      throw ContainerError.truncated(path: file.path, part: "the directory at the end of the archive", expectedBytes: 22, foundBytes: 0)
    }
    var reader = ByteReader(file, from: position + 10)
    var count = Int(try reader.number(UInt16.self, "zip directory"))
    var size = Int(try reader.number(UInt32.self, "zip directory"))
    var offset = Int(try reader.number(UInt32.self, "zip directory"))
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, position >= 20,
      file.bytes[(position - 20)...].starts(with: [0x50, 0x4B, 0x06, 0x07])
    {
      var locator = ByteReader(file, from: position - 12)
      let place = try locator.number(UInt64.self, "zip64 locator")
      guard place < file.count else { throw outside(file, "zip64 directory", place) }
      var long = ByteReader(file, from: Int(place) + 32)
      count = Int(clamping: try long.number(UInt64.self, "zip64 directory"))
      size = Int(clamping: try long.number(UInt64.self, "zip64 directory"))
      offset = Int(clamping: try long.number(UInt64.self, "zip64 directory"))
    }
    guard offset <= file.count, size <= file.count - offset else { throw outside(file, "zip directory", UInt64(offset)) }
    return (offset, size, count)
  }

  private static func outside(_ file: FileBytes, _ part: String, _ place: UInt64) -> ContainerError {
    .damaged(path: file.path, part: part, expected: "a place inside the file's \(file.count) bytes", found: "byte \(place)")
  }

  private static func entry(_ reader: inout ByteReader, in file: FileBytes) throws -> Entry {
    let part = "zip directory"
    guard try reader.number(UInt32.self, part) == 0x0201_4B50 else {
      throw ContainerError.damaged(path: file.path, part: part, expected: "an entry", found: "other data")
    }
    _ = try reader.take(4, part)
    let flags = try reader.number(UInt16.self, part)
    let method = try reader.number(UInt16.self, part)
    _ = try reader.take(4, part)
    let checksum = try reader.number(UInt32.self, part)
    var packed = UInt64(try reader.number(UInt32.self, part))
    var size = UInt64(try reader.number(UInt32.self, part))
    let lengths = try (0..<3).map { _ in Int(try reader.number(UInt16.self, part)) }
    _ = try reader.take(8, part)
    var place = UInt64(try reader.number(UInt32.self, part))
    let name = String(decoding: try reader.take(lengths[0], part), as: UTF8.self)
    let extraEnd = reader.offset + lengths[1]
    var extra = ByteReader(file, from: reader.offset, to: extraEnd)
    _ = try reader.take(lengths[1] + lengths[2], part)
    while extra.remaining >= 4 {
      let kind = try extra.number(UInt16.self, part)
      let length = Int(try extra.number(UInt16.self, part))
      guard length <= extra.remaining else { break }
      var field = ByteReader(file, from: extra.offset, to: extra.offset + length)
      _ = try extra.take(length, part)
      guard kind == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.number(UInt64.self, part) }
      if packed == 0xFFFF_FFFF { packed = try field.number(UInt64.self, part) }
      if place == 0xFFFF_FFFF { place = try field.number(UInt64.self, part) }
    }
    guard flags & 1 == 0 else {
      throw ContainerError.unsupported(path: file.path, part: name, found: "encryption", supported: "plain entries")
    }
    guard method == 0 || method == 8 else {
      throw ContainerError.unsupported(path: file.path, part: name, found: "compression method \(method)", supported: "stored and deflate")
    }
    guard place < file.count else { throw outside(file, name, place) }
    var local = ByteReader(file, from: Int(place))
    guard try local.number(UInt32.self, name) == 0x0403_4B50 else {
      throw ContainerError.damaged(path: file.path, part: name, expected: "an entry's header", found: "other data")
    }
    _ = try local.take(22, name)
    let skip = Int(try local.number(UInt16.self, name)) + Int(try local.number(UInt16.self, name))
    _ = try local.take(skip, name)
    guard packed <= local.remaining else {
      throw ContainerError.truncated(path: file.path, part: name, expectedBytes: Int(clamping: packed), foundBytes: local.remaining)
    }
    let limit = method == 0 ? Int(packed) : min(Deflate.limit(fileBytes: file.count), Int(packed) * 1032 + 64)
    guard size <= limit, method == 8 || size == packed else {
      throw ContainerError.tooLarge(path: file.path, part: name, limitBytes: limit, foundBytes: Int(clamping: size))
    }
    return Entry(
      name: name, size: Int(size), isCompressed: method == 8, checksum: checksum, data: local.offset..<local.offset + Int(packed))
  }
}
