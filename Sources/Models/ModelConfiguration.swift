import Containers
import Foundation

/// The settings of one network (a Hugging Face config.json, or the same object inside a bundle.json), read with checks.
public struct ModelConfiguration {
  /// The file, for messages.
  public let path: String
  private let values: [String: Any]

  public init(_ values: [String: Any], path: String) {
    self.values = values
    self.path = path
  }

  /// Parses JSON; the top must be an object.
  public init(json: Data, path: String) throws {
    // Our parser says where a text is no JSON.
    _ = try JSONValue(parsing: FileBytes(path: path, Array(json)))
    guard let values = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed) as? [String: Any] else {
      throw ModelError.unreadable(path: path, reason: "its top is not an object")
    }
    self.init(values, path: path)
  }

  public init(path: String) throws {
    try self.init(json: Data(FileBytes(reading: path).contents), path: path)
  }

  public func contains(_ key: String) -> Bool { values[key] != nil }

  /// A whole number in `range` under the first of the keys that is there; `fallback` when none is.
  public func integer(_ keys: String..., in range: ClosedRange<Int> = 1...1 << 20, fallback: Int? = nil) throws -> Int {
    for key in keys {
      guard let value = values[key], !(value is NSNull) else { continue }
      guard let number = value as? NSNumber, let whole = Int(exactly: number.doubleValue), range.contains(whole) else {
        throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", value)
      }
      return whole
    }
    guard let fallback else { throw missing(keys, "a whole number") }
    return fallback
  }

  public func number(_ key: String, in range: ClosedRange<Double>, fallback: Double? = nil) throws -> Double {
    guard let value = values[key], !(value is NSNull) else {
      guard let fallback else { throw missing([key], "a number") }
      return fallback
    }
    guard let number = (value as? NSNumber)?.doubleValue, range.contains(number) else {
      throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)", value)
    }
    return number
  }

  public func flag(_ key: String, fallback: Bool) throws -> Bool {
    guard let value = values[key], !(value is NSNull) else { return fallback }
    guard let flag = value as? Bool else { throw wrong(key, "true or false", value) }
    return flag
  }

  public func text(_ key: String, fallback: String? = nil) throws -> String {
    guard let value = values[key], !(value is NSNull) else {
      guard let fallback else { throw missing([key], "a string") }
      return fallback
    }
    guard let text = value as? String else { throw wrong(key, "a string", value) }
    return text
  }

  /// A list of whole numbers in `range`, of `count` items when that is given.
  public func integers(_ key: String, count: Int? = nil, in range: ClosedRange<Int>, fallback: [Int]? = nil) throws -> [Int] {
    guard let value = values[key], !(value is NSNull) else {
      guard let fallback else { throw missing([key], "a list of whole numbers") }
      return fallback
    }
    let numbers = (value as? [NSNumber])?.compactMap { Int(exactly: $0.doubleValue) } ?? []
    let expected = "a list of \(count.map { "\($0) " } ?? "")whole numbers from \(range.lowerBound) to \(range.upperBound)"
    guard let list = value as? [Any], list.count == numbers.count, !numbers.isEmpty, count ?? numbers.count == numbers.count,
      numbers.allSatisfy(range.contains)
    else { throw wrong(key, expected, value) }
    return numbers
  }

  /// Fails unless `key` is absent or holds `value`.
  public func require(_ key: String, _ value: String) throws {
    let found = try text(key, fallback: value)
    guard found == value else { throw ModelError.unsupported(path: path, what: "\"\(key)\": \"\(found)\"", expected: "\"\(value)\"") }
  }

  private func wrong(_ key: String, _ expected: String, _ value: Any) -> ModelError {
    .configuration(path: path, key: key, expected: expected, found: String(String(describing: value).prefix(80)))
  }

  private func missing(_ keys: [String], _ expected: String) -> ModelError {
    .configuration(path: path, key: keys.joined(separator: "\" or \""), expected: expected, found: "nothing")
  }
}
