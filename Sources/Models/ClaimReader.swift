import NeuralNet
import Tensor

/// Reads what a text claims of a motion: which events, in which eighth of the clip, how strong and how often, and what it denies.
///
/// Layers of its own read on where the text encoder ended; then every label looks for the words that speak of it (label-wise attention,
/// Mullenbach et al. 2018). Axis letters: N tokens, W their width, E events, M marks, L = E + M labels.
/// Checkpoint: `training/mm2face_training/models/claims.py`.
public struct ClaimReader: Sendable {
  /// Parts of the clip that are told apart.
  public static let spans = 8

  /// What a text claims, as logits.
  public struct Logits: Sendable {
    /// That it claims each event (E).
    public var events: [Float]
    /// That it claims each mark (M).
    public var marks: [Float]
    /// In which part of the clip each event lies (8 × E), a choice among parts.
    public var spans: Matrix
  }

  /// x += attention(norm1 x); x += feed-forward(norm2 x).
  private struct Layer: Sendable {
    let norm1, norm2: LayerNorm
    let qkv, out, up, down: Linear
    let heads: Int

    init(_ store: WeightStore, width: Int, heads: Int) throws {
      norm1 = try LayerNorm(store.scoped("norm1"), width: width)
      norm2 = try LayerNorm(store.scoped("norm2"), width: width)
      qkv = try Linear(store.scoped("qkv"), inputs: width, outputs: 3 * width)
      out = try Linear(store.scoped("out"), inputs: width, outputs: width)
      up = try Linear(store.scoped("up"), inputs: width, outputs: 4 * width)
      down = try Linear(store.scoped("down"), inputs: 4 * width, outputs: width)
      self.heads = heads
    }

    func callAsFunction(_ x: Matrix) -> Matrix {
      let all = qkv(norm1(x))
      func part(_ index: Int) -> Matrix { all.columns(index * x.columns..<(index + 1) * x.columns) }
      let attended = x + out(attention(queries: part(0), keys: part(1), values: part(2), heads: heads))
      var hidden = up(norm2(attended))
      geluInParallel(&hidden)
      return attended + down(hidden)
    }
  }

  private let levels: Matrix
  private let layers: [Layer]
  private let norm: LayerNorm
  private let keys, values, when: Linear
  private let queries, weights: Matrix
  private let bias: [Float]
  private let events: Int

  /// Reads a checkpoint for token states of `width`. Errors: `NeuralNetError` for tensors that are missing or of other shapes.
  public init(weights store: WeightStore, width: Int, levels count: Int, layers depth: Int, heads: Int, events: Int, marks: Int) throws {
    let labels = events + marks
    levels = try store.table("level.weight", rows: count, columns: width)
    layers = try (0..<depth).map { try Layer(store.scoped("layers.\($0)"), width: width, heads: heads) }
    norm = try LayerNorm(store.scoped("norm"), width: width)
    keys = try Linear(store.scoped("keys"), inputs: width, outputs: width)
    values = try Linear(store.scoped("values"), inputs: width, outputs: width)
    queries = try store.table("query", rows: labels, columns: width)
    weights = try store.table("weight", rows: labels, columns: width)
    bias = try store.floats("bias", shape: [labels])
    when = try Linear(store.scoped("when"), inputs: width, outputs: Self.spans)
    self.events = events
  }

  /// What a level's text claims; token states N × W.
  public func callAsFunction(_ states: Matrix, level: Int) -> Logits {
    let x = norm(layers.reduce(states.adding(row: levels.row(level))) { $1($0) })
    let found = attention(queries: queries, keys: keys(x), values: values(x), heads: 1)
    let claimed = bias.indices.map { label in zip(found.row(label), weights.row(label)).reduce(bias[label]) { $0 + $1.0 * $1.1 } }
    let spans = when(found.rows(0..<events)).transposed()
    return Logits(events: Array(claimed[..<events]), marks: Array(claimed[events...]), spans: spans)
  }
}
