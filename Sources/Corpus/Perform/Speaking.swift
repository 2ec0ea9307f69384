import Foundation
import Tensor

/// The speaking side of a performance: the mouth that phones ask for, and the gestures that go with stress.
struct Speaking {
  /// What the mouth does on the grid while speaking.
  struct Mouth {
    /// Curves by `Coarticulation.Channel`.
    var curves: [[Double]]
    /// 1 while a voice sounds, 0 at rest.
    var presence: [Double]
    /// 1 where lips must meet, and where the lower lip must meet the teeth.
    var seal: [Double]
    var tuck: [Double]
    /// The most the jaw may open, by closures and sibilants near by.
    var jawCap: [Double]
  }

  /// How much of their style speakers show in the size of their mouth movements, as a power.
  private static let likeness = 0.45
  /// How fast the jaw may leave a closure, in full openings a second: 250 mm a second at the lips.
  private static let release = 9.0

  private let segments: [LipClass.Segment]
  private let vigour: [Double]
  private let phones: [Phone]
  private var jawGain: Double
  private var lipGain: Double
  private let gains: [(span: Range<Double>, gain: Double)]

  init(score: Score, speech: SpokenTrack?, stage: inout Choreographer, source: inout RandomSource) {
    var phones = speech?.phones ?? []
    var gains = stage.speechGain
    if phones.isEmpty {
      for (span, vigour) in stage.babble {
        phones += Babble.phones(span, source: &source)
        gains.append((span, vigour))
      }
    }
    self.phones = phones
    self.gains = gains
    segments = LipClass.segments(of: phones)
    vigour = Coarticulation.vigour(
      of: segments, loudness: speech?.loudness ?? [], loudnessRate: speech?.loudnessRate ?? 100, source: &source)
    let style = stage.style
    var mood = 1.0
    if let emotion = score.emotion {
      let push = emotion.intensity == .strong ? 1.0 : emotion.intensity == .medium ? 0.6 : 0.3
      switch emotion.name {
      case .angry, .surprised: mood += 0.22 * push
      case .happy: mood += 0.12 * push
      case .sad: mood -= 0.25 * push
      case .fearful: mood -= 0.06 * push
      case .contempt: mood -= 0.12 * push
      default: break
      }
    }
    // A voice does not tell how widely its speaker opens: speakers differ in it only a little.
    jawGain = pow(style.articulation * mood * source.uniform(0.85, 1.18), Self.likeness)
    lipGain = pow(style.articulation * source.uniform(0.88, 1.15), Self.likeness)
  }

  /// Head and brow beats on stress, drift of the head over a phrase, a breath before the first word, blinks at pauses.
  func gesture(_ stage: inout Choreographer, source: inout RandomSource, mood: Score.Mood?) {
    guard let first = segments.first(where: { $0.kind != .silence }), let last = segments.last(where: { $0.kind != .silence }) else {
      return
    }
    let style = stage.style
    let lively = style.headLiveliness.clamped(0.5, 1.5) * (mood?.name == .sad ? 0.6 : mood?.name == .angry ? 1.2 : 1)
    if first.start > 0.3 {
      stage.pulse(.jaw, source.uniform(0.04, 0.1), at: first.start - 0.12, up: 0.14, stay: 0.02, down: 0.12)
      stage.pulse(.pitch, -0.8 * lively, at: first.start - 0.1, up: 0.22, stay: 0.02, down: 0.4)
    }
    // A head that nods, shakes or stares for the score does not beat time as well.
    let held = stage.steadyHead
    func isFree(_ time: Double) -> Bool { !held.contains { $0.lowerBound - 0.35 < time && time < $0.upperBound + 0.35 } }
    for (time, strength) in Coarticulation.stresses(segments, vigour) {
      if source.chance(0.75), isFree(time) {
        let size = (source.uniform(1, 2.3) * strength * lively).clamped(0.4, 3.2)
        stage.pulse(.pitch, size, at: time + 0.04, up: 0.17, stay: 0.03, down: source.uniform(0.25, 0.4))
      }
      if source.chance(0.4) {
        let size = (source.uniform(0.1, 0.24) * strength * style.browLiveliness).clamped(0.04, 0.4)
        stage.pulse(.browOuter, size, at: time, up: 0.17, stay: 0.08, down: 0.32)
        stage.pulse(.browInner, size * source.uniform(0.6, 1), at: time, up: 0.18, stay: 0.08, down: 0.34)
      }
    }
    var time = first.start
    var yaw: [(Double, Double)] = [(time, 0)]
    var roll = yaw
    while time < last.end - 0.5 {
      time += source.uniform(0.6, 1.3)
      let size = isFree(time) ? lively.clamped(0.5, 1.2) : 0
      yaw.append((time, source.normal(deviation: 1.3).clamped(-2.4, 2.4) * size))
      roll.append((time + 0.1, source.normal(deviation: 1).clamped(-2, 2) * size))
    }
    stage.keys(.yaw, yaw + [(max(time, last.end) + 0.6, 0)])
    stage.keys(.roll, roll + [(max(time, last.end) + 0.8, 0)])
    for phone in phones where phone.name == "pau" && phone.end - phone.start > 0.12 { stage.blinkCues.append(phone.start + 0.05) }
  }

  func mouth(count: Int) -> Mouth? {
    guard !segments.isEmpty else { return nil }
    let rule = Coarticulation(segments: segments, vigour: vigour)
    var curves = rule.curves(rate: Performer.rate, count: count)
    var loud = [Double](repeating: 1, count: count)
    for (span, gain) in gains {
      let shape = Idle.envelope([span], count: count, ramp: 0.15)
      for index in 0..<count { loud[index] *= 1 + (gain - 1) * shape[index] }
    }
    for index in 0..<count {
      curves[0][index] = min(curves[0][index] * jawGain * loud[index], 0.95)
      let lips = lipGain * (1 + 0.5 * (loud[index] - 1))
      for channel in 1..<curves.count { curves[channel][index] = min(curves[channel][index] * lips, 0.95) }
    }
    let voiced = segments.filter { $0.kind != .silence }.map { $0.start - 0.02..<$0.end }
    let bilabials = rule.closures(.bilabial).map(Self.widen)
    let labiodentals = rule.closures(.labiodental).map(Self.widen)
    var cap = [Double](repeating: 2, count: count)
    func limit(_ spans: [Range<Double>], _ most: Double) {
      for span in spans {
        let first = max(0, Int((span.lowerBound - 0.3) * Performer.rate))
        let last = min(count - 1, Int((span.upperBound + 0.3) * Performer.rate))
        guard first <= last else { continue }
        for index in first...last {
          let time = Double(index) / Performer.rate
          let away = max(span.lowerBound - time, time - span.upperBound, 0)
          cap[index] = min(cap[index], most + Self.release * away)
        }
      }
    }
    limit(bilabials, 0.1)
    limit(labiodentals, 0.13)
    limit(rule.closures(.sibilant), 0.11)
    limit(rule.closures(.postalveolar), 0.13)
    return Mouth(
      curves: curves, presence: Idle.envelope(voiced, count: count, ramp: 0.14),
      seal: Idle.envelope(bilabials, count: count, ramp: 0.065), tuck: Idle.envelope(labiodentals, count: count, ramp: 0.065), jawCap: cap)
  }

  /// At 25 frames a second a closure shorter than a frame would be missed: it lasts at least 44 ms.
  private static func widen(_ span: Range<Double>) -> Range<Double> {
    let middle = (span.lowerBound + span.upperBound) / 2
    return min(span.lowerBound, middle - 0.022)..<max(span.upperBound, middle + 0.022)
  }
}
