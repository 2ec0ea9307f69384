/// How tokens are drawn.
public struct SamplingSettings: Sendable, Hashable, Codable {
  /// 1 as trained; below 1 safer, above 1 bolder; 0 always takes the most likely token. Where there is a voice, lanes of the mouth alone are
  /// drawn at half of it.
  public var temperature: Double
  /// Only the `topK` most likely tokens can be drawn; 0 means all.
  public var topK: Int
  /// Only the most likely tokens that together reach this probability can be drawn; 1 means all.
  public var topP: Double
  /// How far to move from what the model says without text towards what it says with it: 1 as trained, 1.5–4 follows the text harder.
  /// Where there is a voice, lanes of the mouth alone are drawn as with 1; so is, always and at temperature 1, how long a motion lasts.
  public var guidance: Double
  /// How many takes are drawn, of which the one is kept that the bundle's `ClaimVerifier` finds to do best what the texts tell; 1 keeps the first.
  /// Where one text stands alone, takes after the third are drawn with `insistent`.
  /// Only for prompts with text and motions of at most one window (8 s); a span that is filled has its own choice.
  public var tries: Int
  /// The same seed with the same request gives the same tokens.
  public var seed: UInt64

  public init(temperature: Double = 1, topK: Int = 0, topP: Double = 1, guidance: Double = 1, tries: Int = 1, seed: UInt64 = 0) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.guidance = guidance
    self.tries = tries
    self.seed = seed
  }

  public static let mostTries = 64

  /// What people get who set nothing: surer than trained and closer to the text. Chosen with the shipped bundle, for which it did what
  /// it was told more often than temperature 1 and guidance 1 (training/runs/studio/README.md).
  public static let usual = SamplingSettings(temperature: 0.9, guidance: 1.25, tries: 8)

  /// How lanes of the mouth alone are drawn where there is a voice: without guidance, or a text that is followed harder ("smiling broadly")
  /// would part lips that the sound closes; and surer, since a sound leaves little open about what lips do.
  var ledByVoice: SamplingSettings {
    var settings = self
    settings.guidance = 1
    settings.temperature /= 2
    return settings
  }

  /// How takes are drawn when the first ones did not do what a text tells: surer, and twice as far towards the text; with guidance 1 or less no further.
  public var insistent: SamplingSettings {
    var settings = self
    settings.guidance = max(guidance, 1 + 2 * (guidance - 1))
    settings.temperature *= 0.9
    return settings
  }

  enum CodingKeys: String, CodingKey { case temperature, topK, topP, guidance, tries, seed }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let usual = SamplingSettings()
    temperature = try container.decodeIfPresent(Double.self, forKey: .temperature) ?? usual.temperature
    topK = try container.decodeIfPresent(Int.self, forKey: .topK) ?? usual.topK
    topP = try container.decodeIfPresent(Double.self, forKey: .topP) ?? usual.topP
    guidance = try container.decodeIfPresent(Double.self, forKey: .guidance) ?? usual.guidance
    tries = try container.decodeIfPresent(Int.self, forKey: .tries) ?? usual.tries
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? usual.seed
  }

  /// What is wrong with the settings, in words, or nil.
  public var complaint: String? {
    if !temperature.isFinite || !(0...100).contains(temperature) { return "temperature must be from 0 to 100, found \(temperature)" }
    if topK < 0 { return "top-k must be 0 (all) or more, found \(topK)" }
    if !topP.isFinite || topP <= 0 || topP > 1 { return "top-p must be above 0 and at most 1, found \(topP)" }
    if !guidance.isFinite || !(0...100).contains(guidance) { return "guidance must be from 0 to 100, found \(guidance)" }
    if !(1...Self.mostTries).contains(tries) { return "tries must be from 1 to \(Self.mostTries), found \(tries)" }
    return nil
  }
}
