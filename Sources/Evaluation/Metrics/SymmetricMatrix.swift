/// A symmetric matrix of doubles, N × N, and its eigenvalues and square root.
public struct SymmetricMatrix: Sendable, Hashable {
  public let size: Int
  /// N × N, row after row.
  public var values: [Double]

  public init(size: Int, values: [Double]) {
    precondition(values.count == size * size, "a \(size) × \(size) matrix needs \(size * size) values, found \(values.count)")
    self.size = size
    self.values = values
  }

  public var trace: Double { (0..<size).reduce(0) { $0 + values[$1 * size + $1] } }
  public var isFinite: Bool { values.allSatisfy { $0.isFinite } }

  public func adding(toDiagonal value: Double) -> SymmetricMatrix {
    var result = self
    for index in 0..<size { result.values[index * size + index] += value }
    return result
  }

  /// Eigenvalues λ and eigenvectors (row i belongs to λ[i]) by cyclic Jacobi rotations, to double precision.
  ///
  /// Source: Golub and Van Loan, Matrix Computations, 8.5. About 6 to 10 sweeps; O(N³) each.
  public func eigen(vectors wanted: Bool = true) -> (values: [Double], vectors: [Double]) {
    var a = values
    var v = [Double](repeating: 0, count: wanted ? size * size : 0)
    if wanted { for index in 0..<size { v[index * size + index] = 1 } }
    let n = size
    let scale = a.reduce(0) { max($0, abs($1)) }
    guard n > 1, scale > 0, scale.isFinite else { return ((0..<n).map { a[$0 * n + $0] }, v) }
    a.withUnsafeMutableBufferPointer { a in
      v.withUnsafeMutableBufferPointer { v in
        for _ in 0..<60 {
          var off = 0.0
          for p in 0..<n { for q in p + 1..<n { off += a[p * n + q] * a[p * n + q] } }
          if off.squareRoot() <= 1e-15 * scale * Double(n) { break }
          for p in 0..<n - 1 {
            for q in p + 1..<n { Self.rotate(a, v, n, p, q, vectors: wanted, tiny: 1e-18 * scale) }
          }
        }
      }
    }
    return ((0..<n).map { a[$0 * n + $0] }, v)
  }

  /// One rotation that makes a[p][q] zero; rows first, then the two columns are copied from them by symmetry.
  private static func rotate(
    _ a: UnsafeMutableBufferPointer<Double>, _ v: UnsafeMutableBufferPointer<Double>, _ n: Int, _ p: Int, _ q: Int, vectors: Bool,
    tiny: Double
  ) {
    let apq = a[p * n + q]
    guard abs(apq) > tiny else { return }
    let app = a[p * n + p]
    let aqq = a[q * n + q]
    let theta = (aqq - app) / (2 * apq)
    let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<n {
      let x = a[p * n + k]
      let y = a[q * n + k]
      a[p * n + k] = c * x - s * y
      a[q * n + k] = s * x + c * y
    }
    a[p * n + p] = app - t * apq
    a[q * n + q] = aqq + t * apq
    a[p * n + q] = 0
    a[q * n + p] = 0
    for k in 0..<n where k != p && k != q {
      a[k * n + p] = a[p * n + k]
      a[k * n + q] = a[q * n + k]
    }
    guard vectors else { return }
    for k in 0..<n {
      let x = v[p * n + k]
      let y = v[q * n + k]
      v[p * n + k] = c * x - s * y
      v[q * n + k] = s * x + c * y
    }
  }

  /// The positive square root of a matrix whose eigenvalues are not negative; those that rounding made negative count as 0.
  public func squareRoot() -> SymmetricMatrix {
    let (lambda, vectors) = eigen()
    var root = [Double](repeating: 0, count: size * size)
    for index in 0..<size {
      let weight = max(lambda[index], 0).squareRoot()
      if weight == 0 { continue }
      for row in 0..<size {
        let factor = weight * vectors[index * size + row]
        for column in 0..<size { root[row * size + column] += factor * vectors[index * size + column] }
      }
    }
    return SymmetricMatrix(size: size, values: root)
  }

  /// self · other · self, which is symmetric.
  public func sandwich(_ other: SymmetricMatrix) -> SymmetricMatrix {
    precondition(size == other.size, "matrices of \(size) and \(other.size) rows")
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      var c = [Double](repeating: 0, count: size * size)
      c.withUnsafeMutableBufferPointer { c in
        b.withUnsafeBufferPointer { b in
          for row in 0..<size {
            for k in 0..<size {
              let factor = a[row * size + k]
              for column in 0..<size { c[row * size + column] += factor * b[k * size + column] }
            }
          }
        }
      }
      return c
    }
    var result = product(product(values, other.values), values)
    for row in 0..<size {
      for column in row + 1..<size {
        let mean = 0.5 * (result[row * size + column] + result[column * size + row])
        result[row * size + column] = mean
        result[column * size + row] = mean
      }
    }
    return SymmetricMatrix(size: size, values: result)
  }
}
