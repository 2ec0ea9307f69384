import Containers
import Foundation
import Models
import NeuralNet

extension ModelBundle {
  /// Puts a Hugging Face text or audio encoder into the bundle: checks that it fits and reads, copies its weights, rewrites bundle.json.
  ///
  /// `folder` holds config.json, model.safetensors or pytorch_model.bin, and vocab.txt for a text encoder.
  public func importing(encoder source: String) throws -> ModelBundle {
    let configPath = "\(source)/config.json"
    let file = try FileBytes(reading: configPath)
    let config: [String: BundleJSON] = try JSONFile.decode(from: file)
    let names = ["model.safetensors", "pytorch_model.bin"]
    guard let weights = names.map({ "\(source)/\($0)" }).first(where: FileManager.default.fileExists) else {
      throw SynthesisError.unreadable(path: source, reason: "it holds neither \(names.joined(separator: " nor "))")
    }
    let store = try WeightStore(checkpoint: weights)
    let settings = try ModelConfiguration(json: Data(file.contents), path: configPath)
    var changed = description
    // The bundle changes as a whole: its files and bundle.json belong together.
    let staging = try StagedFolder(folder, existing: .overwrite)
    switch try settings.text("model_type") {
    case "wav2vec2":
      let part = BundleDescription.AudioPart(kind: .wav2vec2, file: "audio.safetensors", config: config)
      try fits(configPath, "audio", description.transformer.audioWidth, try part.encoder(weights: store, path: configPath).width)
      try WeightStore.write(store.all, to: "\(staging.path)/\(part.file)")
      changed.audio = part
    case let kind:
      guard let kind = BertEncoder.Kind(rawValue: kind) else {
        throw SynthesisError.bundle(path: configPath, key: "model_type", expected: "distilbert, bert or wav2vec2", found: kind)
      }
      let encoder = try BertEncoder(BertEncoder.Configuration(settings), weights: store)
      try fits(configPath, "text", description.transformer.textWidth, encoder.width)
      let vocabulary = "\(source)/vocab.txt"
      _ = try WordPiece(path: vocabulary)
      let part = BundleDescription.TextPart(
        kind: kind, file: "text.safetensors", vocabulary: "vocab.txt", config: config,
        maxTokens: min(WordPiece.maximumTokens, encoder.maximumTokens))
      try WeightStore.write(store.all, to: "\(staging.path)/\(part.file)")
      try AtomicFile.write(Data(FileBytes(reading: vocabulary).contents), to: "\(staging.path)/\(part.vocabulary)")
      changed.text = part
      // Claims and lengths are read from the states of the text encoder that was there in training.
      changed.claims = nil
      changed.length = nil
    }
    try changed.write(to: staging.path, changing: folder)
    try staging.commit()
    return try ModelBundle(folder: folder)
  }

  private func fits(_ path: String, _ part: String, _ expected: Int, _ found: Int) throws {
    guard expected == found else {
      throw SynthesisError.bundle(
        path: path, key: "width", expected: "\(expected), the \(part) width the bundle's transformer was trained with", found: "\(found)")
    }
  }
}
