import Foundation

extension HeadAuthoring {
  /// The mass of the face as a radius over directions from `centre`, fitted to horizontal sections.
  ///
  /// A thin-plate spline over the unit sphere, baked once to a table over azimuth (folded to one half) and elevation
  /// that is read as a cubic B-spline.
  struct FaceMass {
    static let centre = V3(0, -10, 0)
    private static let columns = 160
    private static let rows = 160
    private static let azimuth0 = -0.3
    private static let azimuth1 = Double.pi + 0.3
    private var table: [Double] = []

    init() {
      let points = Self.anchors().map { $0 - Self.centre }
      let radii = points.map(length)
      let directions = zip(points, radii).map { $0 / $1 }
      let weights = Self.fit(directions, radii)
      table = [Double](repeating: 0, count: Self.columns * Self.rows)
      for column in 0..<Self.columns {
        let azimuth = Self.azimuth0 + (Self.azimuth1 - Self.azimuth0) * Double(column) / Double(Self.columns - 1)
        for row in 0..<Self.rows {
          let elevation = -Double.pi / 2 + Double.pi * Double(row) / Double(Self.rows - 1)
          let q = V3(cos(elevation) * sin(azimuth), sin(elevation), cos(elevation) * cos(azimuth))
          let n = directions.count
          var sum = weights[n] + weights[n + 1] * q.x + weights[n + 2] * q.y + weights[n + 3] * q.z
          for i in 0..<n { sum += weights[i] * Self.kernel(q - directions[i]) }
          table[column * Self.rows + row] = sum
        }
      }
      prefilter()
    }

    /// Signed distance, roughly, to the mass at `p`.
    func distance(_ p: V3) -> Double {
      let q = p - Self.centre
      let r = max(length(q), 1e-6)
      let azimuth = atan2(abs(q.x), q.z)
      let elevation = asin(clamp(q.y / r, -1, 1))
      return (r - radius(azimuth, elevation)) * 0.92
    }

    private func radius(_ azimuth: Double, _ elevation: Double) -> Double {
      let u = (azimuth - Self.azimuth0) / (Self.azimuth1 - Self.azimuth0) * Double(Self.columns - 1)
      let v = (elevation + Double.pi / 2) / Double.pi * Double(Self.rows - 1)
      let i = Int(clamp(u.rounded(.down), 0, Double(Self.columns - 2)))
      let j = Int(clamp(v.rounded(.down), 0, Double(Self.rows - 2)))
      let a = Self.basis(u - Double(i))
      let b = Self.basis(v - Double(j))
      var sum = 0.0
      for di in 0..<4 {
        let column = min(max(i + di - 1, 0), Self.columns - 1) * Self.rows
        var line = 0.0
        for dj in 0..<4 { line += b[dj] * table[column + min(max(j + dj - 1, 0), Self.rows - 1)] }
        sum += a[di] * line
      }
      return sum
    }

    private static func basis(_ t: Double) -> SIMD4<Double> {
      let s = 1 - t
      return SIMD4(s * s * s, 3 * t * t * t - 6 * t * t + 4, 3 * s * s * s - 6 * s * s + 4, t * t * t) / 6
    }

    /// Turns table values into B-spline coefficients along both axes (ends held).
    private mutating func prefilter() {
      func filter(_ line: inout [Double]) {
        let n = line.count
        var c = [Double](repeating: 0, count: n)
        var d = line
        for i in 1..<(n - 1) {
          let lower = i == 1 ? 0 : 1.0 / 6
          if i == 1 { d[1] -= line[0] / 6 }
          let m = 4.0 / 6 - lower * c[i - 1]
          c[i] = (1.0 / 6) / m
          d[i] = (d[i] - lower * d[i - 1]) / m
        }
        for i in stride(from: n - 2, through: 1, by: -1) { d[i] -= c[i] * (i == n - 2 ? line[n - 1] : d[i + 1]) }
        line = d
      }
      for column in 0..<Self.columns {
        var line = Array(table[(column * Self.rows)..<((column + 1) * Self.rows)])
        filter(&line)
        table.replaceSubrange((column * Self.rows)..<((column + 1) * Self.rows), with: line)
      }
      for row in 0..<Self.rows {
        var line = (0..<Self.columns).map { table[$0 * Self.rows + row] }
        filter(&line)
        for column in 0..<Self.columns { table[column * Self.rows + row] = line[column] }
      }
    }

