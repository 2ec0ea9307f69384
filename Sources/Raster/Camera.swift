/// Where a mesh at rest lies, for framing it.
public struct Framing: Hashable, Sendable {
  /// Centre of the bounding box, metres.
  public var x: Float
  /// See `x`.
  public var y: Float
  /// See `x`.
  public var z: Float
  /// Half the height, metres.
  public var halfHeight: Float
  /// Largest distance from the vertical axis through the centre, metres.
  public var radius: Float

  /// Measures interleaved xyz vertices in metres; an empty mesh gets a box of 10 cm.
  public init(vertices: [Float]) {
    var low = SIMD3<Float>(repeating: .infinity)
    var high = SIMD3<Float>(repeating: -.infinity)
    for i in stride(from: 0, to: vertices.count - 2, by: 3) {
      let p = SIMD3(vertices[i], vertices[i + 1], vertices[i + 2])
      low = pointwiseMin(low, p)
      high = pointwiseMax(high, p)
    }
    guard low.x <= high.x else {
      (x, y, z, halfHeight, radius) = (0, 0, 0, 0.1, 0.1)
      return
    }
    let centre = (low + high) / 2
    (x, y, z) = (centre.x, centre.y, centre.z)
    halfHeight = max(1e-6, (high.y - low.y) / 2)
    var widest: Float = 1e-12
    for i in stride(from: 0, to: vertices.count - 2, by: 3) {
      let dx = vertices[i] - centre.x
      let dz = vertices[i + 2] - centre.z
      widest = max(widest, dx * dx + dz * dz)
    }
    radius = widest.squareRoot()
  }
}

/// An orbiting camera with a gentle perspective.
public struct Camera: Hashable, Sendable {
  /// Turn about the vertical axis, radians; positive shows the face's right side (it turns to the viewer's right).
  public var yaw: Float
  /// Height of the eye, radians; positive looks from above.
  public var pitch: Float
  /// 1 fits the head into the grid; 2 is twice as large.
  public var zoom: Float
  /// Shift of the picture as a part of its size; +x moves the head right, +y up.
  public var panX: Float
  /// See `panX`.
  public var panY: Float
  /// What is framed.
  public var framing: Framing

  /// Distance of the eye from the centre in units of the half height.
  public static let distance: Float = 7

  /// Makes a camera; angles in radians.
  public init(framing: Framing, yaw: Float = 0, pitch: Float = 0, zoom: Float = 1, panX: Float = 0, panY: Float = 0) {
    self.framing = framing
    self.yaw = yaw
    self.pitch = pitch
    self.zoom = zoom
    self.panX = panX
    self.panY = panY
  }

  /// Picture units a metre at the centre's depth for a picture of `width × height` square units.
  public func scale(width: Float, height: Float) -> Float {
    let margin: Float = 0.965
    let near = 1 - 0.5 * framing.radius / (Camera.distance * framing.halfHeight)
    let byHeight = height / 2 / framing.halfHeight * near
    let byWidth = width / 2 / framing.radius * near
    return max(1e-3, min(byHeight, byWidth * 1.12) * margin * max(0.05, zoom))
  }

  /// The projection into a picture of `width × height` square units, y down.
  public func projection(width: Float, height: Float) -> Projection {
    Projection(camera: self, width: width, height: height)
  }
}

/// A camera's arithmetic for one picture size.
///
/// A vertex goes to `(x, y, z)` in picture units; z grows toward the viewer and is linear across a projected triangle.
public struct Projection: Sendable {
  let centre: SIMD3<Float>
  let rowX: SIMD3<Float>
  let rowY: SIMD3<Float>
  let rowZ: SIMD3<Float>
  /// Distance of the eye, metres.
  public let distance: Float
  /// Picture units a metre at the centre's depth.
  public let scale: Float
  let originX: Float
  let originY: Float

  init(camera: Camera, width: Float, height: Float) {
    let f = camera.framing
    centre = SIMD3(f.x, f.y, f.z)
    let (sy, cy) = Trigonometry.sineCosine(camera.yaw)
    let (sp, cp) = Trigonometry.sineCosine(camera.pitch)
    rowX = SIMD3(cy, 0, sy)
    rowY = SIMD3(sp * sy, cp, -sp * cy)
    rowZ = SIMD3(-cp * sy, sp, cp * cy)
    distance = Camera.distance * max(f.halfHeight, f.radius * 0.8)
    scale = camera.scale(width: width, height: height)
    originX = width * (0.5 + camera.panX)
    originY = height * (0.5 - camera.panY)
  }

  /// Projects one vertex (metres) to picture units.
  @inline(__always)
  public func callAsFunction(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> {
    let p = SIMD3(x, y, z) - centre
    let depth = (p * rowZ).sum()
    let w = scale * distance / max(distance - depth, distance * 0.05)
    return SIMD3(originX + (p * rowX).sum() * w, originY - (p * rowY).sum() * w, depth * w)
  }

  /// Turns a direction of the head (no translation) into the view: x right, y up, z toward the viewer.
  @inline(__always)
  public func turn(_ n: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3((n * rowX).sum(), (n * rowY).sum(), (n * rowZ).sum())
  }
}

/// Sine and cosine without importing a maths library.
enum Trigonometry {
  /// Sine and cosine of an angle in radians, to about 1e-7.
  static func sineCosine(_ angle: Float) -> (Float, Float) {
    // Reduce to [-π/4, π/4] and use the Taylor series in double precision.
    let turns = (Double(angle) / (Double.pi / 2)).rounded()
    let x = Double(angle) - turns * (Double.pi / 2)
    let x2 = x * x
    let s = x * (1 - x2 / 6 * (1 - x2 / 20 * (1 - x2 / 42 * (1 - x2 / 72 * (1 - x2 / 110)))))
    let c = 1 - x2 / 2 * (1 - x2 / 12 * (1 - x2 / 30 * (1 - x2 / 56 * (1 - x2 / 90))))
    switch Int(turns) & 3 {
    case 0: return (Float(s), Float(c))
    case 1: return (Float(c), Float(-s))
    case 2: return (Float(-s), Float(-c))
    default: return (Float(-c), Float(s))
    }
  }
}
