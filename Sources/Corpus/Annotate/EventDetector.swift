import Claims
import Motion

/// Finds the events of a clip in its motion: units, head poses and gaze as stretches of time, and the actions they amount to.
///
/// Thresholds leave out what idle motion does by itself (small sways, single blinks, glances under eight degrees).
public struct EventDetector: Sendable {
  let reading: MotionReading
  private var rate: Double { reading.clip.framesPerSecond }

  public init(_ clip: Clip) { reading = MotionReading(clip) }

  /// A run of frames at or above a threshold.
  struct Stretch: Hashable {
    var frames: Range<Int>
    var peak: Double
  }

  /// Runs at or above `threshold` of at least `least` frames; gaps of up to four frames are bridged.
  static func stretches(_ values: [Double], _ threshold: Double, least: Int) -> [Stretch] {
    var runs: [Range<Int>] = []
    var start: Int?
    for index in 0...values.count {
      if index < values.count, values[index] >= threshold {
        if start == nil { start = index }
      } else if let first = start {
        if let last = runs.last, first - last.upperBound <= 4 {
          runs[runs.count - 1] = last.lowerBound..<index
        } else {
          runs.append(first..<index)
        }
        start = nil
      }
    }
    return runs.filter { $0.count >= least }.map { Stretch(frames: $0, peak: values[$0].max() ?? 0) }
  }

  private func event(_ kind: EventKind, _ name: String, _ side: Side, _ intensity: Intensity, _ frames: Range<Int>, count: Int = 1) -> Event
  {
    Event(
      kind: kind, name: name, side: side, intensity: intensity, count: count, start: Double(frames.lowerBound) / rate,
      end: Double(frames.upperBound) / rate)
  }

  private func band(_ peak: Double, _ low: Double = 0.48, _ high: Double = 0.8) -> Intensity {
    peak < low ? .slight : peak < high ? .medium : .strong
  }

  /// Times in which the jaw goes up and down as in speech.
  func speech() -> Range<Int>? {
    let moving = reading.mouth.indices.map { index -> Double in
      let window = Array(reading.mouth[max(0, index - 12)...min(reading.mouth.count - 1, index + 12)])
      return Double(MotionReading.peaks(window, prominence: 0.035))
    }
    return Self.stretches(moving, 2, least: 20).max { $0.frames.count < $1.frames.count }?.frames
  }

  /// Units with sides and strengths. Speech moves the mouth by itself; `speaking` leaves that out.
  public func units(speaking: Bool) -> [Event] {
    let ofSpeech: Set<UnitName> = [
      .mouthStretch, .upperLipRaise, .lowerLipDown, .lipPress, .chinRaise, .pucker, .funnel, .tongueOut, .jawDrop, .mouthOpenWide, .dimple,
      .lipRoll,
      .lipsPart,
    ]
    let told = UnitName.allCases.filter {
      ![.wink, .lipsPart, .browsUp, .mouthOpenWide].contains($0) && !(speaking && ofSpeech.contains($0))
    }
    var events: [Event] = []
    for unit in told {
      let sides = reading.sides(of: unit)
      let either = zip(sides.left, sides.right).map(max)
      for run in Self.stretches(either, unit == .eyeClose ? 0.85 : 0.27, least: unit == .eyeClose ? 10 : 6) {
        let left = sides.left[run.frames].max() ?? 0
        let right = sides.right[run.frames].max() ?? 0
        var name = unit
        if unit == .jawDrop, run.peak * 0.5 > 0.72 { name = .mouthOpenWide }
        let peak = name == .mouthOpenWide ? run.peak * 0.5 / 0.95 : run.peak
        if !unit.isSided || min(left, right) > 0.65 * run.peak {
          events.append(event(.unit, name.rawValue, .both, band(peak), run.frames))
        } else if min(left, right) < 0.3 * run.peak {
          let short = unit == .eyeClose && run.frames.count < 20
          events.append(event(.unit, short ? UnitName.wink.rawValue : name.rawValue, left > right ? .left : .right, band(peak), run.frames))
        }
      }
    }
    return Self.joined(events).sorted { $0.start < $1.start }
  }

