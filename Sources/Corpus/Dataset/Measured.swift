import Claims
import Motion

/// What a clip's motion shows, read from its channels alone: the units the writer may tell of and the things that never happen.
struct Measured {
  let clip: Clip

  /// The channels by which a unit is seen, left and right, and the least weight that counts as seen.
  private static let seen: [(unit: UnitName, left: StudioShape, threshold: Float)] = [
    (.browInnerUp, .browInnerUpLeft, 0.24), (.browOuterUp, .browOuterUpLeft, 0.24), (.browDown, .browDownLeft, 0.24),
    (.eyeWide, .eyeWideLeft, 0.22), (.eyeSquint, .eyeSquintLeft, 0.25), (.eyeClose, .eyeBlinkLeft, 0.88),
    (.cheekRaise, .cheekSquintLeft, 0.25), (.noseWrinkle, .noseSneerLeft, 0.24), (.smile, .mouthSmileLeft, 0.24),
    (.frownMouth, .mouthFrownLeft, 0.24), (.dimple, .mouthDimpleLeft, 0.3), (.mouthStretch, .mouthStretchLeft, 0.3),
    (.upperLipRaise, .mouthUpperUpLeft, 0.28), (.lowerLipDown, .mouthLowerDownLeft, 0.3), (.lipPress, .mouthPressLeft, 0.3),
    (.chinRaise, .mouthShrugLower, 0.28), (.pucker, .mouthPucker, 0.35), (.funnel, .mouthFunnel, 0.35), (.cheekPuff, .cheekPuff, 0.35),
    (.tongueOut, .tongueOut, 0.35),
  ]
  /// What speech moves by itself; it is not told in clips where someone speaks.
  private static let ofSpeech: Set<UnitName> = [
    .mouthStretch, .upperLipRaise, .lowerLipDown, .lipPress, .chinRaise, .pucker, .funnel, .tongueOut, .jawDrop, .mouthOpenWide, .dimple,
  ]

  private func track(_ channel: Int) -> [Float] { (0..<clip.frameCount).map { clip[$0, channel] } }

  /// The longest stretch at or above a threshold that lasts `least` frames.
  private func stretch(_ values: [Float], _ threshold: Float, least: Int) -> Range<Int>? {
    var best: Range<Int>?
    var start: Int?
    for index in 0...values.count {
      if index < values.count, values[index] >= threshold {
        if start == nil { start = index }
      } else if let first = start {
        if index - first >= least, index - first > (best?.count ?? 0) { best = first..<index }
        start = nil
      }
    }
    return best
  }

  /// Units that are plainly seen, besides those the score asked for by name.
  func units(besides score: Score) -> [Event] {
    let speaks = score.speech != nil || score.events.contains { $0.action == .talk || $0.action == .shout || $0.action == .sing }
    let asked = Set(score.events.compactMap(\.unit))
    var events: [Event] = []
    func add(_ unit: UnitName, _ side: Side, _ peak: Float, _ frames: Range<Int>) {
      let intensity: Intensity = peak < 0.44 ? .slight : peak < 0.76 ? .medium : .strong
      let rate = clip.framesPerSecond
      events.append(
        Event(
          kind: .unit, name: unit.rawValue, side: side, intensity: intensity, start: Double(frames.lowerBound) / rate,
          end: Double(frames.upperBound) / rate))
    }
    for (unit, shape, threshold) in Self.seen where !asked.contains(unit) && !(speaks && Self.ofSpeech.contains(unit)) {
      let left = track(shape.rawValue)
      let right = track(shape.mirrored.rawValue)
      guard let frames = stretch(zip(left, right).map(max), threshold, least: unit == .eyeClose ? 9 : 7) else { continue }
      let peakLeft = left[frames].max() ?? 0
      let peakRight = right[frames].max() ?? 0
      let peak = max(peakLeft, peakRight)
      let lesser = min(peakLeft, peakRight)
      // Between one side and both lies a doubtful stretch, of which nothing is said.
      if lesser > 0.65 * peak {
        add(unit, .both, peak, frames)
      } else if lesser < 0.25 * peak {
        add(unit, peakLeft > peakRight ? .left : .right, peak, frames)
      }
    }
    if !speaks, !asked.contains(.jawDrop), !asked.contains(.mouthOpenWide) {
      let jaw = zip(track(53), track(StudioShape.mouthClose.rawValue)).map { $0 / 0.34 - $1 }
      if let frames = stretch(jaw, 0.7, least: 6) {
        add(.mouthOpenWide, .both, jaw[frames].max() ?? 0, frames)
      } else if let frames = stretch(jaw, 0.28, least: 7) {
        add(.jawDrop, .both, (jaw[frames].max() ?? 0) / 0.5, frames)
      }
    }
    return Self.joined(events)
  }

