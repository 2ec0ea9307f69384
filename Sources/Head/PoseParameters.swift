import Motion

/// What a head is told for one frame: expression weights and joint rotations (axis–angle, radians).
public struct PoseParameters: Sendable, Hashable {
  /// K weights; missing ones count as 0.
  public var expression: [Float]
  public var global: SIMD3<Float> = .zero
  public var neck: SIMD3<Float> = .zero
  public var jaw: SIMD3<Float> = .zero
  public var leftEye: SIMD3<Float> = .zero
  public var rightEye: SIMD3<Float> = .zero
  /// Metres.
  public var translation: SIMD3<Float> = .zero

  public init(expression: [Float] = []) { self.expression = expression }

  /// The pose of one frame of a clip (56 numbers).
  ///
  /// - Parameter eyeLook: turns the eyes by the eyeLook shapes; nil for a basis without them.
  public init(frame: ArraySlice<Float>, eyeLook: HeadModel.EyeLook?) {
    let first = frame.startIndex
    expression = Array(frame[first..<first + Clip.expressionRange.count])
    neck = SIMD3(frame[first + 50], frame[first + 51], frame[first + 52])
    jaw = SIMD3(frame[first + 53], frame[first + 54], frame[first + 55])
    guard let eyeLook else { return }
    func weight(_ shape: StudioShape) -> Float { frame[first + shape.rawValue] }
    // Turning about +x looks down, about +y toward the face's left.
    leftEye = SIMD3(
      weight(.eyeLookDownLeft) * eyeLook.down - weight(.eyeLookUpLeft) * eyeLook.up,
      (weight(.eyeLookOutLeft) - weight(.eyeLookInLeft)) * eyeLook.side, 0)
    rightEye = SIMD3(
      weight(.eyeLookDownRight) * eyeLook.down - weight(.eyeLookUpRight) * eyeLook.up,
      (weight(.eyeLookInRight) - weight(.eyeLookOutRight)) * eyeLook.side, 0)
  }

  var rotations: [SIMD3<Float>] { [global, neck, jaw, leftEye, rightEye] }
}
