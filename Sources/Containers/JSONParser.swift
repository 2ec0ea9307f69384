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

/// JSON (RFC 8259), nesting of at most 64. What stands before a damaged place is kept.
///
/// A file of somebody else's must also be valid UTF-8 without duplicate keys (`isStrict`); one of ours that was damaged is read as
/// far as it goes.
struct JSONParser {
  private let bytes: UnsafeRawBufferPointer
  private let isStrict: Bool
  private var index = 0
  private var damage: JSONDamage?
  private static let maximumDepth = 64

  private init(_ bytes: UnsafeRawBufferPointer, isStrict: Bool) {
    self.bytes = bytes
    self.isStrict = isStrict
  }

  /// The value (an object or array holds the members before the damage) and the damage, nil for a whole text.
  static func parse(_ bytes: UnsafeRawBufferPointer, isStrict: Bool) -> (value: JSONValue, damage: JSONDamage?) {
    var parser = JSONParser(bytes, isStrict: isStrict)
    let value = parser.value(depth: 0)
    if parser.damage == nil {
      parser.skipSpace()
      if parser.index < bytes.count { parser.fail("the end of the file") }
    }
    return (value ?? .null, parser.damage)
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func fail(_ expected: String) {
    if damage == nil { damage = JSONDamage(offset: index, expected: expected) }
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func accept(_ byte: Character) -> Bool {
    guard current == byte.asciiValue else { return false }
    index += 1
    return true
  }

  /// Nil when nothing of the value could be read.
  private mutating func value(depth: Int) -> JSONValue? {
    guard depth < Self.maximumDepth else {
      fail("nesting of at most \(Self.maximumDepth)")
      return nil
    }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "t"): return word("true", .bool(true))
    case UInt8(ascii: "f"): return word("false", .bool(false))
    case UInt8(ascii: "n"): return word("null", .null)
    default: return number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) -> JSONValue? {
    guard bytes[index...].starts(with: text.utf8) else {
      fail(text)
      return nil
    }
    index += text.utf8.count
    return value
  }

  private mutating func object(depth: Int) -> JSONValue {
    index += 1
    var members: [JSONValue.Member] = []
    var keys = Set<String>()
    skipSpace()
    if accept("}") { return .object([]) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else {
        fail("a key in quotes")
        break
      }
      guard let key = string() else { break }
      if isStrict, !keys.insert(key).inserted {
        fail("every key once, but \(printable(key)) comes again")
        break
      }
      skipSpace()
      guard accept(":") else {
        fail("a colon")
        break
      }
      guard let value = value(depth: depth + 1) else { break }
      members.append(JSONValue.Member(key, value))
      skipSpace()
    } while damage == nil && accept(",")
    if damage == nil, !accept("}") { fail("a comma or }") }
    return .object(members)
  }

  private mutating func array(depth: Int) -> JSONValue {
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if accept("]") { return .array([]) }
    repeat {
      guard let value = value(depth: depth + 1) else { break }
      elements.append(value)
      skipSpace()
    } while damage == nil && accept(",")
    if damage == nil, !accept("]") { fail("a comma or ]") }
    return .array(elements)
  }

  private mutating func number() -> JSONValue? {
    let start = index
    guard let whole = skipNumber() else { return nil }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if whole, let value = Int(text) { return .integer(value) }
    if whole, let value = UInt64(text) { return .large(value) }
    if let value = Double(text), value.isFinite { return .number(value) }
    index = start
    fail("a value")
    return nil
  }

  /// Whether the number is a whole one; nil when it is none.
  private mutating func skipNumber() -> Bool? {
    let start = index
    var whole = true
    _ = accept("-")
    guard let first = current, first >= 0x30, first <= 0x39 else {
      index = start
      fail("a value")
      return nil
    }
    skipDigits()
    if first == 0x30, index - start > (bytes[start] == UInt8(ascii: "-") ? 2 : 1) {
      fail("a number without leading zero")
      return nil
    }
    for mark in [Character("."), "e"] where accept(mark) || (mark == "e" && accept("E")) {
      whole = false
      if mark == "e", !accept("+") { _ = accept("-") }
      guard skipDigits() else {
        fail("a digit")
        return nil
      }
    }
    return whole
  }

  @discardableResult
  private mutating func skipDigits() -> Bool {
    let start = index
    while let byte = current, byte >= 0x30, byte <= 0x39 { index += 1 }
    return index > start
  }

  private mutating func string() -> String? {
    index += 1
    let start = index
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
    if current == UInt8(ascii: "\"") {
      let text = text(bytes[start..<index])
      index += 1
      return text
    }
    var collected = Array(bytes[start..<index])
    while let byte = current {
      guard byte >= 0x20 else {
        fail("no control character inside a string")
        return nil
      }
      index += 1
      if byte == UInt8(ascii: "\"") { return collected.withUnsafeBytes { text($0[...]) } }
      if byte != UInt8(ascii: "\\") {
        collected.append(byte)
      } else if let scalar = escape() {
        collected.append(contentsOf: Character(scalar).utf8)
      } else {
        fail("an escape")
        return nil
      }
    }
    fail("a closing quote")
    return nil
  }

  private mutating func text(_ slice: Slice<UnsafeRawBufferPointer>) -> String? {
    if !isStrict { return String(decoding: slice, as: UTF8.self) }
    guard let text = String(validating: slice, as: UTF8.self) else {
      fail("UTF-8 text")
      return nil
    }
    return text
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte = current else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return unicodeEscape() ?? (isStrict ? nil : "\u{FFFD}")
    default: return nil
    }
  }

  /// The scalar of `\uXXXX`, or of a surrogate pair.
  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = hexadecimal() else { return nil }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, accept("\\"), accept("u"), let second = hexadecimal(), (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func hexadecimal() -> UInt32? {
    guard index + 4 <= bytes.count, bytes[index..<index + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { return nil }
    index += 4
    return value
  }
}

extension JSONValue {
  /// Reads a JSON text. Errors: `ContainerError.damaged` with line and byte.
  public init(parsing file: FileBytes) throws { self = try Self.whole(file.bytes, path: file.path, part: "JSON") }

  /// Reads a JSON text that is part of a file.
  public init(parsing text: String, path: String, part: String = "JSON") throws {
    var text = text
    self = try text.withUTF8 { try Self.whole(UnsafeRawBufferPointer($0), path: path, part: part) }
  }

  /// Reads as much of a text of our own as is whole.
  ///
  /// - Returns: the value (an object or array holds the members before the damage) and the damage, nil for a whole file.
  public static func salvage(_ bytes: [UInt8]) -> (value: JSONValue, damage: JSONDamage?) {
    bytes.withUnsafeBytes { JSONParser.parse($0, isStrict: false) }
  }

  /// Reads a whole text of our own or says where it is damaged.
  public init(parsing bytes: [UInt8]) throws(JSONDamage) {
    let (value, damage) = Self.salvage(bytes)
    if let damage { throw damage }
    self = value
  }

  static func whole(_ bytes: UnsafeRawBufferPointer, path: String, part: String) throws -> JSONValue {
    let (value, damage) = JSONParser.parse(bytes, isStrict: true)
    guard let damage else { return value }
    let at = min(damage.offset, bytes.count)
    let next = at < bytes.count ? bytes[at] : nil
    let found = next.map { (0x20..<0x7F).contains($0) ? "'\(Character(Unicode.Scalar($0)))'" : "byte \($0)" } ?? "the end"
    let line = bytes[..<at].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    throw ContainerError.damaged(path: path, part: "\(part), line \(line), byte \(at)", expected: damage.expected, found: found)
  }
}
