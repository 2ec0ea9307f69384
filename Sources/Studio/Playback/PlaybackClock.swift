/// The playhead as a function of the machine's monotonic time: it drops frames and never drifts.
///
/// The clock holds where the playhead was at one instant and how fast it runs; every question is answered from
/// those two, so a late answer skips frames instead of falling behind the sound.
public struct PlaybackClock: Sendable, Hashable {
  public private(set) var isPlaying = false
  /// Frames a second of the clip.
  public var framesPerSecond: Double
  /// How many frames the clip has.
  public private(set) var frameCount: Int
  /// The frames that repeat, nil to play once to the end.
  public private(set) var loop: ClosedRange<Int>?
  public private(set) var speed = 1.0

  private var anchorFrame = 0.0
  private var anchorTime = 0.0

  public init(framesPerSecond: Double = 25, frameCount: Int = 0) {
    self.framesPerSecond = framesPerSecond
    self.frameCount = frameCount
  }

  /// The playhead at `now` (monotonic seconds), in frames with a fraction.
  public func position(at now: Double) -> Double {
    let last = Double(max(frameCount - 1, 0))
    guard isPlaying else { return min(anchorFrame, last) }
    let reached = anchorFrame + max(0, now - anchorTime) * framesPerSecond * speed
    guard let loop, anchorFrame <= Double(loop.upperBound) + 1 else { return min(reached, last) }
    let start = Double(loop.lowerBound)
    let length = Double(loop.count)
    return reached < start + length ? reached : start + (reached - start).truncatingRemainder(dividingBy: length)
  }

  public func frame(at now: Double) -> Int { Int(position(at: now)) }

  /// True when a clip that does not loop has come to its end.
  public func hasEnded(at now: Double) -> Bool {
    isPlaying && loop == nil && position(at: now) >= Double(max(frameCount - 1, 0))
  }

  public mutating func play(at now: Double) {
    guard !isPlaying, frameCount > 0 else { return }
    if loop == nil, anchorFrame >= Double(frameCount - 1) { anchorFrame = 0 }
    anchorTime = now
    isPlaying = true
  }

  public mutating func pause(at now: Double) {
    anchorFrame = position(at: now)
    isPlaying = false
  }

  public mutating func seek(to frame: Int, at now: Double) {
    anchorFrame = Double(min(max(frame, 0), max(frameCount - 1, 0)))
    anchorTime = now
  }

  public mutating func setSpeed(_ value: Double, at now: Double) {
    reanchor(at: now)
    speed = min(max(value, 0.1), 4)
  }

  public mutating func setLoop(_ range: ClosedRange<Int>?, at now: Double) {
    reanchor(at: now)
    loop = range.flatMap { range in
      let last = frameCount - 1
      guard last >= 0, range.lowerBound <= last else { return nil }
      return max(0, range.lowerBound)...min(range.upperBound, last)
    }
  }

  /// A clip grew or was exchanged; the playhead stays where it is if it still can.
  public mutating func setFrameCount(_ count: Int, at now: Double) {
    reanchor(at: now)
    frameCount = max(0, count)
    anchorFrame = min(anchorFrame, Double(max(frameCount - 1, 0)))
    if let loop { setLoop(loop, at: now) }
  }

  private mutating func reanchor(at now: Double) {
    anchorFrame = position(at: now)
    anchorTime = now
  }
}
