import Tensor

/// How well motions are found by what they were made from: R-precision at 1, 2, 3 and the matching score.
///
/// As the authors' metric code defines it: clips in order, batches of 32, the incomplete last batch dropped; within a
/// batch every condition ranks all motions by Euclidean distance; R@k is the share whose own motion is among the k
/// nearest, the matching score the mean distance to the own motion. Batches are averaged.
public struct RetrievalScore: Sendable, Hashable, Codable {
  public static let batch = 32
  public static let depths = 3

  /// R@1, R@2, R@3 in 0…1.
  public var precision: [Double]
  /// Mean distance of matching pairs.
  public var matching: Double
  /// Batches that count.
  public var batches: Int

  /// conditions (N × D) and motions (N × D), paired by row; nil when there is no full batch.
  public init?(conditions: Embeddings, motions: Embeddings, batch: Int = RetrievalScore.batch) {
    precondition(conditions.count == motions.count, "\(conditions.count) conditions for \(motions.count) motions")
    let batches = conditions.count / batch
    guard batches > 0 else { return nil }
    var hits = [Double](repeating: 0, count: Self.depths)
    var matching = 0.0
    for index in 0..<batches {
      let first = index * batch
      for row in first..<first + batch {
        let own = conditions.distance(row, to: motions, row)
        // A stable sort by distance: an equal one that comes earlier stands before.
        var nearer = 0
        for other in first..<first + batch where other != row {
          let distance = conditions.distance(row, to: motions, other)
          if distance < own || (distance == own && other < row) { nearer += 1 }
        }
        for depth in nearer..<max(nearer, Self.depths) { hits[depth] += 1 }
        matching += own
      }
    }
    precision = hits.map { $0 / Double(batches * batch) }
    self.matching = matching / Double(batches * batch)
    self.batches = batches
  }
}

/// Spread of motions: the mean distance of random pairs.
public enum Diversity {
  /// The authors' number of pairs: 300 when the set fills more than 300 batches of 32, else 100.
  public static func pairs(clips: Int) -> Int { clips / RetrievalScore.batch > 300 ? 300 : 100 }

  /// Mean distance between `pairs` rows and `pairs` others, each side drawn without replacement; nil when there are not more rows than pairs.
  public static func score(_ motions: Embeddings, pairs: Int, using random: inout RandomSource) -> Double? {
    guard motions.count > pairs, pairs > 0 else { return nil }
    let first = random.distinct(pairs, of: motions.count)
    let second = random.distinct(pairs, of: motions.count)
    return score(motions, first: first, second: second)
  }

  /// Mean distance of the given pairs of rows.
  public static func score(_ motions: Embeddings, first: [Int], second: [Int]) -> Double {
    zip(first, second).reduce(0) { $0 + motions.distance($1.0, to: motions, $1.1) } / Double(max(first.count, 1))
  }
}

extension RandomSource {
  /// `count` indices below `total`, each at most once (the first part of a Fisher–Yates shuffle).
  mutating func distinct(_ count: Int, of total: Int) -> [Int] {
    var indices = Array(0..<total)
    for place in 0..<count { indices.swapAt(place, place + index(total - place)) }
    return Array(indices.prefix(count))
  }
}

/// Spread over seeds: the mean distance between motions made from one text, over all pairs, then over texts.
public enum Multimodality {
  /// One set of embeddings a text; texts with fewer than two motions do not count.
  public static func score(_ sets: [Embeddings]) -> Double? {
    let means = sets.filter { $0.count > 1 }.map { set -> Double in
      var sum = 0.0
      var pairs = 0
      for a in 0..<set.count {
        for b in a + 1..<set.count {
          sum += set.distance(a, to: set, b)
          pairs += 1
        }
      }
      return sum / Double(pairs)
    }
    return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
  }
}
