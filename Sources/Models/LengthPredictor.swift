import NeuralNet
import Tensor

/// Tells how long a motion lasts that texts describe: a choice among lengths in steps, drawn before the first token.
///
/// An END drawn step by step does not know what is planned. Axis letters: N tokens of all levels, W their width, S the most steps.
/// Checkpoint: `training/mm2face_training/models/length.py`.
public struct LengthPredictor: Sendable {
  private static let queryCount = 4
  /// Rows are summed in this unit.
  private static let muchUnit: Float = 16

  private let levels, queries: Matrix
  private let null: [Float]
  private let row, keys, values, hidden, out: Linear
  private let heads: Int

  /// Reads a checkpoint for token states of `width`. Errors: `NeuralNetError` for tensors that are missing or of other shapes.
  public init(weights store: WeightStore, width: Int, levels count: Int, heads: Int, hidden size: Int, steps: Int) throws {
    self.heads = heads
    levels = try store.table("level.weight", rows: count, columns: width)
    null = try store.floats("null", shape: [width])
    row = try Linear(store.scoped("row"), inputs: width, outputs: width)
    queries = try store.table("query", rows: Self.queryCount, columns: width)
    keys = try Linear(store.scoped("keys"), inputs: width, outputs: width)
    values = try Linear(store.scoped("values"), inputs: width, outputs: width)
    hidden = try Linear(store.scoped("hidden"), inputs: (Self.queryCount + 1) * width, outputs: size)
    out = try Linear(store.scoped("out"), inputs: size, outputs: steps)
  }

  /// Token states (N × W) of each level's text, none for a motion without text → logits of 1 … S steps.
  public func callAsFunction(_ texts: [(level: Int, states: Matrix)]) -> [Float] {
    let rows = null + texts.flatMap { $0.states.adding(row: levels.row($0.level)).values }
    var x = row(Matrix(rows: rows.count / null.count, columns: null.count, values: rows))
    geluInParallel(&x)
    var found = attention(queries: queries, keys: keys(x), values: values(x), heads: heads).values
    for column in 0..<x.columns { found.append((0..<x.rows).reduce(0) { $0 + x[$1, column] } / Self.muchUnit) }
    var h = hidden(Matrix(rows: 1, columns: found.count, values: found))
    geluInParallel(&h)
    return Array(out(h).row(0))
  }
}
