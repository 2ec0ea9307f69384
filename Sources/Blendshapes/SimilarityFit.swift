import Foundation
import Motion

/// A turn, a scale and a shift that lays points on points: x → scale · R x + shift.
///
/// Source: Horn, "Closed-form solution of absolute orientation using unit quaternions" (1987).
public struct SimilarityFit: Sendable {
  public private(set) var rotation: Motion.Rotation = .identity
  public private(set) var scale = 1.0
  public private(set) var shift = SIMD3<Double>.zero
  private var matrix = Motion.Rotation.identity.matrix

  public static let identity = SimilarityFit()
  private init() {}

  /// The least-squares fit of `points` onto `targets` (equal counts, at least three).
  public init(_ points: [SIMD3<Double>], onto targets: [SIMD3<Double>]) {
    precondition(points.count == targets.count && points.count >= 3, "a similarity fit needs pairs of points")
    let count = Double(points.count)
    let (from, to) = (points.reduce(.zero, +) / count, targets.reduce(.zero, +) / count)
    var s = [[Double]](repeating: [0, 0, 0], count: 3)
    var (spread, reach) = (0.0, 0.0)
    for (point, target) in zip(points, targets) {
      let (a, b) = (point - from, target - to)
      for i in 0..<3 { for j in 0..<3 { s[i][j] += a[i] * b[j] } }
      spread += (a * a).sum()
      reach += (b * b).sum()
    }
    // The quaternion (w, x, y, z) is the eigenvector of the largest eigenvalue.
    let n: [[Double]] = [
      [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
      [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
      [s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]],
      [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]],
    ]
    let q = Self.leadingVector(n)
    rotation = Motion.Rotation(vector: SIMD4(q[1], q[2], q[3], q[0]))
    matrix = rotation.matrix
    var agreement = 0.0
    for (point, target) in zip(points, targets) { agreement += ((turned(point - from)) * (target - to)).sum() }
    scale = spread > 0 && agreement > 0 ? agreement / spread : 1
    shift = to - turned(from) * scale
  }

  /// Jacobi's rotations on a symmetric 4 × 4 matrix.
  private static func leadingVector(_ matrix: [[Double]]) -> [Double] {
    var a = matrix
    var v = (0..<4).map { i in (0..<4).map { $0 == i ? 1.0 : 0 } }
    for _ in 0..<60 {
      for p in 0..<3 {
        for q in p + 1..<4 where abs(a[p][q]) > 1e-300 {
          let angle = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p])
          let (c, s) = (cos(angle), sin(angle))
          for k in 0..<4 { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
          for k in 0..<4 { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
          for k in 0..<4 { (v[k][p], v[k][q]) = (c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]) }
        }
      }
    }
    let best = (0..<4).max { a[$0][$0] < a[$1][$1] } ?? 0
    return (0..<4).map { v[$0][best] }
  }

  private func turned(_ p: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      matrix[0] * p.x + matrix[1] * p.y + matrix[2] * p.z, matrix[3] * p.x + matrix[4] * p.y + matrix[5] * p.z,
      matrix[6] * p.x + matrix[7] * p.y + matrix[8] * p.z)
  }

  /// A point carried over.
  public func place(_ point: SIMD3<Double>) -> SIMD3<Double> { turned(point) * scale + shift }

  /// A difference of points carried over.
  public func direction(_ difference: SIMD3<Double>) -> SIMD3<Double> { turned(difference) * scale }
}
