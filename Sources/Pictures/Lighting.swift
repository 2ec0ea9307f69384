/// The studio's lamps: a warm key from the upper left, a cool fill from the right, a rim from behind.
struct Lighting {
  let surface: Surface
  /// Radius of the head in samples.
  let radius: Float
  private let depth: [Float]
  private let skyTaps: [Tap]
  private let keyTaps: [Tap]

  /// A sample to look at from another: where it lies, how far away that is, and how high the ray runs there.
  private struct Tap {
    var dx: Int
    var dy: Int
    var distance: Float
    var rise: Float
  }
  /// Patterns of taps; neighbouring samples use different ones, so that their errors do not form bands.
  private static let patterns = 64
  private static let skyCount = 14
  private static let keyCount = 20

  private static func unit(_ v: SIMD3<Float>) -> SIMD3<Float> { v * (1 / (v * v).sum().squareRoot()) }
  private let key = Lighting.unit(SIMD3(-0.50, 0.62, 0.72))
  private let fill = Lighting.unit(SIMD3(0.85, 0.10, 0.60))
  private let rim = Lighting.unit(SIMD3(0.55, 0.45, -0.70))

  init(surface: Surface, radius: Float) {
    self.surface = surface
    self.radius = radius
    depth = surface.depth
    let (open, far) = (radius * 0.16, radius * 0.55)
    let key = key
    let noises = (0..<Self.patterns).map { (Float($0) + 0.5) / Float(Self.patterns) }
    skyTaps = noises.flatMap { noise in
      (0..<Self.skyCount).map { k in
        let r = open * ((Float(k) + 0.5 + 0.4 * noise) / Float(Self.skyCount))
        let angle = noise * 6.2831853 + Float(k) * 2.3999632
        let (dx, dy) = (Self.cosine(angle) * r, Self.cosine(angle - 1.5707963) * r)
        return Tap(dx: Int(dx.rounded()), dy: Int(dy.rounded()), distance: max(1, r), rise: 0)
      }
    }
    keyTaps = noises.flatMap { noise in
      (0..<Self.keyCount).map { k in
        let t = far * (Float(k) + 0.3 + 0.7 * noise) / Float(Self.keyCount)
        return Tap(dx: Int((key.x * t).rounded()), dy: -Int((key.y * t).rounded()), distance: t, rise: key.z * t)
      }
    }
  }

  /// Linear light of the sample at (x, y), which must be covered.
  func shade(_ x: Int, _ y: Int) -> SIMD3<Float> {
    let i = y * surface.width + x
    let n = Lighting.unit(surface.normal[i])
    let albedo = surface.albedo[i]
    let gloss = surface.gloss[i]
    let pattern = min(Self.patterns - 1, Int(Lighting.noise(x, y) * Float(Self.patterns)))
    let open = openness(x, y, pattern)
    let lit = sunlight(x, y, pattern)
    // Light seeps through skin: red wraps further round the form than blue.
    let wrap = SIMD3<Float>(0.34, 0.17, 0.10) * (1 - gloss)
    func lamp(_ direction: SIMD3<Float>) -> SIMD3<Float> {
      let d = (n * direction).sum()
      let w = (SIMD3(repeating: d) + wrap) / (SIMD3(repeating: 1) + wrap)
      return w.replacing(with: 0, where: w .< 0)
    }
    var shadow = SIMD3<Float>(repeating: lit)
    shadow += (SIMD3(repeating: 1) - shadow) * SIMD3(0.10, 0.03, 0.01)
    var light = lamp(key) * shadow * SIMD3(1.55, 1.44, 1.30)
    light += lamp(fill) * SIMD3(0.30, 0.36, 0.44) * (0.4 + 0.6 * open)
    let sky = 0.5 + 0.5 * n.y
    light += (SIMD3(0.20, 0.21, 0.24) * sky + SIMD3(0.13, 0.10, 0.09) * (1 - sky)) * open
    var result = albedo * light
    let facing = max(0, n.z)
    let edge = (1 - facing) * (1 - facing) * (1 - facing)
    result += SIMD3(0.75, 0.85, 1.0) * (max(0, (n * rim).sum() + 0.25) * edge * 0.55 * open)
    // Highlights: broad on skin, small and bright on what is wet.
    let half = Lighting.unit(key + SIMD3(0, 0, 1))
    let s = max(0, (n * half).sum())
    let s8 = pow8(s)
    let broad = s8 * s8 * 0.055 * (1 - gloss)
    let sharp = pow8(pow8(s)) * 0.9 * gloss
    result += SIMD3(repeating: (broad + sharp) * lit)
    return result
  }

  /// How much of the sky a sample sees, 0…1, from the depths around it.
  private func openness(_ x: Int, _ y: Int, _ pattern: Int) -> Float {
    let (width, height) = (surface.width, surface.height)
    let z = depth[y * width + x]
    let most = radius * 0.16 * 2.2
    var hidden: Float = 0
    for tap in skyTaps[pattern * Self.skyCount..<(pattern + 1) * Self.skyCount] {
      let (sx, sy) = (x &+ tap.dx, y &+ tap.dy)
      guard sx >= 0, sy >= 0, sx < width, sy < height else { continue }
      let rise = depth[sy &* width &+ sx] - z
      if rise > 0, rise < most { hidden += min(1, rise / tap.distance * 0.9) }
    }
    return max(0.12, 1 - hidden / Float(Self.skyCount) * 1.7)
  }

  /// How much of the key light reaches a sample: marches toward the lamp over the depths.
  private func sunlight(_ x: Int, _ y: Int, _ pattern: Int) -> Float {
    let (width, height) = (surface.width, surface.height)
    let z = depth[y * width + x] + radius * 0.012
    var light: Float = 1
    for tap in keyTaps[pattern * Self.keyCount..<(pattern + 1) * Self.keyCount] {
      let (sx, sy) = (x &+ tap.dx, y &+ tap.dy)
      guard sx >= 0, sy >= 0, sx < width, sy < height else { break }
      let above = depth[sy &* width &+ sx] - (z + tap.rise)
      if above > 0, above < radius * 0.5 { light = min(light, max(0, 1 - above / (0.012 * radius + 0.06 * tap.distance))) }
    }
    return light
  }

  private func pow8(_ x: Float) -> Float {
    let x2 = x * x
    let x4 = x2 * x2
    return x4 * x4
  }

  /// A number 0…1 from the place, the same in every run.
  private static func noise(_ x: Int, _ y: Int) -> Float {
    let v = 0.06711056 * Float(x % 4096) + 0.00583715 * Float(y % 4096)
    let w = 52.9829189 * (v - v.rounded(.down))
    return w - w.rounded(.down)
  }

  /// Cosine to about 1e-3, enough to scatter samples.
  private static func cosine(_ angle: Float) -> Float {
    var t = angle * 0.15915494
    t -= (t + 0.25).rounded(.down) + 0.25
    t *= 16 * (abs(t) - 0.5)
    return t + 0.225 * t * (abs(t) - 1)
  }
}