  /// Inner and outer brow together are the brows.
  private static func joined(_ events: [Event]) -> [Event] {
    guard let inner = events.firstIndex(where: { $0.unit == .browInnerUp }),
      let outer = events.firstIndex(where: { $0.unit == .browOuterUp }),
      events[inner].side == events[outer].side, abs(events[inner].start - events[outer].start) < 0.4
    else { return events }
    var result = events
    result[inner].name = UnitName.browsUp.rawValue
    if events[inner].intensity == .slight || events[outer].intensity == .slight { result[inner].intensity = .slight }
    result.remove(at: outer)
    return result
  }

  /// Head poses that an emotion or an action brought along and that are plainly seen; none where the score moves the head itself.
  func poses(besides score: Score) -> [Event] {
    let moving: Set<ActionName> = [.nod, .shakeHead, .wagHead, .turn, .tiltHead, .bowHead, .lookAround, .cough, .sneeze, .laugh, .cry]
    let asked = score.events.filter { $0.kind == .pose || ($0.action.map(moving.contains) ?? false) }
    return Self.heldPoses(clip).filter { event in
      event.duration >= 0.6 && (degrees(Score(seconds: score.seconds, events: [event]))[event] ?? 0) > 7.5
        && asked.allSatisfy { event.end < $0.start - 0.2 || event.start > $0.end + 0.4 }
    }
  }

  /// The largest angle of every pose event, degrees.
  func degrees(_ score: Score) -> [Event: Double] {
    var angles: [Event: Double] = [:]
    for event in score.events {
      guard let pose = event.pose, pose != .straight else { continue }
      let axis = pose == .up || pose == .down ? 50 : pose == .turnLeft || pose == .turnRight ? 51 : 52
      let first = max(0, Int(event.start * clip.framesPerSecond))
      let last = min(clip.frameCount, Int(event.end * clip.framesPerSecond) + 1)
      guard first < last else { continue }
      angles[event] = Double((first..<last).map { abs(clip[$0, axis]) }.max() ?? 0) * 180 / .pi
    }
    return angles
  }

  /// Whether the head moves by less than five degrees about every axis, and stays near the front.
  var isHeadStill: Bool {
    (50..<53).allSatisfy { axis in
      let values = track(axis)
      guard let most = values.max(), let least = values.min() else { return false }
      return most - least < 5 * .pi / 180 && max(abs(most), abs(least)) < 6 * .pi / 180
    }
  }

  /// Things that certainly do not happen in the clip; what people deny most often stands there several times.
  func absent(_ score: Score) -> [Claim.What] {
    let reading = MotionReading(clip)
    let asked = Set(score.events.map { Claim.What($0.kind, $0.name) })
    func misses(_ what: Claim.What, below limit: Double = 0.1) -> Bool {
      !asked.contains(what) && reading.strength(of: what).max().map { $0 < limit } ?? false
    }
    let speaks = score.speech != nil
    var claims: [Claim.What] = []
    let opens: Set<UnitName> = [.jawDrop, .mouthOpenWide, .lipsPart]
    let often: Set<UnitName> = [.browsUp, .browDown, .frownMouth, .jawDrop, .mouthOpenWide, .eyeClose]
    for unit in UnitName.allCases where !(speaks && opens.contains(unit)) {
      let what = Claim.What(.unit, unit.rawValue)
      // A blink closes the eyes for a moment, which nobody means who denies it.
      guard misses(what, below: unit == .eyeClose ? 0.4 : opens.contains(unit) ? 0.06 : 0.1) else { continue }
      claims += Array(repeating: what, count: unit == .smile ? 6 : often.contains(unit) ? 3 : 1)
    }
    let posed = score.events.contains { $0.kind == .pose }
    let said: Set<ActionName> = [.talk, .shout, .sing, .read]
    let swings: Set<ActionName> = [.nod, .shakeHead, .bowHead, .wagHead]
    let common: Set<ActionName> = [.smile, .nod, .shakeHead, .talk, .closeEyes]
    for action in ActionName.allCases where !(speaks && said.contains(action)) && !(posed && swings.contains(action)) {
      let what = Claim.What(.action, action.rawValue)
      guard misses(what) else { continue }
      claims += Array(repeating: what, count: common.contains(action) ? 3 : 1)
    }
    for emotion in EmotionName.allCases where emotion != .neutral && emotion != score.emotion?.name {
      let what = Claim.What(.emotion, emotion.rawValue)
      if misses(what) { claims.append(what) }
    }
    for pose in [PoseName.up, .down] {
      let what = Claim.What(.pose, pose.rawValue)
      if misses(what, below: 0.15) { claims.append(what) }
    }
    return claims
  }
}
