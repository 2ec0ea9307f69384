/// Where a head points, in the words of MMHead's Table A, from the neck rotation vector.
public enum HeadPoseLabel: String, Sendable, Hashable, CaseIterable, Codable {
  case up, down, turnsRight, turnsLeft, tiltsLeft, tiltsRight, straight

  /// As the annotation says it.
  public var text: String {
    switch self {
    case .up: "head up"
    case .down: "head down"
    case .turnsRight: "head turns right"
    case .turnsLeft: "head turns left"
    case .tiltsLeft: "head tilts left"
    case .tiltsRight: "head tilts right"
    case .straight: "head straight"
    }
  }

  /// Below this a head counts as straight on an axis: 5 degrees.
  public static let deadZoneRadians: Float = 5 * .pi / 180

  /// The labels of a neck rotation: rx < 0 up, > 0 down; ry < 0 turns right, > 0 left; rz < 0 tilts left, > 0 right.
  public static func labels(neck: SIMD3<Float>, deadZoneRadians: Float = HeadPoseLabel.deadZoneRadians) -> [HeadPoseLabel] {
    let names: [(HeadPoseLabel, HeadPoseLabel)] = [(.up, .down), (.turnsRight, .turnsLeft), (.tiltsLeft, .tiltsRight)]
    let found = (0..<3).compactMap { axis -> HeadPoseLabel? in
      abs(neck[axis]) <= deadZoneRadians ? nil : neck[axis] < 0 ? names[axis].0 : names[axis].1
    }
    return found.isEmpty ? [.straight] : found
  }

  /// A stretch of frames with the same labels.
  public struct Segment: Sendable, Hashable {
    public var labels: [HeadPoseLabel]
    public var frames: Range<Int>
    /// The largest turn about each axis inside, with its sign, degrees.
    public var peakDegrees: SIMD3<Float>
  }
}

extension Clip {
  /// The head's poses in time; stretches shorter than `minimumSeconds` join the one before.
  public func headPoseSegments(deadZoneRadians: Float = HeadPoseLabel.deadZoneRadians, minimumSeconds: Double = 0.12) -> [HeadPoseLabel
    .Segment]
  {
    var segments: [HeadPoseLabel.Segment] = []
    let shortest = Int((minimumSeconds * framesPerSecond).rounded(.up))
    for frame in 0..<frameCount {
      let labels = HeadPoseLabel.labels(neck: neck(frame), deadZoneRadians: deadZoneRadians)
      if segments.last?.labels == labels {
        segments[segments.count - 1].frames = segments[segments.count - 1].frames.lowerBound..<frame + 1
        continue
      }
      if let last = segments.last, last.frames.count < shortest, segments.count > 1 {
        segments.removeLast()
        segments[segments.count - 1].frames = segments[segments.count - 1].frames.lowerBound..<frame
        if segments.last?.labels == labels {
          segments[segments.count - 1].frames = segments[segments.count - 1].frames.lowerBound..<frame + 1
          continue
        }
      }
      segments.append(HeadPoseLabel.Segment(labels: labels, frames: frame..<frame + 1, peakDegrees: .zero))
    }
    for index in segments.indices {
      for frame in segments[index].frames {
        let degrees = neck(frame) * (180 / .pi)
        for axis in 0..<3 where abs(degrees[axis]) > abs(segments[index].peakDegrees[axis]) {
          segments[index].peakDegrees[axis] = degrees[axis]
        }
      }
    }
    return segments
  }
}
