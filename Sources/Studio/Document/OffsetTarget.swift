import Motion

/// What an offset moves, by a name a person would type: a movement of the head or jaw, a pair of shapes, or one shape.
public struct OffsetTarget: Sendable, Hashable {
  public var name: String
  /// Channels with the amount one unit adds to each.
  public var channels: [Int: Float]
  /// What one unit is.
  public var unit: String

  private static let degree = Float.pi / 180
  private static var neck: Int { Clip.neckRange.lowerBound }

  /// The names that stand for more than one shape; below them, every shape of `studio-50` by its own name.
  public static let common: [OffsetTarget] = [
    OffsetTarget(name: "head nod", channels: [neck: degree], unit: "degrees down"),
    OffsetTarget(name: "head turn", channels: [neck + 1: degree], unit: "degrees to the left"),
    OffsetTarget(name: "head tilt", channels: [neck + 2: degree], unit: "degrees to the right"),
    OffsetTarget(name: "jaw", channels: [Clip.jawRange.lowerBound: 0.34], unit: "1 is wide open"),
    pair("smile", [.mouthSmileLeft, .mouthSmileRight]), pair("frown", [.mouthFrownLeft, .mouthFrownRight]),
    pair("brows", [.browInnerUpLeft, .browInnerUpRight, .browOuterUpLeft, .browOuterUpRight]),
    pair("brows down", [.browDownLeft, .browDownRight]), pair("eyes wide", [.eyeWideLeft, .eyeWideRight]),
    pair("squint", [.eyeSquintLeft, .eyeSquintRight]), pair("blink", [.eyeBlinkLeft, .eyeBlinkRight]),
    pair("sneer", [.noseSneerLeft, .noseSneerRight]), pair("cheeks", [.cheekSquintLeft, .cheekSquintRight]),
  ]

  private static func pair(_ name: String, _ shapes: [StudioShape]) -> OffsetTarget {
    OffsetTarget(name: name, channels: Dictionary(uniqueKeysWithValues: shapes.map { ($0.rawValue, Float(1)) }), unit: "1 is full")
  }

  /// The target of that name; nil when there is none.
  public static func named(_ text: String) -> OffsetTarget? {
    if let known = common.first(where: { $0.name == text.lowercased() }) { return known }
    return StudioShape(name: text).map { OffsetTarget(name: text, channels: [$0.rawValue: 1], unit: "1 is full") }
  }

  /// The edit that adds an amount over frames.
  public func edit(take: Take.ID, amount: Float, frames: ClosedRange<Int>, ease: Int) -> Edit {
    .group(
      "offset \(name)",
      channels.sorted { $0.key < $1.key }.map { .addOffset(take, channel: $0.key, frames: frames, amount: amount * $0.value, ease: ease) })
  }
}
