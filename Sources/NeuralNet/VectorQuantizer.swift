import Tensor

/// A codebook: vectors to the index of the nearest code and back.
public struct VectorQuantizer: Sendable {
  /// codes × width.
  public let codes: Matrix
  private let halfNorms: [Float]

  public init(codes: Matrix) {
    self.codes = codes
    halfNorms = (0..<codes.rows).map { row in codes.row(row).reduce(0) { $0 + $1 * $1 } / 2 }
  }

  /// Rows × width → the index of the nearest code by Euclidean distance, the lower one of equals.
  public func nearest(_ x: Matrix) -> [Int] {
    precondition(x.columns == codes.columns, "codes of width \(codes.columns) got \(x.columns)")
    let count = codes.rows
    // |x − c|² = |x|² − 2 (x·c − |c|²/2): the nearest code has the largest bracket.
    let products = Matrix(rows: x.rows, columns: count) { out in
      Blas.multiplyTransposed(
        m: x.rows, n: count, k: x.columns, a: x.values, aStride: x.columns, b: codes.values, bStride: codes.columns, c: out,
        cStride: count)
    }
    return (0..<x.rows).map { row in
      var best = 0, value = -Float.infinity
      for code in 0..<count {
        let score = products.values[row * count + code] - halfNorms[code]
        if score > value { (best, value) = (code, score) }
      }
      return best
    }
  }

  /// Indices → rows × width.
  public func vectors(_ indices: [Int]) -> Matrix {
    Matrix(rows: indices.count, columns: codes.columns, values: indices.flatMap { codes.row($0) })
  }
}
