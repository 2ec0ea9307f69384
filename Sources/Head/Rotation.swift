import Foundation

/// A 3 × 3 rotation matrix by columns.
struct Rotation {
  var x: SIMD3<Float>
  var y: SIMD3<Float>
  var z: SIMD3<Float>

  static let identity = Rotation(x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1])

  /// From an axis–angle vector in radians, as FLAME's loaders do: the angle is ‖r + 1e−8‖.
  init(axisAngle r: SIMD3<Float>) {
    let shifted = r + SIMD3(repeating: 1e-8)
    let angle = (shifted * shifted).sum().squareRoot()
    let axis = r / angle
    let s = sin(angle)
    let c = 1 - cos(angle)
    // R = I + sin θ K + (1 − cos θ) K²
    let (a, b, d) = (axis.x, axis.y, axis.z)
    x = SIMD3(1 - c * (b * b + d * d), s * d + c * a * b, -s * b + c * a * d)
    y = SIMD3(-s * d + c * a * b, 1 - c * (a * a + d * d), s * a + c * b * d)
    z = SIMD3(s * b + c * a * d, -s * a + c * b * d, 1 - c * (a * a + b * b))
  }

  init(x: SIMD3<Float>, y: SIMD3<Float>, z: SIMD3<Float>) {
    self.x = x
    self.y = y
    self.z = z
  }

  static func * (left: Rotation, right: SIMD3<Float>) -> SIMD3<Float> { left.x * right.x + left.y * right.y + left.z * right.z }

  static func * (left: Rotation, right: Rotation) -> Rotation { Rotation(x: left * right.x, y: left * right.y, z: left * right.z) }

  /// The nine numbers of R − I, row after row.
  var withoutIdentity: [Float] { [x.x - 1, y.x, z.x, x.y, y.y - 1, z.y, x.z, y.z, z.z - 1] }
}

/// A rigid motion: v → rotation · v + translation.
struct RigidMotion {
  var rotation: Rotation
  var translation: SIMD3<Float>

  static func * (left: RigidMotion, right: RigidMotion) -> RigidMotion {
    RigidMotion(rotation: left.rotation * right.rotation, translation: left.rotation * right.translation + left.translation)
  }
}
