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
  ///
  /// - Parameter replacing: whether files of a bundle that is there may be replaced. Errors: `ContainerError.exists`, `.unwritable`.
  @discardableResult
  public static func makeRandom(_ template: BundleTemplate, name: String? = nil, seed: UInt64, folder: String, replacing: Bool = false)
    throws
    -> ModelBundle
  {
    let pieces = letterVocabulary
    var description = template.description(name: name ?? "random-\(template.rawValue)", vocabulary: pieces.count)
    description.training = .object(["weights": .string("random"), "seed": .integer(Int(truncatingIfNeeded: seed))])
    let staging = try StagedFolder(
      folder, existing: replacing ? .overwrite : .add, files: description.fileNames + [BundleDescription.fileName])
    func write(_ file: String, _ build: (WeightStore) throws -> Void) throws {
      let store = WeightStore.random(path: file, seed: seed)
      try build(store)
      try store.writeMade(to: "\(staging.path)/\(file)")
    }
    let tokenizer = description.tokenizer, transformer = description.transformer
    try write(tokenizer.file) { _ = try MotionTokenizer($0, config: tokenizer) }
    try write(transformer.file) {
      _ = try MM2FaceTransformer($0, config: transformer, rate: tokenizer.rate, laneNames: tokenizer.lanes.map(\.name))
    }
    if let text = description.text {
      let settings = try BertEncoder.Configuration(ModelConfiguration(text.config.mapValues(\.untyped), path: name ?? ""), kind: text.kind)
      try write(text.file) { _ = try BertEncoder(settings, weights: $0) }
      try AtomicFile.write(Data((pieces.joined(separator: "\n") + "\n").utf8), to: "\(staging.path)/\(text.vocabulary)")
    }
    if let audio = description.audio { try write(audio.file) { _ = try audio.encoder(weights: $0, path: name ?? "") } }
    if let claims = description.claims {
      try write(claims.file) { _ = try ClaimVerifier(claims, weights: $0, width: transformer.textWidth, path: name ?? "") }
    }
    if let length = description.length { try write(length.file) { _ = try length.predictor(weights: $0, for: transformer) } }
    try description.write(to: staging.path)
    try staging.commit()
    return try ModelBundle(folder: folder)
  }
}

extension BundleDescription {
  /// Writes bundle.json beside its files, with their digests; files that are not there are those of the bundle that it changes.
  public func write(to folder: String, changing bundle: String? = nil) throws {
    var complete = self
    complete.files = [:]
    for file in fileNames {
      let isNew = FileManager.default.fileExists(atPath: "\(folder)/\(file)")
      complete.files[file] = try SHA256.hex(ofFile: "\(isNew ? folder : bundle ?? folder)/\(file)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(complete) + Data("\n".utf8), to: "\(folder)/\(Self.fileName)")
  }
}
