import Foundation
import Tensor

/// Lips and jaw of speech from timed phones: Cohen and Massaro's dominance functions, the jaw and the lips apart as in JALI,
/// and closures on top that always close.
///
/// Sources: Cohen and Massaro, "Modeling Coarticulation in Synthetic Visual Speech" (1993); Edwards et al., "JALI" (2016).
struct Coarticulation {
  /// What the mouth is driven by while speaking.
  enum Channel: Int, CaseIterable { case jaw, lowerDown, upperUp, funnel, pucker, stretch, tongue }

  /// Targets of a lip class on each channel, and its pull: on the jaw, on the lips, and how long it reaches (seconds).
  private struct Target {
    var values: [Double]
    var jawPull: Double
    var lipPull: Double
    var reach: Double
  }

  private static func target(_ kind: LipClass) -> Target {
    func row(_ values: [Double], _ jawPull: Double, _ lipPull: Double, _ reach: Double) -> Target {
      Target(values: values, jawPull: jawPull, lipPull: lipPull, reach: reach)
    }
    //                    jaw   lower upper funnel puck stretch tongue   jaw  lip  reach
    switch kind {
    case .silence: return row([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0], 0.8, 0.6, 0.07)
    case .bilabial: return row([0.07, 0.0, 0.0, 0.02, 0.08, 0.04, 0], 3, 0.7, 0.035)
    case .labiodental: return row([0.09, 0.0, 0.26, 0.0, 0.0, 0.08, 0], 2.4, 1, 0.035)
    case .dental: return row([0.13, 0.2, 0.14, 0.0, 0.0, 0.1, 0.16], 1, 0.5, 0.04)
    case .alveolar: return row([0.13, 0.2, 0.12, 0.0, 0.0, 0.12, 0], 0.7, 0.3, 0.04)
    case .velar: return row([0.18, 0.16, 0.1, 0.0, 0.0, 0.1, 0], 0.4, 0.25, 0.04)
    case .sibilant: return row([0.05, 0.34, 0.2, 0.0, 0.0, 0.28, 0], 2, 0.6, 0.038)
    case .postalveolar: return row([0.07, 0.26, 0.24, 0.5, 0.22, 0.0, 0], 1.8, 1.4, 0.045)
    case .r: return row([0.14, 0.14, 0.1, 0.26, 0.26, 0.0, 0], 0.7, 0.8, 0.045)
    case .l: return row([0.2, 0.2, 0.1, 0.0, 0.0, 0.12, 0.05], 0.6, 0.3, 0.04)
    case .w: return row([0.09, 0.0, 0.0, 0.25, 0.82, 0.0, 0], 1.6, 2.4, 0.055)
    // Vowels insist: even those between two s part the lips. A funnel parts them by itself (12 mm a unit), so rounded vowels have little of it.
    case .roundedHigh: return row([0.08, 0.06, 0.0, 0.1, 0.68, 0.0, 0], 1.8, 3.2, 0.05)
    case .roundedMid: return row([0.4, 0.16, 0.06, 0.28, 0.25, 0.0, 0], 2, 2.4, 0.05)
    case .open: return row([0.6, 0.24, 0.12, 0.0, 0.0, 0.14, 0], 2.2, 1.6, 0.05)
    case .mid: return row([0.36, 0.22, 0.12, 0.0, 0.0, 0.16, 0], 1.8, 1.2, 0.045)
    case .spread: return row([0.12, 0.22, 0.14, 0.0, 0.0, 0.42, 0], 1.6, 1.8, 0.045)
    }
  }

  let segments: [LipClass.Segment]
  /// How strongly each segment is spoken, about 1.
  let vigour: [Double]

