extension Wav2Vec2 {
  /// Sizes, from a config.json of transformers.
  public struct Configuration: Sendable, Hashable {
    /// The convolutions' channels, taps and strides.
    public var channels, taps, strides: [Int]
    public var convolutionBias: Bool
    /// Layer norms in every convolution (large) instead of a group norm in the first (base).
    public var layerNormed: Bool
    public var width: Int
    public var layers: Int
    public var heads: Int
    public var hidden: Int
    public var positionTaps: Int
    public var positionGroups: Int
    /// Norms before each part of a layer (large) instead of after.
    public var stable: Bool
    public var epsilon: Float
    /// The sound is brought to mean 0 and deviation 1 first (preprocessor_config.json, "do_normalize").
    public var normalizesInput: Bool

    public init(_ file: ModelConfiguration, normalizesInput: Bool = true) throws {
      try file.require("model_type", "wav2vec2")
      channels = try file.integers("conv_dim", in: 1...4096, fallback: [Int](repeating: 512, count: 7))
      taps = try file.integers("conv_kernel", count: channels.count, in: 1...64, fallback: [10, 3, 3, 3, 3, 2, 2])
      strides = try file.integers("conv_stride", count: channels.count, in: 1...64, fallback: [5, 2, 2, 2, 2, 2, 2])
      convolutionBias = try file.flag("conv_bias", fallback: false)
      let norm = try file.text("feat_extract_norm", fallback: "group")
      guard norm == "group" || norm == "layer" else {
        throw ModelError.unsupported(path: file.path, what: "\"feat_extract_norm\": \"\(norm)\"", expected: "\"group\" or \"layer\"")
      }
      layerNormed = norm == "layer"
      width = try file.integer("hidden_size", in: 1...8192, fallback: 768)
      layers = try file.integer("num_hidden_layers", in: 1...96, fallback: 12)
      heads = try file.integer("num_attention_heads", in: 1...128, fallback: 12)
      hidden = try file.integer("intermediate_size", in: 1...65_536, fallback: 3072)
      positionTaps = try file.integer("num_conv_pos_embeddings", in: 1...4096, fallback: 128)
      positionGroups = try file.integer("num_conv_pos_embedding_groups", in: 1...4096, fallback: 16)
      stable = try file.flag("do_stable_layer_norm", fallback: false)
      epsilon = Float(try file.number("layer_norm_eps", in: 0...1, fallback: 1e-5))
      try file.require("feat_extract_activation", "gelu")
      try file.require("hidden_act", "gelu")
      self.normalizesInput = try file.flag("do_normalize", fallback: normalizesInput)
      guard zip(taps, strides).allSatisfy({ $0 >= $1 }) else {
        throw ModelError.configuration(
          path: file.path, key: "conv_stride", expected: "no stride above its filter's taps", found: "\(strides)")
      }
      guard width % heads == 0, width % positionGroups == 0 else {
        throw ModelError.configuration(
          path: file.path, key: "hidden_size", expected: "a multiple of \(heads) heads and \(positionGroups) groups", found: "\(width)")
      }
    }
  }
}
