import Corpus
import Foundation
import Motion
import Tensor

/// The test set's own motions.
public struct RealMotion: MotionSource {
  public let name = "real motion"
  public let isRandom = false
  public let isReal = true
  public init() {}
  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip { item.clip }
}

/// A face that does not move.
public struct StillFace: MotionSource {
  public let name = "still face"
  public let isRandom = false
  public init() {}
  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    Clip(basis: item.clip.basis, frames: item.clip.frameCount)
  }
}

/// Another clip's real motion: whole, or cut or held to the clip's length.
///
/// Every clip gets another one, by a shift of the list that a repetition draws at random. Whole motions of clips that are not in the set
/// show how far two samples of the same kind are apart: the FID to expect of motion as good as real.
public struct RandomMotion: MotionSource {
  public let name = "random real motion"
  public let isRandom = true
  private let clips: [Clip]
  private let places: [String: Int]
  private let seed: UInt64
  private let isWhole: Bool

  /// - Parameters:
  ///   - items: what is tested.
  ///   - others: where the motions come from; the same clips when there are no others.
  public init(_ items: [EvaluationItem], from others: [EvaluationItem] = [], seed: UInt64, whole: Bool = false) {
    clips = (others.isEmpty ? items : others).map(\.clip)
    places = Dictionary(items.enumerated().map { ($1.name, $0) }) { first, _ in first }
    self.seed = seed
    isWhole = whole
  }

  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    var random = RandomSource(seed: seed).fork("shift \(repetition)")
    let shift = 1 + random.index(max(1, clips.count - 1))
    let clip = clips[((places[item.name] ?? 0) + shift) % clips.count]
    return isWhole ? clip : clip.fitted(to: item.clip.frameCount)
  }
}

/// The clip's score performed once more, by another procedural performer: what a model that understands everything would make.
///
/// Only for clips of the procedural corpus without a voice. Its FID is what is left when texts are followed as well as can be, so it is the
/// floor at that number of clips.
public struct AnotherPerformance: MotionSource {
  public let name = "another performance"
  public let isRandom = true
  private let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// Whether all of these can be performed again.
  public static func fits(_ items: [EvaluationItem]) -> Bool {
    !items.isEmpty && items.allSatisfy { $0.score != nil && $0.score?.speech == nil && $0.clip.basis == .studio50 }
  }

  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    guard Self.fits([item]), let score = item.score else {
      throw DatasetFault(file: item.name, reason: "it has no score to perform again, or one with a voice")
    }
    let again = Performer().perform(score, seed: RandomSource(seed: seed).fork("\(item.name) \(repetition)").state)
    return again.fitted(to: min(again.frameCount, EvaluationDataset.longest))
  }
}

/// The motion of the training clip whose text is nearest: cosine of TF-IDF vectors over words.
public struct NearestText: MotionSource {
  public let name = "nearest training text"
  public let isRandom = false
  private let clips: [Clip]
  /// For every word the clips that have it, and how much of their length it is.
  private let places: [String: [(clip: Int, share: Double)]]
  private let rarity: [String: Double]

  public init(training items: [EvaluationItem]) {
    clips = items.map(\.clip)
    let words = items.map { Self.words($0.fullText) }
    var documents: [String: Int] = [:]
    for list in words { for word in Set(list) { documents[word, default: 0] += 1 } }
    let count = Double(max(items.count, 1))
    let rarity = documents.mapValues { log((1 + count) / Double(1 + $0)) + 1 }
    self.rarity = rarity
    var places: [String: [(clip: Int, share: Double)]] = [:]
    for (index, list) in words.enumerated() {
      for (word, share) in Self.vector(list, rarity) { places[word, default: []].append((index, share)) }
    }
    self.places = places
  }

  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    let query = Self.vector(Self.words(item.fullText), rarity)
    var likeness = [Double](repeating: 0, count: clips.count)
    for (word, weight) in query.sorted(by: { $0.key < $1.key }) {
      for place in places[word] ?? [] { likeness[place.clip] += weight * place.share }
    }
    guard let best = likeness.indices.max(by: { (likeness[$0], $1) < (likeness[$1], $0) }) else {
      throw DatasetFault(file: item.name, reason: "there is no training text to be near to")
    }
    return clips[best].fitted(to: item.clip.frameCount)
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private static func vector(_ words: [String], _ rarity: [String: Double]) -> [String: Double] {
    var vector: [String: Double] = [:]
    for word in words { vector[word, default: 0] += rarity[word] ?? 0 }
    let length = vector.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.mapValues { $0 / length } : vector
  }
}

extension Clip {
  /// The first `frames` frames; a shorter clip holds its last one.
  func fitted(to frames: Int) -> Clip {
    var result = self
    result.values = Array(values.prefix(frames * Clip.channels))
    let last = Array(values.suffix(Clip.channels))
    while result.frameCount < frames, !last.isEmpty { result.values += last }
    return result
  }
}
