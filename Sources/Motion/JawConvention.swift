/// How ARKit's jaw weights stand in the jaw rotation of `studio-50`: the one place that says so.
public enum JawConvention {
  /// `jawOpen` 1.0, radians about +x (positive opens).
  public static let openRadians = 0.34
  /// `jawLeft` 1.0, radians about +y; `jawRight` is the negative.
  public static let sideRadians = 0.12

  /// The jaw rotation (axis–angle, radians) of three weights.
  public static func rotation(open: Float, left: Float, right: Float) -> SIMD3<Float> {
    SIMD3(open * Float(openRadians), (left - right) * Float(sideRadians), 0)
  }

  /// The weights of a jaw rotation; of left and right at most one is not zero.
  public static func weights(rotation: SIMD3<Float>) -> (open: Float, left: Float, right: Float) {
    let side = rotation.y / Float(sideRadians)
    return (rotation.x / Float(openRadians), max(side, 0), max(-side, 0))
  }
}
