import Foundation

/// A JSON value that keeps the order of keys, as the session file is written and salvaged.
///
/// Foundation's decoder refuses a damaged file whole; this reader returns what came before the damage.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case integer(Int64)
  /// A whole number past Int64, such as half of all seeds.
  case large(UInt64)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One key of an object with its value.
  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: JSONValue
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { Member($0.key, $0.value) })
  }

  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var members: [Member] {
    if case .object(let members) = self { return members }
    return []
  }

  public var items: [JSONValue]? {
    if case .array(let items) = self { return items }
    return nil
  }

  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  public var flag: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }

  /// A finite number.
  public var double: Double? {
    switch self {
    case .number(let number): number.isFinite ? number : nil
    case .integer(let number): Double(number)
    case .large(let number): Double(number)
    default: nil
    }
  }

  public var int: Int? {
    switch self {
    case .integer(let number): Int(exactly: number)
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }
}

extension JSONValue {
  /// The value as text. `pretty` puts one member a line down to `depth` levels, so that sessions diff well.
  public func serialised(pretty depth: Int = 0) -> String {
    var output = ""
    write(into: &output, depth: depth, indent: 0)
    return output
  }

  private func write(into output: inout String, depth: Int, indent: Int) {
    switch self {
    case .null: output += "null"
    case .bool(let flag): output += flag ? "true" : "false"
    case .integer(let number): output += String(number)
    case .large(let number): output += String(number)
    case .number(let number): output += number.isFinite ? Self.shortest(number) : "null"
    case .string(let text): Self.quote(text, into: &output)
    case .array(let items):
      Self.list(items, "[", "]", into: &output, depth: depth, indent: indent) { item, output in
        item.write(into: &output, depth: depth - 1, indent: indent + 1)
      }
    case .object(let members):
      Self.list(members, "{", "}", into: &output, depth: depth, indent: indent) { member, output in
        Self.quote(member.key, into: &output)
        output += depth > 0 ? ": " : ":"
        member.value.write(into: &output, depth: depth - 1, indent: indent + 1)
      }
    }
  }

  private static func list<T>(
    _ items: [T], _ open: String, _ close: String, into output: inout String, depth: Int, indent: Int,
    write: (T, inout String) -> Void
  ) {
    output += open
    let broken = depth > 0 && !items.isEmpty
    for (index, item) in items.enumerated() {
      if index > 0 { output += "," }
      if broken { output += "\n" + String(repeating: " ", count: indent + 1) }
      write(item, &output)
    }
    if broken { output += "\n" + String(repeating: " ", count: indent) }
    output += close
  }

  /// Whole numbers without a point, others in Swift's shortest form that reads back equal.
  private static func shortest(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
    return "\(number)"
  }

  private static func quote(_ text: String, into output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}": output += "\\u" + String(format: "%04x", scalar.value)
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
