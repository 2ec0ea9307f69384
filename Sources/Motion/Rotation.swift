import Foundation

/// A rotation as a unit quaternion.
public struct Rotation: Sendable, Hashable {
  /// x, y, z, w.
  public var vector: SIMD4<Double>

  public static let identity = Rotation(vector: SIMD4(0, 0, 0, 1))

  /// Normalises; a vector without length is the identity.
  public init(vector: SIMD4<Double>) {
    let length = (vector * vector).sum().squareRoot()
    self.vector = length > 1e-12 ? vector / length : SIMD4(0, 0, 0, 1)
  }

  /// A turn of `radians` about a unit axis.
  public init(axis: SIMD3<Double>, radians: Double) {
    self.init(vector: SIMD4(axis * sin(radians / 2), cos(radians / 2)))
  }

  /// From axis–angle: direction the axis, length the angle in radians.
  public init(axisAngle: SIMD3<Float>) {
    let v = SIMD3<Double>(axisAngle)
    let angle = (v * v).sum().squareRoot()
    self.init(vector: angle > 1e-12 ? SIMD4(v / angle * sin(angle / 2), cos(angle / 2)) : SIMD4(v / 2, 1))
  }

  /// Turn (y), then nod (x), then tilt (z), each about the axis the earlier ones left: R = Ry·Rx·Rz. Radians.
  public init(yaw: Double, pitch: Double, roll: Double) {
    self =
      Rotation(axis: SIMD3(0, 1, 0), radians: yaw) * Rotation(axis: SIMD3(1, 0, 0), radians: pitch)
      * Rotation(axis: SIMD3(0, 0, 1), radians: roll)
  }

  /// As axis–angle with an angle in 0…π.
  public var axisAngle: SIMD3<Float> {
    let q = vector.w < 0 ? -vector : vector
    let v = SIMD3(q.x, q.y, q.z)
    let length = (v * v).sum().squareRoot()
    guard length > 1e-12 else { return SIMD3<Float>(v * 2) }
    return SIMD3<Float>(v / length * (2 * atan2(length, q.w)))
  }

  /// Row-major 3 × 3.
  public var matrix: [Double] {
    let (x, y, z, w) = (vector.x, vector.y, vector.z, vector.w)
    return [
      1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
      2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
      2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
    ]
  }

  /// Angles of R = Ry(yaw)·Rx(pitch)·Rz(roll), radians.
  public var yawPitchRoll: (yaw: Double, pitch: Double, roll: Double) {
    let m = matrix
    let pitch = asin(min(max(-m[5], -1), 1))
    if abs(m[5]) > 0.999_999 { return (atan2(-m[6], m[0]), pitch, 0) }
    return (atan2(m[2], m[8]), pitch, atan2(m[3], m[4]))
  }

  /// First `right`, then `left`.
  public static func * (left: Rotation, right: Rotation) -> Rotation {
    let (a, b) = (left.vector, right.vector)
    return Rotation(
      vector: SIMD4(
        a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
        a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
        a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
        a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z))
  }

  public var inverse: Rotation { Rotation(vector: vector * SIMD4(-1, -1, -1, 1)) }

  /// The way from this rotation to another at constant speed, the short way round; `amount` 0…1.
  public func slerp(to other: Rotation, _ amount: Double) -> Rotation {
    var cosine = (vector * other.vector).sum()
    let end = cosine < 0 ? -other.vector : other.vector
    cosine = abs(cosine)
    if cosine > 0.9995 { return Rotation(vector: vector + (end - vector) * amount) }
    let angle = acos(cosine)
    return Rotation(vector: (vector * sin((1 - amount) * angle) + end * sin(amount * angle)) / sin(angle))
  }
}
