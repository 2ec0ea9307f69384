/// Authors the studio head: every vertex, weight and shape is computed here from numbers in the source.
///
/// Working units are millimetres: +x is the face's own left, +y up, +z forward; the origin lies between the pupils
/// and z = 0 at the ear canal. `build()` ends by moving the result to FLAME's placement in metres and rounding it,
/// so that the file is the same on every run.
public enum HeadAuthoring {
  typealias V3 = SIMD3<Double>
}

/// Small geometry: distances, blends and vector products.
extension HeadAuthoring {
  @inline(__always) static func dot(_ a: V3, _ b: V3) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }
  @inline(__always) static func length(_ a: V3) -> Double { dot(a, a).squareRoot() }
  @inline(__always) static func unit(_ a: V3) -> V3 { a / max(length(a), 1e-12) }
  @inline(__always) static func cross(_ a: V3, _ b: V3) -> V3 {
    V3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
  @inline(__always) static func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double { min(max(x, low), high) }
  @inline(__always) static func mix(_ a: V3, _ b: V3, _ t: Double) -> V3 { a * (1 - t) + b * t }
  @inline(__always) static func flipX(_ a: V3) -> V3 { V3(-a.x, a.y, a.z) }

  /// Smoothstep from 0 at `a` to 1 at `b` (`a` may be the larger).
  @inline(__always) static func step(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let t = clamp((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)
  }

  /// Smooth union of two distances with blend radius `k`.
  @inline(__always) static func union(_ a: Double, _ b: Double, _ k: Double) -> Double {
    let h = clamp(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b * (1 - h) + a * h - k * h * (1 - h)
  }

  /// Smooth cut: the part of `a` outside the body of distance `b`.
  @inline(__always) static func cut(_ a: Double, _ b: Double, _ k: Double) -> Double { -union(-a, b, k) }

  /// Approximate signed distance to an axis-aligned ellipsoid.
  @inline(__always) static func ellipsoid(_ p: V3, _ centre: V3, _ radii: V3) -> Double {
    let q = (p - centre) / radii
    let near = length(q)
    return near * (near - 1) / max(length(q / radii), 1e-9)
  }

  /// Signed distance to a cone with round ends.
  @inline(__always) static func capsule(_ p: V3, _ a: V3, _ b: V3, _ ra: Double, _ rb: Double) -> Double {
    let ab = b - a
    let t = clamp(dot(p - a, ab) / dot(ab, ab), 0, 1)
    return length(p - a - ab * t) - (ra + (rb - ra) * t)
  }

  /// A point with a radius, for `chain`.
  typealias Bead = SIMD4<Double>

  /// Signed distance to a polyline of round cones, blended by `k`.
  static func chain(_ p: V3, _ beads: [Bead], _ k: Double) -> Double {
    var d = 0.0
    for i in 0..<(beads.count - 1) {
      let a = beads[i]
      let b = beads[i + 1]
      let e = capsule(p, V3(a.x, a.y, a.z), V3(b.x, b.y, b.z), a.w, b.w)
      d = i == 0 ? e : union(d, e, k)
    }
    return d
  }

  /// Piecewise linear interpolation of `(xs, ys)`, constant beyond the ends; `xs` ascends.
  static func interpolate(_ x: Double, _ xs: [Double], _ ys: [Double]) -> Double {
    if x <= xs[0] { return ys[0] }
    for i in 1..<xs.count where x <= xs[i] {
      return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    }
    return ys[ys.count - 1]
  }
}
