extension HeadAuthoring {
  /// A cubic spline through `(x, y)`: natural at the ends, or periodic (then the last value equals the first).
  struct Spline {
    let x: [Double]
    let y: [Double]
    private let second: [Double]

    init(_ x: [Double], _ y: [Double], periodic: Bool = false) {
      self.x = x
      self.y = y
      let n = x.count
      var matrix = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
      var right = [[Double]](repeating: [0], count: n)
      for i in 1..<(n - 1) {
        let h0 = x[i] - x[i - 1]
        let h1 = x[i + 1] - x[i]
        matrix[i][i - 1] = h0 / 6
        matrix[i][i] = (h0 + h1) / 3
        matrix[i][i + 1] = h1 / 6
        right[i] = [(y[i + 1] - y[i]) / h1 - (y[i] - y[i - 1]) / h0]
      }
      if periodic {
        let h0 = x[n - 1] - x[n - 2]
        let h1 = x[1] - x[0]
        matrix[0][n - 2] = h0 / 6
        matrix[0][0] = (h0 + h1) / 3
        matrix[0][1] = h1 / 6
        right[0] = [(y[1] - y[0]) / h1 - (y[n - 1] - y[n - 2]) / h0]
        matrix[n - 1][0] = 1
        matrix[n - 1][n - 1] = -1
      } else {
        matrix[0][0] = 1
        matrix[n - 1][n - 1] = 1
      }
      second = solve(matrix, right).map { $0[0] }
    }

    func callAsFunction(_ t: Double) -> Double {
      var i = 0
      while i < x.count - 2, t > x[i + 1] { i += 1 }
      let h = x[i + 1] - x[i]
      let a = (x[i + 1] - t) / h
      let b = 1 - a
      return a * y[i] + b * y[i + 1] + ((a * a * a - a) * second[i] + (b * b * b - b) * second[i + 1]) * h * h / 6
    }
  }

  /// A smooth curve through points, its parameter 0…1 proportional to chord length.
  struct Curve {
    private let axes: [Spline]

    init(_ points: [V3]) {
      var t = [0.0]
      for i in 1..<points.count { t.append(t[i - 1] + length(points[i] - points[i - 1])) }
      let total = t[t.count - 1]
      let unitT = t.map { $0 / total }
      axes = (0..<3).map { axis in Spline(unitT, points.map { $0[axis] }) }
    }

    func callAsFunction(_ t: Double) -> V3 { V3(axes[0](t), axes[1](t), axes[2](t)) }
  }

  /// Solves `matrix · result = right` by Gaussian elimination with partial pivoting; `right` has one row an equation.
  static func solve(_ matrix: [[Double]], _ right: [[Double]]) -> [[Double]] {
    var a = matrix
    var b = right
    let n = a.count
    for column in 0..<n {
      var pivot = column
      for row in column..<n where abs(a[row][column]) > abs(a[pivot][column]) { pivot = row }
      a.swapAt(column, pivot)
      b.swapAt(column, pivot)
      let top = a[column]
      let topB = b[column]
      for row in (column + 1)..<max(n, column + 1) {
        let factor = a[row][column] / top[column]
        if factor == 0 { continue }
        for k in column..<n { a[row][k] -= factor * top[k] }
        for k in 0..<topB.count { b[row][k] -= factor * topB[k] }
      }
    }
    for row in stride(from: n - 1, through: 0, by: -1) {
      for k in 0..<b[row].count {
        var sum = b[row][k]
        for column in (row + 1)..<max(n, row + 1) { sum -= a[row][column] * b[column][k] }
        b[row][k] = sum / a[row][row]
      }
    }
    return b
  }
}
