/// The table Live Link Face writes and Unreal reads: its columns and the units of its angles.
public enum LiveLinkFormat {
  /// Yaw, pitch and roll of head, left and right eye.
  public static let angleColumns = [
    "HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
  ]
  /// The 52 weights as the table spells them: the first letter large.
  public static let weightColumns = ARKitWeights.names.map { $0.prefix(1).uppercased() + $0.dropFirst() }
  public static let columns = ["Timecode", "BlendShapeCount"] + weightColumns + angleColumns
  /// What `BlendShapeCount` says: weights and angles together.
  public static let valueCount = 61

  /// The unit of the nine angles, which the table does not name.
  public enum AngleUnit: String, Sendable, Hashable, CaseIterable {
    /// What Live Link Face writes.
    case radians
    /// Degrees divided by 180, as Epic's plugin of 2019.
    case halfTurns = "degrees/180"
    case degrees

    public func radians(_ value: Double) -> Double {
      switch self {
      case .radians: value
      case .halfTurns: value * .pi
      case .degrees: value * .pi / 180
      }
    }

    public func value(radians: Double) -> Double {
      switch self {
      case .radians: radians
      case .halfTurns: radians / .pi
      case .degrees: radians * 180 / .pi
      }
    }
  }
}
