import Motion
import Tensor

/// What a motion shows, per frame and in time: the measurements that texts are written from (paper §3.2 and A.2).
public struct Annotation: Sendable, Codable, Hashable {
  /// A stretch of one head pose with the largest angles reached in it.
  public struct Pose: Sendable, Codable, Hashable {
    public var labels: [String]
    public var start: Double
    public var end: Double
    public var peakDegrees: [Float]
  }
  /// Names of the action units, in the order of the columns of `intensities`.
  public var units: [String]
  /// T × units, 0…1, to three places.
  public var intensities: [[Float]]
  public var poses: [Pose]
  public var fps: Double

  public init(_ clip: Clip) {
    units = ActionUnit.all.map(\.name)
    intensities = clip.actionUnits().map { row in row.map { ($0 * 1000).rounded() / 1000 } }
    fps = clip.framesPerSecond
    poses = clip.headPoseSegments().map { segment in
      Pose(
        labels: segment.labels.map(\.text), start: Double(segment.frames.lowerBound) / clip.framesPerSecond,
        end: Double(segment.frames.upperBound) / clip.framesPerSecond,
        peakDegrees: [segment.peakDegrees.x, segment.peakDegrees.y, segment.peakDegrees.z])
    }
  }
}

/// Writes texts for a motion of which nothing else is known: the score is read off the motion.
public struct MotionScore {
  /// A score of what is measured: units, head poses in order, and an emotion when the face plainly shows one.
  ///
  /// - Parameter speaks: whether there is a voice; the mouth's movements are then speech.
  public static func score(of clip: Clip, speaks: Bool, emotion known: Score.Mood? = nil) -> Score {
    var score = Score(seconds: clip.seconds)
    if speaks { score.speech = Score.Line(text: "", voice: "", start: 0, end: clip.seconds) }
    let units = Measured(clip: clip).units(besides: score)
    score.events = units + poses(clip)
    score.events.sort { ($0.start, $0.name) < ($1.start, $1.name) }
    score.emotion = known ?? emotion(units, seconds: clip.seconds)
    return score
  }

  /// Head poses that are held for at least 0.4 s, in order.
  static func poses(_ clip: Clip) -> [Event] {
    var events: [Event] = []
    for segment in clip.headPoseSegments(minimumSeconds: 0.4) {
      for label in segment.labels {
        let (name, degrees): (PoseName, Float)
        switch label {
        case .up: (name, degrees) = (.up, segment.peakDegrees.x)
        case .down: (name, degrees) = (.down, segment.peakDegrees.x)
        case .turnsLeft: (name, degrees) = (.turnLeft, segment.peakDegrees.y)
        case .turnsRight: (name, degrees) = (.turnRight, segment.peakDegrees.y)
        case .tiltsLeft: (name, degrees) = (.tiltLeft, segment.peakDegrees.z)
        case .tiltsRight: (name, degrees) = (.tiltRight, segment.peakDegrees.z)
        case .straight: continue
        }
        let angle = abs(degrees)
        let intensity: Intensity = angle < 10.5 ? .slight : angle < 18 ? .medium : .strong
        let start = Double(segment.frames.lowerBound) / clip.framesPerSecond
        let end = Double(segment.frames.upperBound) / clip.framesPerSecond
        // A pose that goes on while another joins it is one event.
        if let last = events.lastIndex(where: { $0.name == name.rawValue && start - $0.end < 0.1 }) {
          events[last].end = end
          if Intensity.allCases.firstIndex(of: intensity) ?? 0 > Intensity.allCases.firstIndex(of: events[last].intensity) ?? 0 {
            events[last].intensity = intensity
          }
        } else {
          events.append(.pose(name, intensity, start..<end))
        }
      }
    }
    return events
  }

  /// The emotion whose prototype the units show for most of the clip; nil when none plainly does.
  static func emotion(_ units: [Event], seconds: Double) -> Score.Mood? {
    func shown(_ unit: UnitName, side: Side? = nil) -> Event? {
      units.first { $0.unit == unit && $0.duration > 0.35 * seconds && (side == nil || $0.side == side) }
    }
    let brows = shown(.browsUp) ?? shown(.browInnerUp)
    let candidates: [(EmotionName, [Event?])] = [
      (.surprised, [shown(.browsUp), shown(.eyeWide)]), (.fearful, [brows, shown(.eyeWide), shown(.mouthStretch)]),
      (.disgusted, [shown(.noseWrinkle), shown(.upperLipRaise)]), (.sad, [shown(.browInnerUp), shown(.frownMouth)]),
      (.angry, [shown(.browDown), shown(.lipPress) ?? shown(.eyeSquint)]), (.happy, [shown(.smile, side: .both), shown(.cheekRaise)]),
    ]
    let matching = candidates.filter { $0.1.allSatisfy { $0 != nil } }
    guard let best = matching.max(by: { $0.1.count < $1.1.count }), let leading = best.1.compactMap({ $0 }).first else { return nil }
    return Score.Mood(best.0, leading.intensity)
  }

  /// The five texts of a motion.
  public static func texts(of clip: Clip, speaks: Bool, emotion: Score.Mood? = nil, writer: TextWriter, random: RandomSource) -> ClipTexts {
    let score = score(of: clip, speaks: speaks, emotion: emotion)
    let measured = Measured(clip: clip)
    let knowledge = TextWriter.Knowledge(degrees: measured.degrees(score), absent: measured.absent(score))
    return writer.write(score, knowing: knowledge, random: random)
  }
}
