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
  /// Errors: another kind of value, a weight below 0, more texts than a level may have.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: Level.self)
    for level in Level.allCases {
      guard let entry = try container.decodeIfPresent(Entry.self, forKey: level) else { continue }
      let limit = Self.limit(of: level)
      guard entry.texts.count <= limit else {
        throw DecodingError.dataCorruptedError(
          forKey: level, in: container, debugDescription: limit == 1 ? "one text" : "at most \(limit) texts")
      }
      self[level] = entry
    }
  }

  /// Fails where a prompt somebody wrote has a member that decoding would pass over: a level or setting of another name.
  ///
  /// - Parameter others: what may stand beside the levels. Errors: `ContainerError.unknown`.
  public static func refuseUnknown(in value: JSONValue, besides others: [String] = [], path: String) throws {
    let levels = Level.allCases.map(\.rawValue)
    try JSONFile.refuseUnknown(value, known: others + levels, path: path)
    for level in levels {
      guard let entry = value[level] else { continue }
      try JSONFile.refuseUnknown(entry, known: Entry.Keys.allCases.map(\.rawValue), path: path, inside: level + ".")
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
      let weight = try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1
      guard weight >= 0 else {
        throw DecodingError.dataCorruptedError(forKey: .weight, in: container, debugDescription: "a weight of 0 or more")
      }
      self.init(
        texts: texts, weight: weight, isMuted: try container.decodeIfPresent(Bool.self, forKey: .muted) ?? false)
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