  /// Inner and outer brow together are the brows.
  private static func joined(_ events: [Event]) -> [Event] {
    var result = events
    for inner in events where inner.unit == .browInnerUp {
      guard let outer = result.firstIndex(where: { $0.unit == .browOuterUp && $0.side == inner.side && abs($0.start - inner.start) < 0.4 }),
        let at = result.firstIndex(of: inner)
      else { continue }
      result[at].name = UnitName.browsUp.rawValue
      if result[outer].intensity == .slight { result[at].intensity = .slight }
      result.remove(at: outer)
    }
    return result
  }

  /// Head poses with their angles, and returns to the front. Nods and shakes are left out by `besides`.
  public func poses(besides taken: [Range<Int>]) -> (events: [Event], degrees: [Event: Double]) {
    var events: [Event] = []
    var degrees: [Event: Double] = [:]
    for pose in [PoseName.turnLeft, .turnRight, .up, .down, .tiltLeft, .tiltRight] {
      let turn = pose == .turnLeft || pose == .turnRight
      for run in Self.stretches(reading.angle(pose), turn ? 7 : 6, least: 7) where !taken.contains(where: { $0.overlaps(run.frames) }) {
        let found = event(.pose, pose.rawValue, .both, turn ? band(run.peak, 14.5, 26) : band(run.peak, 11, 17.5), run.frames)
        events.append(found)
        degrees[found] = run.peak
      }
    }
    let last = events.map(\.end).max() ?? 0
    if !events.isEmpty, last < reading.clip.seconds - 0.6 {
      let away = reading.angle(.straight)
      let start = min(Int(last * rate) + 1, away.count - 1)
      if away[start...].max() ?? -90 > -5 { events.append(event(.pose, PoseName.straight.rawValue, .both, .medium, start..<away.count)) }
    }
    return (events.sorted { $0.start < $1.start }, degrees)
  }

  /// Nods, shakes and wags: swings that follow each other.
  public func swings() -> [(event: Event, frames: Range<Int>)] {
    var found: [(Event, Range<Int>)] = []
    for (name, values) in [(ActionName.nod, reading.pitch), (.shakeHead, reading.yaw), (.wagHead, reading.roll)] {
      let busy = values.indices.map { index -> Double in
        let window = Array(values[max(0, index - 14)...min(values.count - 1, index + 14)])
        return Double(MotionReading.peaks(window, prominence: 3.2) + MotionReading.peaks(window.map { -$0 }, prominence: 3.2))
      }
      for run in Self.stretches(busy, name == .nod ? 2 : 3, least: 10) {
        let span = max(0, run.frames.lowerBound - 6)..<min(values.count, run.frames.upperBound + 6)
        let what = Claim.What(.action, name.rawValue)
        let swing = reading.strength(of: what)[span].max() ?? 0
        guard swing >= reading.threshold(what), let count = reading.count(what, span), count > 0 else { continue }
        let size = (values[span].max() ?? 0) - (values[span].min() ?? 0)
        found.append((event(.action, name.rawValue, .both, band(size / 30), span, count: count), span))
      }
    }
    return found
  }

  /// Blinks in quick succession, which are meant; single ones are not told.
  public func blinks() -> [Event] {
    let what = Claim.What(.action, ActionName.blink.rawValue)
    let lids = reading.strength(of: what)
    let busy = lids.indices.map { index in
      Double(MotionReading.peaks(Array(lids[max(0, index - 26)...min(lids.count - 1, index + 26)]), prominence: 0.35))
    }
    return Self.stretches(busy, 3, least: 4).compactMap { run in
      let span = max(0, run.frames.lowerBound - 20)..<min(lids.count, run.frames.upperBound + 20)
      return reading.count(what, span).map { event(.action, ActionName.blink.rawValue, .both, .medium, span, count: $0) }
    }
  }

  /// Looks of eight degrees and more, held for a fifth of a second.
  public func gazes() -> [Event] {
    var events: [Event] = []
    for gaze in [GazeName.left, .right, .up, .down] {
      for run in Self.stretches(reading.look(gaze), 0.15, least: 5) {
        events.append(event(.gaze, gaze.rawValue, .both, band(run.peak, 0.28, 0.4), run.frames))
      }
    }
    return events.sorted { $0.start < $1.start }
  }
}
