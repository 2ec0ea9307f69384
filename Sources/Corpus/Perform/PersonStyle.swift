import Foundation
import Tensor

/// How one person moves: drawn once a clip, so that clips differ as people do.
struct PersonStyle: Sendable, Codable, Hashable {
  /// Quicker or slower than average.
  var speed: Double
  /// Broader or smaller than average.
  var amplitude: Double
  /// Articulation of speech: mumblers below 1, clear speakers above.
  var articulation: Double
  /// How much the head moves while talking and idling.
  var headLiveliness: Double
  /// How readily the brows join in.
  var browLiveliness: Double
  /// Spontaneous blinks a minute.
  var blinksPerMinute: Double
  /// Left-right difference of every paired muscle, a factor on the left side (the right side gets its inverse).
  var asymmetry: [Double]
  /// Seconds by which the left side runs ahead of the right.
  var lead: [Double]
  /// The resting face: small constant weights of lids, lips and brows.
  var restLids: Double
  var restMouth: Double
  /// Where the head rests, degrees.
  var restHead: [Double]

  init(source: inout RandomSource) {
    speed = exp(source.normal(deviation: 0.14)).clamped(0.75, 1.35)
    amplitude = exp(source.normal(deviation: 0.1)).clamped(0.8, 1.22)
    articulation = exp(source.normal(deviation: 0.12)).clamped(0.76, 1.28)
    headLiveliness = exp(source.normal(deviation: 0.35)).clamped(0.45, 1.9)
    browLiveliness = exp(source.normal(deviation: 0.4)).clamped(0.35, 2)
    blinksPerMinute = exp(source.normal(mean: log(15), deviation: 0.4)).clamped(6, 32)
    asymmetry = (0..<Muscle.allCases.count).map { _ in exp(source.normal(deviation: 0.045)).clamped(0.9, 1.11) }
    lead = (0..<Muscle.allCases.count).map { _ in source.normal(deviation: 0.012).clamped(-0.03, 0.03) }
    restLids = source.uniform(0, 0.07)
    restMouth = source.normal(deviation: 0.025).clamped(-0.05, 0.05)
    restHead = [
      source.normal(deviation: 1).clamped(-2, 2), source.normal(deviation: 0.9).clamped(-2, 2),
      source.normal(deviation: 0.8).clamped(-2, 2),
    ]
  }
}

extension Double {
  func clamped(_ lower: Double, _ upper: Double) -> Double { Swift.min(Swift.max(self, lower), upper) }
}
