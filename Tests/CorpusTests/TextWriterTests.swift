import Claims
import Corpus
import Foundation
import Tensor
import Testing

@Suite("The text writer")
struct TextWriterTests {
  func writer(heldOut: Bool = false) throws -> TextWriter { TextWriter(bank: try SentenceBankTests.bank.get(), heldOut: heldOut) }

  /// A random but sensible score.
  func score(_ seed: UInt64) -> Score {
    var random = RandomSource(seed: seed).fork("score")
    var events: [Event] = []
    var time = 0.4
    while time < 6, events.count < 5 {
      let length = random.uniform(0.5, 2.2)
      let span = time..<time + length
      let intensity = random.pick(Intensity.allCases)
      switch random.index(5) {
      case 0: events.append(.action(random.pick(ActionName.allCases), intensity, count: 1 + random.index(3), span))
      case 1:
        let unit = random.pick(UnitName.allCases)
        events.append(.unit(unit, intensity, side: unit.isSided ? random.pick(Side.allCases) : .both, span))
      case 2: events.append(.pose(random.pick(PoseName.allCases), intensity, span))
      case 3: events.append(.gaze(random.pick(GazeName.allCases), intensity, span))
      default: events.append(.emotion(random.pick(EmotionName.allCases), intensity, span))
      }
      time += random.chance(0.3) ? 0 : length + random.uniform(0.1, 0.6)
    }
    return Score(seconds: 8, events: events)
  }

  @Test func everyScoreGetsFiveLevelsAndThreeScenarios() throws {
    for heldOut in [false, true] {
      let writer = try writer(heldOut: heldOut)
      for seed in 0..<400 as Range<UInt64> {
        let score = score(seed)
        let texts = writer.write(score, random: RandomSource(seed: seed))
        #expect(texts.scenarios.count == 3)
        for level in TextLevel.allCases {
          #expect(!texts[level].isEmpty, "\(seed) \(level) \(score)")
          #expect(!texts[level].contains { "[]{}+_".contains($0) }, "\(texts[level])")
          #expect(!texts[level].contains("  "), "\(texts[level])")
        }
      }
    }
  }

  /// The hardest case: all situations are of one emotion.
  @Test func situationsSeldomRepeat() throws {
    let writer = try writer()
    var lines: [String] = []
    for seed in 0..<2000 as Range<UInt64> {
      lines += writer.write(Score(seconds: 4, events: [.unit(.browsUp, .medium, 1..<2)]), random: RandomSource(seed: seed)).scenarios
    }
    #expect(lines.count == 6000)
    #expect(Double(Set(lines).count) >= 0.97 * Double(lines.count), "\(Set(lines).count) of \(lines.count)")
  }

  @Test func theSameSeedWritesTheSameTextsAndAnotherSeedOthers() throws {
    let writer = try writer()
    let score = score(5)
    #expect(writer.write(score, random: RandomSource(seed: 1)) == writer.write(score, random: RandomSource(seed: 1)))
    #expect(writer.write(score, random: RandomSource(seed: 1)) != writer.write(score, random: RandomSource(seed: 2)))
  }

  @Test func trainingAndTestTextsShareNoWording() throws {
    let bank = try SentenceBankTests.bank.get()
    var train: Set<String> = []
    var test: Set<String> = []
    for seed in 0..<300 as Range<UInt64> {
      train.formUnion(TextWriter(bank: bank, heldOut: false).write(score(seed), random: RandomSource(seed: seed)).wordings)
      test.formUnion(TextWriter(bank: bank, heldOut: true).write(score(seed), random: RandomSource(seed: seed)).wordings)
    }
    #expect(train.count > 500 && test.count > 200)
    #expect(train.isDisjoint(with: test))
  }

  @Test func claimsSayOnlyWhatTheScoreHolds() throws {
    let writer = try writer()
    for seed in 0..<300 as Range<UInt64> {
      let score = score(seed)
      let texts = writer.write(score, random: RandomSource(seed: seed))
      for claim in texts.claims.values.joined() where claim.relation == .occurs && claim.what.from != nil {
        let events = score.events.filter { $0.kind == claim.what.kind && $0.name == claim.what.name && $0.start == claim.what.from }
        #expect(!events.isEmpty, "\(claim)")
        if let side = claim.what.side { #expect(events.contains { $0.side == side }, "\(claim)") }
        if let intensity = claim.what.intensity { #expect(events.contains { $0.intensity == intensity }, "\(claim)") }
        if let count = claim.what.count { #expect(events.contains { $0.count == count }, "\(claim)") }
      }
    }
  }

  @Test func sidesAndOrderAreWritten() throws {
    let writer = try writer()
    let score = Score(seconds: 5, events: [.unit(.browsUp, .medium, side: .left, 0.5..<1.5), .pose(.turnRight, .medium, 2.5..<4)])
    var named = 0
    for seed in 0..<100 as Range<UInt64> {
      let texts = writer.write(score, random: RandomSource(seed: seed))
      if texts.expression.lowercased().contains("left") { named += 1 }
      #expect(texts.pose.lowercased().contains("right"), "\(texts.pose)")
      #expect(!texts.pose.lowercased().contains("left"), "\(texts.pose)")
    }
    #expect(named >= 93)
  }
}
