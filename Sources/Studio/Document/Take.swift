import Motion
import Synthesis

/// One sampling of the model: its tokens with everything that made them.
public struct Take: Sendable, Hashable, Identifiable {
  /// Names a take inside its document; never used again after a deletion.
  public typealias ID = Int

  public var id: ID
  /// The take this one was resampled from.
  public var parent: ID?
  public var name: String
  public var starred = false
  /// What made it; nil for motion that was imported.
  public var origin: Origin?
  /// The tokens; nil for motion that was imported.
  public var tokens: TokenSequence?
  /// What the model weighed at each step, as far as it is known.
  public var trace: [StepEvent]
  /// Motion that has no tokens (an imported clip).
  public var imported: Clip?
  /// What speaks and what feels, where `imported` was blended of two takes: their amounts go through the blend.
  public var blend: Blend?
  public var layers = LayerAmounts.unchanged
  public var offsets = OffsetTracks()

  /// The prompt and settings at the time of sampling.
  public struct Origin: Sendable, Hashable, Codable {
    public var prompt: Prompt
    public var settings: SamplingSettings
    /// The sound's content hash and name, nil for text alone.
    public var audioSHA256: String?
    public var audioName: String?
    /// The bundle's fingerprint.
    public var model: String?

    public init(
      prompt: Prompt, settings: SamplingSettings, audioSHA256: String? = nil, audioName: String? = nil, model: String? = nil
    ) {
      self.prompt = prompt
      self.settings = settings
      self.audioSHA256 = audioSHA256
      self.audioName = audioName
      self.model = model
    }
  }

  /// Two performances apart, before they are blended.
  public struct Blend: Sendable, Hashable {
    public var speech: Clip
    public var expression: Clip

    public init(speech: Clip, expression: Clip) {
      self.speech = speech
      self.expression = expression
    }
  }

  public init(
    id: ID, parent: ID? = nil, name: String, origin: Origin?, tokens: TokenSequence?, trace: [StepEvent] = [], imported: Clip? = nil
  ) {
    self.id = id
    self.parent = parent
    self.name = name
    self.origin = origin
    self.tokens = tokens
    self.trace = trace
    self.imported = imported
  }
}
