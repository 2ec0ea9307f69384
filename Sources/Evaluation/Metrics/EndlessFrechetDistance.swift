import Tensor

/// FID as it would be over endlessly many clips (FID∞; Chong and Forsyth 2020, "Effectively unbiased FID").
///
/// FID of a sample is too large, by about c/N: covariances of few clips differ even where the distributions are one. FID of subsets
/// of several sizes, drawn without returning and alike on both sides (a text's real motion stays with its generated one), is fitted by
/// a line over 1/N; its value at 0 is given.
public enum EndlessFrechetDistance {
  /// The line holds from here on, in multiples of the embeddings' width; with fewer clips covariances hardly have full rank.
  static let least = 4
  static let sizes = 7
  /// Subsets are drawn until each size has seen every clip about this often.
  static let rounds = 3

  /// nil where there are fewer than twice as many clips as the smallest subset has; throws when embeddings are not finite.
  public static func distance(_ real: Embeddings, _ generated: Embeddings, using random: inout RandomSource) throws -> Double? {
    let count = real.count
    let smallest = least * real.width
    guard count == generated.count, count >= 2 * smallest else { return nil }
    var points: [(inverse: Double, distance: Double)] = []
    for step in 0..<sizes {
      // Evenly spaced over 1/N, so that no size pulls the line more than another.
      let share = Double(step) / Double(sizes - 1)
      let size = Int((1 / ((1 - share) / Double(smallest) + share / Double(count))).rounded())
      for _ in 0..<(size < count ? max(1, rounds * count / size) : 1) {
        let chosen = random.distinct(size, of: count)
        guard let mine = FrechetStatistics(real.rows(chosen)), let theirs = FrechetStatistics(generated.rows(chosen)) else { return nil }
        points.append((1 / Double(size), try mine.distance(to: theirs)))
      }
    }
    let middle = points.reduce(0) { $0 + $1.inverse } / Double(points.count)
    let mean = points.reduce(0) { $0 + $1.distance } / Double(points.count)
    let slope =
      points.reduce(0) { $0 + ($1.inverse - middle) * ($1.distance - mean) }
      / points.reduce(0) { $0 + ($1.inverse - middle) * ($1.inverse - middle) }
    return max(0, mean - slope * middle)
  }
}
