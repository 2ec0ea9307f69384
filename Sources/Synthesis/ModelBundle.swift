import Containers
import Foundation
import Models
import NeuralNet
import Synchronization

/// A folder with everything one model needs; its networks are read when they are first used.
public final class ModelBundle: Sendable {
  public let folder: String
  public let description: BundleDescription
  /// How the transformer keeps its weights.
  public let precision: WeightPrecision
  /// The first 16 digits of bundle.json's sha256, which in turn holds the sha256 of every file.
  public let fingerprint: String

  private struct Parts: Sendable {
    var tokenizer: MotionTokenizer?
    var transformer: MM2FaceTransformer?
    var vocabulary: WordPiece?
    var text: (any TextEncoder)?
    var audio: (any AudioEncoder)?
    var verifier: ClaimVerifier?
    var length: LengthPredictor?
  }
  private let parts = Mutex(Parts())

  /// Opens a bundle: reads and checks bundle.json. Errors: `ContainerError`, `SynthesisError`, `ModelError`.
  public init(folder: String, precision: WeightPrecision = .fp32) throws {
    self.folder = folder
    self.precision = precision
    let path = "\(folder)/\(BundleDescription.fileName)"
    let json = Data(try FileBytes(reading: path).contents)
    description = try BundleDescription(json: json, path: path)
    fingerprint = String(SHA256.hex(json).prefix(16))
  }

  /// Name and fingerprint, for records.
  public var name: String { "\(description.name)@\(fingerprint)" }

  public func path(of file: String) -> String { "\(folder)/\(file)" }

  public func tokenizer() throws -> MotionTokenizer {
    try parts.withLock { parts in
      if let known = parts.tokenizer { return known }
      let config = description.tokenizer
      let made = try MotionTokenizer(WeightStore(safetensors: path(of: config.file)), config: config)
      parts.tokenizer = made
      return made
    }
  }

  public func transformer() throws -> MM2FaceTransformer {
    try parts.withLock { parts in
      if let known = parts.transformer { return known }
      let config = description.transformer
      let made = try MM2FaceTransformer(
        WeightStore(safetensors: path(of: config.file)), config: config, rate: description.tokenizer.rate,
        laneNames: description.tokenizer.lanes.map(\.name), precision: precision)
      parts.transformer = made
      return made
    }
  }

  /// The word pieces and the text encoder; throws `SynthesisError.noText` when the bundle has none.
  public func text() throws -> (WordPiece, any TextEncoder) {
    guard let part = description.text else { throw SynthesisError.noText(model: name) }
    return try parts.withLock { parts in
      if let vocabulary = parts.vocabulary, let text = parts.text { return (vocabulary, text) }
      let vocabulary = try WordPiece(path: path(of: part.vocabulary))
      let file = bundlePath
      let configuration = try BertEncoder.Configuration(ModelConfiguration(part.config.mapValues(\.untyped), path: file), kind: part.kind)
      try check("text.config width", description.transformer.textWidth, configuration.width)
      guard vocabulary.count <= configuration.vocabulary else {
        throw SynthesisError.bundle(
          path: file, key: "text.config vocabulary", expected: "at least the \(vocabulary.count) word pieces of \(part.vocabulary)",
          found: "\(configuration.vocabulary)")
      }
      let encoder = try BertEncoder(configuration, weights: WeightStore(safetensors: path(of: part.file)))
      parts.vocabulary = vocabulary
      parts.text = encoder
      return (vocabulary, encoder)
    }
  }

  /// The audio encoder; throws `SynthesisError.noAudio` when the bundle has none.
  public func audio() throws -> any AudioEncoder {
    guard let part = description.audio, description.transformer.audioWidth > 0 else { throw SynthesisError.noAudio(model: name) }
    return try parts.withLock { parts in
      if let known = parts.audio { return known }
      let made = try part.encoder(weights: WeightStore(safetensors: path(of: part.file)), path: bundlePath)
      try check("audio.config width", description.transformer.audioWidth, made.width)
      parts.audio = made
      return made
    }
  }

  /// What holds motion against texts; nil when the bundle has none.
  public func verifier() throws -> ClaimVerifier? {
    guard let part = description.claims else { return nil }
    return try parts.withLock { parts in
      if let known = parts.verifier { return known }
      let made = try ClaimVerifier(
        part, weights: WeightStore(safetensors: path(of: part.file)), width: description.transformer.textWidth, path: bundlePath)
      parts.verifier = made
      return made
    }
  }

  /// What tells how long a motion lasts; nil when the bundle has none.
  public func length() throws -> LengthPredictor? {
    guard let part = description.length else { return nil }
    return try parts.withLock { parts in
      if let known = parts.length { return known }
      let made = try part.predictor(weights: WeightStore(safetensors: path(of: part.file)), for: description.transformer)
      parts.length = made
      return made
    }
  }

  /// Reads every network and compares every file with its sha256. Errors name what is wrong first.
  public func verify() throws {
    for file in description.fileNames {
      guard let expected = description.files[file] else {
        throw SynthesisError.bundle(path: bundlePath, key: "files", expected: "the sha256 of \(file)", found: "nothing")
      }
      let found = try SHA256.hex(ofFile: path(of: file))
      guard found == expected.lowercased() else {
        throw SynthesisError.fingerprint(path: path(of: file), expected: expected, found: found)
      }
    }
    _ = try tokenizer()
    _ = try transformer()
    if description.text != nil { _ = try text() }
    if description.audio != nil { _ = try audio() }
    _ = try verifier()
    _ = try length()
  }

  private var bundlePath: String { path(of: BundleDescription.fileName) }

  private func check(_ key: String, _ expected: Int, _ found: Int) throws {
    if expected != found { throw SynthesisError.bundle(path: bundlePath, key: key, expected: "\(expected)", found: "\(found)") }
  }
}

extension BundleDescription.AudioPart {
  /// Builds the encoder; `path` names the bundle in messages.
  func encoder(weights: WeightStore, path: String) throws -> any AudioEncoder {
    let file = ModelConfiguration(config.mapValues(\.untyped), path: path)
    switch kind {
    case .compact: return try CompactAudioEncoder(CompactAudioEncoder.Configuration(file), weights: weights)
    case .wav2vec2: return try Wav2Vec2(Wav2Vec2.Configuration(file), weights: weights)
    }
  }
}

extension BundleDescription.LengthPart {
  /// Builds the predictor beside a transformer.
  func predictor(weights: WeightStore, for transformer: MM2FaceTransformerConfig) throws -> LengthPredictor {
    try LengthPredictor(
      weights: weights, width: transformer.textWidth, levels: Prompt.Level.allCases.count, heads: heads, hidden: hidden,
      steps: transformer.maxSteps)
  }
}
