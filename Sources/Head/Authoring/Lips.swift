import Foundation

extension HeadAuthoring {
  /// Rings of the mouth stack from the skin inward; raw value = index in `HalfTemplate.mouth`.
  /// A half ring has 17 vertices: 0 upper middle, 8 corner, 16 lower middle.
  enum MouthRing: Int, CaseIterable {
    case skin1, skin2, border, vermilion, wet, contact, inner, bag1, bag2, bag3
  }

  /// The lips' curves at rest.
  struct LipCurves {
    private let surface: Surface
    init(_ surface: Surface) { self.surface = surface }

    private static let upperBorder = Curve([
      V3(0, -65.2, 100.6), V3(4.6, -63.2, 100.2), V3(10.2, -64.9, 97.8), V3(17, -68.3, 93), V3(24.4, -71, 86.2),
    ])
    private static let upperMiddle = Curve([
      V3(0, -69, 102.6), V3(5.6, -67.8, 101.7), V3(11.4, -68.9, 98.8), V3(17.8, -70.6, 93.2), V3(24.1, -71.1, 85.9),
    ])
    private static let upperWet = Curve([
      V3(0, -72, 101), V3(5.6, -71.1, 100.2), V3(11.4, -71.4, 97.4), V3(17.8, -71.6, 92), V3(23.8, -71.2, 85.4),
    ])
    private static let seam = Curve([
      V3(0, -72.8, 98.4), V3(5.6, -72, 97.8), V3(11.4, -72.3, 95.2), V3(17.6, -72.1, 90.3), V3(23.6, -71.25, 84.8),
    ])
    private static let lowerWet = Curve([
      V3(0, -73.8, 100.4), V3(5.6, -73.3, 99.7), V3(11.6, -73.4, 97), V3(17.8, -72.7, 91.8), V3(23.8, -71.35, 85.4),
    ])
    private static let lowerMiddle = Curve([
      V3(0, -77.6, 101), V3(6.2, -77.2, 100), V3(12.4, -76, 96.8), V3(18.4, -74.2, 91.6), V3(24.1, -71.45, 85.9),
    ])
    private static let lowerBorder = Curve([
      V3(0, -82.4, 97.8), V3(6.8, -81.8, 96.8), V3(13, -79.6, 93.8), V3(18.8, -76.1, 89.6), V3(24.4, -71.55, 86.2),
    ])

    /// Rings from the border to the last of the bag.
    func rings() -> [[V3]] {
      let border = ring(Self.upperBorder, Self.lowerBorder, (0.6, 1.3, 0.1))
      let vermilion = ring(Self.upperMiddle, Self.lowerMiddle, (3.1, 3.1, 0.15))
      let wet = ring(Self.upperWet, Self.lowerWet, (2.5, 2.7, -0.3))
      let line = (0..<9).map { k -> V3 in
        let t = Double(k) / 8
        var p = Self.seam(Self.even(k))
        p.z = surface.front(p.x, p.y) + 0.3 * (1 - t * t) - 0.9
        return p
      }
      let contact = line + line.dropLast().reversed()
      func sign(_ k: Int) -> Double { k < 8 ? 1 : k > 8 ? -1 : 0 }
      let inner = (0..<17).map { contact[$0] + V3(0, 0.03 * sign($0), -4.5) }
      let bag1 = (0..<17).map { k -> V3 in
        let p = contact[k]
        let open = pow(max(1 - pow(min(abs(p.x) / 25, 1), 2), 0), 0.35)
        return V3(p.x * 1.12, p.y + sign(k) * 9 * open, p.z - 6)
      }
      // Farther back the bag is wide enough to hold the molars.
      let bag2 = (0..<17).map { k -> V3 in
        let p = bag1[k]
        let height = max(abs(p.y - contact[k].y), 7.5)
        return V3(p.x * 1.22, contact[k].y + sign(k) * height, p.z * 0.5 + 20)
      }
      let bag3 = bag2.map { V3($0.x * 0.8, -73 + ($0.y + 73) * 0.9, 34) }
      return [border, vermilion, wet, contact, inner, bag1, bag2, bag3]
    }

    private static func even(_ k: Int) -> Double { pow(sin(Double(k) / 8 * .pi / 2), 0.93) }

    /// A ring from an upper and a lower curve, standing off the skin by (upper, lower, corner).
    private func ring(_ upper: Curve, _ lower: Curve, _ height: (Double, Double, Double)) -> [V3] {
      (0..<17).map { k in
        let n = k <= 8 ? k : 16 - k
        let s = Self.even(n)
        var p = n == 8 ? (upper(1) + lower(1)) / 2 : k < 8 ? upper(s) : lower(s)
        let w = pow(max(1 - pow(Double(n) / 8, 2.2), 0), 0.8)
        p.z = surface.front(p.x, p.y) + (k < 8 ? height.0 : height.1) * w + height.2 * (1 - w)
        return p
      }
    }
  }
}

extension HeadAuthoring.HalfTemplate {
  /// The mouth stack: two rings of skin, the lips, and the bag of the mouth closed at the back.
  mutating func addMouth(_ surface: HeadAuthoring.Surface) {
    let rings = HeadAuthoring.LipCurves(surface).rings()
    let base = mouthBase.map { points[$0] }
    var previous = mouthBase
    for t in [0.42, 0.78] {
      let ring = (0..<17).map { HeadAuthoring.mix(base[$0], rings[0][$0], t) }
      previous = addRing(ring, after: previous, closed: false, flipped: true, fixed: false)
      mouth.append(previous)
    }
    for ring in rings {
      previous = addRing(ring, after: previous, closed: false, flipped: true)
      mouth.append(previous)
    }
    throatPatch = [[Int]](repeating: [Int](repeating: -1, count: 9), count: 5)
    for i in 0..<5 {
      throatPatch[i][0] = previous[i]
      throatPatch[4 - i][8] = previous[12 + i]
    }
    for j in 0..<9 { throatPatch[4][j] = previous[4 + j] }
    for i in 0..<4 {
      for j in 1..<8 {
        let p = points[throatPatch[4][j]]
        throatPatch[i][j] = add(HeadAuthoring.V3(p.x * Double(i) / 4, p.y, 30), fixed: true)
      }
    }
    for i in 0..<4 {
      for j in 0..<8 {
        faces.append([throatPatch[i][j], throatPatch[i][j + 1], throatPatch[i + 1][j + 1], throatPatch[i + 1][j]])
      }
    }
  }
}
