import Foundation

extension HeadAuthoring {
  /// How far a lid is open: heights of the margins over the line between the corners, and how closed they are (0…1).
  struct LidPose {
    var upper = 5.3
    var lower = -5.5
    var closed = 0.0
    /// Sideways drift of the margins, toward lateral.
    var shift = 0.0
  }

  /// Rings of the eye stack from the orbit inward; raw value = index in `HalfTemplate.eye`.
  enum EyeRing: Int, CaseIterable {
    case outer1, outer2, outer3, fold, middle, plate, margin, inner, pocket
  }

  /// The lids' rings round the eyeball, rebuilt for any pose so that they stay outside it.
  enum Lids {
    private static let lateral = SIMD2(14.6, 1.6)
    private static let medial = SIMD2(-15.9, -2.5)

    /// The margin as 24 points (x, y) about the eye's centre: k = 0 lateral, 6 top, 12 medial, 18 bottom.
    static func margin(_ pose: LidPose) -> [SIMD2<Double>] {
      (0..<24).map { k in
        let s = (1 - cos(.pi * Double(k <= 12 ? k : 24 - k) / 12)) / 2
        let base = lateral + (medial - lateral) * s
        if k == 0 || k == 12 { return base }
        let top = base.y + pose.upper * pow(sin(.pi * pow(s, 0.92)), 0.85)
        let bottom = base.y + pose.lower * 0.92 * pow(sin(.pi * pow(s, 1.12)), 0.9)
        let rest = LidPose()
        let restTop = base.y + rest.upper * pow(sin(.pi * pow(s, 0.92)), 0.85)
        let restBottom = base.y + rest.lower * 0.92 * pow(sin(.pi * pow(s, 1.12)), 0.9)
        let line = restBottom + 0.16 * (restTop - restBottom)
        let y = k < 12 ? top + (line - top) * pose.closed : bottom + (line - bottom) * pose.closed
        return SIMD2(base.x + pose.shift * pow(sin(.pi * s), 2), y)
      }
    }

    static func onSphere(_ xy: SIMD2<Double>, _ radius: Double) -> V3 {
      let c = 4.0
      let r2 = radius * radius - (xy.x * xy.x + xy.y * xy.y)
      let z = r2 > c * c ? r2.squareRoot() : c - (c * c - r2) * 0.035
      return Surface.eye + V3(xy.x, xy.y, z)
    }

    static let crease: [SIMD2<Double>] = (0..<24).map { k in
      let a = Double(k) * 2 * .pi / 24
      let s = sin(a)
      return SIMD2(-0.8 + 19.2 * cos(a), 0.3 + (s > 0 ? 10.5 : 9.2) * s - (s > 0 ? 0 : 1.2 * s * s))
    }

    /// The crease lifted off the ball, where the orbit's skin ends.
    static func creaseRing() -> [V3] {
      (0..<24).map { k in
        onSphere(crease[k], Surface.eyeRadius + 3) + V3(0, 0, 0.8 * max(sin(Double(k) * .pi / 12), 0))
      }
    }

    /// The rings fold, middle, plate, margin, inner and pocket.
    static func rings(_ pose: LidPose) -> [EyeRing: [V3]] {
      let r = Surface.eyeRadius
      let open = margin(LidPose())
      let now = margin(pose)
      var rings: [EyeRing: [V3]] = [:]
      for k in 0..<24 {
        let m = now[k]
        rings[.plate, default: []].append(onSphere(m * 0.9 + crease[k] * 0.1, r + 2))
        rings[.middle, default: []].append(onSphere(m * 0.5 + crease[k] * 0.5, r + 2.2))
        let foldAt = (open[k] * 0.14 + crease[k] * 0.86) * 0.8 + (m * 0.14 + crease[k] * 0.86) * 0.2
        rings[.fold, default: []].append(onSphere(foldAt, r + 2))
        rings[.margin, default: []].append(onSphere(m, r + 1.7))
        let inner = onSphere(m * 0.985, r + 0.9)
        rings[.inner, default: []].append(inner)
        let lift = (k <= 12 ? 3.0 : -3.0) * sin(.pi * Double(min(k, 24 - k)) / 12)
        let q = onSphere(SIMD2(m.x * 0.8, m.y + lift * (1 - 0.7 * pose.closed)), r + 0.6)
        let sunk = Surface.eye + unit(q - Surface.eye) * (r - 0.35)
        let t = pow(abs(cos(Double(k) * .pi / 12)), 3)
        rings[.pocket, default: []].append(mix(q, sunk, t))
      }
      return rings
    }
  }
}

extension HeadAuthoring.HalfTemplate {
  /// The eye stack: three rings of orbit, then the lid down to its pocket behind the margin.
  mutating func addEye(_ surface: HeadAuthoring.Surface) {
    let base = eyeBase.map { points[$0] }
    let crease = HeadAuthoring.Lids.creaseRing()
    var previous = eyeBase
    for t in [0.36, 0.68, 1.0] {
      previous = addRing((0..<24).map { HeadAuthoring.mix(base[$0], crease[$0], t) }, after: previous, fixed: false)
      eye.append(previous)
    }
    let rings = HeadAuthoring.Lids.rings(HeadAuthoring.LidPose())
    for ring in HeadAuthoring.EyeRing.allCases.dropFirst(3) {
      previous = addRing(rings[ring] ?? [], after: previous)
      eye.append(previous)
    }
  }
}
