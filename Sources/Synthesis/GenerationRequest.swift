import Speech

/// Speech to follow.
public enum AudioSource: Sendable, Hashable {
  /// A sound file, read in windows; `start` and `length` in seconds trim it.
  case file(path: String, start: Double = 0, length: Double? = nil)
  /// Samples in memory, with a name for the records.
  case waveform(Waveform, name: String)

  /// How the records call it.
  public var name: String {
    switch self {
    case .file(let path, _, _): path
    case .waveform(_, let name): name
    }
  }
}

/// One clip to make.
public struct GenerationRequest: Sendable, Hashable {
  /// How long the clip becomes.
  public enum Length: Sendable, Hashable {
    /// As long as the audio; without audio a length that the texts leave open, drawn before the first token (`LengthPredictor`), or until
    /// the model's END where the bundle has no predictor.
    case natural
    case seconds(Double)
  }

  /// Which steps are drawn anew; the others are taken from `base`.
  public enum Scope: Sendable, Hashable {
    case everything
    /// Keeps `base` before this step and draws on from there.
    case from(Int)
    /// Draws these steps only and keeps `base` on both sides; among several fillings the one that leads best into what follows wins.
    case span(Range<Int>)
  }

  /// Where the prompt enters the network (Table 3 of the paper).
  public struct Fusion: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// The full text as the condition token of self-attention.
    public static let fullText = Fusion(rawValue: 1)
    /// The levels' texts as rows of cross-attention.
    public static let levels = Fusion(rawValue: 2)
    public static let all: Fusion = [.fullText, .levels]
  }

  public var prompt: Prompt
  /// What of the prompt the network gets; less than `all` shows what the other is good for.
  public var fusion = Fusion.all
  public var audio: AudioSource?
  public var length: Length
  public var settings: SamplingSettings
  /// The take to start from, for locks and for `scope`.
  public var base: TokenSequence?
  public var scope: Scope
  public var constraints: TokenConstraints

  public init(
    prompt: Prompt = Prompt(), audio: AudioSource? = nil, length: Length = .natural, settings: SamplingSettings = SamplingSettings(),
    base: TokenSequence? = nil, scope: Scope = .everything, constraints: TokenConstraints = TokenConstraints()
  ) {
    self.prompt = prompt
    self.audio = audio
    self.length = length
    self.settings = settings
    self.base = base
    self.scope = scope
    self.constraints = constraints
  }
}