    private static func kernel(_ d: V3) -> Double {
      let r2 = dot(d, d)
      return r2 > 1e-24 ? 0.5 * r2 * log(r2) : 0
    }

    /// Thin-plate weights and the four of the affine part.
    private static func fit(_ points: [V3], _ values: [Double]) -> [Double] {
      let n = points.count
      var a = [[Double]](repeating: [Double](repeating: 0, count: n + 4), count: n + 4)
      var b = [[Double]](repeating: [0], count: n + 4)
      for i in 0..<n {
        for j in 0..<n { a[i][j] = kernel(points[i] - points[j]) }
        a[i][i] += 4e-4
        let affine = [1, points[i].x, points[i].y, points[i].z]
        for k in 0..<4 {
          a[i][n + k] = affine[k]
          a[n + k][i] = affine[k]
        }
        b[i] = [values[i]]
      }
      return solve(a, b).map { $0[0] }
    }

    private static func anchors() -> [V3] {
      var points = [V3(0, 108, -10), V3(0, 85, 62), V3(0, 84, -76), V3(52, 85, 0), V3(-52, 85, 0)]
      func both(_ p: V3) {
        points.append(p)
        if p.x > 0 { points.append(flipX(p)) }
      }
      for (y, outline) in sections {
        // The lower face tapers; the front of the mouth and chin keeps its breadth.
        let taper = 1 - interpolate(y, [-113, -72, -45, -25], [0.1, 0.08, 0.01, 0])
        for (x, z) in outline { both(V3(x * (1 - (1 - taper) * step(100, 78, z)), y, z)) }
      }
      for p in underside { both(p) }
      return points
    }

    /// Horizontal sections: height, then half outlines (x, z) from the front to the back.
    private static let sections: [(Double, [(Double, Double)])] = [
      (55, [(0, 90), (22, 86), (42, 71), (58, 42), (68, 8), (71, -20), (66, -52), (45, -82), (22, -95), (0, -99)]),
      (25, [(0, 94), (15, 93), (30, 87.5), (46, 74), (59, 50), (69, 20), (74, -15), (71, -50), (50, -85), (25, -99), (0, -103)]),
      (0, [(0, 87), (14, 82), (30, 78), (45, 70), (57, 58), (66, 40), (70, 20), (72, -15), (69, -50), (50, -80), (25, -95), (0, -99)]),
      (-25, [(0, 91), (14, 88), (27, 84.5), (42, 79), (55, 67), (64, 46), (69, 22), (69, -15), (63, -50), (48, -74), (25, -86), (0, -90)]),
      (
        -45,
        [(0, 98), (14, 94.5), (26, 87.5), (38, 80.6), (51, 69.2), (62, 45), (66, 15), (64, -15), (57, -45), (45, -66), (24, -76), (0, -79)]
      ),
      (
        -58,
        [
          (0, 99), (14, 95.5), (26, 87), (38, 78.2), (50, 65.5), (59.5, 43), (63.5, 14), (60, -14), (54, -42), (44, -61), (24, -71),
          (0, -74),
        ]
      ),
      (
        -72,
        [(0, 97.5), (14, 94), (25, 86), (36, 75.5), (47, 62), (57, 39), (61.5, 12), (57, -12), (54, -38), (44, -58), (24, -69), (0, -72)]
      ),
      (
        -88, [(0, 92), (11, 90), (22, 82), (32, 69.5), (43, 53), (52, 33), (57.5, 9), (53, -14), (50, -35), (43, -55), (24, -66), (0, -70)]
      ),
      (
        -103, [(0, 94), (8, 92.6), (16, 86), (24, 74), (32.5, 57), (41, 35), (48, 9), (48, -18), (44, -35), (36, -50), (24, -58), (0, -60)]
      ),
      (-113, [(0, 88), (9, 84.5), (16.5, 75), (24.5, 59), (33, 36), (40, 9), (42, -15), (36, -35), (20, -48), (0, -50)]),
    ]

    private static let underside = [
      V3(0, -119, 72), V3(0, -122, 55), V3(0, -124, 35), V3(0, -124, 10), V3(0, -120, -15), V3(14, -119, 60), V3(20, -120, 42),
      V3(22, -121, 20), V3(22, -118, -5), V3(33, -115, 30), V3(35, -115, 8),
    ]
  }
}
