/// Where and why reading stopped.
public struct JSONDamage: Sendable, Hashable, Error {
  /// The byte offset of the first byte that does not fit.
  public var offset: Int
  public var expected: String

  public init(offset: Int, expected: String) {
    self.offset = offset
    self.expected = expected
  }
}

extension JSONValue {
  /// Nesting beyond this is refused, so that a hostile file cannot exhaust the stack.
  private static let deepest = 128

  /// Reads as much of the text as is whole.
  ///
  /// - Returns: the value (an object or array holds the members before the damage) and the damage, nil for a whole file.
  public static func salvage(_ bytes: [UInt8]) -> (value: JSONValue, damage: JSONDamage?) {
    var parser = Parser(bytes: bytes)
    let value = parser.value(depth: 0)
    if parser.damage == nil {
      parser.skipSpace()
      if parser.index < bytes.count { parser.fail("the end of the file") }
    }
    return (value ?? .null, parser.damage)
  }

  /// Reads a whole JSON text or says where it is damaged.
  public init(parsing bytes: [UInt8]) throws(JSONDamage) {
    let (value, damage) = Self.salvage(bytes)
    if let damage { throw damage }
    self = value
  }

  private struct Parser {
    let bytes: [UInt8]
    var index = 0
    var damage: JSONDamage?

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func fail(_ expected: String) {
      if damage == nil { damage = JSONDamage(offset: index, expected: expected) }
    }

    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func skipSpace() {
      while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard current == byte else { return false }
      index += 1
      return true
    }

    /// Nil when nothing of the value could be read.
    mutating func value(depth: Int) -> JSONValue? {
      skipSpace()
      guard depth < JSONValue.deepest else {
        fail("at most \(JSONValue.deepest) levels")
        return nil
      }
      switch current {
      case UInt8(ascii: "{"): return object(depth: depth)
      case UInt8(ascii: "["): return array(depth: depth)
      case UInt8(ascii: "\""): return string().map { .string($0) }
      case UInt8(ascii: "t"): return literal("true", .bool(true))
      case UInt8(ascii: "f"): return literal("false", .bool(false))
      case UInt8(ascii: "n"): return literal("null", .null)
      default: return number()
      }
    }

    mutating func literal(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
      let length = word.utf8CodeUnitCount
      guard index + length <= bytes.count,
        bytes[index..<index + length].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: length))
      else {
        fail("\(word)")
        return nil
      }
      index += length
      return value
    }

    mutating func object(depth: Int) -> JSONValue {
      index += 1
      var members: [Member] = []
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object([]) }
      while true {
        skipSpace()
        guard current == UInt8(ascii: "\"") else {
          fail("a key in quotes")
          break
        }
        guard let key = string() else { break }
        skipSpace()
        guard take(UInt8(ascii: ":")) else {
          fail("a colon")
          break
        }
        guard let value = value(depth: depth + 1) else { break }
        members.append(Member(key, value))
        if damage != nil { break }
        skipSpace()
        if take(UInt8(ascii: ",")) { continue }
        if !take(UInt8(ascii: "}")) { fail("a comma or }") }
        break
      }
      return .object(members)
    }

    mutating func array(depth: Int) -> JSONValue {
      index += 1
      var items: [JSONValue] = []
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array([]) }
      while true {
        guard let value = value(depth: depth + 1) else { break }
        items.append(value)
        if damage != nil { break }
        skipSpace()
        if take(UInt8(ascii: ",")) { continue }
        if !take(UInt8(ascii: "]")) { fail("a comma or ]") }
        break
      }
      return .array(items)
    }

    mutating func number() -> JSONValue? {
      let start = index
      while let byte = current, (byte >= 0x30 && byte <= 0x39) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) { index += 1 }
      let text = String(decoding: bytes[start..<index], as: UTF8.self)
      if let whole = Int64(text) { return .integer(whole) }
      if let whole = UInt64(text) { return .large(whole) }
      if let number = Double(text), number.isFinite { return .number(number) }
      index = start
      fail("a value")
      return nil
    }

    mutating func string() -> String? {
      index += 1
      var units: [UInt8] = []
      while let byte = current {
        index += 1
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
        case UInt8(ascii: "\\"):
          guard let scalar = escape() else {
            fail("an escape")
            return nil
          }
          units.append(contentsOf: Array(String(Character(scalar)).utf8))
        case 0..<0x20:
          index -= 1
          fail("no control character inside a string")
          return nil
        default: units.append(byte)
        }
      }
      fail("a closing quote")
      return nil
    }

    mutating func escape() -> Unicode.Scalar? {
      guard let byte = current else { return nil }
      index += 1
      switch byte {
      case UInt8(ascii: "n"): return "\n"
      case UInt8(ascii: "t"): return "\t"
      case UInt8(ascii: "r"): return "\r"
      case UInt8(ascii: "b"): return "\u{8}"
      case UInt8(ascii: "f"): return "\u{C}"
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
      case UInt8(ascii: "u"):
        guard let first = hex4() else { return nil }
        if first >= 0xD800, first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
          bytes[index + 1] == UInt8(ascii: "u")
        {
          index += 2
          guard let second = hex4(), second >= 0xDC00, second < 0xE000 else { return "\u{FFFD}" }
          return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        }
        return Unicode.Scalar(first) ?? "\u{FFFD}"
      default: return nil
      }
    }

    mutating func hex4() -> UInt32? {
      guard index + 4 <= bytes.count, let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16) else {
        return nil
      }
      index += 4
      return value
    }
  }
}
