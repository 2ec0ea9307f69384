import Motion

/// A token that could have been drawn, with its probability (0…1).
public struct TokenAlternative: Sendable, Hashable, Codable {
  public var token: Int
  public var probability: Double

  public init(token: Int, probability: Double) {
    self.token = token
    self.probability = probability
  }
}

/// What one lane drew at one step.
public struct LaneChoice: Sendable, Hashable, Codable {
  /// Why this token stands here.
  public enum Origin: String, Sendable, Hashable, Codable { case sampled, locked, pinned }

  public var token: Int
  /// The model's probability of the token at the request's temperature, before top-k and top-p cut.
  public var probability: Double
  /// The most likely tokens, best first (with the drawn one among them when it ranks there).
  public var alternatives: [TokenAlternative]
  /// Entropy of the lane's distribution in bits.
  public var entropy: Double
  public var origin: Origin

  public init(token: Int, probability: Double, alternatives: [TokenAlternative], entropy: Double, origin: Origin) {
    self.token = token
    self.probability = probability
    self.alternatives = alternatives
    self.entropy = entropy
    self.origin = origin
  }
}

/// One step of sampling: a token on every lane.
public struct StepEvent: Sendable, Hashable, Codable {
  /// The step's place in the clip, from 0.
  public var position: Int
  /// One choice a lane, in the order of `TokenSequence.lanes`.
  public var choices: [LaneChoice]
  /// The probability with which the model would have ended the clip here.
  public var endProbability: Double
  /// Time this step took.
  public var seconds: Double

  public init(position: Int, choices: [LaneChoice], endProbability: Double, seconds: Double) {
    self.position = position
    self.choices = choices
    self.endProbability = endProbability
    self.seconds = seconds
  }

  public var tokens: [Int] { choices.map(\.token) }
}

/// News of a running generation, in this order: for every try one `started` and its steps in order of position, which takes the place of
/// what an earlier try drew; then one `finished` with the motion of the last.
public enum GenerationEvent: Sendable {
  /// Text and audio are encoded; `steps` is the length when it is known beforehand.
  case started(steps: Int?, framesPerStep: Int, secondsToEncode: Double)
  case step(StepEvent)
  case finished(GenerationResult)
}

/// A finished generation.
public struct GenerationResult: Sendable, Hashable {
  public var tokens: TokenSequence
  public var clip: Clip
  /// True when the model ended the clip itself.
  public var reachedEnd: Bool
  /// What each level's text is taken to claim, held against the motion; empty where the bundle reads no claims, without text, and for motions
  /// longer than one window.
  public var findings: [ClaimVerifier.Finding]
  /// Prompt, seed, settings, model fingerprint: also in `clip.provenance`.
  public var provenance: [String: String]

  public init(
    tokens: TokenSequence, clip: Clip, reachedEnd: Bool, findings: [ClaimVerifier.Finding] = [], provenance: [String: String]
  ) {
    self.tokens = tokens
    self.clip = clip
    self.reachedEnd = reachedEnd
    self.findings = findings
    self.provenance = provenance
  }
}
