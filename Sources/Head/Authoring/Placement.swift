import Foundation

extension HeadAuthoring {
  /// Places the grid on the head: pins on lines that matter, the rest by averaging directions, then cast onto the skin.
  struct Placement {
    private let surface: Surface
    init(_ surface: Surface) { self.surface = surface }

    private struct Place: Hashable {
      var i: Int
      var j: Int
    }

    func place(_ half: inout HalfTemplate) {
      var places: [Int: Place] = [:]
      for i in 0...HalfTemplate.columns {
        for j in 0...HalfTemplate.rows where half.grid[i][j] >= 0 { places[half.grid[i][j]] = Place(i: i, j: j) }
      }
      var pins: [Place: V3] = [:]
      pinMiddle(&pins)
      pinOpenings(half, places, &pins)
      for (place, p) in Self.nosePins { pins[Place(i: place.0, j: place.1)] = p }
      pinJaw(&pins)
      for j in 0..<10 {
        let y = Self.middleHeights[j] ?? 0
        pins[Place(i: 13, j: j)] = V3(
          interpolate(y, [20, 60, 100], [54, 50, 24]), y * 0.97, interpolate(y, [20, 60, 100], [62, 48, 14]))
      }
      spread(&half, pins)
      for v in half.nostrilBase { if let place = places[v], let p = pins[place] { half.points[v] = p } }
      placeNeck(&half)
    }

    /// Heights of the middle line's rows; nil inside the mouth.
    static let middleHeights: [Double?] = [
      100, 92, 83, 73.5, 64, 54.5, 46, 38, 31, 25, 20, 15.5, 8, 0.5, -7, -14, -20, -26, -31.5, -36.5, -41, -47, -50, -52, -55, -58.5,
      nil, nil, nil, -87, -91.5, -96.5, -102, -108, -113.5, -117,
    ]
    private static let middleDepths: [Double: Double] = [
      -41: 116.5, -36.5: 115.3, -31.5: 111, -26: 107, -20: 103, -14: 98, -7: 94, 0.5: 89, 8: 89, 15.5: 93, -47: 113.5, -50: 107,
      -52: 101, -55: 100.5, -58.5: 100, -117: 84, -113.5: 90,
    ]

    private func pinMiddle(_ pins: inout [Place: V3]) {
      for (j, height) in Self.middleHeights.enumerated() {
        guard let y = height else { continue }
        var z = Self.middleDepths[y] ?? 93
        if Self.middleDepths[y] == nil {
          if y > 40 {
            z = max(0, 1 - pow((y - 28) / 85, 2)).squareRoot() * 100 - 12
          } else if y > -80 {
            z = surface.cast(direction(SIMD2(0, atan2(y + 10, 90)))).z
          }
        }
        pins[Place(i: 0, j: j)] = V3(0, y, z)
      }
      for j in 0..<36 {
        let y = interpolate(Double(j), [0, 5, 9, 12, 20, 28, 35], [78, 52, 22, 6, -32, -58, -80])
        let z =
          y > 0
          ? -12 - 91 * max(0, 1 - pow((y - 28) / 85, 2)).squareRoot()
          : interpolate(-y, [0, 25, 45, 72, 90], [-99, -90, -80, -72, -70])
        pins[Place(i: HalfTemplate.columns, j: j)] = V3(0, y, z)
      }
    }

    private func pinOpenings(_ half: HalfTemplate, _ places: [Int: Place], _ pins: inout [Place: V3]) {
      func pin(_ vertex: Int, _ p: V3) { if let place = places[vertex] { pins[place] = p } }
      func power(_ c: Double) -> Double { (c < 0 ? -1 : 1) * pow(abs(c), 2 / 2.3) }
      for (k, v) in half.eyeBase.enumerated() {
        let a = Double(k) * 2 * .pi / 24
        let x = 32.5 + power(cos(a)) * 22.8
        pin(v, V3(x, 0.5 + power(sin(a)) * 17, 84 - 0.013 * (x - 10) * (x - 10)))
      }
      for (k, v) in half.mouthBase.enumerated() {
        let a = Double.pi * Double(k) / 16
        let x = 33 * sin(a)
        pin(v, V3(x, -72.5 + 14.2 * cos(a), 100 - 0.018 * x * x))
      }
      for (k, v) in half.earBase.enumerated() {
        let a = Double(k) * 2 * .pi / 24
        let back = -cos(a) * 11
        let up = sin(a) * 24
        pin(v, V3(70, -19 + up, -11 + back - up * 0.25))
      }
      for (k, v) in half.nostrilBase.enumerated() {
        let a = Double(k) * 2 * .pi / 8
        pin(v, V3(7.3 + 3.8 * cos(a) - 1.2 * sin(a), -50.4 - 0.8 * sin(a), 102.4 + 5 * sin(a)))
      }
    }

