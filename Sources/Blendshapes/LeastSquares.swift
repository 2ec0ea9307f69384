import Foundation

/// A small symmetric system G x = b, factorised once (Cholesky) and solved many times.
struct CholeskySolver {
  let count: Int
  private var lower: [Double]

  /// - Parameter gram: n × n, positive definite.
  init(_ gram: [Double], count: Int) {
    self.count = count
    lower = gram
    for column in 0..<count {
      for row in column..<count {
        var sum = gram[row * count + column]
        for k in 0..<column { sum -= lower[row * count + k] * lower[column * count + k] }
        lower[row * count + column] = row == column ? max(sum, 1e-18).squareRoot() : sum / lower[column * count + column]
      }
    }
  }

  func solve(_ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<count {
      for k in 0..<row { x[row] -= lower[row * count + k] * x[k] }
      x[row] /= lower[row * count + row]
    }
    for row in stride(from: count - 1, through: 0, by: -1) {
      for k in row + 1..<max(count, row + 1) { x[row] -= lower[k * count + row] * x[k] }
      x[row] /= lower[row * count + row]
    }
    return x
  }
}

/// min ½ xᵀG x − bᵀx with every x inside its bounds, by coordinate descent from a start that is near.
struct BoundedSolver {
  let gram: [Double]
  let count: Int
  let bounds: [ClosedRange<Double>]

  func solve(_ right: [Double], from start: [Double], sweeps: Int) -> [Double] {
    var x = start
    gram.withUnsafeBufferPointer { g in
      // The gradient is kept up to date, so that a coordinate that does not move costs nothing.
      var gradient = right.map { -$0 }
      for row in 0..<count { for k in 0..<count where x[k] != 0 { gradient[row] += g[row * count + k] * x[k] } }
      for _ in 0..<sweeps {
        var moved = 0.0
        for row in 0..<count {
          let diagonal = g[row * count + row]
          guard diagonal > 0 else { continue }
          let wanted = min(max(x[row] - gradient[row] / diagonal, bounds[row].lowerBound), bounds[row].upperBound)
          let change = wanted - x[row]
          guard abs(change) > 1e-9 else { continue }
          x[row] = wanted
          moved = max(moved, abs(change))
          for k in 0..<count { gradient[k] += g[row * count + k] * change }
        }
        if moved < 1e-5 { break }
      }
    }
    return x
  }
}
