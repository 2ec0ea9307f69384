/// Writes a zip archive entry by entry; times are left out, so the same content gives the same bytes.
///
/// A final class because it follows its sink. Entries and archives above 4 GiB use zip64.
public final class ZipWriter {
  private struct Entry {
    let name: [UInt8]
    let offset: Int
    let method: UInt16
    let size: Int
    var packed: Int
    var checksum: UInt32
  }

  private let sink: any ByteSink
  private let path: String
  private var entries: [Entry] = []
  private var streamed = 0

  public init(_ sink: any ByteSink, path: String) {
    self.sink = sink
    self.path = path
  }

  /// Adds a whole entry, deflated when asked and when that is shorter.
  public func add(_ name: String, _ bytes: [UInt8], compressed: Bool = false) throws {
    try bytes.withUnsafeBytes { raw in
      let sum = Deflate.checksum(raw)
      let packed = compressed && bytes.count < 1 << 31 ? try Deflate.compress(raw, path: path) : []
      if !packed.isEmpty, packed.count < bytes.count {
        try header(Entry(name: Array(name.utf8), offset: sink.offset, method: 8, size: bytes.count, packed: packed.count, checksum: sum))
        try sink.write(packed)
      } else {
        try header(Entry(name: Array(name.utf8), offset: sink.offset, method: 0, size: bytes.count, packed: bytes.count, checksum: sum))
        try sink.write(raw)
      }
    }
  }

  /// Starts a stored entry of known size; its bytes follow by `append`, then `endEntry`.
  public func beginEntry(_ name: String, size: Int) throws {
    try header(Entry(name: Array(name.utf8), offset: sink.offset, method: 0, size: size, packed: size, checksum: 0))
    streamed = 0
  }

  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    entries[entries.count - 1].checksum = Deflate.checksum(bytes, from: entries[entries.count - 1].checksum)
    streamed += bytes.count
    try sink.write(bytes)
  }

  public func endEntry() throws {
    let entry = entries[entries.count - 1]
    precondition(streamed == entry.size, "a zip entry of \(entry.size) bytes got \(streamed)")
    try withUnsafeBytes(of: entry.checksum.littleEndian) { try sink.patch($0, at: entry.offset + 14) }
  }

  /// Writes the directory. The sink still has to be committed.
  public func finish() throws {
    let start = sink.offset
    var out: [UInt8] = []
    for entry in entries {
      let long = isLong(entry)
      let extra = long ? 28 : 0
      put(0x0201_4B50 as UInt32, &out)
      for field in [long ? 45 : 20, long ? 45 : 20, 0x0800, entry.method, 0, 0x21] as [UInt16] { put(field, &out) }
      put(entry.checksum, &out)
      put(long ? UInt32.max : UInt32(entry.packed), &out)
      put(long ? UInt32.max : UInt32(entry.size), &out)
      for field in [UInt16(entry.name.count), UInt16(extra), 0, 0, 0] as [UInt16] { put(field, &out) }
      put(0 as UInt32, &out)
      put(long ? UInt32.max : UInt32(entry.offset), &out)
      out += entry.name
      if long {
        put(1 as UInt16, &out)
        put(24 as UInt16, &out)
        for number in [entry.size, entry.packed, entry.offset] { put(UInt64(number), &out) }
      }
    }
    let size = out.count
    let long = entries.count >= 0xFFFF || start + size >= Int(UInt32.max)
    if long {
      put(0x0606_4B50 as UInt32, &out)
      put(44 as UInt64, &out)
      for field in [45, 45] as [UInt16] { put(field, &out) }
      for field in [0, 0] as [UInt32] { put(field, &out) }
      for number in [entries.count, entries.count, size, start] { put(UInt64(number), &out) }
      put(0x0706_4B50 as UInt32, &out)
      put(0 as UInt32, &out)
      put(UInt64(start + size), &out)
      put(1 as UInt32, &out)
    }
    put(0x0605_4B50 as UInt32, &out)
    let count = UInt16(clamping: long ? 0xFFFF : entries.count)
    for field in [0, 0, count, count] as [UInt16] { put(field, &out) }
    put(long ? UInt32.max : UInt32(size), &out)
    put(long ? UInt32.max : UInt32(start), &out)
    put(0 as UInt16, &out)
    try sink.write(out)
  }

  private func isLong(_ entry: Entry) -> Bool { max(entry.size, entry.packed, entry.offset) >= Int(UInt32.max) }

  private func header(_ entry: Entry) throws {
    let long = isLong(entry)
    var out: [UInt8] = []
    put(0x0403_4B50 as UInt32, &out)
    for field in [long ? 45 : 20, 0x0800, entry.method, 0, 0x21] as [UInt16] { put(field, &out) }
    put(entry.checksum, &out)
    put(long ? UInt32.max : UInt32(entry.packed), &out)
    put(long ? UInt32.max : UInt32(entry.size), &out)
    put(UInt16(entry.name.count), &out)
    put(UInt16(long ? 20 : 0), &out)
    out += entry.name
    if long {
      put(1 as UInt16, &out)
      put(16 as UInt16, &out)
      put(UInt64(entry.size), &out)
      put(UInt64(entry.packed), &out)
    }
    try sink.write(out)
    entries.append(entry)
  }

  private func put<T: FixedWidthInteger>(_ number: T, _ out: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
  }
}