    static let nosePins: [((Int, Int), V3)] = [
      ((5, 16), V3(12, -16, 86)), ((5, 17), V3(13.5, -22, 87)), ((5, 18), V3(15.3, -28, 88)), ((5, 19), V3(17.6, -33.5, 89)),
      ((5, 20), V3(19.8, -39, 90)), ((5, 21), V3(20.8, -45, 91)), ((5, 22), V3(20, -49.6, 92)), ((5, 23), V3(17.2, -53, 94)),
      ((5, 24), V3(15.5, -56.5, 95.5)), ((4, 19), V3(12.5, -35, 98)), ((4, 20), V3(15.8, -39.2, 98.5)), ((4, 21), V3(17.7, -44.5, 98.3)),
      ((4, 22), V3(16.2, -49.3, 97.6)), ((4, 23), V3(13.6, -52.2, 96.8)), ((2, 17), V3(4.5, -25, 106)), ((2, 18), V3(5, -30, 108.5)),
      ((2, 19), V3(6.5, -35, 109.5)), ((2, 20), V3(7.8, -39.5, 110)), ((3, 18), V3(8, -29.5, 102)), ((3, 19), V3(10.5, -34, 103)),
      ((3, 20), V3(12.5, -38.5, 104)), ((4, 24), V3(12, -55.5, 98)), ((3, 24), V3(9, -54.8, 100)), ((2, 24), V3(6, -54.6, 101)),
      ((1, 24), V3(3, -54.8, 100.6)),
      // Two columns run close together along the nasolabial fold.
      ((6, 22), V3(23.8, -48.3, 88)), ((6, 23), V3(24.4, -52.8, 88)), ((6, 24), V3(26.2, -57.3, 87)), ((7, 22), V3(28, -46.5, 86)),
      ((7, 23), V3(28.8, -51, 85.5)), ((7, 24), V3(31, -56, 83.5)), ((7, 25), V3(34, -61, 80)), ((7, 26), V3(36.4, -66.8, 77)),
      ((7, 27), V3(37.4, -72.8, 75)), ((7, 28), V3(37.2, -79, 74)), ((7, 29), V3(35.5, -85, 74)),
    ]

    private func pinJaw(_ pins: inout [Place: V3]) {
      let line = [
        V3(0, -117, 84), V3(8, -116.5, 82), V3(15, -114.5, 76), V3(22, -111.5, 67), V3(29, -107.5, 55), V3(36, -102, 42), V3(43, -95, 28),
        V3(50, -87, 12),
      ]
      let t = line.indices.map { Double($0) * 18 / 7 }
      let axes = (0..<3).map { axis in Spline(t, line.map { $0[axis] }) }
      for i in 0..<HalfTemplate.columns {
        let x = Double(i)
        if i < 19 {
          pins[Place(i: i, j: HalfTemplate.jawRow)] = V3(axes[0](x), axes[1](x), axes[2](x))
        } else {
          let s = (x - 18) / 13
          let a = (78 + s * 102) * .pi / 180
          pins[Place(i: i, j: HalfTemplate.jawRow)] = V3(sin(a) * 52, -87 + 7 * s, -18 + cos(a) * 54)
        }
      }
    }

    /// Fills the unpinned directions with the mean of their neighbours (successive over-relaxation) and casts all onto the skin.
    private func spread(_ half: inout HalfTemplate, _ pins: [Place: V3]) {
      let rows = HalfTemplate.jawRow
      let columns = HalfTemplate.columns
      var value = [[SIMD2<Double>]](repeating: [SIMD2<Double>](repeating: SIMD2(0, 0), count: rows + 1), count: columns + 1)
      for i in 0...columns {
        for j in 0...rows {
          if let p = pins[Place(i: i, j: j)] {
            value[i][j] = angles(p)
          } else {
            value[i][j] = SIMD2(Double.pi * Double(i) / Double(columns), 1.2 - 2.2 * Double(j) / Double(rows))
          }
        }
      }
      func present(_ i: Int, _ j: Int) -> Bool { i >= 0 && j >= 0 && i <= columns && j <= rows && half.grid[i][j] >= 0 }
      for _ in 0..<1500 {
        for i in 0...columns {
          for j in 0...rows where present(i, j) && pins[Place(i: i, j: j)] == nil {
            var sum = SIMD2<Double>(0, 0)
            var count = 0.0
            let around = j == 0 ? [(i + 1, 0), (i - 1, 0)] : [(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)]
            for (a, b) in around where present(a, b) {
              sum += value[a][b]
              count += 1
            }
            value[i][j] += (sum / count - value[i][j]) * (j == 0 ? 1 : 1.6)
          }
        }
      }
      for j in 0...rows {
        value[0][j].x = 0
        value[columns][j].x = .pi
        for i in 0...columns where present(i, j) { half.points[half.grid[i][j]] = surface.cast(direction(value[i][j])) }
      }
    }

    private func placeNeck(_ half: inout HalfTemplate) {
      let throat = HalfTemplate.throatRow
      let jaw = HalfTemplate.jawRow
      for j in throat...HalfTemplate.rows {
        let t = Double(j - throat) / Double(HalfTemplate.rows - throat) * 0.62
        for i in 0...HalfTemplate.columns {
          let a = interpolate(Double(i), [0, 5, 13, 18, 22, 31], [0, 14, 52, 88, 112, 180]) * .pi / 180
          let front = -128 - t * 80
          let back = -100 - t * 106
          let y = front + (back - front) * (1 - cos(a)) / 2
          half.points[half.grid[i][j]] = V3(sin(a) * 54, y, -22 - 14 * (-y - 60) / 165 + cos(a) * 54)
        }
      }
      for j in (jaw + 1)..<throat {
        let t = Double(j - jaw) / Double(throat - jaw)
        for i in 0...HalfTemplate.columns {
          let p = mix(half.points[half.grid[i][jaw]], half.points[half.grid[i][throat]], t)
          half.points[half.grid[i][j]] = p + V3(0, i < 14 ? -3 * sin(.pi * t) : 0, 0)
        }
      }
    }
  }
}
