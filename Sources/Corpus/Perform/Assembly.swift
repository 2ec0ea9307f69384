import Foundation
import Motion

/// Joins expression and speech into frames: antagonists give way to each other, closures close, nothing exceeds its speed.
struct Assembly {
  var rows: [[Double]]
  let mouth: Speaking.Mouth?
  let style: PersonStyle

  func clip(frames: Int) -> Clip {
    var rows = rows
    followThrough(&rows)
    var table = [[Double]](repeating: [Double](repeating: 0, count: Control.count), count: frames)
    for frame in 0..<frames {
      let time = (Double(frame) + 0.5) / Clip.modelFramesPerSecond
      let position = time * Performer.rate
      let index = min(Int(position), rows[0].count - 2)
      let x = position - Double(index)
      func at(_ row: [Double]) -> Double { row[index] + (row[index + 1] - row[index]) * x }
      var face = rows.map(at)
      if let mouth {
        speak(
          &face, curves: mouth.curves.map(at), presence: at(mouth.presence), seal: at(mouth.seal), tuck: at(mouth.tuck),
          cap: at(mouth.jawCap))
      } else {
        settle(&face, seal: 0)
      }
      table[frame] = face
    }
    return SpeedLimits.apply(to: Self.encode(table))
  }

  /// The head is heavy: it arrives a little late, passes its goal slightly and comes back (a damped spring).
  private func followThrough(_ rows: inout [[Double]]) {
    let step = 1 / Performer.rate
    let stiffness = 24.0 * style.speed.clamped(0.85, 1.2)
    let damping = 0.72
    let ahead = Int(2 * damping / stiffness * Performer.rate)
    for control in [Control.pitch, Control.yaw, Control.roll] {
      let goal = rows[control]
      var position = goal[0]
      var speed = 0.0
      for index in 0..<goal.count {
        let target = goal[min(index + ahead, goal.count - 1)]
        speed += step * (stiffness * stiffness * (target - position) - 2 * damping * stiffness * speed)
        position += step * speed
        rows[control][index] = position
      }
    }
  }

  private func value(_ face: [Double], _ shape: StudioShape) -> Double { face[shape.rawValue] }

  private func scale(_ face: inout [Double], _ muscle: Muscle, _ factor: Double) {
    face[muscle.controls.left] *= factor
    if let right = muscle.controls.right { face[right] *= factor }
  }

  private func raise(_ face: inout [Double], _ muscle: Muscle, _ least: Double) {
    face[muscle.controls.left] = max(face[muscle.controls.left], least)
    if let right = muscle.controls.right { face[right] = max(face[right], least) }
  }

  private func add(_ face: inout [Double], _ muscle: Muscle, _ amount: Double) {
    for control in [muscle.controls.left, muscle.controls.right].compactMap(\.self) {
      face[control] += amount * (1 - min(face[control], 1))
    }
  }

  private func speak(_ face: inout [Double], curves: [Double], presence: Double, seal: Double, tuck: Double, cap: Double) {
    func curve(_ channel: Coarticulation.Channel) -> Double { curves[channel.rawValue] }
    // Expression makes room for speech, and keeps colouring it.
    let rounded = max(curve(.pucker), curve(.funnel))
    scale(&face, .smile, 1 - presence * (0.22 + 0.35 * rounded))
    scale(&face, .dimple, 1 - presence * (0.2 + 0.3 * rounded))
    scale(&face, .frown, 1 - presence * (0.2 + 0.2 * rounded))
    scale(&face, .stretch, 1 - presence * (0.3 + 0.4 * rounded))
    for muscle in [Muscle.lowerDown, .upperUp] { scale(&face, muscle, 1 - 0.3 * presence) }
    for muscle in [Muscle.funnel, .pucker, .shrugLower, .shrugUpper] { scale(&face, muscle, 1 - 0.6 * presence) }
    for muscle in [Muscle.press, .rollLower, .rollUpper, .puff, .close, .tongue] { scale(&face, muscle, 1 - presence) }
    face[Control.jaw] = face[Control.jaw] * (1 - 0.6 * presence) + curve(.jaw) * (1 - 0.5 * face[Control.jaw])
    face[Control.jaw] = min(face[Control.jaw], cap)
    for (muscle, channel) in [
      (Muscle.lowerDown, Coarticulation.Channel.lowerDown), (.upperUp, .upperUp), (.funnel, .funnel), (.pucker, .pucker),
      (.stretch, .stretch),
      (.tongue, .tongue),
    ] { add(&face, muscle, curve(channel)) }

    // The lower lip meets the teeth.
    scale(&face, .lowerDown, 1 - tuck)
    scale(&face, .funnel, 1 - 0.6 * tuck)
    raise(&face, .rollLower, 0.5 * tuck)
    raise(&face, .upperUp, 0.18 * tuck)
    // The lips meet, inside a smile or a shout as well.
    for muscle in [Muscle.lowerDown, .upperUp, .tongue] { scale(&face, muscle, 1 - seal) }
    scale(&face, .funnel, 1 - 0.75 * seal)
    scale(&face, .stretch, 1 - 0.35 * seal)
    scale(&face, .smile, 1 - 0.15 * seal)
    scale(&face, .shrugUpper, 1 - 0.5 * seal)
    scale(&face, .rollLower, 1 - 0.4 * seal * tuck)
    settle(&face, seal: seal)
    raise(&face, .press, 0.32 * seal)
    raise(&face, .rollLower, 0.16 * seal)
    raise(&face, .rollUpper, 0.12 * seal)
    face[Muscle.close.controls.left] = max(face[Muscle.close.controls.left], seal * (face[Control.jaw] + 0.06))
  }

