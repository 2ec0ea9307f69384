import Foundation

/// Changing the frame rate, and cutting.
///
/// Weights and the jaw go through a Lanczos-3 low pass (cut off at half the lower rate, so nothing folds back), kept within
/// a tenth of the range of the frames it looks at (a peak may lie between frames) and never carried past 0 or 1. The neck turns along great circles: slerp when
/// frames are added, the normalised mean under the same kernel when they get fewer. Jaw and weights share one kernel because
/// `mouthClose` cancels `jawOpen` frame by frame.
extension Clip {
  /// The same motion at another rate; the first frame stays at time 0.
  public func resampled(to rate: Double) -> Clip {
    precondition(rate > 0, "a frame rate must be positive")
    guard rate != framesPerSecond, frameCount > 0 else {
      var same = self
      same.framesPerSecond = rate
      return same
    }
    let frames = Int((Double(frameCount - 1) / framesPerSecond * rate).rounded()) + 1
    var result = Clip(basis: basis, framesPerSecond: rate, values: [], provenance: provenance)
    result.values.reserveCapacity(frames * Self.channels)
    let kernel = ResamplingKernel(step: framesPerSecond / rate)
    for frame in 0..<frames { result.values += blended(kernel.taps(at: frame, count: frameCount)) }
    return result
  }

  private func blended(_ taps: ResamplingKernel.Taps) -> [Float] {
    var frame = [Float](repeating: 0, count: Self.channels)
    var (low, high) = (frame.map { _ in Float.infinity }, frame.map { _ in -Float.infinity })
    var turn = SIMD4<Double>.zero
    let nearest = Rotation(axisAngle: neck(taps.before)).vector
    for tap in taps.all {
      let start = tap.frame * Self.channels
      for channel in 0..<Self.channels {
        let value = values[start + channel]
        frame[channel] += value * Float(tap.weight)
        low[channel] = min(low[channel], value)
        high[channel] = max(high[channel], value)
      }
      let rotation = Rotation(axisAngle: neck(tap.frame)).vector
      turn += ((nearest * rotation).sum() < 0 ? -rotation : rotation) * tap.weight
    }
    for channel in 0..<Self.channels {
      let slack = 0.1 * (high[channel] - low[channel])
      let floor = low[channel] >= 0 ? max(low[channel] - slack, 0) : low[channel] - slack
      let ceiling = high[channel] <= 1 ? min(high[channel] + slack, 1) : high[channel] + slack
      frame[channel] = min(max(frame[channel], floor), ceiling)
    }
    let rotation =
      taps.isNarrowing
      ? Rotation(vector: turn)
      : Rotation(axisAngle: neck(taps.before)).slerp(to: Rotation(axisAngle: neck(taps.after)), taps.fraction)
    let axisAngle = taps.fraction == 0 && !taps.isNarrowing ? neck(taps.before) : rotation.axisAngle
    for axis in 0..<3 { frame[Self.neckRange.lowerBound + axis] = axisAngle[axis] }
    return frame
  }

  /// Frames `range` as a clip of its own.
  public func sliced(_ range: Range<Int>) -> Clip {
    precondition(range.lowerBound >= 0 && range.upperBound <= frameCount, "frames \(range) of a clip with \(frameCount)")
    var result = self
    result.values = Array(values[range.lowerBound * Self.channels..<range.upperBound * Self.channels])
    return result
  }

  /// Frames named by a text such as `10-49` (both included), `10-` or `10`.
  ///
  /// Errors: `MotionError.range`.
  public func sliced(_ text: String) throws -> Clip {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    let first = parts.first.flatMap { Int($0) }
    let last = parts.count == 1 ? first : parts.count == 2 && parts[1].isEmpty ? frameCount - 1 : parts.count == 2 ? Int(parts[1]) : nil
    guard let first, let last, first >= 0, first <= last, last < frameCount else {
      throw MotionError.range(wanted: text, frames: frameCount)
    }
    return sliced(first..<last + 1)
  }
}

/// Which frames make a frame of another rate, and how much of each.
struct ResamplingKernel {
  struct Taps {
    var all: [(frame: Int, weight: Double)]
    var before: Int
    var after: Int
    /// Between the two, 0..<1.
    var fraction: Double
    var isNarrowing: Bool
  }

  /// Source frames a target frame.
  let step: Double
  private let lobes = 3.0

  func taps(at frame: Int, count: Int) -> Taps {
    let place = Double(frame) * step
    let nearest = place.rounded()
    let exact = abs(place - nearest) < 1e-9 ? nearest : place
    let before = min(Int(exact), count - 1)
    let scale = min(1, 1 / step)
    var taps: [(frame: Int, weight: Double)] = []
    var sum = 0.0
    if exact == nearest, scale == 1 {
      taps = [(before, 1)]
      sum = 1
    } else {
      let reach = lobes / scale
      for source in Int((exact - reach).rounded(.up))...Int((exact + reach).rounded(.down)) {
        let weight = lanczos((exact - Double(source)) * scale)
        guard weight != 0 else { continue }
        taps.append((min(max(source, 0), count - 1), weight))
        sum += weight
      }
    }
    for index in taps.indices { taps[index].weight /= sum }
    return Taps(
      all: taps, before: before, after: min(before + 1, count - 1), fraction: min(exact - Double(before), 1), isNarrowing: scale < 1)
  }

  private func lanczos(_ x: Double) -> Double {
    if abs(x) < 1e-12 { return 1 }
    guard abs(x) < lobes else { return 0 }
    let angle = Double.pi * x
    return lobes * sin(angle) * sin(angle / lobes) / (angle * angle)
  }
}
