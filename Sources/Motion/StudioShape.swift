/// The 50 expression shapes of the basis `studio-50`, in order; the raw value is the channel in a frame.
///
/// Names are ARKit's. ARKit's `jawOpen`, `jawLeft` and `jawRight` live in the jaw rotation, and its single
/// `browInnerUp` is the mean of the two sided shapes here. Weights are 0…1.
public enum StudioShape: Int, CaseIterable, Sendable, Codable, Hashable {
  case eyeBlinkLeft, eyeLookDownLeft, eyeLookInLeft, eyeLookOutLeft, eyeLookUpLeft, eyeSquintLeft, eyeWideLeft
  case eyeBlinkRight, eyeLookDownRight, eyeLookInRight, eyeLookOutRight, eyeLookUpRight, eyeSquintRight, eyeWideRight
  case jawForward, mouthClose, mouthFunnel, mouthPucker, mouthRight, mouthLeft
  case mouthSmileLeft, mouthSmileRight, mouthFrownLeft, mouthFrownRight, mouthDimpleLeft, mouthDimpleRight
  case mouthStretchLeft, mouthStretchRight, mouthRollLower, mouthRollUpper, mouthShrugLower, mouthShrugUpper
  case mouthPressLeft, mouthPressRight, mouthLowerDownLeft, mouthLowerDownRight, mouthUpperUpLeft, mouthUpperUpRight
  case browDownLeft, browDownRight, browInnerUpLeft, browInnerUpRight, browOuterUpLeft, browOuterUpRight
  case cheekPuff, cheekSquintLeft, cheekSquintRight, noseSneerLeft, noseSneerRight, tongueOut

  /// The shape's name, as ARKit spells it (with `Left`/`Right` on `browInnerUp`).
  public var name: String { String(describing: self) }

  /// The shape of that name, or nil.
  public init?(name: String) {
    guard let shape = Self.byName[name] else { return nil }
    self = shape
  }

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  /// The same shape on the other side of the face; a shape without sides is its own mirror.
  public var mirrored: StudioShape {
    if let other = StudioShape(name: name.hasSuffix("Left") ? String(name.dropLast(4)) + "Right" : String(name.dropLast(5)) + "Left"),
      name.hasSuffix("Left") || name.hasSuffix("Right")
    {
      return other
    }
    return self
  }
}
