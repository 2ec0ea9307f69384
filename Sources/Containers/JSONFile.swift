import Foundation

/// JSON of a known shape: every fault names the path, the place, what was expected and what is there.
public enum JSONFile {
  /// Reads a file. Errors: `ContainerError.unreadable`, `.damaged` (no JSON), `.missing`, `.value`, and what `check` throws.
  ///
  /// - Parameter check: looks at the value before it is decoded, for what decoding would pass over in silence.
  public static func read<T: Decodable>(_ type: T.Type = T.self, path: String, check: (JSONValue) throws -> Void = { _ in }) throws -> T {
    try decode(type, from: FileBytes(reading: path), check: check)
  }

  /// Reads JSON in memory; `file.path` names it in messages.
  public static func decode<T: Decodable>(
    _ type: T.Type = T.self, from file: FileBytes, check: (JSONValue) throws -> Void = { _ in }
  ) throws -> T {
    let value = try JSONValue(parsing: file)
    try check(value)
    do {
      return try JSONDecoder().decode(type, from: Data(file.contents))
    } catch let error as DecodingError {
      throw fault(error, in: value, path: file.path)
    }
  }

  /// Fails where an object has a member of another name than these. Errors: `ContainerError.unknown`.
  public static func refuseUnknown(_ value: JSONValue, known: [String], path: String, inside place: String = "") throws {
    guard let stray = value.members?.first(where: { !known.contains($0.key) }) else { return }
    throw ContainerError.unknown(path: path, entry: place + stray.key, known: known)
  }

  private static func fault(_ error: DecodingError, in value: JSONValue, path: String) -> ContainerError {
    switch error {
    case .keyNotFound(let key, let context):
      let has = found(context.codingPath, in: value)?.members?.map(\.key) ?? []
      return .missing(path: path, entry: place(context.codingPath + [key]), has: has)
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let there = words(found(context.codingPath, in: value))
      return .value(path: path, entry: place(context.codingPath), expected: words(type), found: there)
    case .dataCorrupted(let context):
      // It is JSON; what Foundation does not take then, and does not say where, is a number that its place cannot hold.
      guard !context.codingPath.isEmpty else {
        let odd = oddNumbers(value).joined(separator: " or ")
        return .value(path: path, entry: "a number", expected: "a whole one of 0 or more where things are counted", found: odd)
      }
      // Of names that are not known Foundation tells in terms of Swift; our types tell what they expect.
      let isName = context.debugDescription.hasPrefix("Cannot initialize")
      return .value(
        path: path, entry: place(context.codingPath), expected: isName ? "a name that is known here" : context.debugDescription,
        found: words(found(context.codingPath, in: value)))
    @unknown default:
      return .value(path: path, entry: "the file", expected: "other values", found: words(value))
    }
  }

  /// `[2].checks[0].what`
  private static func place(_ keys: [any CodingKey]) -> String {
    let text = keys.reduce("") { text, key in key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? "" : text + ".") + key.stringValue }
    return text.isEmpty ? "the whole" : text
  }

  /// The numbers that are no counts, with their places.
  private static func oddNumbers(_ value: JSONValue, at place: String = "") -> [String] {
    switch value {
    case .array(let elements): elements.enumerated().flatMap { oddNumbers($0.element, at: "\(place)[\($0.offset)]") }
    case .object(let members): members.flatMap { oddNumbers($0.value, at: (place.isEmpty ? "" : place + ".") + $0.key) }
    case .integer(let count) where count >= 0: []
    case .integer, .number, .large, .float: ["\(place) \(value.encoded)"]
    default: []
    }
  }

  private static func found(_ keys: [any CodingKey], in value: JSONValue) -> JSONValue? {
    keys.reduce(value) { value, key in
      guard let index = key.intValue else { return value?[key.stringValue] }
      return value?.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
    }
  }

  private static func words(_ value: JSONValue?) -> String {
    switch value {
    case nil: "nothing"
    case .null: "null"
    case .array(let elements): "a list of \(elements.count)"
    case .object: "an object"
    case .some(let value): value.encoded
    }
  }

  private static func words(_ type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: String(describing: type).hasPrefix("Array") ? "a list" : "an object"
    }
  }
}
