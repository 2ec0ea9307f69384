import Claims
import Foundation
import Tensor

/// Turns the events of a score into strokes: which muscle moves, how far, when it starts, peaks and lets go.
struct Choreographer {
  /// A look: muscles with their amounts at full strength.
  typealias Look = KeyValuePairs<Muscle, Double>

  let style: PersonStyle
  /// Length of the clip in seconds; a movement whose span reaches it is held, not released.
  let seconds: Double
  var source: RandomSource
  private(set) var strokes: [Stroke] = []
  /// Spans in which nobody blinks of their own accord.
  var blinkless: [Range<Double>] = []
  /// Spans in which the eyes keep where the score put them.
  var steadyGaze: [Range<Double>] = []
  /// Moments at which a blink is natural: turns of the head, shifts of gaze, ends of phrases.
  var blinkCues: [Double] = []
  /// Spans of talking without a sound, with their vigour.
  var babble: [(span: Range<Double>, vigour: Double)] = []
  /// Spans in which speech is louder (above 1) or smaller.
  var speechGain: [(span: Range<Double>, gain: Double)] = []
  /// Spans in which idle head motion is stilled.
  var steadyHead: [Range<Double>] = []

  init(style: PersonStyle, seconds: Double, source: RandomSource) {
    self.style = style
    self.seconds = seconds
    self.source = source
  }

  /// The factor an intensity puts on amounts: three bands that do not meet.
  mutating func gain(_ intensity: Intensity) -> Double {
    let amplitude = style.amplitude
    switch intensity {
    case .slight: return (source.uniform(0.35, 0.45) * amplitude).clamped(0.33, 0.47)
    case .medium: return (source.uniform(0.58, 0.74) * amplitude).clamped(0.57, 0.77)
    case .strong: return (source.uniform(0.88, 1.05) * amplitude).clamped(0.86, 1.1)
    }
  }

  /// Seconds at this person's pace.
  func pace(_ seconds: Double) -> Double { seconds / style.speed }

  /// Adds one stroke through the keys (time, amount), on the sides asked for.
  mutating func keys(_ muscle: Muscle, _ points: [(Double, Double)], side: Side = .both, shift: Double = 0) {
    let index = Muscle.allCases.firstIndex(of: muscle) ?? 0
    let (left, right) = muscle.controls
    func add(_ control: Int, _ factor: Double, _ delay: Double) {
      strokes.append(
        Stroke(control: control, keys: points.map { Stroke.Key(time: $0.0 + delay, value: $0.1 * factor) }))
    }
    guard let right else { return add(left, 1, shift) }
    // Side by side the two halves of a face never move quite alike.
    let factor = side == .both ? style.asymmetry[index] : 1
    let lead = side == .both ? style.lead[index] : 0
    if side != .right { add(left, factor, shift - lead) }
    if side != .left { add(right, 1 / factor, shift + lead) }
  }

  /// Contracts one muscle over a span: attack, hold, release. A span that reaches the end of the clip is held;
  /// `inPlace` starts contracted.
  mutating func hold(
    _ muscle: Muscle, _ amount: Double, _ span: Range<Double>, attack: Double, release: Double, side: Side = .both, inPlace: Bool = false
  ) {
    let length = max(span.upperBound - span.lowerBound, 0.08)
    let held = span.upperBound >= seconds - 0.05
    let total = attack + (held ? 0 : release)
    let fit = total > 0.85 * length ? 0.85 * length / total : 1
    let start = span.lowerBound
    let peak = start + attack * fit
    // A held face is alive: it sinks a little and comes back.
    let sag = amount * source.uniform(0.9, 1.0)
    var points: [(Double, Double)] = inPlace ? [(-2, amount), (start, amount)] : [(start, 0), (peak, amount)]
    if held {
      let end = seconds + 1
      if end - peak > 1.2 { points.append(((peak + end) / 2 + source.uniform(-0.2, 0.2), sag)) }
      points.append((end, amount * source.uniform(0.94, 1.02)))
    } else {
      let let0 = max(span.upperBound - release * fit, peak + 0.01)
      if let0 - peak > 0.8 { points.append((peak + (let0 - peak) * source.uniform(0.4, 0.7), sag)) }
      points.append((let0, amount * source.uniform(0.95, 1)))
      points.append((span.upperBound, 0))
    }
    keys(muscle, points, side: side)
  }

  /// Contracts several muscles together, each at its own pace and a little apart.
  mutating func look(
    _ look: Look, _ gain: Double, _ span: Range<Double>, attack: Double? = nil, release: Double? = nil, side: Side = .both,
    inPlace: Bool = false
  ) {
    for (muscle, amount) in look {
      let up = pace(attack ?? muscle.quickness * 1.5) * source.uniform(0.85, 1.2)
      let down = pace(release ?? muscle.quickness * 2.4) * source.uniform(0.85, 1.25)
      let late = inPlace ? 0 : source.uniform(0, 0.25) * min(up, 0.25)
      let limit = muscle.isSigned ? 90 : 1.05
      let full = (amount * gain * source.uniform(0.93, 1.07)).clamped(-limit, limit)
      let lower = min(span.lowerBound + late, span.upperBound - 0.08)
      hold(muscle, full, lower..<span.upperBound, attack: up, release: down, side: side, inPlace: inPlace)
    }
  }

  /// Swings a muscle between two amounts at about `rate` swings a second, never quite evenly; ends at rest.
  mutating func swing(
    _ muscle: Muscle, _ low: Double, _ high: Double, rate: Double, _ span: Range<Double>, side: Side = .both, fade: Bool = true
  ) {
    var points: [(Double, Double)] = [(span.lowerBound, 0)]
    var time = span.lowerBound
    var up = true
    let half = 0.5 / rate
    while time + half * 1.4 < span.upperBound {
      time += half * source.uniform(0.82, 1.2)
      let through = (time - span.lowerBound) / max(span.upperBound - span.lowerBound, 0.1)
      let envelope = fade ? min(1, 0.55 + 2 * through) * min(1, (1 - through) * 2.2 + 0.25) : 1
      points.append((time, (up ? high : low) * envelope * source.uniform(0.8, 1.1)))
      up.toggle()
    }
    points.append((span.upperBound, 0))
    keys(muscle, points, side: side)
  }

  /// A quick contraction around a moment.
  mutating func pulse(
    _ muscle: Muscle, _ amount: Double, at time: Double, up: Double, stay: Double = 0.02, down: Double, side: Side = .both
  ) {
    keys(muscle, [(time - up, 0), (time, amount), (time + stay, amount), (time + stay + down, 0)], side: side)
  }

  /// A span cut into `count` uneven parts.
  mutating func parts(_ span: Range<Double>, _ count: Int) -> [Range<Double>] {
    let weights = (0..<max(count, 1)).map { _ in source.uniform(0.85, 1.15) }
    let total = weights.reduce(0, +)
    var start = span.lowerBound
    return weights.map { weight in
      let end = start + (span.upperBound - span.lowerBound) * weight / total
      defer { start = end }
      return start..<end
    }
  }
}
