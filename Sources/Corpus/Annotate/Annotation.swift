import Claims
import Motion

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

extension Measured {
  /// Head poses that are held for at least 0.4 s, in order.
  static func heldPoses(_ clip: Clip) -> [Event] {
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
}
