import Claims
import Corpus
import Motion

/// One clip of a test set.
public struct EvaluationItem: Sendable, Hashable {
  public var name: String
  /// The levels' texts, of the scenarios the first; a level without text is missing.
  public var texts: [TextLevel: String]
  public var clip: Clip
  /// The speech, for talking sets.
  public var audioPath: String?
  public var phones: [Phone]
  public var score: Score?
  /// What the texts claim, by level.
  public var claims: [String: [Claim]]

  public init(
    name: String, texts: [TextLevel: String], clip: Clip, audioPath: String? = nil, phones: [Phone] = [], score: Score? = nil,
    claims: [String: [Claim]] = [:]
  ) {
    self.name = name
    self.texts = texts
    self.clip = clip
    self.audioPath = audioPath
    self.phones = phones
    self.score = score
    self.claims = claims
  }

  /// The levels there are, joined by one space: what the retrieval networks read.
  public var fullText: String { TextLevel.allCases.compactMap { texts[$0] }.joined(separator: " ") }
}

/// A clip that cannot be evaluated, and why.
public struct DatasetFault: Sendable, Hashable, Codable {
  public var file: String
  public var reason: String

  public init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }
}
