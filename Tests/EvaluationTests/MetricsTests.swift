import Evaluation
import Foundation
import Tensor
import Testing

/// The path of a file of Tests/Fixtures/Evaluation.
func fixturePath(_ name: String) -> String {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return folder.appendingPathComponent("Fixtures/Evaluation/\(name)").path
}

/// Expected figures come from the authors' published metric code: training/fixtures/metrics.py.
@Suite struct MetricsTests {
  struct Fixture: Decodable {
    var width: Int
    var conditions, motions, other: [Float]
    var few: Int
    var precision: [Double]
    var matching, fid, fidSelf, fidFew: Double
    var diversity: [Double]
    var first, second: [[Int]]
    var lve, fve: Double
    var lengths: [Int]
    var frames, vertices: Int
  }

  let fixture: Fixture
  let conditions, motions, other: Embeddings

  init() throws {
    fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: fixturePath("metrics.json"))))
    conditions = Embeddings(width: fixture.width, values: fixture.conditions)
    motions = Embeddings(width: fixture.width, values: fixture.motions)
    other = Embeddings(width: fixture.width, values: fixture.other)
  }

  func isClose(_ found: Double, _ expected: Double, _ tolerance: Double = 1e-4) -> Bool {
    abs(found - expected) <= tolerance * max(abs(expected), 1e-3)
  }

  @Test func retrievalEqualsTheAuthors() throws {
    let score = try #require(RetrievalScore(conditions: conditions, motions: motions))
    #expect(score.batches == 3)
    for (found, expected) in zip(score.precision, fixture.precision) { #expect(abs(found - expected) < 1e-12) }
    #expect(isClose(score.matching, fixture.matching))
    #expect(RetrievalScore(conditions: conditions.rows(0..<31), motions: motions.rows(0..<31)) == nil)
  }

  @Test func frechetDistanceEqualsTheAuthors() throws {
    let mine = try #require(FrechetStatistics(motions))
    let theirs = try #require(FrechetStatistics(other))
    #expect(try isClose(mine.distance(to: theirs), fixture.fid))
    #expect(try abs(mine.distance(to: mine)) < 1e-6)
    let few = try #require(FrechetStatistics(motions.rows(0..<fixture.few)))
    let fewOther = try #require(FrechetStatistics(other.rows(0..<fixture.few)))
    #expect(try isClose(few.distance(to: fewOther), fixture.fidFew))
    var bad = fixture.motions
    bad[5] = .nan
    let broken = try #require(FrechetStatistics(Embeddings(width: fixture.width, values: bad)))
    #expect(throws: EvaluationError.self) { try broken.distance(to: mine) }
  }

  /// Two normal distributions whose distance is known: spreads 1 and `spread` in every direction, means `shift` apart.
  @Test(arguments: [(1.0, 0.0), (1.2, 0.0), (1.0, 0.8)]) func endlessDistanceIsNearerTheTruth(spread: Double, shift: Double) throws {
    let width = 12
    let truth = shift * shift + Double(width) * (spread - 1) * (spread - 1)
    var errors: [Double] = []
    var plain: [Double] = []
    for seed in 0..<20 {
      var random = RandomSource(seed: UInt64(seed))
      var real = Embeddings(width: width)
      var generated = Embeddings(width: width)
      for _ in 0..<240 {
        real.append((0..<width).map { _ in Float(random.normal()) })
        generated.append((0..<width).map { Float(random.normal(mean: $0 == 0 ? shift : 0, deviation: spread)) })
      }
      let endless = try #require(try EndlessFrechetDistance.distance(real, generated, using: &random))
      errors.append(endless - truth)
      let mine = try #require(FrechetStatistics(real))
      let theirs = try #require(FrechetStatistics(generated))
      plain.append(try mine.distance(to: theirs) - truth)
    }
    let off = errors.reduce(0, +) / 20
    let bias = plain.reduce(0, +) / 20
    #expect(bias > 0.1, "FID of so few clips is too large")
    #expect(abs(off) < 0.4 * bias, "spread \(spread), shift \(shift): off by \(off), FID itself by \(bias)")
  }

  @Test func endlessDistanceNeedsClips() throws {
    var random = RandomSource(seed: 1)
    let few = Embeddings(width: 12, values: (0..<12 * 95).map { _ in Float(random.normal()) })
    #expect(try EndlessFrechetDistance.distance(few, few, using: &random) == nil)
    let enough = Embeddings(width: 12, values: (0..<12 * 96).map { _ in Float(random.normal()) })
    #expect(try #require(try EndlessFrechetDistance.distance(enough, enough, using: &random)) < 1e-9)
  }

  @Test func diversityEqualsTheAuthors() {
    #expect(isClose(Diversity.score(motions, first: fixture.first[0], second: fixture.second[0]), fixture.diversity[0]))
    #expect(isClose(Diversity.score(other, first: fixture.first[1], second: fixture.second[1]), fixture.diversity[1]))
    var random = RandomSource(seed: 1)
    let drawn = Diversity.score(motions, pairs: 100, using: &random)
    #expect(drawn.map { abs($0 - fixture.diversity[0]) < 1.5 } == true)
    #expect(Diversity.score(motions, pairs: 103, using: &random) == nil)
    #expect(Diversity.pairs(clips: 9631) == 100 && Diversity.pairs(clips: 9632) == 300)
  }

  /// The multiplicative hash of training/fixtures/metrics.py.
  func vertices(clip: Int, frames: Int, count: Int, scale: Double) -> [Float] {
    (0..<frames * count * 3).map { index in
      let hashed = (UInt64(index + clip * 1_000_003) &* 2_654_435_761) & 0xFFFF_FFFF
      return Float((Double(hashed) / 4_294_967_296 - 0.5) * scale)
    }
  }

  @Test func vertexErrorsEqualTheAuthors() {
    var largest = 0.0
    var mean = 0.0
    for (clip, length) in fixture.lengths.enumerated() {
      let mine = vertices(clip: clip, frames: fixture.frames, count: fixture.vertices, scale: 0.02)
      let theirs = vertices(clip: clip + 50, frames: fixture.frames, count: fixture.vertices, scale: 0.02)
      largest += VertexError.largest(mine, theirs, vertices: fixture.vertices, region: Array(40..<60), frames: length) / 3
      mean += VertexError.mean(mine, theirs, vertices: fixture.vertices, region: Array(10..<110), frames: length) / 3
    }
    #expect(isClose(largest, fixture.lve))
    #expect(isClose(mean, fixture.fve))
    #expect(batchMean([Double](repeating: 2, count: 32) + [100]) == 2)
    #expect(batchMean([1, 2]) == nil)
  }

  @Test(arguments: [1, 2, 5, 40]) func squareRootsSquareBack(size: Int) {
    var random = RandomSource(seed: UInt64(size))
    let factor = (0..<size * size).map { _ in random.normal() }
    var product = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        for k in 0..<size { product[row * size + column] += factor[row * size + k] * factor[column * size + k] }
      }
    }
    let root = SymmetricMatrix(size: size, values: product).squareRoot()
    var identity = [Double](repeating: 0, count: size * size)
    for index in 0..<size { identity[index * size + index] = 1 }
    let square = root.sandwich(SymmetricMatrix(size: size, values: identity))
    let worst = zip(square.values, product).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-9 * Double(size))
  }

  @Test func multimodalityIsTheSpreadOverSeeds() {
    let one = Embeddings(width: 2, values: [0, 0, 3, 4])
    let two = Embeddings(width: 2, values: [1, 1, 1, 1, 1, 1])
    #expect(Multimodality.score([one, two]) == 2.5)
    #expect(Multimodality.score([Embeddings(width: 2, values: [0, 0])]) == nil)
  }
}
