import Motion

/// Brings the two tracks of a blend to one length.
enum Tracks {
  /// Blinks and gaze belong to neither layer.
  static let lids: [Int] = [
    StudioShape.eyeBlinkLeft, .eyeLookDownLeft, .eyeLookInLeft, .eyeLookOutLeft, .eyeLookUpLeft, .eyeBlinkRight, .eyeLookDownRight,
    .eyeLookInRight, .eyeLookOutRight, .eyeLookUpRight,
  ].map(\.rawValue)

  /// Frames in which a track that ends gives way.
  private static let fade = 8

  static func withoutLids(_ clip: Clip) -> Clip {
    var clip = clip
    for frame in 0..<clip.frameCount { for channel in lids { clip[frame, channel] = 0 } }
    return clip
  }

  /// The speech, at rest after its end; a missing one is at rest throughout.
  static func speech(_ clip: Clip?, frames: Int) -> Clip {
    guard let clip, clip.frameCount > 0 else { return Clip(frames: frames) }
    var result = clip
    let last = clip.frame(clip.frameCount - 1)
    for frame in clip.frameCount..<max(frames, clip.frameCount) {
      let left = 1 - smooth(Float(frame - clip.frameCount + 1) / Float(fade))
      result.values += last.map { $0 * left }
    }
    return result
  }

  /// The expression, held after its end; blinks and gaze go over to the speech clip's there, and throughout where there is no
  /// expression or it never moves its lids.
  static func expression(_ clip: Clip?, speech: Clip?, frames: Int) -> Clip {
    var result = clip ?? Clip(frames: 0)
    let known = result.frameCount
    let last = known > 0 ? Array(result.frame(known - 1)) : [Float](repeating: 0, count: Clip.channels)
    for _ in known..<max(frames, known) { result.values += last }
    guard let speech, speech.frameCount > 0 else { return result }
    let still = known == 0 || lids.allSatisfy { channel in (0..<known).allSatisfy { result[$0, channel] == result[0, channel] } }
    for frame in (still ? 0 : known)..<max(frames, known) {
      let over = still ? 1 : smooth(Float(frame - known + 1) / Float(fade))
      let other = min(frame, speech.frameCount - 1)
      for channel in lids { result[frame, channel] += over * (speech[other, channel] - result[frame, channel]) }
    }
    return result
  }

  private static func smooth(_ x: Float) -> Float {
    let x = min(max(x, 0), 1)
    return x * x * (3 - 2 * x)
  }
}
