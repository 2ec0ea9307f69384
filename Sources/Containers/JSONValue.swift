/// A JSON value that keeps the order of its members, so that what is written is the same byte for byte every time.
public enum JSONValue: Sendable, Hashable {
  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: JSONValue
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  case null
  case bool(Bool)
  case integer(Int)
  /// A whole number past `Int`, such as half of all seeds.
  case large(UInt64)
  case number(Double)
  /// A number that is written with as many digits as a 32-bit float needs. Reading gives `number`.
  case float(Float)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// The member of that name; nil for another kind of value.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { return members.first { $0.key == key }?.value }
    return nil
  }

  public var text: String? { if case .string(let text) = self { text } else { nil } }
  public var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
  public var boolean: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The number, when it is one.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .large(let value): Double(value)
    case .number(let value): value
    case .float(let value): Double(value)
    default: nil
    }
  }

  /// The whole number, when it is one (`3.0` counts).
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Compact text; numbers that are not finite become null.
  public var encoded: String { encoded(pretty: 0) }

  /// The value as text; down to `depth` levels every member has a line of its own, so that files diff well.
  public func encoded(pretty depth: Int) -> String {
    var text = ""
    append(to: &text, depth: depth, indent: 0)
    return text
  }

  private func append(to text: inout String, depth: Int, indent: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .large(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .float(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value, to: &text)
    case .array(let elements):
      Self.list(elements, "[", "]", to: &text, depth: depth, indent: indent) { element, text in
        element.append(to: &text, depth: depth - 1, indent: indent + 1)
      }
    case .object(let members):
      Self.list(members, "{", "}", to: &text, depth: depth, indent: indent) { member, text in
        Self.quote(member.key, to: &text)
        text += depth > 0 ? ": " : ":"
        member.value.append(to: &text, depth: depth - 1, indent: indent + 1)
      }
    }
  }

  private static func list<T>(
    _ items: [T], _ open: String, _ close: String, to text: inout String, depth: Int, indent: Int, write: (T, inout String) -> Void
  ) {
    text += open
    let broken = depth > 0 && !items.isEmpty
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      if broken { text += "\n" + String(repeating: " ", count: indent + 1) }
      write(item, &text)
    }
    if broken { text += "\n" + String(repeating: " ", count: indent) }
    text += close
  }

  /// A JSON string literal of `value`.
  public static func quoted(_ value: String) -> String {
    var text = ""
    quote(value, to: &text)
    return text
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { Member($0.0, $0.1) }) }

  /// A dictionary of texts as an object with sorted keys.
  public init(texts: [String: String]) {
    self = .object(texts.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
  }
}
