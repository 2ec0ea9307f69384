import Containers
import Foundation
import Models
import NeuralNet

extension ModelBundle {
  /// The word pieces of a random bundle: markers, and every letter, digit and sign of ASCII at the start and inside of words,
  /// so that any English text is cut into known pieces.
  public static var letterVocabulary: [String] {
    let signs = (33...126).map { String(UnicodeScalar(UInt8($0))) }.filter { $0 == $0.lowercased() }
    let inner = signs.filter { $0.unicodeScalars.allSatisfy { ("a"..."z").contains(String($0)) || ("0"..."9").contains(String($0)) } }
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + signs + inner.map { "##\($0)" }
  }

  /// Writes a bundle of random weights: the right shapes, so that everything around the networks can be built and tested; its motion means nothing.
  @discardableResult
  public static func makeRandom(_ template: BundleTemplate, name: String? = nil, seed: UInt64, folder: String) throws -> ModelBundle {
    let pieces = letterVocabulary
    var description = template.description(name: name ?? "random-\(template.rawValue)", vocabulary: pieces.count)
    description.training = .object(["weights": .string("random"), "seed": .integer(Int(truncatingIfNeeded: seed))])
    try OutputFolder.make(folder)
    func write(_ file: String, _ build: (WeightStore) throws -> Void) throws {
      let store = WeightStore.random(path: file, seed: seed)
      try build(store)
      try store.writeMade(to: "\(folder)/\(file)")
    }
    let tokenizer = description.tokenizer, transformer = description.transformer
    try write(tokenizer.file) { _ = try MotionTokenizer($0, config: tokenizer) }
    try write(transformer.file) {
      _ = try MM2FaceTransformer($0, config: transformer, rate: tokenizer.rate, laneNames: tokenizer.lanes.map(\.name))
    }
    if let text = description.text {
      let settings = try BertEncoder.Configuration(ModelConfiguration(text.config.mapValues(\.untyped), path: name ?? ""), kind: text.kind)
      try write(text.file) { _ = try BertEncoder(settings, weights: $0) }
      try AtomicFile.write(Data((pieces.joined(separator: "\n") + "\n").utf8), to: "\(folder)/\(text.vocabulary)")
    }
    if let audio = description.audio { try write(audio.file) { _ = try audio.encoder(weights: $0, path: name ?? "") } }
    if let claims = description.claims {
      try write(claims.file) { _ = try ClaimVerifier(claims, weights: $0, width: transformer.textWidth, path: name ?? "") }
    }
    if let length = description.length { try write(length.file) { _ = try length.predictor(weights: $0, for: transformer) } }
    try description.write(to: folder)
    return try ModelBundle(folder: folder)
  }
}

extension BundleDescription {
  /// Writes bundle.json beside its files, with their digests.
  public func write(to folder: String) throws {
    var complete = self
    complete.files = [:]
    for file in fileNames { complete.files[file] = try SHA256.hex(ofFile: "\(folder)/\(file)") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(complete) + Data("\n".utf8), to: "\(folder)/\(Self.fileName)")
  }
}
