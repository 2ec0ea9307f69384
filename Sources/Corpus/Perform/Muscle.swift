import Motion

/// What a performer moves: the face's muscles without sides, the jaw, the head and the gaze.
///
/// Amounts are shape weights (0…1) for the face, 0…1 for `jaw` (1 is the head's full opening), −1…1 for `jawSide` (left positive),
/// degrees for the head, radians for the gaze (left and up positive).
enum Muscle: CaseIterable, Hashable, Sendable {
  case blink, squint, wide
  case smile, frown, dimple, stretch, press, lowerDown, upperUp
  case browDown, browInner, browOuter, cheek, sneer
  case jawForward, close, funnel, pucker, mouthRight, mouthLeft, rollLower, rollUpper, shrugLower, shrugUpper, puff, tongue
  case pitch, yaw, roll, jaw, jawSide, gazeYaw, gazePitch

  /// The controls this muscle drives: left and right, or one.
  var controls: (left: Int, right: Int?) {
    func pair(_ shape: StudioShape) -> (Int, Int?) { (shape.rawValue, shape.mirrored.rawValue) }
    func one(_ shape: StudioShape) -> (Int, Int?) { (shape.rawValue, nil) }
    switch self {
    case .blink: return pair(.eyeBlinkLeft)
    case .squint: return pair(.eyeSquintLeft)
    case .wide: return pair(.eyeWideLeft)
    case .smile: return pair(.mouthSmileLeft)
    case .frown: return pair(.mouthFrownLeft)
    case .dimple: return pair(.mouthDimpleLeft)
    case .stretch: return pair(.mouthStretchLeft)
    case .press: return pair(.mouthPressLeft)
    case .lowerDown: return pair(.mouthLowerDownLeft)
    case .upperUp: return pair(.mouthUpperUpLeft)
    case .browDown: return pair(.browDownLeft)
    case .browInner: return pair(.browInnerUpLeft)
    case .browOuter: return pair(.browOuterUpLeft)
    case .cheek: return pair(.cheekSquintLeft)
    case .sneer: return pair(.noseSneerLeft)
    case .jawForward: return one(.jawForward)
    case .close: return one(.mouthClose)
    case .funnel: return one(.mouthFunnel)
    case .pucker: return one(.mouthPucker)
    case .mouthRight: return one(.mouthRight)
    case .mouthLeft: return one(.mouthLeft)
    case .rollLower: return one(.mouthRollLower)
    case .rollUpper: return one(.mouthRollUpper)
    case .shrugLower: return one(.mouthShrugLower)
    case .shrugUpper: return one(.mouthShrugUpper)
    case .puff: return one(.cheekPuff)
    case .tongue: return one(.tongueOut)
    case .pitch: return (Control.pitch, nil)
    case .yaw: return (Control.yaw, nil)
    case .roll: return (Control.roll, nil)
    case .jaw: return (Control.jaw, nil)
    case .jawSide: return (Control.jawSide, nil)
    case .gazeYaw: return (Control.gazeYaw, nil)
    case .gazePitch: return (Control.gazePitch, nil)
    }
  }

  /// Signed muscles add up; the others combine without passing 1.
  var isSigned: Bool {
    switch self {
    case .pitch, .yaw, .roll, .jawSide, .gazeYaw, .gazePitch: true
    default: false
    }
  }

  /// How long the muscle takes to contract fully, in seconds: brows and lids are quick, the head is slow.
  var quickness: Double {
    switch self {
    case .blink: 0.09
    case .squint, .wide: 0.16
    case .browDown, .browInner, .browOuter: 0.2
    case .pitch, .yaw, .roll: 0.4
    case .gazeYaw, .gazePitch: 0.06
    case .smile, .frown, .cheek, .dimple: 0.26
    default: 0.18
    }
  }
}

/// The rows of a performance: 0 ..< 50 are the shapes, then head, jaw and gaze.
enum Control {
  static let pitch = 50, yaw = 51, roll = 52, jaw = 53, jawSide = 54, gazeYaw = 55, gazePitch = 56
  static let count = 57
}
