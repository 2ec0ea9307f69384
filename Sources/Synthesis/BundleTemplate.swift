import Foundation
import Models
import Motion
import NeuralNet

/// Ready-made shapes for new bundles.
public enum BundleTemplate: String, Sendable, Hashable, CaseIterable {
  /// Minutes of training, milliseconds of work: for tests.
  case tiny
  /// The shape of the shipped bundle: three streams (mouth with two codebooks), a small text and the compact audio encoder.
  case studio
  /// The paper's shape: one stream of 56 numbers, 512 wide, DistilBERT and wav2vec 2.0 base.
  case paper

  /// The channels of the three streams: mouth with cheeks, tongue and jaw; eyes, brows and nose; neck.
  public static let mouthChannels =
    channels { name in
      ["mouth", "jaw", "cheekPuff", "tongue", "cheekSquint"].contains { name.hasPrefix($0) }
    } + Array(Clip.jawRange)
  public static let upperChannels = channels { name in ["eye", "brow", "nose"].contains { name.hasPrefix($0) } }
  public static let headChannels = Array(Clip.neckRange)

  private static func channels(_ matches: (String) -> Bool) -> [Int] { StudioShape.allCases.filter { matches($0.name) }.map(\.rawValue) }

  /// The description without file digests; `vocabulary` is how many word pieces the text encoder knows.
  public func description(name: String, vocabulary: Int) -> BundleDescription {
    switch self {
    case .tiny: streams(name, vocabulary, tokenizer: 24, text: 32, audio: 16, width: 64, layers: 2, heads: 4, codes: 32, hidden: 48)
    case .studio:
      streams(name, vocabulary, tokenizer: 192, text: 192, audio: 192, width: 256, layers: 6, heads: 8, codes: 512, hidden: 256)
    case .paper: paper(name, vocabulary)
    }
  }

  private func streams(
    _ name: String, _ vocabulary: Int, tokenizer: Int, text: Int, audio: Int, width: Int, layers: Int, heads: Int, codes: Int,
    hidden: Int
  ) -> BundleDescription {
    let code = min(64, tokenizer)
    let streams: [MotionTokenizerConfig.Stream] = [
      .init(name: "mouth", channels: Self.mouthChannels, width: tokenizer, codeWidth: code, codes: codes, codebooks: 2),
      .init(name: "upper", channels: Self.upperChannels, width: tokenizer, codeWidth: code, codes: codes),
      .init(name: "head", channels: Self.headChannels, width: tokenizer, codeWidth: code, codes: codes / 2),
    ]
    let tokens = MotionTokenizerConfig(streams: streams)
    let compact: [String: BundleJSON] = [
      "mels": .integer(80), "width": .integer(audio), "layers": .integer(self == .tiny ? 1 : 4), "heads": .integer(4),
      "window": .integer(40),
    ]
    return BundleDescription(
      name: name, tokenizer: tokens,
      transformer: MM2FaceTransformerConfig(
        width: width, layers: layers, heads: heads, textWidth: text, audioWidth: audio + 36, textPositions: 64, stepsLeft: true,
        headHidden: hidden, lanes: tokens.lanes.map(\.codes)),
      text: BundleDescription.TextPart(
        kind: .bert, file: "text.safetensors", vocabulary: "vocab.txt",
        config: bert(vocabulary, width: text, layers: self == .tiny ? 1 : 4, heads: 4, hidden: text * 4)),
      audio: BundleDescription.AudioPart(kind: .compact, file: "audio.safetensors", config: compact),
      claims: BundleDescription.ClaimPart(
        file: "claims.safetensors", layers: self == .tiny ? 1 : 2, heads: 4,
        events: ["action.nod", "action.turn.left", "emotion.happy", "unit.smile", "unit.browDown", "pose.up", "gaze.left"],
        marks: ["action.nod 2", "emotion.happy slight", "unit.smile absent"]),
      length: BundleDescription.LengthPart(file: "length.safetensors", heads: 4, hidden: self == .tiny ? 24 : 192))
  }

  private func paper(_ name: String, _ vocabulary: Int) -> BundleDescription {
    let tokens = MotionTokenizerConfig(
      streams: [.init(name: "motion", channels: Array(0..<Clip.channels), width: 512, codeWidth: 512, codes: 512)])
    let distilbert: [String: BundleJSON] = [
      "model_type": .string("distilbert"), "vocab_size": .integer(vocabulary), "dim": .integer(768), "n_layers": .integer(6),
      "n_heads": .integer(12), "hidden_dim": .integer(3072), "max_position_embeddings": .integer(512), "activation": .string("gelu"),
    ]
    let convolutions = [(10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2)]
    let wav2vec: [String: BundleJSON] = [
      "model_type": .string("wav2vec2"), "hidden_size": .integer(768), "num_hidden_layers": .integer(12),
      "num_attention_heads": .integer(12), "intermediate_size": .integer(3072), "hidden_act": .string("gelu"),
      "conv_dim": .array(convolutions.map { _ in .integer(512) }), "conv_kernel": .array(convolutions.map { .integer($0.0) }),
      "conv_stride": .array(convolutions.map { .integer($0.1) }), "conv_bias": .bool(false), "feat_extract_norm": .string("group"),
      "feat_extract_activation": .string("gelu"), "do_stable_layer_norm": .bool(false), "num_conv_pos_embeddings": .integer(128),
      "num_conv_pos_embedding_groups": .integer(16), "layer_norm_eps": .number(1e-5),
    ]
    return BundleDescription(
      name: name, tokenizer: tokens,
      transformer: MM2FaceTransformerConfig(
        width: 1024, layers: 9, heads: 16, textWidth: 768, audioWidth: 768, textMemory: .pooled, headHidden: 0, lanes: [512]),
      text: BundleDescription.TextPart(kind: .distilbert, file: "text.safetensors", vocabulary: "vocab.txt", config: distilbert),
      audio: BundleDescription.AudioPart(kind: .wav2vec2, file: "audio.safetensors", config: wav2vec))
  }

  private func bert(_ vocabulary: Int, width: Int, layers: Int, heads: Int, hidden: Int) -> [String: BundleJSON] {
    [
      "model_type": .string("bert"), "vocab_size": .integer(vocabulary), "hidden_size": .integer(width),
      "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads), "intermediate_size": .integer(hidden),
      "max_position_embeddings": .integer(300), "type_vocab_size": .integer(2), "hidden_act": .string("gelu"),
      "layer_norm_eps": .number(1e-12),
    ]
  }
}
