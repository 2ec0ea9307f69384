/// Strict JSON (RFC 8259): valid UTF-8, no duplicate keys, nesting of at most 64.
struct JSONParser {
  private let path: String
  private let part: String
  private let bytes: UnsafeRawBufferPointer
  private var index = 0
  private static let maximumDepth = 64

  private init(_ bytes: UnsafeRawBufferPointer, path: String, part: String) {
    self.bytes = bytes
    self.path = path
    self.part = part
  }

  static func parse(_ bytes: UnsafeRawBufferPointer, path: String, part: String) throws -> JSONValue {
    var parser = JSONParser(bytes, path: path, part: part)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.index == bytes.count else { throw parser.wrong("the end of the JSON text") }
    return value
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func wrong(_ expected: String) -> ContainerError {
    let found = current.map { $0 >= 0x20 && $0 < 0x7F ? "'\(Character(UnicodeScalar($0)))'" : "byte \($0)" } ?? "the end"
    let line = bytes[..<min(index, bytes.count)].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    return .damaged(path: path, part: "\(part), line \(line), byte \(index)", expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func accept(_ byte: Character) -> Bool {
    guard current == byte.asciiValue else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws -> JSONValue {
    guard depth < Self.maximumDepth else { throw wrong("nesting of at most \(Self.maximumDepth)") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[index...].starts(with: text.utf8) else { throw wrong(text) }
    index += text.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws -> JSONValue {
    index += 1
    var members: [JSONValue.Member] = []
    var keys = Set<String>()
    skipSpace()
    if accept("}") { return .object([]) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw wrong("a key in quotes") }
      let key = try string()
      guard keys.insert(key).inserted else { throw wrong("every key once, but \(printable(key)) comes again") }
      skipSpace()
      guard accept(":") else { throw wrong("':'") }
      members.append(JSONValue.Member(key, try value(depth: depth + 1)))
      skipSpace()
    } while accept(",")
    guard accept("}") else { throw wrong("',' or '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> JSONValue {
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if accept("]") { return .array([]) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while accept(",")
    guard accept("]") else { throw wrong("',' or ']'") }
    return .array(elements)
  }

  private mutating func number() throws -> JSONValue {
    let start = index
    var whole = true
    _ = accept("-")
    guard let first = current, first >= 0x30, first <= 0x39 else { throw wrong("a value") }
    skipDigits()
    if first == 0x30, index - start > (bytes[start] == UInt8(ascii: "-") ? 2 : 1) { throw wrong("a number without leading zero") }
    if accept(".") {
      whole = false
      guard skipDigits() else { throw wrong("a digit") }
    }
    if accept("e") || accept("E") {
      whole = false
      if !accept("+") { _ = accept("-") }
      guard skipDigits() else { throw wrong("a digit") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if whole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw wrong("a number") }
    return .number(value)
  }

  @discardableResult
  private mutating func skipDigits() -> Bool {
    let start = index
    while let byte = current, byte >= 0x30, byte <= 0x39 { index += 1 }
    return index > start
  }

  private mutating func string() throws -> String {
    index += 1
    let start = index
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
    if current == UInt8(ascii: "\"") {
      let text = try valid(bytes[start..<index])
      index += 1
      return text
    }
    var collected = Array(bytes[start..<index])
    while let byte = current, byte >= 0x20 {
      index += 1
      if byte == UInt8(ascii: "\"") { return try collected.withUnsafeBytes { try valid($0[...]) } }
      if byte != UInt8(ascii: "\\") {
        collected.append(byte)
        continue
      }
      guard let escape = current else { break }
      index += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(escape)
      case UInt8(ascii: "b"): collected.append(8)
      case UInt8(ascii: "f"): collected.append(12)
      case UInt8(ascii: "n"): collected.append(10)
      case UInt8(ascii: "r"): collected.append(13)
      case UInt8(ascii: "t"): collected.append(9)
      case UInt8(ascii: "u"): collected.append(contentsOf: Character(try unicodeEscape()).utf8)
      default: throw wrong("an escape of JSON")
      }
    }
    throw wrong("the closing quote")
  }

  private func valid(_ slice: Slice<UnsafeRawBufferPointer>) throws -> String {
    guard let text = String(validating: slice, as: UTF8.self) else { throw wrong("UTF-8 text") }
    return text
  }

  /// The scalar of `\uXXXX`, or of a surrogate pair.
  private mutating func unicodeEscape() throws -> UnicodeScalar {
    let first = try hexadecimal()
    if let scalar = UnicodeScalar(first) { return scalar }
    guard first < 0xDC00, accept("\\"), accept("u") else { throw wrong("the second half of a surrogate pair") }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second), let scalar = UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
      throw wrong("the second half of a surrogate pair")
    }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard index + 4 <= bytes.count, bytes[index..<index + 4].allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw wrong("four hexadecimal digits") }
    index += 4
    return value
  }
}

extension JSONValue {
  /// Reads a JSON text. Errors: `ContainerError.damaged` with line and byte.
  public init(parsing file: FileBytes) throws {
    self = try JSONParser.parse(file.bytes, path: file.path, part: "JSON")
  }

  /// Reads a JSON text that is part of a file.
  public init(parsing text: String, path: String, part: String = "JSON") throws {
    var text = text
    self = try text.withUTF8 { try JSONParser.parse(UnsafeRawBufferPointer($0), path: path, part: part) }
  }
}
