import Foundation
import Motion

/// Strengths over time of everything the score's vocabulary names, read from a clip's channels alone.
///
/// A strength of 1 is the full movement. T frames. Head angles are degrees, gaze radians.
public struct MotionReading: Sendable {
  public let clip: Clip
  /// Head rotation about x (down is positive), y (face's left is positive), z (right tilt is positive), degrees.
  public let pitch: [Double]
  public let yaw: [Double]
  public let roll: [Double]
  /// Eye direction: the face's left positive; up positive. Radians.
  public let gazeSide: [Double]
  public let gazeUp: [Double]
  /// Jaw opening as ARKit's jawOpen, and the opening that the lips let through.
  public let jaw: [Double]
  public let mouth: [Double]

  public init(_ clip: Clip) {
    self.clip = clip
    func track(_ channel: Int, _ factor: Double) -> [Double] { (0..<clip.frameCount).map { Double(clip[$0, channel]) * factor } }
    func shape(_ shape: StudioShape) -> [Double] { track(shape.rawValue, 1) }
    pitch = track(50, 180 / .pi)
    yaw = track(51, 180 / .pi)
    roll = track(52, 180 / .pi)
    let left = zip(shape(.eyeLookOutLeft), shape(.eyeLookInRight)).map { ($0 + $1) / 2 }
    let right = zip(shape(.eyeLookInLeft), shape(.eyeLookOutRight)).map { ($0 + $1) / 2 }
    gazeSide = zip(left, right).map { ($0 - $1) * 0.52 }
    let up = zip(shape(.eyeLookUpLeft), shape(.eyeLookUpRight)).map { ($0 + $1) / 2 * 0.44 }
    let down = zip(shape(.eyeLookDownLeft), shape(.eyeLookDownRight)).map { ($0 + $1) / 2 * 0.52 }
    gazeUp = zip(up, down).map { $0 - $1 }
    jaw = track(53, 1 / 0.34)
    mouth = zip(jaw, shape(.mouthClose)).map { max(0, $0 - $1) }
  }

  /// A shape's track.
  func track(_ shape: StudioShape) -> [Double] { (0..<clip.frameCount).map { Double(clip[$0, shape]) } }

  /// The two sides of a unit, each scaled so that 1 is the full movement.
  public func sides(of unit: UnitName) -> (left: [Double], right: [Double]) {
    func pair(_ shape: StudioShape, _ full: Double) -> (left: [Double], right: [Double]) {
      (track(shape).map { $0 / full }, track(shape.mirrored).map { $0 / full })
    }
    func one(_ values: [Double], _ full: Double) -> (left: [Double], right: [Double]) {
      let scaled = values.map { $0 / full }
      return (scaled, scaled)
    }
    switch unit {
    case .browInnerUp: return pair(.browInnerUpLeft, 0.95)
    case .browOuterUp: return pair(.browOuterUpLeft, 0.95)
    case .browDown: return pair(.browDownLeft, 0.95)
    case .browsUp:
      let inner = pair(.browInnerUpLeft, 0.9)
      let outer = pair(.browOuterUpLeft, 0.9)
      return (zip(inner.left, outer.left).map { ($0 + $1) / 2 }, zip(inner.right, outer.right).map { ($0 + $1) / 2 })
    case .eyeWide: return pair(.eyeWideLeft, 0.95)
    case .eyeSquint: return pair(.eyeSquintLeft, 0.95)
    case .eyeClose, .wink: return pair(.eyeBlinkLeft, 1)
    case .cheekRaise: return pair(.cheekSquintLeft, 0.95)
    case .noseWrinkle: return pair(.noseSneerLeft, 0.95)
    case .upperLipRaise: return pair(.mouthUpperUpLeft, 0.9)
    case .smile: return pair(.mouthSmileLeft, 0.9)
    case .dimple: return pair(.mouthDimpleLeft, 0.95)
    case .frownMouth: return pair(.mouthFrownLeft, 0.95)
    case .lowerLipDown: return pair(.mouthLowerDownLeft, 0.9)
    case .mouthStretch: return pair(.mouthStretchLeft, 0.95)
    case .lipPress: return pair(.mouthPressLeft, 0.9)
    case .chinRaise: return one(track(.mouthShrugLower), 0.9)
    case .pucker: return one(track(.mouthPucker), 0.95)
    case .funnel: return one(track(.mouthFunnel), 0.9)
    case .lipsPart:
      let lips = zip(track(.mouthLowerDownLeft), track(.mouthUpperUpLeft)).map { 0.3 * $0 + 0.2 * $1 }
      return one(zip(mouth, lips).map { $0 + $1 }, 0.2)
    case .jawDrop: return one(jaw, 0.5)
    case .mouthOpenWide: return one(jaw, 0.95)
    case .lipRoll: return one(zip(track(.mouthRollLower), track(.mouthRollUpper)).map { ($0 + $1) / 2 }, 0.8)
    case .jawForward: return one(track(.jawForward), 0.95)
    case .jawLeft: return one((0..<clip.frameCount).map { Double(clip[$0, 54]) / 0.12 }, 0.95)
    case .jawRight: return one((0..<clip.frameCount).map { -Double(clip[$0, 54]) / 0.12 }, 0.95)
    case .mouthLeft: return one(track(.mouthLeft), 0.95)
    case .mouthRight: return one(track(.mouthRight), 0.95)
    case .cheekPuff: return one(track(.cheekPuff), 0.95)
    case .tongueOut: return one(track(.tongueOut), 0.95)
    }
  }

  /// The larger of both sides, frame by frame.
  public func either(_ unit: UnitName) -> [Double] {
    let sides = sides(of: unit)
    return zip(sides.left, sides.right).map(max)
  }

  /// The angle of a pose, positive in the pose's direction, degrees.
  public func angle(_ pose: PoseName) -> [Double] {
    switch pose {
    case .turnLeft: yaw
    case .turnRight: yaw.map { -$0 }
    case .up: pitch.map { -$0 }
    case .down: pitch
    case .tiltLeft: roll.map { -$0 }
    case .tiltRight: roll
    case .straight: zip(zip(yaw, pitch), roll).map { -max(abs($0.0), abs($0.1), abs($1)) }
    }
  }

  /// Eye direction toward a gaze, radians.
  public func look(_ gaze: GazeName) -> [Double] {
    switch gaze {
    case .left: gazeSide
    case .right: gazeSide.map { -$0 }
    case .up: gazeUp
    case .down: gazeUp.map { -$0 }
    case .center: zip(gazeSide, gazeUp).map { -max(abs($0), abs($1)) }
    case .around: gazeSide.map(abs)
    }
  }

  /// Number of rises to a peak that stands out by `prominence` from the valleys around it.
  public static func peaks(_ values: [Double], prominence: Double) -> Int {
    var count = 0
    var low = values.first ?? 0
    var high = low
    var rising = false
    for value in values {
      if rising {
        high = max(high, value)
        if value < high - prominence {
          count += 1
          rising = false
          low = value
        }
      } else {
        low = min(low, value)
        if value > low + prominence {
          rising = true
          high = value
        }
      }
    }
    return count + (rising ? 1 : 0)
  }
}
