/// A normal distribution fitted to embeddings, and the Fréchet distance between two of them (FID).
///
/// d² = |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½ (Heusel et al. 2017), as the authors' metric code has it: mean and
/// unbiased covariance over the whole set, and 1e-6 added to both diagonals when the root of the product is not finite.
/// The trace of (Σ₁Σ₂)^½ is that of (Σ₁^½ Σ₂ Σ₁^½)^½, whose eigenvalues are real and not negative by construction, so
/// no imaginary part has to be thrown away, as happens with the root of the unsymmetric product.
public struct FrechetStatistics: Sendable {
  public let count: Int
  public let mean: [Double]
  public let covariance: SymmetricMatrix

  /// nil for fewer than two rows, whose covariance is not defined.
  public init?(_ embeddings: Embeddings) {
    let width = embeddings.width
    let count = embeddings.count
    guard count > 1 else { return nil }
    var mean = [Double](repeating: 0, count: width)
    for (index, value) in embeddings.values.enumerated() { mean[index % width] += Double(value) }
    for index in mean.indices { mean[index] /= Double(count) }
    var covariance = [Double](repeating: 0, count: width * width)
    var centred = [Double](repeating: 0, count: width)
    covariance.withUnsafeMutableBufferPointer { covariance in
      for row in 0..<count {
        for (index, value) in embeddings.row(row).enumerated() { centred[index] = Double(value) - mean[index] }
        for a in 0..<width {
          let factor = centred[a]
          for b in a..<width { covariance[a * width + b] += factor * centred[b] }
        }
      }
      for a in 0..<width {
        for b in a..<width {
          covariance[a * width + b] /= Double(count - 1)
          covariance[b * width + a] = covariance[a * width + b]
        }
      }
    }
    self.count = count
    self.mean = mean
    self.covariance = SymmetricMatrix(size: width, values: covariance)
  }

  /// The distance; throws when the embeddings hold numbers that are not finite.
  public func distance(to other: FrechetStatistics) throws -> Double {
    guard mean.count == other.mean.count else {
      throw EvaluationError.sizes(what: "width of the embeddings", expected: mean.count, found: other.mean.count)
    }
    guard covariance.isFinite, other.covariance.isFinite else { throw EvaluationError.notFinite(what: "the embeddings of the motions") }
    let shift = zip(mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    var product = Self.rootTrace(covariance.squareRoot(), other.covariance)
    if !product.isFinite {
      let epsilon = 1e-6
      product = Self.rootTrace(covariance.adding(toDiagonal: epsilon).squareRoot(), other.covariance.adding(toDiagonal: epsilon))
    }
    guard product.isFinite else { throw EvaluationError.notFinite(what: "the root of the covariances' product") }
    return shift + covariance.trace + other.covariance.trace - 2 * product
  }

  private static func rootTrace(_ root: SymmetricMatrix, _ covariance: SymmetricMatrix) -> Double {
    root.sandwich(covariance).eigen(vectors: false).values.reduce(0) { $0 + max($1, 0).squareRoot() }
  }
}
