import NeuralNet
import Tensor

/// Reads what a text claims of a motion: which events, in which eighth of the clip, how strong and how often, and what it denies.
///
/// Eight learnt queries look at the text's token states, one for each eighth of the clip; linear layers name what they find.
/// Axis letters: N tokens, W their width, H hidden width, E events, M marks. Checkpoint: `training/mm2face_training/models/claims.py`.
public struct ClaimReader: Sendable {
  /// Parts of the clip that are told apart.
  public static let spans = 8

  private let queries: Matrix
  private let levels: Matrix
  private let keys, values, hidden, events, marks: Linear
  private let heads: Int

  /// Reads a checkpoint for token states of `width`. Errors: `NeuralNetError` for tensors that are missing or of other shapes.
  public init(weights store: WeightStore, width: Int, levels count: Int, heads: Int, hidden size: Int, events: Int, marks: Int) throws {
    self.heads = heads
    queries = try store.table("span", rows: Self.spans, columns: width)
    levels = try store.table("level.weight", rows: count, columns: width)
    keys = try Linear(store.scoped("keys"), inputs: width, outputs: width)
    values = try Linear(store.scoped("values"), inputs: width, outputs: width)
    hidden = try Linear(store.scoped("hidden"), inputs: 2 * width, outputs: size)
    self.events = try Linear(store.scoped("events"), inputs: size, outputs: events)
    self.marks = try Linear(store.scoped("marks"), inputs: Self.spans * size, outputs: marks)
  }

  /// Token states (N × W) of a level's text → logits of events (8 × E) and of marks (M).
  public func callAsFunction(_ states: Matrix, level: Int) -> (events: Matrix, marks: [Float]) {
    var rows = states
    for row in 0..<rows.rows {
      for column in 0..<rows.columns { rows[row, column] += levels[level, column] }
    }
    let found = attention(queries: queries, keys: keys(rows), values: values(rows), heads: heads)
    var both = Matrix(rows: Self.spans, columns: 2 * found.columns)
    for row in 0..<Self.spans {
      for column in 0..<found.columns {
        both[row, column] = found[row, column]
        both[row, found.columns + column] = queries[row, column]
      }
    }
    var h = hidden(both)
    geluInParallel(&h)
    return (events(h), Array(marks(Matrix(rows: 1, columns: h.values.count, values: h.values)).row(0)))
  }
}
