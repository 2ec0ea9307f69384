/// The two text notations of protocol 0.
enum PickleText {
  /// A Python 2 string literal, `'abc\x00\n'`, as bytes.
  static func pythonString(_ literal: String, _ wrong: (String, String) -> ContainerError) throws -> [UInt8] {
    let bytes = Array(literal.utf8)
    guard bytes.count >= 2, let quote = bytes.first, quote == bytes.last, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw wrong("a quoted string", literal)
    }
    var result: [UInt8] = []
    var index = 1
    while index < bytes.count - 1 {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard index < bytes.count - 1 else { throw wrong("an escape", "the end of the string") }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "a"): result.append(7)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "v"): result.append(11)
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(escape)
      case UInt8(ascii: "x"):
        guard let value = hexadecimal(bytes, index, 2) else { throw wrong("two hexadecimal digits", "other text") }
        result.append(UInt8(value))
        index += 2
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = UInt32(escape - 0x30)
        var digits = 1
        while digits < 3, index < bytes.count - 1, (0x30...0x37).contains(bytes[index]) {
          value = value * 8 + UInt32(bytes[index] - 0x30)
          index += 1
          digits += 1
        }
        result.append(UInt8(truncatingIfNeeded: value))
      default: result += [UInt8(ascii: "\\"), escape]
      }
    }
    return result
  }

  /// Latin-1 text with `\uXXXX` and `\UXXXXXXXX`.
  static func rawUnicode(_ line: UnsafeRawBufferPointer, _ wrong: (String, String) -> ContainerError) throws -> String {
    let bytes = Array(line)
    var result = String.UnicodeScalarView()
    var index = 0
    var high: UInt32?
    while index < bytes.count {
      var value = UInt32(bytes[index])
      index += 1
      if value == 0x5C, index < bytes.count, bytes[index] == UInt8(ascii: "u") || bytes[index] == UInt8(ascii: "U") {
        let digits = bytes[index] == UInt8(ascii: "u") ? 4 : 8
        guard let number = hexadecimal(bytes, index + 1, digits) else { throw wrong("\(digits) hexadecimal digits", "other text") }
        value = number
        index += digits + 1
      }
      if let first = high, (0xDC00..<0xE000).contains(value) {
        value = 0x10000 + (first - 0xD800) << 10 + (value - 0xDC00)
      }
      high = (0xD800..<0xDC00).contains(value) ? value : nil
      if high == nil { result.append(UnicodeScalar(value) ?? "\u{FFFD}") }
    }
    return String(result)
  }

  private static func hexadecimal(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt32? {
    guard start + count <= bytes.count, bytes[start] != UInt8(ascii: "+"), bytes[start] != UInt8(ascii: "-") else { return nil }
    return UInt32(String(decoding: bytes[start..<start + count], as: UTF8.self), radix: 16)
  }
}
