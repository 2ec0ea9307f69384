import Claims
import Containers

/// What the face is asked to do: five levels of text, each of which may be missing, muted or weighted.
///
/// As JSON a level is a string, a list of strings (`scenario`) or `{"text": …, "weight": …, "muted": …}`.
public struct Prompt: Sendable, Hashable {
  /// The levels, in the order in which they are joined.
  public typealias Level = TextLevel

  /// The text of one level.
  public struct Entry: Sendable, Hashable {
    /// What was typed; empty when the level is not used. Only `scenario` uses the second and third.
    public var texts: [String]
    /// How much the level counts: 1 as trained, 0 not at all. Adds log(weight) to its rows in cross-attention.
    public var weight: Double
    public var isMuted: Bool

    public init(texts: [String] = [], weight: Double = 1, isMuted: Bool = false) {
      self.texts = texts
      self.weight = weight
      self.isMuted = isMuted
    }

    public init(_ text: String, weight: Double = 1, isMuted: Bool = false) {
      self.init(texts: [text], weight: weight, isMuted: isMuted)
    }

    /// What the model reads: the texts joined by one space, or nil when there are none, the level is muted or weighs nothing.
    public var spoken: String? {
      guard !isMuted, weight > 0 else { return nil }
      let joined = texts.map(Prompt.trimmed).filter { !$0.isEmpty }.joined(separator: " ")
      return joined.isEmpty ? nil : joined
    }
  }

  public static let scenarioLimit = 3

  /// One entry per level, in the order of `Level.allCases`.
  private var entries: [Entry]

  public init() { entries = Level.allCases.map { _ in Entry() } }

  public init(
    action: String? = nil, emotion: String? = nil, expression: String? = nil, pose: String? = nil, scenarios: [String] = []
  ) {
    self.init([.action: action, .emotion: emotion, .expression: expression, .pose: pose].compactMapValues { $0 })
    self[.scenario] = Entry(texts: scenarios)
  }

  /// One text at most of each level.
  public init(_ texts: [Level: String]) {
    self.init()
    for (level, text) in texts { self[level] = Entry(text) }
  }

  public subscript(level: Level) -> Entry {
    get { entries[Prompt.index(level)] }
    set {
      var entry = newValue
      let limit = Prompt.limit(of: level)
      if entry.texts.count > limit { entry.texts = Array(entry.texts.prefix(limit)) }
      entry.weight = entry.weight.isFinite ? max(entry.weight, 0) : 1
      entries[Prompt.index(level)] = entry
    }
  }

  /// How many texts a level may have.
  static func limit(of level: Level) -> Int { level == .scenario ? scenarioLimit : 1 }

  /// The levels the model will read, with their text.
  public var spoken: [(level: Level, text: String, weight: Double)] {
    Level.allCases.compactMap { level in self[level].spoken.map { (level, $0, self[level].weight) } }
  }

  /// The full text: the levels that are read, joined by one space; nil when there is nothing to read.
  public var fullText: String? {
    let texts = spoken.map(\.text)
    return texts.isEmpty ? nil : texts.joined(separator: " ")
  }

  public var isEmpty: Bool { fullText == nil }

  /// The place of a level in the joined text and in the model's level embedding.
  public static func index(_ level: Level) -> Int {
    switch level {
    case .action: 0
    case .emotion: 1
    case .expression: 2
    case .pose: 3
    case .scenario: 4
    }
  }

  static func trimmed(_ text: String) -> String {
    let parts = text.split(whereSeparator: \.isWhitespace)
    return parts.joined(separator: " ")
  }
}

extension Prompt: Codable {
  /// Texts beyond a level's limit are left out; what somebody wrote is held against `check(written:)` first.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: Level.self)
    for level in Level.allCases {
      if let entry = try container.decodeIfPresent(Entry.self, forKey: level) { self[level] = entry }
    }
  }

  /// Fails where a prompt somebody wrote says what decoding would pass over: a level or setting of another name, more texts than a level
  /// may have, a weight below 0.
  ///
  /// - Parameters:
  ///   - others: what may stand beside the levels.
  ///   - place: where the prompt stands in its file, with a full stop at the end.
  /// Errors: `ContainerError.unknown`, `.value`.
  public static func check(written value: JSONValue, besides others: [String] = [], path: String, inside place: String = "") throws {
    try JSONFile.refuseUnknown(value, known: others + Level.allCases.map(\.rawValue), path: path, inside: place)
    for level in Level.allCases {
      guard let entry = value[level.rawValue] else { continue }
      let name = place + level.rawValue
      try JSONFile.refuseUnknown(entry, known: Entry.Keys.allCases.map(\.rawValue), path: path, inside: name + ".")
      let count = (entry.elements ?? entry[Entry.Keys.text.rawValue]?.elements)?.count ?? 1, limit = Self.limit(of: level)
      guard count <= limit else {
        let expected = limit == 1 ? "one text" : "at most \(limit) texts"
        throw ContainerError.value(path: path, entry: name, expected: expected, found: "\(count)")
      }
      if let weight = entry[Entry.Keys.weight.rawValue]?.double, weight < 0 {
        throw ContainerError.value(path: path, entry: "\(name).weight", expected: "a weight of 0 or more", found: "\(weight)")
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Level.self)
    for level in Level.allCases where self[level] != Entry() { try container.encode(self[level], forKey: level) }
  }
}

extension Prompt.Entry: Codable {
  enum Keys: String, CodingKey, CaseIterable { case text, weight, muted }

  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self.init(text)
    } else if let texts = try? decoder.singleValueContainer().decode([String].self) {
      self.init(texts: texts)
    } else {
      guard let container = try? decoder.container(keyedBy: Keys.self) else {
        let wanted = "a text, a list of texts, or an object with text, weight and muted"
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: wanted))
      }
      let texts: [String]
      if let list = try? container.decode([String].self, forKey: .text) {
        texts = list
      } else {
        texts = try container.decodeIfPresent(String.self, forKey: .text).map { [$0] } ?? []
      }
      self.init(
        texts: texts, weight: try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1,
        isMuted: try container.decodeIfPresent(Bool.self, forKey: .muted) ?? false)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if weight == 1, !isMuted {
      var container = encoder.singleValueContainer()
      if texts.count == 1 { try container.encode(texts[0]) } else { try container.encode(texts) }
    } else {
      var container = encoder.container(keyedBy: Keys.self)
      if texts.count == 1 { try container.encode(texts[0], forKey: .text) } else { try container.encode(texts, forKey: .text) }
      if weight != 1 { try container.encode(weight, forKey: .weight) }
      if isMuted { try container.encode(isMuted, forKey: .muted) }
    }
  }
}