  /// The curves of the channels on a grid of `rate` samples a second (channels × count).
  func curves(rate: Double, count: Int, lead: Double = 0.01) -> [[Double]] {
    let channels = Channel.allCases.count
    var sum = [[Double]](repeating: [Double](repeating: 0, count: count), count: channels)
    var jawWeight = [Double](repeating: 0.02, count: count)
    var lipWeight = jawWeight
    for (index, segment) in segments.enumerated() {
      let target = Self.target(segment.kind)
      let end = segment.kind == .bilabial ? segment.start + 0.75 * (segment.end - segment.start) : segment.end
      let middle = (segment.start + end) / 2 - lead
      let plateau = (end - segment.start) * 0.35
      let first = max(0, Int((segment.start - 0.4) * rate))
      let last = min(count - 1, Int((segment.end + 0.4) * rate))
      guard first <= last else { continue }
      // A silence of any length pulls as long as it lasts; a sound by how strongly it is spoken.
      let force = segment.kind.isVowel ? vigour[index] : 1
      for sample in first...last {
        let away = max(0, abs(Double(sample) / rate - middle) - plateau)
        let fall = exp(-away / target.reach)
        let jaw = target.jawPull * fall
        let lips = target.lipPull * fall
        jawWeight[sample] += jaw
        lipWeight[sample] += lips
        sum[0][sample] += jaw * target.values[0] * force
        for channel in 1..<channels { sum[channel][sample] += lips * target.values[channel] * (0.6 + 0.4 * force) }
      }
    }
    for sample in 0..<count {
      sum[0][sample] /= jawWeight[sample]
      for channel in 1..<channels { sum[channel][sample] /= lipWeight[sample] }
    }
    return sum
  }

  /// The stretches in which lips must meet (p, b, m) or the lower lip must meet the teeth (f, v), or the jaw be nearly shut (s, z, sh …).
  func closures(_ kind: LipClass) -> [Range<Double>] {
    segments.compactMap { segment in
      guard segment.kind == kind else { return nil }
      let end = kind == .bilabial ? segment.start + 0.75 * (segment.end - segment.start) : segment.end
      return segment.start..<max(end, segment.start + 0.02)
    }
  }

  /// How strongly every segment is spoken: a vowel by its length and its loudness against the line's others.
  static func vigour(of segments: [LipClass.Segment], loudness: [Double], loudnessRate: Double, source: inout RandomSource) -> [Double] {
    let vowels = segments.filter(\.vowel)
    func level(_ segment: LipClass.Segment) -> Double {
      let first = max(0, Int(segment.start * loudnessRate))
      let last = min(loudness.count - 1, Int(segment.end * loudnessRate))
      guard first <= last else { return 0 }
      return loudness[first...last].max() ?? 0
    }
    let levels = vowels.map(level)
    let mean = levels.isEmpty ? 0 : levels.reduce(0, +) / Double(levels.count)
    let lengths = vowels.map { $0.end - $0.start }
    let meanLength = max(lengths.isEmpty ? 0.1 : lengths.reduce(0, +) / Double(lengths.count), 0.04)
    return segments.map { segment in
      guard segment.kind.isVowel else { return 1 }
      let loud = mean > 0 ? level(segment) / mean : 1
      let long = (segment.end - segment.start) / meanLength
      return (0.45 + 0.35 * loud + 0.2 * long + source.normal(deviation: 0.06)).clamped(0.55, 1.45)
    }
  }

  /// The moments of stress: vowels that stand out, at least half a second apart.
  static func stresses(_ segments: [LipClass.Segment], _ vigour: [Double]) -> [(time: Double, strength: Double)] {
    var chosen: [(time: Double, strength: Double)] = []
    let candidates = zip(segments, vigour).filter { $0.0.vowel && $0.0.kind.isVowel }.sorted { $0.1 > $1.1 }
    for (segment, strength) in candidates.prefix(max(1, candidates.count / 3)) {
      let time = segment.start + 0.3 * (segment.end - segment.start)
      if chosen.allSatisfy({ abs($0.time - time) > 0.5 }) { chosen.append((time, strength)) }
    }
    return chosen.sorted { $0.time < $1.time }
  }
}
