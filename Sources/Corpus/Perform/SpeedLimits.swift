import Motion

/// How fast a face can move, per frame of 40 ms: no frame of a performance differs from the one before by more.
public enum SpeedLimits {
  /// The largest change of a channel from one frame to the next (shape weight, or radians).
  ///
  /// Lids close in about 80 ms; other muscles take at least 80 ms from rest to full; the head stays under 240° a second, the jaw
  /// under 2.7 radians a second; eyes turn by up to 0.42 radians in a frame.
  public static func limit(channel: Int) -> Float {
    switch channel {
    case StudioShape.eyeBlinkLeft.rawValue, StudioShape.eyeBlinkRight.rawValue: 0.8
    case 1...4, 8...11: 0.85
    case 0..<50: 0.5
    case 50..<53: 0.168
    case 53: 0.108
    default: 0.05
    }
  }

  /// The clip with every faster change spread over the frames around it.
  static func apply(to clip: Clip) -> Clip {
    var result = clip
    let frames = clip.frameCount
    guard frames > 1 else { return clip }
    for channel in 0..<Clip.channels {
      // A hair below the limit, so that rounding does not pass it.
      let most = limit(channel: channel) * 0.999
      var exceeds = false
      for frame in 1..<frames where abs(clip[frame, channel] - clip[frame - 1, channel]) > most { exceeds = true; break }
      guard exceeds else { continue }
      var forward = (0..<frames).map { clip[$0, channel] }
      var backward = forward
      for frame in 1..<frames { forward[frame] = forward[frame - 1] + max(-most, min(most, forward[frame] - forward[frame - 1])) }
      for frame in stride(from: frames - 2, through: 0, by: -1) {
        backward[frame] = backward[frame + 1] + max(-most, min(most, backward[frame] - backward[frame + 1]))
      }
      for frame in 0..<frames { result[frame, channel] = (forward[frame] + backward[frame]) / 2 }
    }
    return result
  }
}
