import Containers
import Foundation
import Models
import Motion

/// What bundle.json says: format 1.
public struct BundleDescription: Sendable, Hashable, Codable {
  public static let format = 1
  public static let fileName = "bundle.json"

  public struct TextPart: Sendable, Hashable, Codable {
    /// `distilbert` or `bert`.
    public var kind: BertEncoder.Kind
    public var file: String
    public var vocabulary: String
    /// The keys of the encoder's Hugging Face config.json.
    public var config: [String: BundleJSON]
    public var maxTokens: Int

    public init(kind: BertEncoder.Kind, file: String, vocabulary: String, config: [String: BundleJSON], maxTokens: Int = 300) {
      self.kind = kind
      self.file = file
      self.vocabulary = vocabulary
      self.config = config
      self.maxTokens = maxTokens
    }
  }

  public struct AudioPart: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case compact, wav2vec2 }

    public var kind: Kind
    public var file: String
    public var config: [String: BundleJSON]

    public init(kind: Kind, file: String, config: [String: BundleJSON]) {
      self.kind = kind
      self.file = file
      self.config = config
    }
  }

  /// What reads the claims of texts, so that takes can be held against them.
  public struct ClaimPart: Sendable, Hashable, Codable {
    public var file: String
    public var layers: Int
    public var heads: Int
    /// `action.nod`, `unit.smile.left`, …
    public var events: [String]
    /// `action.nod 2`, `unit.smile.left slight`, `emotion.happy absent`, …
    public var marks: [String]
    /// How sure the reader may be, a level; nil takes its logits as they are.
    public var calibration: [ClaimVerifier.Calibration]?

    public init(
      file: String, layers: Int, heads: Int, events: [String], marks: [String], calibration: [ClaimVerifier.Calibration]? = nil
    ) {
      self.file = file
      self.layers = layers
      self.heads = heads
      self.events = events
      self.marks = marks
      self.calibration = calibration
    }
  }

  /// What tells how long a motion lasts that texts describe.
  public struct LengthPart: Sendable, Hashable, Codable {
    public var file: String
    public var heads: Int
    public var hidden: Int

    public init(file: String, heads: Int, hidden: Int) {
      self.file = file
      self.heads = heads
      self.hidden = hidden
    }
  }

  public var format: Int
  public var name: String
  public var basis: Clip.Basis
  public var framesPerSecond: Double
  public var tokenizer: MotionTokenizerConfig
  public var transformer: MM2FaceTransformerConfig
  public var text: TextPart?
  public var audio: AudioPart?
  public var claims: ClaimPart?
  public var length: LengthPart?
  /// sha256 of every other file of the bundle.
  public var files: [String: String]
  public var licences: BundleJSON?
  public var training: BundleJSON?

  public init(
    name: String, basis: Clip.Basis = .studio50, tokenizer: MotionTokenizerConfig, transformer: MM2FaceTransformerConfig,
    text: TextPart? = nil, audio: AudioPart? = nil, claims: ClaimPart? = nil, length: LengthPart? = nil, files: [String: String] = [:],
    licences: BundleJSON? = nil, training: BundleJSON? = nil
  ) {
    format = Self.format
    self.name = name
    self.basis = basis
    framesPerSecond = Clip.modelFramesPerSecond
    self.tokenizer = tokenizer
    self.transformer = transformer
    self.text = text
    self.audio = audio
    self.claims = claims
    self.length = length
    self.files = files
    self.licences = licences
    self.training = training
  }

  /// Every file the bundle names, in a fixed order.
  public var fileNames: [String] {
    [tokenizer.file, transformer.file, text?.file, text?.vocabulary, audio?.file, claims?.file, length?.file].compactMap { $0 }
  }

  /// Reads and checks a bundle.json. Errors name the file, the key, what was expected and found.
  public init(json: Data, path: String) throws {
    struct Version: Decodable { var format: Int }
    // Our parser says where a text is no JSON.
    _ = try JSONValue(parsing: FileBytes(path: path, Array(json)))
    do {
      let version = try JSONDecoder().decode(Version.self, from: json)
      guard version.format <= Self.format else {
        throw SynthesisError.format(path: path, known: Self.format, found: version.format)
      }
      self = try JSONDecoder().decode(Self.self, from: json)
    } catch let error as DecodingError {
      throw Self.worded(error, path: path)
    }
    try validate(path: path)
  }

  private func validate(path: String) throws {
    func check(_ fine: Bool, _ key: String, _ expected: String, _ found: Any) throws {
      if !fine { throw SynthesisError.bundle(path: path, key: key, expected: expected, found: "\(found)") }
    }
    try check(framesPerSecond == Clip.modelFramesPerSecond, "framesPerSecond", "\(Clip.modelFramesPerSecond)", framesPerSecond)
    try tokenizer.validate(path: path, channels: Clip.channels)
    try transformer.validate(path: path)
    try check(transformer.lanes == tokenizer.lanes.map(\.codes), "transformer.lanes", "\(tokenizer.lanes.map(\.codes))", transformer.lanes)
    try check(transformer.start == .condition, "transformer.start", "condition", transformer.start.rawValue)
    if let text { try check((2...4096).contains(text.maxTokens), "text.maxTokens", "2 to 4096", text.maxTokens) }
    if let claims {
      try check(text != nil, "claims", "a text encoder beside them", "none")
      try check(basis == .studio50, "claims", "motion in the basis studio-50, which can be measured", basis.rawValue)
      let width = transformer.textWidth
      try check(claims.heads > 0 && width % claims.heads == 0, "claims.heads", "a divisor of the text width \(width)", claims.heads)
      try check((0...64).contains(claims.layers), "claims.layers", "0 to 64", claims.layers)
    }
    if let length {
      try check(text != nil, "length", "a text encoder beside it", "none")
      try check(transformer.stepsLeft, "length", "a transformer that is told how many steps are left (stepsLeft)", transformer.stepsLeft)
      let width = transformer.textWidth
      try check(length.heads > 0 && width % length.heads == 0, "length.heads", "a divisor of the text width \(width)", length.heads)
      try check((1...65_536).contains(length.hidden), "length.hidden", "1 to 65536", length.hidden)
    }
    for name in fileNames {
      let plain = !name.isEmpty && !name.contains("/") && !name.contains("\\") && name != "." && name != ".."
      try check(plain, "files", "plain file names inside the bundle", name)
    }
  }

  private static func worded(_ error: DecodingError, path: String) -> SynthesisError {
    func key(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = (context.codingPath + (last.map { [$0] } ?? [])).map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
      return keys.isEmpty ? "the file" : keys.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let missing, let context):
      return .bundle(path: path, key: key(context, missing), expected: "a value", found: "nothing")
    case .typeMismatch(let type, let context):
      return .bundle(path: path, key: key(context), expected: "\(type)", found: "another type")
    case .valueNotFound(let type, let context):
      return .bundle(path: path, key: key(context), expected: "\(type)", found: "null")
    case .dataCorrupted(let context):
      return .bundle(path: path, key: key(context), expected: "a valid value", found: "something else (\(context.debugDescription))")
    @unknown default:
      return .bundle(path: path, key: "the file", expected: "a bundle.json", found: "something else")
    }
  }
}
