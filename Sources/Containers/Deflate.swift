import CZlib

/// zlib's deflate, with an upper bound on what comes out.
enum Deflate {
  /// How far a compressed file may open up: 64 times its size, or 256 MiB for a small one (deflate itself ends at 1,032 times).
  static func limit(fileBytes: Int) -> Int { max(256 << 20, fileBytes.multipliedReportingOverflow(by: 64).partialValue) }

  /// CRC-32 of zip and gzip, continued from `start`.
  static func checksum(_ bytes: UnsafeRawBufferPointer, from start: UInt32 = 0) -> UInt32 {
    var sum = UInt(start)
    var done = 0
    while done < bytes.count {
      let count = min(bytes.count - done, 1 << 30)
      sum = crc32(sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: done), UInt32(count))
      done += count
    }
    return UInt32(truncatingIfNeeded: sum)
  }

  /// Opens a raw deflate stream of known size.
  static func inflate(_ source: UnsafeRawBufferPointer, size: Int, path: String, part: String) throws -> [UInt8] {
    var input = source.count
    return try [UInt8](unsafeUninitializedCapacity: size) { target, filled in
      var stream = z_stream()
      guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw ContainerError.unreadable(path: path, reason: "zlib did not start")
      }
      defer { inflateEnd(&stream) }
      var produced = 0
      // One byte more than promised shows a stream that is longer.
      var spare: UInt8 = 0
      var status = Z_OK
      while status == Z_OK {
        let feed = min(input, 1 << 30)
        stream.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: source.count - input))
        stream.avail_in = UInt32(feed)
        let room = min(size - produced, 1 << 30)
        if room > 0 {
          stream.next_out = target.baseAddress?.advanced(by: produced)
          stream.avail_out = UInt32(room)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
          produced += room - Int(stream.avail_out)
        } else {
          status = withUnsafeMutablePointer(to: &spare) { spare in
            stream.next_out = spare
            stream.avail_out = 1
            return CZlib.inflate(&stream, Z_NO_FLUSH)
          }
          if stream.avail_out == 0 { throw wrong(path, part, "\(size) bytes", "more") }
        }
        let used = feed - Int(stream.avail_in)
        input -= used
        if status == Z_BUF_ERROR { break }
      }
      guard status == Z_STREAM_END else { throw wrong(path, part, "a whole deflate stream", "one that breaks off or is garbled") }
      guard produced == size else { throw wrong(path, part, "\(size) bytes", "\(produced)") }
      filled = produced
    }
  }

  private static func wrong(_ path: String, _ part: String, _ expected: String, _ found: String) -> ContainerError {
    .damaged(path: path, part: part, expected: expected, found: found)
  }

  /// A raw deflate stream of the bytes (level 6).
  static func compress(_ bytes: UnsafeRawBufferPointer, path: String) throws -> [UInt8] {
    var stream = z_stream()
    guard deflateInit2_(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ContainerError.unwritable(path: path, reason: "zlib did not start")
    }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    guard bytes.count < 1 << 31, bound < 1 << 32 else {
      throw ContainerError.tooLarge(path: path, part: "a compressed entry", limitBytes: 1 << 31, foundBytes: bytes.count)
    }
    return [UInt8](unsafeUninitializedCapacity: bound) { target, filled in
      stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(bytes.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(bound)
      _ = deflate(&stream, Z_FINISH)
      filled = bound - Int(stream.avail_out)
    }
  }
}

/// gzip files (.gz).
public enum Gzip {
  /// Whether the bytes begin like a gzip file.
  public static func isGzip(_ file: FileBytes) -> Bool { file.count > 2 && file.bytes[0] == 0x1F && file.bytes[1] == 0x8B }

  /// The file opened up; the result takes at most max(256 MiB, 64 × file size).
  ///
  /// Errors: `ContainerError.damaged`, `.tooLarge`.
  public static func inflate(_ file: FileBytes) throws -> FileBytes {
    let (opened, isWhole) = try open(file)
    guard isWhole else {
      throw ContainerError.damaged(
        path: file.path, part: "gzip data", expected: "a whole gzip stream", found: "one that breaks off or is garbled")
    }
    return opened
  }

  /// What can be read of the file, and whether that is all of it; for formats that can say how far they came.
  ///
  /// Errors: `ContainerError.tooLarge`.
  public static func open(_ file: FileBytes) throws -> (opened: FileBytes, isWhole: Bool) {
    let limit = Deflate.limit(fileBytes: file.count)
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ContainerError.unreadable(path: file.path, reason: "zlib did not start")
    }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var index = 0
    var status = Z_OK
    while index < file.count || status == Z_OK {
      if status == Z_STREAM_END { inflateReset(&stream) }
      let feed = min(file.count - index, 1 << 30)
      stream.next_in = UnsafeMutablePointer(mutating: file.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: index))
      stream.avail_in = UInt32(feed)
      let made = chunk.withUnsafeMutableBufferPointer { buffer in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(buffer.count)
        status = CZlib.inflate(&stream, Z_NO_FLUSH)
        return buffer.count - Int(stream.avail_out)
      }
      index += feed - Int(stream.avail_in)
      result.append(contentsOf: chunk[..<made])
      guard status == Z_OK || status == Z_STREAM_END else { return (FileBytes(path: file.path, result), false) }
      guard result.count <= limit else {
        throw ContainerError.tooLarge(path: file.path, part: "gzip data", limitBytes: limit, foundBytes: result.count)
      }
    }
    return (FileBytes(path: file.path, result), true)
  }

  /// The bytes as a gzip file without name and time, so that the same bytes give the same file.
  public static func compress(_ bytes: [UInt8], path: String) throws -> [UInt8] {
    try bytes.withUnsafeBytes { raw in
      var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
      result += try Deflate.compress(raw, path: path)
      for number in [Deflate.checksum(raw), UInt32(truncatingIfNeeded: raw.count)] {
        withUnsafeBytes(of: number.littleEndian) { result.append(contentsOf: $0) }
      }
      return result
    }
  }
}
