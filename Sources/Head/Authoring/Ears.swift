import Foundation

extension HeadAuthoring {
  /// The left ear's rings: from the head out behind the ear, over the helix and down into the concha.
  struct EarRings {
    private static let up = unit(V3(-0.02, 0.96, -0.26))
    private static let back: V3 = {
      let b = V3(0.24, -0.1, -0.9)
      return unit(b - up * dot(b, up))
    }()
    private static let out: V3 = {
      let o = cross(up, back)
      return o.x > 0 ? o : -o
    }()
    private static let centre = V3(70.8, -18, -9)
    private static let outline = Spline(
      (0...12).map { Double($0) * .pi / 6 }, [18, 22.5, 29, 30.5, 25.5, 17.5, 13, 14, 20.5, 27.5, 25, 20, 18], periodic: true)

    private let surface: Surface
    init(_ surface: Surface) { self.surface = surface }

    private static func angle(_ k: Int) -> Double { Double(k) * 2 * .pi / 24 }
    private static func helix(_ a: Double) -> Double { step(-0.95, 0.4, cos(a) + max(sin(a), 0) * 0.9) }
    /// 1 at the tragus, the flap before the ear's opening.
    private static func tragus(_ a: Double) -> Double { exp(-pow((a - 3.25) / 0.42, 2)) }
    private static func lobe(_ a: Double) -> Double { step(0.55, 0.95, -sin(a)) }
    private static func front(_ a: Double) -> Double { step(-0.05, 0.8, -cos(a)) * (1 - 0.6 * step(0.75, 1, -sin(a))) }

    /// One ring: `scale` and `height(angle)` over the ear's plane; near the face `frontScale` and a height over the skin.
    private func ring(
      _ scale: Double, _ frontScale: Double, _ frontHeight: Double, _ shift: SIMD2<Double> = SIMD2(0, 0), _ height: (Double) -> Double
    ) -> [V3] {
      (0..<24).map { k in
        let a = Self.angle(k)
        let f = Self.front(a)
        let s = (scale * (1 - f) + frontScale * f) * Self.outline(a)
        let tragus = frontHeight > 2 ? Self.tragus(a) : 0
        let flat = Self.centre + Self.back * (cos(a) * s + shift.x + 2.6 * tragus) + Self.up * (sin(a) * s + shift.y)
        let p = flat + Self.out * height(a)
        if f == 0 { return p }
        return mix(p, surface.project(p, 8) + Self.out * (frontHeight > 2 ? frontHeight * (0.45 + 0.95 * tragus) : frontHeight), f)
      }
    }

    func rings(base: [V3]) -> [[V3]] {
      func h(_ a: Double) -> Double { 3 + cos(a) * 3.4 - 2 * Self.lobe(a) }
      var rings: [[V3]] = []
      let first = ring(0.8, 1.04, 0.7) { h($0) * 0.35 }
      rings.append((0..<24).map { mix(base[$0], first[$0], 0.55 + 0.35 * Self.front(Self.angle($0))) })
      rings.append(ring(0.95, 1, 1) { h($0) - 1.5 })
      rings.append(ring(1, 0.97, 1.4) { h($0) + 0.8 })
      rings.append(ring(0.965, 0.94, 2) { h($0) + 2.4 * Self.helix($0) + 1.2 * Self.lobe($0) })
      rings.append(ring(0.88, 0.91, 2.6) { h($0) + 2.4 * Self.helix($0) + Self.lobe($0) })
      rings.append(ring(0.8, 0.88, 3.4) { h($0) - 0.6 * Self.helix($0) + 0.6 * Self.lobe($0) })
      rings.append(ring(0.68, 0.84, 3.7) { h($0) - 1.2 * Self.helix($0) + 0.8 * Self.lobe($0) })
      rings.append(ring(0.55, 0.78, 3, SIMD2(-0.5, 0)) { h($0) + 2.2 * Self.helix($0) + 1.2 * Self.lobe($0) })
      rings.append(ring(0.43, 0.7, 0.5, SIMD2(-1.2, 0)) { h($0) - Self.helix($0) - 0.5 * Self.lobe($0) })
      rings.append(ring(0.36, 0.6, -2.5, SIMD2(-1.5, -0.5)) { h($0) * 0.5 - 6.5 })
      rings.append(ring(0.2, 0.35, -3.5, SIMD2(-1.5, -1)) { h($0) * 0.3 - 7.5 })
      return rings
    }
  }
}

extension HeadAuthoring.HalfTemplate {
  mutating func addEar(_ surface: HeadAuthoring.Surface) {
    var previous = earBase
    for ring in HeadAuthoring.EarRings(surface).rings(base: earBase.map { points[$0] }) {
      previous = addRing(ring, after: previous)
      ear.append(previous)
    }
    // The inmost ring closes with a patch of 4 × 8.
    var patch = [[Int]](repeating: [Int](repeating: -1, count: 9), count: 5)
    var border: [(Int, Int)] = []
    for j in stride(from: 4, to: 0, by: -1) { border.append((4, j)) }
    for i in stride(from: 4, to: 0, by: -1) { border.append((i, 0)) }
    for j in 0..<8 { border.append((0, j)) }
    for i in 0..<4 { border.append((i, 8)) }
    for j in stride(from: 8, to: 4, by: -1) { border.append((4, j)) }
    for (k, place) in border.enumerated() { patch[place.0][place.1] = previous[k] }
    for i in 1..<4 {
      for j in 1..<8 {
        let t = Double(j) / 8
        let s = Double(i) / 4
        let along = HeadAuthoring.mix(points[patch[i][0]], points[patch[i][8]], t)
        let across = HeadAuthoring.mix(points[patch[0][j]], points[patch[4][j]], s)
        patch[i][j] = add((along + across) / 2, fixed: true)
        earCap.append(patch[i][j])
      }
    }
    for i in 0..<4 { for j in 0..<8 { faces.append([patch[i][j], patch[i][j + 1], patch[i + 1][j + 1], patch[i + 1][j]]) } }
  }
}
