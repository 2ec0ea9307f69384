import Foundation
import Motion
import Tensor

/// Speech as a performer hears it: phones in clip time and how loud the voice is.
public struct SpokenTrack: Sendable, Hashable {
  public var phones: [Phone]
  /// Root mean square of the sound from the start of the clip, `loudnessRate` values a second.
  public var loudness: [Double]
  public var loudnessRate: Double

  public init(phones: [Phone], loudness: [Double] = [], loudnessRate: Double = 100) {
    self.phones = phones
    self.loudness = loudness
    self.loudnessRate = loudnessRate
  }
}

/// Plays a score: the motion an actor with a drawn personal style would give it.
///
/// The same score, speech and seed give the same clip. Time is simulated at 100 Hz; frame f of the clip shows the moment
/// (f + ½) / 25 s. Nothing in the result moves faster than `SpeedLimits`.
public struct Performer: Sendable {
  static let rate = 100.0

  public init() {}

  public func perform(_ score: Score, speech: SpokenTrack? = nil, seed: UInt64) -> Clip {
    let root = RandomSource(seed: seed)
    var styleSource = root.fork("style")
    let style = PersonStyle(source: &styleSource)
    let frames = max(1, Int((score.seconds * Clip.modelFramesPerSecond).rounded()))
    let seconds = Double(frames) / Clip.modelFramesPerSecond
    var stage = Choreographer(style: style, seconds: seconds, source: root.fork("choreography"))
    stage.stage(score)

    var voiceSource = root.fork("voice")
    let speaking = Speaking(score: score, speech: speech, stage: &stage, source: &voiceSource)
    speaking.gesture(&stage, source: &voiceSource, mood: score.emotion)

    let count = Int(seconds * Self.rate) + 2
    var rows = Self.rasterize(stage.strokes, count: count)
    var idleSource = root.fork("idle")
    Idle.breatheAndSway(&rows, stage: stage, source: &idleSource)
    var eyeSource = root.fork("eyes")
    Eyes.move(&rows, stage: stage, source: &eyeSource)
    Eyes.blink(&rows, stage: stage, source: &eyeSource)
    let mouth = speaking.mouth(count: count)
    return Assembly(rows: rows, mouth: mouth, style: style).clip(frames: frames)
  }

  /// Strokes on the grid: signed controls add up; weights combine as 1 − Π(1 − w), so that they never pass 1.
  static func rasterize(_ strokes: [Stroke], count: Int) -> [[Double]] {
    var rows = [[Double]](repeating: [], count: Control.count)
    for control in 0..<Control.count {
      let signed = control == Control.pitch || control == Control.yaw || control == Control.roll || control >= Control.jawSide
      var row = [Double](repeating: signed ? 0 : 1, count: count)
      for stroke in strokes where stroke.control == control {
        stroke.sample(rate: rate, count: count) { index, value in
          if signed { row[index] += value } else { row[index] *= 1 - value }
        }
      }
      if !signed { for index in 0..<count { row[index] = 1 - row[index] } }
      rows[control] = row
    }
    return rows
  }
}

extension Choreographer {
  /// Puts the whole score on stage.
  mutating func stage(_ score: Score) {
    if let mood = score.emotion, mood.name != .neutral {
      let inPlace = source.chance(0.55)
      let start = inPlace ? 0 : source.uniform(0.04, 0.35)
      emotion(mood.name, mood.intensity, side: .both, start..<seconds, inPlace: inPlace)
    }
    for event in score.events {
      let span = event.start..<max(event.end, event.start + 0.12)
      let inPlace = event.start <= 0.001
      if let action = event.action {
        self.action(action, event)
      } else if let unit = event.unit {
        self.unit(unit, event.intensity, side: event.side, span)
      } else if let pose = event.pose {
        self.pose(pose, event.intensity, span, inPlace: inPlace)
      } else if let gaze = event.gaze {
        self.gaze(gaze, event.intensity, span)
      } else if let emotion = event.emotion {
        self.emotion(emotion, event.intensity, side: event.side, span, inPlace: inPlace)
      }
    }
  }
}