  /// Muscles that pull against each other give way; lids, tongue and jaw agree.
  private func settle(_ face: inout [Double], seal: Double) {
    for (smile, frown) in [(StudioShape.mouthSmileLeft, StudioShape.mouthFrownLeft), (.mouthSmileRight, .mouthFrownRight)] {
      face[frown.rawValue] *= 1 - 0.75 * min(value(face, smile), 1)
      face[smile.rawValue] *= 1 - 0.25 * min(value(face, .mouthPucker), 1)
    }
    for (wide, blink) in [(StudioShape.eyeWideLeft, StudioShape.eyeBlinkLeft), (.eyeWideRight, .eyeBlinkRight)] {
      face[wide.rawValue] *= 1 - min(value(face, blink), 1)
    }
    let tongue = value(face, .tongueOut)
    face[Control.jaw] = max(face[Control.jaw], 0.25 * tongue)
    let open = max(0, face[Control.jaw] - value(face, .mouthClose))
    let apart = 1 - (open * 2.2).clamped(0, 1)
    scale(&face, .press, max(apart, seal))
    scale(&face, .puff, apart)
    for control in 0..<50 { face[control] = face[control].clamped(0, 1) }
    face[Control.jaw] = face[Control.jaw].clamped(0, 1)
    face[Control.jawSide] = face[Control.jawSide].clamped(-1, 1)
  }

  /// Controls as the 56 numbers of a frame.
  private static func encode(_ table: [[Double]]) -> Clip {
    var clip = Clip(frames: table.count)
    for (frame, face) in table.enumerated() {
      for channel in 0..<50 { clip[frame, channel] = Float(face[channel]) }
      let yaw = face[Control.gazeYaw].clamped(-0.52, 0.52)
      let pitch = face[Control.gazePitch].clamped(-0.5, 0.42)
      clip[frame, StudioShape.eyeLookOutLeft] = Float(max(0, yaw) / 0.52)
      clip[frame, StudioShape.eyeLookInRight] = Float(max(0, yaw) / 0.52)
      clip[frame, StudioShape.eyeLookInLeft] = Float(max(0, -yaw) / 0.52)
      clip[frame, StudioShape.eyeLookOutRight] = Float(max(0, -yaw) / 0.52)
      for shape in [StudioShape.eyeLookUpLeft, .eyeLookUpRight] { clip[frame, shape] = Float(max(0, pitch) / 0.44) }
      for shape in [StudioShape.eyeLookDownLeft, .eyeLookDownRight] { clip[frame, shape] = Float(max(0, -pitch) / 0.52) }
      for axis in 0..<3 { clip[frame, 50 + axis] = Float(face[Control.pitch + axis] * .pi / 180) }
      clip[frame, 53] = Float(face[Control.jaw] * 0.34)
      clip[frame, 54] = Float(face[Control.jawSide] * 0.12)
    }
    return clip
  }
}
