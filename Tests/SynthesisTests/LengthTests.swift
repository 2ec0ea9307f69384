import Foundation
import Models
import Motion
import Synthesis
import Testing

/// How long a motion becomes that neither request nor sound measures out.
@Suite struct LengthTests {
  let generator: Generator
  let prompt = Prompt(action: "she nods twice", emotion: "happy")

  init() throws { generator = try TinyBundle.generator() }

  /// A bundle whose motions end at END.
  private func withoutLengths() throws -> Generator { try Generator(folder: TinyBundle.copy { $0.length = nil }) }

  /// How probable each length is (from 1 step on), worked out apart.
  private func chances(_ prompt: Prompt) throws -> [Double] {
    let texts = try prompt.spoken.map { one in
      (level: try #require(Prompt.Level.allCases.firstIndex(of: one.level)), states: try generator.bundle.states(of: one.text))
    }
    let predictor = try #require(try generator.bundle.length())
    let weights = predictor(texts).map { exp(Double($0)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private func request(_ prompt: Prompt, seed: UInt64, temperature: Double = 1) -> GenerationRequest {
    GenerationRequest(prompt: prompt, settings: SamplingSettings(temperature: temperature, seed: seed))
  }

  @Test(arguments: [true, false]) func lengthsAreDrawnAsOftenAsTheyAreProbable(_ isTold: Bool) async throws {
    let prompt = isTold ? prompt : Prompt()
    let chances = try chances(prompt)
    var counts = [Int](repeating: 0, count: chances.count)
    let draws = 600
    for seed in 0..<UInt64(draws) {
      let result = try await generator.result(of: request(prompt, seed: seed))
      #expect(result.reachedEnd && result.clip.frameCount == result.tokens.stepCount * generator.framesPerStep)
      counts[result.tokens.stepCount - 1] += 1
    }
    // Kolmogorov–Smirnov, one in a thousand.
    var (drawn, expected, apart) = (0.0, 0.0, 0.0)
    for (count, chance) in zip(counts, chances) {
      drawn += Double(count) / Double(draws)
      expected += chance
      apart = max(apart, abs(drawn - expected))
    }
    #expect(apart < 1.95 / Double(draws).squareRoot())
  }

  @Test func theLengthIsKnownBeforeTheFirstTokenAndToldToTheTransformer() async throws {
    for seed in 0..<20 as Range<UInt64> {
      var told: Int?
      var result: GenerationResult?
      for try await event in generator.generate(request(prompt, seed: seed)) {
        if case .started(let steps, _, _) = event { told = steps }
        if case .finished(let finished) = event { result = finished }
      }
      let tokens = try #require(result).tokens
      #expect(told == tokens.stepCount)
      // The same take as when that length is asked for.
      var fixed = request(prompt, seed: seed)
      fixed.length = .seconds(Double(tokens.stepCount * generator.framesPerStep) / 25)
      #expect(try await generator.result(of: fixed).tokens == tokens)
    }
  }

  @Test func atTemperatureZeroItIsTheMedian() async throws {
    var sum = 0.0
    let median = try #require(
      try chances(prompt).firstIndex { chance in
        sum += chance
        return sum > 0.5
      })
    for seed in 0..<3 as Range<UInt64> {
      #expect(try await generator.result(of: request(prompt, seed: seed, temperature: 0)).tokens.stepCount == median + 1)
    }
  }

  @Test func whatIsKeptOfATakeIsNotCutShort() async throws {
    let base = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(6), settings: SamplingSettings())).tokens
    for seed in 0..<30 as Range<UInt64> {
      var again = request(prompt, seed: seed)
      (again.base, again.scope) = (base, .from(36))
      let result = try await generator.result(of: again)
      #expect(result.tokens.prefix(36) == base.prefix(36) && (37...50).contains(result.tokens.stepCount))
    }
    // Nothing longer than a window is known of: END decides.
    let long = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(10), settings: SamplingSettings())).tokens
    var on = request(prompt, seed: 1)
    (on.base, on.scope) = (long, .from(55))
    #expect(try await generator.result(of: on).tokens.prefix(55) == long.prefix(55))
  }

  @Test func aBundleWithoutLengthsEndsAtEnd() async throws {
    let ending = try withoutLengths()
    var lengths = Set<Int>()
    for seed in 0..<12 as Range<UInt64> {
      let result = try await ending.result(of: request(prompt, seed: seed))
      #expect((1...50).contains(result.tokens.stepCount) && (result.reachedEnd || result.tokens.stepCount == 50))
      lengths.insert(result.tokens.stepCount)
    }
    #expect(lengths.count > 1)
    // A length that is asked for, or a sound's, is drawn by nobody.
    let second = GenerationRequest(prompt: prompt, length: .seconds(1), settings: SamplingSettings(seed: 4))
    #expect(try await ending.result(of: second).tokens == generator.result(of: second).tokens)
    let sound = GenerationRequest(prompt: prompt, audio: TinyBundle.voice(seconds: 1), settings: SamplingSettings(seed: 4))
    #expect(try await ending.result(of: sound).tokens == generator.result(of: sound).tokens)
  }
}
