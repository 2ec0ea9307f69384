import Foundation

extension HeadAuthoring {
  /// The skin as an implicit surface: negative inside. Symmetric in x.
  struct Surface {
    /// The left eye's centre and radius.
    static let eye = V3(31.7, 0, 65.6)
    static let eyeRadius = 13.1

    let mass = FaceMass()

    /// The whole face with nose, orbit and chin.
    func value(_ point: V3) -> Double {
      let p = V3(abs(point.x), point.y, point.z)
      var d = skull(p)
      d = orbit(p, d)
      d = nose(p, d)
      d = union(d, ellipsoid(p, Self.eye + V3(0, -0.3, 0), V3(17.2, 15.5, 15.4)), 5)
      return mouthAndChin(p, d)
    }

    /// The face without its small forms, for skin to slide along.
    func broad(_ point: V3) -> Double {
      let p = V3(abs(point.x), point.y, point.z)
      return union(skull(p), ellipsoid(p, V3(0, -28, 80), V3(22, 30, 22)), 20)
    }

    private func skull(_ p: V3) -> Double {
      var c = ellipsoid(p, V3(0, 26, -12), V3(75, 79, 91))
      c = union(c, ellipsoid(p, V3(0, 36, 29), V3(60, 51, 60.5)), 22)
      let w = step(20, 75, p.y)
      var d = mass.distance(p) * (1 - w) + c * w
      let q = V3(p.x, p.y, p.z * 0.94)
      var neck = capsule(q, V3(0, -60, -26), V3(0, -225, -40), 39, 50)
      neck = union(neck, chain(p, [Bead(52, -42, -24, 8), Bead(39, -100, -12, 8), Bead(12, -215, 14, 8)], 3), 14)
      d = union(d, neck, 11)
      d = union(d, ellipsoid(p, V3(42, -22, 54), V3(16, 12, 16)), 22)
      d = union(d, ellipsoid(p, V3(35, -37, 66), V3(14, 14, 13)), 18)
      d = union(d, chain(p, Self.mandible, 10), 22)
      return d
    }

    private static let mandible = [
      Bead(0, -113, 79, 5), Bead(12, -112, 76, 5), Bead(25.5, -106.5, 58, 4.5), Bead(36.5, -97.5, 34, 4), Bead(45.5, -85, 11, 5.5),
      Bead(54, -48, -2, 5),
    ]
    private static let brow = [Bead(0, 14, 83, 7.5), Bead(12, 15.5, 82.3, 8), Bead(30, 18.5, 77, 8.5), Bead(49.5, 12.5, 58, 8)]
    private static let nasolabial = [Bead(20, -47, 95, 1.2), Bead(26, -58, 91.5, 2)]
    private static let chinGroove = [Bead(0, -91, 101.5, 6.2), Bead(13, -90, 96.5, 5.2)]

    private func orbit(_ p: V3, _ skull: Double) -> Double {
      var d = union(skull, chain(p, Self.brow, 8), 16)
      d = cut(d, ellipsoid(p, V3(31.5, 0, 93), V3(18.5, 11.5, 14.5)), 15)
      return cut(d, ellipsoid(p, V3(16, 1, 88.5), V3(4.5, 7, 7)), 10)
    }

    private func nose(_ p: V3, _ face: Double) -> Double {
      var n = capsule(p, V3(0, 6, 80.5), V3(0, -31, 102), 6.5, 6.7)
      n = union(n, ellipsoid(p, V3(0, -38.2, 104.4), V3(8.6, 8.2, 9.8)), 9)
      n = union(n, capsule(p, V3(0, -43.3, 107.6), V3(0, -51, 98.5), 3.4, 3.6), 5)
      n = union(n, capsule(p, V3(0, -8, 77), V3(0, -37, 88), 10.5, 14), 9)
      var d = union(face, n, 7)
      d = union(d, ellipsoid(p, V3(12.2, -44.6, 97.6), V3(5.8, 7, 9.4)), 3.8)
      return cut(d, ellipsoid(p, V3(7, -51.8, 103), V3(3.3, 4.2, 5.6)), 2.5)
    }

    private func mouthAndChin(_ p: V3, _ face: Double) -> Double {
      var d = cut(face, chain(p, Self.nasolabial, 3), 7)
      d = cut(d, capsule(p, V3(0, -54, 105), V3(0, -62, 104), 2.4, 3), 5)
      d = cut(d, chain(p, Self.chinGroove, 3), 9)
      return union(d, ellipsoid(p, V3(0, -104, 82.5), V3(12.5, 11, 12.5)), 12)
    }

    func gradient(_ p: V3, _ e: Double = 0.3) -> V3 {
      V3(
        value(p + V3(e, 0, 0)) - value(p - V3(e, 0, 0)), value(p + V3(0, e, 0)) - value(p - V3(0, e, 0)),
        value(p + V3(0, 0, e)) - value(p - V3(0, 0, e))) / (2 * e)
    }

    /// The point moved along the gradient to the surface, at most `reach` millimetres a step.
    func project(_ point: V3, _ steps: Int = 4, _ reach: Double = 3) -> V3 {
      var p = point
      for _ in 0..<steps {
        let d = value(p)
        let g = gradient(p)
        let g2 = max(dot(g, g), 0.1)
        let s = d / g2
        p -= g * (s * min(1, reach / max(abs(s) * g2.squareRoot(), 1e-9)))
      }
      return p
    }

    /// Where the ray from the centre along `direction` meets the skin, coming from outside.
    func cast(_ direction: V3) -> V3 {
      var t = 190.0
      for _ in 0..<90 { t = max(t - clamp(value(FaceMass.centre + direction * t) * 0.75, -1.5, 8), 5) }
      return FaceMass.centre + direction * t
    }

    /// Height z of the skin in front of (x, y).
    func front(_ x: Double, _ y: Double) -> Double {
      var z = 125.0
      for _ in 0..<120 { z -= clamp(value(V3(x, y, z)) * 0.6, -1, 4) }
      return z
    }

    /// The point slid by `move` and brought back to its own height over the broad face, then raised by `bulge`.
    func slide(_ p: V3, _ move: V3, _ bulge: Double = 0) -> V3 {
      func broadGradient(_ p: V3) -> V3 {
        let e = 0.5
        return V3(
          broad(p + V3(e, 0, 0)) - broad(p - V3(e, 0, 0)), broad(p + V3(0, e, 0)) - broad(p - V3(0, e, 0)),
          broad(p + V3(0, 0, e)) - broad(p - V3(0, 0, e))) / (2 * e)
      }
      let level = broad(p) + bulge
      var q = p + move
      for _ in 0..<3 {
        let g = broadGradient(q)
        let g2 = max(dot(g, g), 0.2)
        let s = (broad(q) - level) / g2
        q -= g * clamp(s, -3, 3)
      }
      return q
    }
  }

  /// Azimuth and elevation of a point seen from the centre of the face mass.
  static func angles(_ p: V3) -> SIMD2<Double> {
    let q = p - FaceMass.centre
    return SIMD2(atan2(q.x, q.z), asin(clamp(q.y / length(q), -1, 1)))
  }

  static func direction(_ a: SIMD2<Double>) -> V3 { V3(cos(a.y) * sin(a.x), sin(a.y), cos(a.y) * cos(a.x)) }
}
