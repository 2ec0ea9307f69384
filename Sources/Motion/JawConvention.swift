/// How ARKit's jaw weights stand in the jaw rotation of `studio-50`: the one place that says so.
public enum JawConvention {
  /// `jawOpen` 1.0, radians about +x (positive opens).
  public static let openRadians = 0.34
  /// `jawLeft` 1.0, radians about +y; `jawRight` is the negative.
  public static let sideRadians = 0.12
}
