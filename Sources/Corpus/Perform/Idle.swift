import Foundation
import Tensor

/// What a face does when it does nothing: the head sways and breathes, the muscles are never quite still.
enum Idle {
  /// A slow wandering curve: a few sines of uneven periods, about 1 at its largest.
  static func wander(count: Int, slowest: Double, fastest: Double, source: inout RandomSource) -> [Double] {
    let waves = (0..<4).map { index -> (Double, Double, Double) in
      let share = Double(index) / 3
      let frequency = slowest * pow(fastest / slowest, share) * source.uniform(0.8, 1.25)
      return (frequency, source.uniform(0, 2 * .pi), source.uniform(0.6, 1.2) / (1 + 1.6 * share))
    }
    let size = waves.reduce(0) { $0 + $1.2 }
    return (0..<count).map { index in
      let time = Double(index) / Performer.rate
      return waves.reduce(0) { $0 + $1.2 * sin(2 * .pi * $1.0 * time + $1.1) } / size
    }
  }

  static func breatheAndSway(_ rows: inout [[Double]], stage: Choreographer, source: inout RandomSource) {
    let count = rows[0].count
    let style = stage.style
    let calm = envelope(stage.steadyHead, count: count, ramp: 0.4)
    let breath = source.uniform(0.2, 0.3)
    let phase = source.uniform(0, 2 * .pi)
    for (control, degrees) in [(Control.pitch, 1.1), (Control.yaw, 1.5), (Control.roll, 0.9)] {
      let sway = wander(count: count, slowest: 0.07, fastest: 0.5, source: &source)
      let tremor = wander(count: count, slowest: 1.2, fastest: 3, source: &source)
      let rest = style.restHead[control - Control.pitch]
      for index in 0..<count {
        let quiet = 1 - 0.7 * calm[index]
        var value = rest + sway[index] * degrees * min(style.headLiveliness, 1.4) * quiet + tremor[index] * 0.06
        if control == Control.pitch { value += 0.3 * sin(2 * .pi * breath * Double(index) / Performer.rate + phase) }
        rows[control][index] += value
      }
    }
    // Tone of the muscles.
    for (muscle, size) in [
      (Muscle.browInner, 0.03), (.browOuter, 0.025), (.browDown, 0.025), (.squint, 0.03), (.smile, 0.018), (.frown, 0.015), (.press, 0.02),
      (.dimple, 0.012), (.sneer, 0.008), (.shrugLower, 0.015), (.cheek, 0.012),
    ] {
      let tone = wander(count: count, slowest: 0.1, fastest: 0.9, source: &source)
      let (left, right) = muscle.controls
      let bias = source.uniform(0.85, 1.15)
      for index in 0..<count {
        let value = max(0, tone[index]) * size
        rows[left][index] += value * bias * (1 - rows[left][index])
        if let right { rows[right][index] += value / bias * (1 - rows[right][index]) }
      }
    }
    let corner = style.restMouth > 0 ? Muscle.smile : .frown
    for control in [corner.controls.left, corner.controls.right ?? corner.controls.left] {
      for index in 0..<count { rows[control][index] += abs(style.restMouth) * (1 - rows[control][index]) }
    }
  }

  /// 1 inside the spans, 0 outside, with soft shoulders.
  static func envelope(_ spans: [Range<Double>], count: Int, ramp: Double) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    for span in spans {
      let first = max(0, Int((span.lowerBound - ramp) * Performer.rate))
      let last = min(count - 1, Int((span.upperBound + ramp) * Performer.rate))
      guard first <= last else { continue }
      for index in first...last {
        let time = Double(index) / Performer.rate
        let away = max(span.lowerBound - time, time - span.upperBound, 0)
        values[index] = max(values[index], Stroke.minimumJerk(1 - away / ramp))
      }
    }
    return values
  }
}
