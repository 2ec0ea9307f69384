import Foundation
import NeuralNet

/// Encoders in a folder as transformers saves them: config.json, model.safetensors or pytorch_model.bin, vocab.txt.
public enum PretrainedFolder {
  /// A DistilBERT or BERT-shaped text encoder with its word pieces.
  public static func text(_ folder: String) throws -> (vocabulary: WordPiece, encoder: BertEncoder) {
    let configuration = try BertEncoder.Configuration(ModelConfiguration(path: "\(folder)/config.json"))
    return (try WordPiece(path: "\(folder)/vocab.txt"), try BertEncoder(configuration, weights: weights(folder)))
  }

  /// A wav2vec 2.0 encoder; whether the sound is normalised first is told by preprocessor_config.json, and taken as yes without it.
  public static func audio(_ folder: String, interpolation: Wav2Vec2.Interpolation = .after) throws -> Wav2Vec2 {
    let preprocessor = "\(folder)/preprocessor_config.json"
    let normalizes =
      FileManager.default.fileExists(atPath: preprocessor)
      ? try ModelConfiguration(path: preprocessor).flag("do_normalize", fallback: true) : true
    let configuration = try Wav2Vec2.Configuration(ModelConfiguration(path: "\(folder)/config.json"), normalizesInput: normalizes)
    return try Wav2Vec2(configuration, weights: weights(folder), interpolation: interpolation)
  }

  /// The folder's weights, whichever of the two files is there.
  public static func weights(_ folder: String) throws -> WeightStore {
    let names = ["model.safetensors", "pytorch_model.bin"]
    guard let found = names.map({ "\(folder)/\($0)" }).first(where: FileManager.default.fileExists(atPath:)) else {
      throw ModelError.unreadable(path: folder, reason: "it holds neither \(names.joined(separator: " nor "))")
    }
    return try WeightStore(checkpoint: found)
  }
}
