import Foundation
import Tensor

/// Gaze and blinks.
enum Eyes {
  /// Fixations with small saccades between them; the eyes hold the world while the head sways under them.
  static func move(_ rows: inout [[Double]], stage: Choreographer, source: inout RandomSource) {
    let count = rows[0].count
    let steady = Idle.envelope(stage.steadyGaze, count: count, ramp: 0.06)
    var yaw = [Double](repeating: 0, count: count)
    var pitch = yaw
    var index = 0
    var from = (0.0, 0.0)
    var to = (source.normal(deviation: 0.015), source.normal(deviation: 0.012))
    from = to
    while index < count {
      let fixation = Int(Performer.rate * exp(source.normal(mean: log(0.85), deviation: 0.5)).clamped(0.25, 2.6))
      let distance = hypot(to.0 - from.0, to.1 - from.1)
      // Duration of a saccade: 21 ms and 2.2 ms a degree (Carpenter, "Movements of the Eyes", 1988).
      let travel = max(2, Int(Performer.rate * (0.021 + 0.0022 * distance * 180 / .pi)))
      for step in 0..<fixation where index + step < count {
        let x = Stroke.minimumJerk(Double(step) / Double(travel))
        yaw[index + step] = from.0 + (to.0 - from.0) * x
        pitch[index + step] = from.1 + (to.1 - from.1) * x
      }
      index += fixation
      from = to
      // Mostly between the viewer's eyes and mouth; now and then away.
      let wide = source.chance(0.14)
      to = (
        source.normal(deviation: wide ? 0.09 : 0.022).clamped(-0.16, 0.16), source.normal(deviation: wide ? 0.05 : 0.018).clamped(-0.1, 0.1)
      )
    }
    for sample in 0..<count {
      let free = 1 - steady[sample]
      rows[Control.gazeYaw][sample] += yaw[sample] * free
      rows[Control.gazePitch][sample] += pitch[sample] * free
    }
  }

  /// Spontaneous blinks at uneven times, and blinks with turns of the head, shifts of gaze and ends of phrases.
  static func blink(_ rows: inout [[Double]], stage: Choreographer, source: inout RandomSource) {
    let count = rows[0].count
    let end = Double(count) / Performer.rate
    let style = stage.style
    var times: [Double] = []
    let mean = 60 / style.blinksPerMinute
    var time = -source.unit() * mean
    while time < end {
      if time > 0 { times.append(time) }
      time += (mean * exp(source.normal(mean: -0.2, deviation: 0.65))).clamped(0.5, 20)
      // Sometimes two in a row.
      if source.chance(0.08), time > 0.4 { times.append(time - mean * 0 + 0.32) }
    }
    for cue in stage.blinkCues where source.chance(0.55) { times.append(cue + source.uniform(-0.05, 0.08)) }
    times.sort()
    let left = Muscle.blink.controls.left
    let right = Muscle.blink.controls.right ?? left
    var lids = [Double](repeating: 0, count: count)
    var last = -1.0
    for time in times where time - last > 0.4 {
      let span = time - 0.12..<time + 0.3
      guard time < end - 0.05, !stage.blinkless.contains(where: { $0.overlaps(span) }) else { continue }
      last = time
      let size = source.chance(0.1) ? source.uniform(0.6, 0.8) : source.uniform(0.92, 1)
      let close = source.uniform(0.075, 0.11)
      let stay = source.uniform(0.02, 0.06)
      let open = source.uniform(0.15, 0.24)
      let keys = [
        (time - close, 0), (time, size), (time + stay, size * 0.98), (time + stay + open * 0.55, size * 0.25), (time + stay + open, 0),
      ]
      Stroke(control: left, keys: keys.map { Stroke.Key(time: $0.0, value: $0.1) }).sample(rate: Performer.rate, count: count) {
        index, value in
        lids[index] = max(lids[index], value)
      }
    }
    for index in 0..<count {
      for control in [left, right] {
        let held = rows[control][index] + style.restLids * (1 - rows[control][index])
        rows[control][index] = held + lids[index] * (1 - held)
      }
    }
  }
}
