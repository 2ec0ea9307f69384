import NeuralNet
import Tensor

/// One layer: causal self-attention, cross-attention to text and audio, feed-forward; a norm before each (paper §4.2).
struct TransformerLayer: Sendable {
  let ln1, ln2, ln3: LayerNorm
  let selfQKV, selfOut: Linear
  let crossQ, crossKV, crossOut: Linear
  let up, down: Linear

  init(_ store: WeightStore, width: Int, precision: WeightPrecision) throws {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
      try Linear(store.scoped(name), inputs: inputs, outputs: outputs, precision: precision, packed: true)
    }
    ln1 = try LayerNorm(store.scoped("ln1"), width: width)
    ln2 = try LayerNorm(store.scoped("ln2"), width: width)
    ln3 = try LayerNorm(store.scoped("ln3"), width: width)
    selfQKV = try linear("self_qkv", width, 3 * width)
    selfOut = try linear("self_out", width, width)
    crossQ = try linear("cross_q", width, width)
    // Used once a clip for many rows: stays where the file is mapped.
    crossKV = try Linear(store.scoped("cross_kv"), inputs: width, outputs: 2 * width)
    crossOut = try linear("cross_out", width, width)
    up = try linear("ffn_up", width, 4 * width)
    down = try linear("ffn_down", 4 * width, width)
  }
}

/// The small head that draws one lane.
struct LaneHead: Sendable {
  /// Nil for a direct head.
  let hidden: Linear?
  let out: Linear
}

/// MM2Face's second stage: a causal transformer over motion tokens that reads the full text as its first position and the five text
/// levels and the audio by cross-attention; the lanes of a step are drawn one after another by small heads.
///
/// Axis letters: W width, H heads, L lanes, N memory rows. Keys as in the checkpoint: `tok_emb.<lane>`, `pos_emb`, `layers.<n>.…`, `ln_f`,
/// `text_cond`, `null_cond`, `null_memory`, `text_proj`, `level_emb`, `text_pos_emb`, `left_emb`, `audio_proj`, `audio_emb`, `memory_norm`,
/// `cross_bias`, `draw_emb.<lane>`, `heads.<lane>.{hidden,out}`. Lanes are keyed by name (`mouth.1`) or by index.
public struct MM2FaceTransformer: Sendable {
  /// What turns text and audio into memory rows.
  struct Conditions: Sendable {
    let textCondition: Linear
    let nullCondition: [Float]
    let nullMemory: [Float]
    let textProjection: Linear
    let levels: Matrix
    /// What tells a level's rows their place, or nothing.
    let places: Matrix?
    let audioProjection: Linear?
    let audioEmbedding: [Float]
    let memoryNorm: LayerNorm
    /// H × (2·lookAround + 1)·rate, or empty.
    let crossBias: [Float]
  }

  public static let levelCount = 5

  public let config: MM2FaceTransformerConfig
  /// Frames a step.
  public let rate: Int
  public let precision: WeightPrecision
  let tokens: [Embedding]
  let positions: Matrix
  /// What tells a position how many steps are left (0 to `maxSteps`), or nothing.
  let left: Matrix?
  let layers: [TransformerLayer]
  let finalNorm: LayerNorm
  let draws: [Embedding]
  let heads: [LaneHead]
  let conditions: Conditions?

  public init(
    _ store: WeightStore, config: MM2FaceTransformerConfig, rate: Int, laneNames: [String] = [], precision: WeightPrecision = .fp32
  ) throws {
    try config.validate(path: store.path)
    self.config = config
    self.rate = rate
    self.precision = precision
    let width = config.width
    let direct = config.headHidden == 0
    func key(_ lane: Int) -> String {
      laneNames.indices.contains(lane) && !store.contains("tok_emb.\(lane).weight") ? laneNames[lane] : "\(lane)"
    }
    // Heads keep 16 bits where the layers have 8: they are small and decide between close codes.
    let headPrecision = precision == .int8 ? WeightPrecision.fp16 : precision
    let starts = config.start == .token
    tokens = try config.lanes.indices.map { lane in
      try Embedding(
        store.scoped(direct && store.contains("tok_emb.weight") ? "tok_emb" : "tok_emb.\(key(lane))"),
        count: config.lanes[lane] + (starts ? 2 : 0), width: width)
    }
    positions = try store.table("pos_emb.weight", rows: config.maxSteps + 1, columns: width)
    left = config.stepsLeft ? try store.table("left_emb.weight", rows: config.maxSteps + 1, columns: width) : nil
    layers = try (0..<config.layers).map {
      try TransformerLayer(store.scoped("layers.\($0)"), width: width, precision: precision)
    }
    finalNorm = try LayerNorm(store.scoped("ln_f"), width: width)
    draws = try config.lanes.indices.dropLast().map {
      try Embedding(store.scoped("draw_emb.\(key($0))"), count: config.lanes[$0], width: width)
    }
    heads = try config.lanes.enumerated().map { lane, codes in
      let logits = codes + (lane == 0 ? 1 : 0)
      if direct {
        let out = store.scoped("head")
        return LaneHead(
          hidden: nil,
          out: try Linear(
            out, inputs: width, outputs: logits, bias: out.contains("bias"), precision: headPrecision, packed: true))
      }
      let scope = store.scoped("heads.\(key(lane))")
      return LaneHead(
        hidden: try Linear(
          scope.scoped("hidden"), inputs: width, outputs: config.headHidden, precision: headPrecision, packed: true),
        out: try Linear(scope.scoped("out"), inputs: config.headHidden, outputs: logits, precision: headPrecision, packed: true))
    }
    conditions = starts ? nil : try Conditions(store, config: config, rate: rate)
    try store.finish()
  }

  /// The token of lane 0 that ends the motion.
  public var endToken: Int { config.lanes[0] }
}

extension MM2FaceTransformer.Conditions {
  init(_ store: WeightStore, config: MM2FaceTransformerConfig, rate: Int) throws {
    let width = config.width
    textCondition = try Linear(store.scoped("text_cond"), inputs: config.textWidth, outputs: width)
    nullCondition = try store.floats("null_cond", shape: [width])
    nullMemory = try store.floats("null_memory", shape: [width])
    textProjection = try Linear(store.scoped("text_proj"), inputs: config.textWidth, outputs: width)
    levels = try store.table("level_emb.weight", rows: MM2FaceTransformer.levelCount, columns: width)
    let placed = config.textPositions
    places = placed == 0 ? nil : try store.table("text_pos_emb.weight", rows: placed, columns: width)
    memoryNorm = try LayerNorm(store.scoped("memory_norm"), width: width)
    guard config.audioWidth > 0 else {
      audioProjection = nil
      audioEmbedding = []
      crossBias = []
      return
    }
    audioProjection = try Linear(store.scoped("audio_proj"), inputs: config.audioWidth, outputs: width)
    audioEmbedding = try store.floats("audio_emb", shape: [width])
    crossBias = config.audioBias ? try store.floats("cross_bias", shape: [config.heads, (2 * config.lookAround + 1) * rate]) : []
  }
}
