import Containers
import Foundation
import Motion
import Synthesis

/// The large parts of documents, stored once under the hash of their content and referred to by it.
///
/// Undo steps share tokens, traces, offset pages and embedded sounds; the file holds each once.
struct SessionPools {
  enum Kind: String, CaseIterable {
    case tokens, traces, pages, clips, sounds
  }

  private(set) var entries: [Kind: [String: JSONValue]] = [:]
  /// Names added since the last call of `takeFresh`, for the journal.
  private var fresh: [Kind: [String]] = [:]

  /// Stores a value and returns its name.
  mutating func store(_ value: JSONValue, as kind: Kind) -> String {
    let name = String(FNV1a.hash(value.encoded.utf8), radix: 36)
    if entries[kind]?[name] == nil {
      entries[kind, default: [:]][name] = value
      fresh[kind, default: []].append(name)
    }
    return name
  }

  func value(_ name: String?, of kind: Kind) -> JSONValue? {
    guard let name else { return nil }
    return entries[kind]?[name]
  }

  /// All pools as members of the session object, names sorted so that files diff well.
  func encoded() -> [JSONValue.Member] {
    Kind.allCases.map { kind in
      let sorted = (entries[kind] ?? [:]).sorted { $0.key < $1.key }
      return JSONValue.Member(kind.rawValue, .object(sorted.map { JSONValue.Member($0.key, $0.value) }))
    }
  }

  /// What was added since the last call, as an object of pools; nil when nothing was.
  mutating func takeFresh() -> JSONValue? {
    guard !fresh.isEmpty else { return nil }
    let members = Kind.allCases.compactMap { kind -> JSONValue.Member? in
      guard let names = fresh[kind] else { return nil }
      return JSONValue.Member(kind.rawValue, .object(names.compactMap { name in entries[kind]?[name].map { JSONValue.Member(name, $0) } }))
    }
    fresh = [:]
    return .object(members)
  }

  /// Adds the pools found in a session or a journal entry.
  mutating func absorb(_ value: JSONValue?) {
    guard let value else { return }
    for kind in Kind.allCases {
      for member in value[kind.rawValue]?.members ?? [] { entries[kind, default: [:]][member.key] = member.value }
    }
  }
}

/// Values that are `Codable` as JSON values and back.
enum CodableBridge {
  static func encode(_ value: some Encodable) -> JSONValue {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value), let json = try? JSONValue(parsing: Array(data)) else { return .null }
    return json
  }

  static func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) -> T? {
    try? JSONDecoder().decode(type, from: Data(value.encoded.utf8))
  }
}
