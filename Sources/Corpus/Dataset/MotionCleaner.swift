import Foundation
import Motion

/// Cleans a motion as the paper does (A.1): outliers out by the box plot, then smoothing by Adam.
public struct MotionCleaner: Sendable, Codable, Hashable {
  /// How far outside the quartiles a frame may lie, in interquartile ranges.
  public var boxScale = 3.0
  /// λ of equation 6: the weight of the pose differences.
  public var poseWeight = 1.0
  /// The weight of staying near the data; equation 6 alone is least for a face that never moves.
  public var dataWeight = 4.0
  public var steps = 120
  public var rate = 0.01

  public init() {}

  /// What cleaning did to a clip.
  public struct Report: Sendable, Codable, Hashable {
    /// Frames replaced in the expression and in the pose.
    public var expressionOutliers: [Int]
    public var poseOutliers: [Int]
    /// Mean squared change from frame to frame, before and after: expression, pose.
    public var roughnessBefore: [Double]
    public var roughnessAfter: [Double]
    /// Root mean square distance of the result from the data, over all numbers.
    public var moved: Double
  }

  public func clean(_ clip: Clip) -> (clip: Clip, report: Report) {
    var result = clip
    let expression = outliers(clip, Clip.expressionRange)
    let pose = outliers(clip, 50..<56)
    replace(&result, expression, Clip.expressionRange)
    replace(&result, pose, 50..<56)
    let repaired = result
    smooth(&result, near: repaired)
    let squared = zip(result.values, clip.values).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let report = Report(
      expressionOutliers: expression, poseOutliers: pose, roughnessBefore: roughness(clip), roughnessAfter: roughness(result),
      moved: (squared / Double(max(clip.values.count, 1))).squareRoot())
    return (result, report)
  }

  /// Frames whose distance to the mean over the clip lies outside [Q1 − s·IQR, Q3 + s·IQR].
  func outliers(_ clip: Clip, _ channels: Range<Int>) -> [Int] {
    let frames = clip.frameCount
    guard frames >= 4 else { return [] }
    var mean = [Double](repeating: 0, count: channels.count)
    for frame in 0..<frames { for (at, channel) in channels.enumerated() { mean[at] += Double(clip[frame, channel]) / Double(frames) } }
    let distances = (0..<frames).map { frame in
      channels.enumerated().reduce(0.0) { sum, item in
        let difference = Double(clip[frame, item.element]) - mean[item.offset]
        return sum + difference * difference
      }.squareRoot()
    }
    let sorted = distances.sorted()
    func quantile(_ share: Double) -> Double {
      let position = share * Double(frames - 1)
      let below = Int(position)
      let above = min(below + 1, frames - 1)
      return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
    let (first, third) = (quantile(0.25), quantile(0.75))
    let spread = max(third - first, 1e-9)
    return (0..<frames).filter { distances[$0] < first - boxScale * spread || distances[$0] > third + boxScale * spread }
  }

  /// Puts a straight line between the nearest good frames in place of the bad ones.
  private func replace(_ clip: inout Clip, _ bad: [Int], _ channels: Range<Int>) {
    let frames = clip.frameCount
    guard !bad.isEmpty, bad.count < frames else { return }
    let isBad = Set(bad)
    for frame in bad {
      var before = frame - 1
      while before >= 0, isBad.contains(before) { before -= 1 }
      var after = frame + 1
      while after < frames, isBad.contains(after) { after += 1 }
      for channel in channels {
        if before < 0 {
          clip[frame, channel] = clip[after, channel]
        } else if after >= frames {
          clip[frame, channel] = clip[before, channel]
        } else {
          let x = Float(frame - before) / Float(after - before)
          clip[frame, channel] = clip[before, channel] + (clip[after, channel] - clip[before, channel]) * x
        }
      }
    }
  }

  /// Minimises ‖Δψ‖² + λ‖Δθ‖² + μ‖x − data‖² by Adam (β = 0.9, 0.999), starting at the data.
  private func smooth(_ clip: inout Clip, near data: Clip) {
    let frames = clip.frameCount
    guard frames > 1, steps > 0 else { return }
    let channels = Clip.channels
    var values = clip.values.map(Double.init)
    let target = data.values.map(Double.init)
    var first = [Double](repeating: 0, count: values.count)
    var second = first
    var gradient = first
    for step in 1...steps {
      for index in 0..<values.count { gradient[index] = 2 * dataWeight * (values[index] - target[index]) }
      for frame in 1..<frames {
        for channel in 0..<channels {
          let at = frame * channels + channel
          let weight = channel < 50 ? 1.0 : poseWeight
          let push = 2 * weight * (values[at] - values[at - channels])
          gradient[at] += push
          gradient[at - channels] -= push
        }
      }
      let correction = (1 - pow(0.999, Double(step))).squareRoot() / (1 - pow(0.9, Double(step)))
      // Steps shrink, so that Adam settles.
      let pace = rate * correction * (1 - Double(step - 1) / Double(steps))
      for index in 0..<values.count {
        first[index] = 0.9 * first[index] + 0.1 * gradient[index]
        second[index] = 0.999 * second[index] + 0.001 * gradient[index] * gradient[index]
        values[index] -= pace * first[index] / (second[index].squareRoot() + 1e-8)
      }
    }
    clip.values = values.map(Float.init)
  }

  /// Mean squared change from frame to frame of expression and pose.
  func roughness(_ clip: Clip) -> [Double] {
    guard clip.frameCount > 1 else { return [0, 0] }
    return [Clip.expressionRange, 50..<56].map { range in
      var sum = 0.0
      for frame in 1..<clip.frameCount {
        for channel in range { sum += Double(clip[frame, channel] - clip[frame - 1, channel]).magnitudeSquared }
      }
      return sum / Double((clip.frameCount - 1) * range.count)
    }
  }
}

extension Double {
  fileprivate var magnitudeSquared: Double { self * self }
}
