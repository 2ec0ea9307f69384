/// The .npy format, versions 1 to 3 (numpy.lib.format): read in any byte order and either memory order, written as numpy writes it.
extension NPYArray {
  /// Errors: `ContainerError.wrongKind`, `.truncated`, `.damaged`, `.unsupported`.
  public init(_ file: FileBytes) throws {
    let header = try NPYHeader(file)
    guard header.type != "|O" else {
      throw ContainerError.unsupported(path: file.path, part: "array", found: "Python objects", supported: "numbers and text")
    }
    let raw = UnsafeRawBufferPointer(rebasing: file.bytes[header.dataOffset...])
    self = try NPYArray(decoding: raw, type: header.type, fortran: header.fortran, shape: header.shape, path: file.path, part: "array")
  }

  /// Reads a .npy file.
  public init(path: String) throws { self = try NPYArray(FileBytes(reading: path)) }

  /// The whole .npy file, byte for byte as numpy writes a C-ordered array.
  public var file: [UInt8] { Self.header(element: element, shape: shape) + bytes }

  /// The header of a .npy file whose data follow.
  public static func header(element: Element, shape: [Int]) -> [UInt8] {
    let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    var text = "{'descr': '\(element.description)', 'fortran_order': False, 'shape': (\(sizes)), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }

  /// Numbers as they lie in a file: any byte order, either memory order.
  ///
  /// - Parameter type: numpy's description, such as `<f4`, `>i2`, `|b1`, `f8`.
  init(decoding raw: UnsafeRawBufferPointer, type: String, fortran: Bool, shape: [Int], path: String, part: String) throws {
    let order = type.first.map { "<>|=".contains($0) } == true ? type.first : nil
    guard let element = Element(code: order == nil ? type[...] : type.dropFirst()) else {
      throw ContainerError.unsupported(
        path: path, part: part, found: "the number type \(type)", supported: "whole numbers, floats, bool and text")
    }
    let (count, whole) = Self.elementCount(shape)
    let (size, fits) = count.multipliedReportingOverflow(by: element.byteCount)
    guard whole, !fits else {
      throw ContainerError.damaged(path: path, part: part, expected: "a possible shape", found: "\(shape.prefix(8))")
    }
    guard raw.count >= size else {
      throw ContainerError.truncated(path: path, part: "\(part) of shape \(shape)", expectedBytes: size, foundBytes: raw.count)
    }
    var bytes = Array(raw[..<size])
    let unit = if case .unicode = element { 4 } else if case .bytes = element { 1 } else { element.byteCount }
    if order == ">", unit > 1 {
      for start in stride(from: 0, to: size, by: unit) { bytes[start..<start + unit].reverse() }
    }
    if fortran, shape.count > 1, count > 0 { bytes = Self.cOrder(bytes, shape: shape, width: element.byteCount) }
    self.init(element: element, shape: shape, bytes: bytes)
  }

  /// The number of elements; false when a size is negative or the numbers do not fit.
  static func elementCount(_ shape: [Int]) -> (Int, Bool) {
    guard shape.count <= 32, shape.allSatisfy({ (0..<(1 << 40)).contains($0) }) else { return (0, false) }
    var count = 1
    // Zeros last, so that a shape such as (0, 2⁴⁰, 2⁴⁰) is refused too.
    for size in shape where size > 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product < 1 << 48 else { return (0, false) }
      count = product
    }
    return (shape.contains(0) ? 0 : count, true)
  }

  /// Column-major to row-major.
  static func cOrder(_ bytes: [UInt8], shape: [Int], width: Int) -> [UInt8] {
    var strides: [Int] = []
    var step = width
    for size in shape {
      strides.append(step)
      step *= size
    }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, filled in
      bytes.withUnsafeBytes { raw in
        var place = 0
        while place < bytes.count {
          for byte in 0..<width { target[place + byte] = raw[source + byte] }
          place += width
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            source += strides[axis]
            if index[axis] < shape[axis] { break }
            source -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
      filled = bytes.count
    }
  }
}

/// The header of a .npy file.
struct NPYHeader {
  var type = ""
  var fortran = false
  var shape: [Int] = []
  var dataOffset = 0

  init(_ file: FileBytes) throws {
    var reader = ByteReader(file)
    guard file.bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw ContainerError.wrongKind(path: file.path, expected: "a .npy array", found: "other data")
    }
    _ = try reader.take(6, "header")
    let version = try reader.number(UInt16.self, "header") & 0xFF
    guard (1...3).contains(version) else {
      throw ContainerError.unsupported(path: file.path, part: "header", found: ".npy version \(version)", supported: "versions 1 to 3")
    }
    let length = version == 1 ? Int(try reader.number(UInt16.self, "header")) : Int(try reader.number(UInt32.self, "header"))
    let text = String(decoding: try reader.take(length, "header"), as: UTF8.self)
    dataOffset = reader.offset
    guard parse(text) else {
      throw ContainerError.damaged(
        path: file.path, part: "header", expected: "a dictionary with descr, fortran_order and shape", found: text)
    }
  }

  /// Reads the Python dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  private mutating func parse(_ text: String) -> Bool {
    func after(_ key: String) -> Substring? {
      for quote in ["'", "\""] {
        if let range = text.firstRange(of: "\(quote)\(key)\(quote):") { return text[range.upperBound...].drop { $0 == " " } }
      }
      return nil
    }
    guard let order = after("fortran_order"), let sizes = after("shape"), let kind = after("descr"), let quote = kind.first else {
      return false
    }
    if quote == "'" || quote == "\"" { type = String(kind.dropFirst().prefix { $0 != quote }) } else { type = "a record" }
    fortran = order.hasPrefix("True")
    guard fortran || order.hasPrefix("False"), sizes.first == "(", let end = sizes.firstIndex(of: ")") else { return false }
    for part in sizes[sizes.index(after: sizes.startIndex)..<end].split(separator: ",") {
      let digits = part.filter { $0 != " " && $0 != "L" }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else { return false }
      shape.append(size)
    }
    return true
  }
}
