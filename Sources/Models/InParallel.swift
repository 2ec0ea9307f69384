import NeuralNet
import Tensor

/// Runs `body` on ranges of rows, shared among the threads when there is enough to do.
func overRows(_ rows: Int, cost: Int, _ body: (Range<Int>) -> Void) {
  let chunks = rows * cost < 1 << 15 ? 1 : min(rows, ThreadPool.shared.threads * 4)
  ThreadPool.shared.run(chunks: chunks) { chunk in body(rows * chunk / chunks..<rows * (chunk + 1) / chunks) }
}

/// GELU of every number, in place.
func geluInParallel(_ x: inout Matrix) {
  let rows = x.rows
  let columns = x.columns
  x.values.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    overRows(rows, cost: columns) { geluInPlace(base + $0.lowerBound * columns, count: $0.count * columns) }
  }
}

/// Layer normalisation of every row, in place.
func normalize(_ x: inout Matrix, _ norm: LayerNorm) {
  let rows = x.rows
  let columns = x.columns
  x.values.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    overRows(rows, cost: columns) { norm.apply(base + $0.lowerBound * columns, rows: $0.count, into: base + $0.lowerBound * columns) }
  }
}
