import Motion
import Synthesis
import Tensor
import Testing

@Suite struct ConstraintTests {
  let generator: Generator
  let prompt = Prompt(action: "look left")

  init() throws { generator = try TinyBundle.generator() }

  func base(steps: Double = 4) async throws -> TokenSequence {
    try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(steps), settings: SamplingSettings(seed: 1))).tokens
  }

  @Test func locksArePinsArePutAndBansAreKept() async throws {
    let base = try await base()
    var random = RandomSource(seed: 5)
    for round in 0..<20 {
      let lane = generator.lanes[random.index(4)]
      let from = random.index(20), to = from + 1 + random.index(5)
      let pin = TokenConstraints.Rule(random.index(lane.codes), lane: lane.name, steps: from..<to)
      let other = generator.lanes[random.index(4)]
      let bans = (0..<other.codes - 2).map { TokenConstraints.Rule($0, lane: other.name, steps: 3..<9) }
      let lock = TokenConstraints.Span(lane: round % 3 == 0 ? nil : "mouth.1", steps: 10..<16)
      let request = GenerationRequest(
        prompt: prompt, length: .seconds(4), settings: SamplingSettings(seed: UInt64(round + 10)), base: base,
        constraints: TokenConstraints(locked: [lock], pinned: [pin], banned: bans))
      var origins: [[LaneChoice.Origin]] = []
      let result = try await generator.result(of: request) { origins.append($0.choices.map(\.origin)) }
      for step in 0..<25 {
        for (index, name) in result.tokens.lanes.enumerated() {
          let token = result.tokens[step, index]
          if pin.span.contains(step: step, lane: name) {
            #expect(token == pin.token && origins[step][index] == .pinned)
          } else if lock.contains(step: step, lane: name) {
            #expect(token == base[step, index] && origins[step][index] == .locked)
          } else if name == other.name, (3..<9).contains(step) {
            #expect(token >= other.codes - 2 && origins[step][index] == .sampled)
          }
        }
      }
    }
  }

  @Test func goingOnKeepsThePrefix() async throws {
    let base = try await base()
    let request = GenerationRequest(
      prompt: prompt, length: .seconds(6), settings: SamplingSettings(seed: 9), base: base, scope: .from(12))
    let result = try await generator.result(of: request)
    #expect(result.tokens.stepCount == 38 && result.tokens.prefix(12) == base.prefix(12))
    #expect(result.tokens[12..<25] != base[12..<25])
    // The same seed from its own prefix gives the rest again: noise belongs to a place, not to an order.
    let whole = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(4), settings: SamplingSettings(seed: 1)))
    let resumed = try await generator.result(
      of: GenerationRequest(prompt: prompt, length: .seconds(4), settings: SamplingSettings(seed: 1), base: base, scope: .from(7)))
    #expect(resumed.tokens == whole.tokens && resumed.clip.values == whole.clip.values)
  }

  @Test(arguments: [(0..<4), (8..<14), (20..<25), (70..<90)])
  func fillingKeepsBothSides(_ span: Range<Int>) async throws {
    let base = try await base(steps: span.upperBound > 25 ? 20 : 4)
    let request = GenerationRequest(prompt: prompt, settings: SamplingSettings(seed: 33), base: base, scope: .span(span))
    var positions: [Int] = []
    let result = try await generator.result(of: request) { positions.append($0.position) }
    #expect(positions == Array(0..<base.stepCount))
    #expect(result.tokens.stepCount == base.stepCount)
    for step in 0..<base.stepCount where !span.contains(step) { #expect(result.tokens[step: step] == base[step: step]) }
    #expect(result.tokens[span] != base[span])
    #expect(try await generator.result(of: request) == result)
  }

  @Test func replacingOneTokenLeavesTheNoiseOfOthers() async throws {
    // With weights that hardly matter (high temperature), the draw is nearly the noise alone.
    let settings = SamplingSettings(temperature: 100, seed: 4)
    let plain = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(4), settings: settings)).tokens
    let pin = TokenConstraints.Rule((plain[2, 0] + 1) % 32, lane: "mouth.1", steps: 2..<3)
    let changed = try await generator.result(
      of: GenerationRequest(prompt: prompt, length: .seconds(4), settings: settings, constraints: TokenConstraints(pinned: [pin]))
    ).tokens
    let same = zip(plain.values, changed.values).count { $0 == $1 }
    #expect(same >= plain.values.count - 8)
  }

  @Test func temperatureZeroIsGreedyAndTopKOneToo() async throws {
    var tokens: [TokenSequence] = []
    for settings in [
      SamplingSettings(temperature: 0, seed: 1), SamplingSettings(temperature: 0, seed: 2), SamplingSettings(topK: 1, seed: 3),
      SamplingSettings(topP: 1e-9, seed: 4),
    ] {
      let result = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(1), settings: settings)) { step in
        for choice in step.choices { #expect(choice.token == choice.alternatives[0].token) }
      }
      tokens.append(result.tokens)
    }
    #expect(tokens.allSatisfy { $0 == tokens[0] })
  }
}
