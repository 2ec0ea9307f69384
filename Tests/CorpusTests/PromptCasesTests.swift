import Claims
import Corpus
import Foundation
import Motion
import Testing

@Suite("Evaluation prompts")
struct PromptCasesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Prompts")

  /// `plain-words` are far from anything an annotator writes (riddles, similes); `everyday-words` are what people type.
  @Test(arguments: ["plain-words.json", "everyday-words.json"]) func promptsShareNoWordingWithTheBank(file: String) throws {
    let cases = try PromptCase.load(Self.folder.appendingPathComponent(file))
    #expect(cases.count == 60)
    #expect(Set(cases.map(\.id)).count == 60)
    func words(_ text: String) -> [String] {
      let bare = text.lowercased().replacing(/\[(?:not )?([a-z'-]+)\+?\]/) { String($0.output.1) }.replacing(/\{[^}]*\}/, with: "_")
      return bare.split { !($0.isLetter || $0 == "_") }.map(String.init)
    }
    var runs: Set<[String]> = []
    for text in try SentenceBankTests.bank.get().allTexts {
      let list = words(text)
      for start in 0..<max(0, list.count - 3) { runs.insert(Array(list[start..<start + 4])) }
    }
    for text in cases.flatMap({
      [$0.prompt.action, $0.prompt.emotion, $0.prompt.expression, $0.prompt.pose].compactMap { $0 } + ($0.prompt.scenario ?? [])
    }) {
      let list = words(text)
      let shared = (0..<max(0, list.count - 3)).map { Array(list[$0..<$0 + 4]) }.filter(runs.contains)
      #expect(shared.isEmpty, "\(text)")
    }
    #expect(cases.allSatisfy { !$0.checks.isEmpty })
    let levels = cases.map {
      [$0.prompt.action, $0.prompt.emotion, $0.prompt.expression, $0.prompt.pose, $0.prompt.scenario?.first].map { $0 != nil }
    }
    for level in 0..<5 { #expect(levels.filter { $0[level] }.count >= 10) }
  }

  /// A performance of what each half says must satisfy its claims and the contrasts: the checks themselves are sound.
  @Test(arguments: [("minimal-pairs.json", 200), ("denials.json", 40)])
  func performancesOfMinimalPairsDiffer(file: String, count: Int) throws {
    let pairs = try MinimalPair.load(Self.folder.appendingPathComponent(file))
    #expect(pairs.count == count && Set(pairs.map(\.id)).count == count)
    var held = 0
    var wrong: [String] = []
    for (index, pair) in pairs.enumerated() where !["negation", "degree"].contains(pair.kind) {
      let a = Performer().perform(score(pair.claimsA, pair.seconds), seed: UInt64(index))
      let b = Performer().perform(score(pair.claimsB, pair.seconds), seed: UInt64(index))
      if pair.holds(a: a, b: b) { held += 1 } else { wrong.append(pair.id) }
      #expect(!pair.holds(a: b, b: a), "\(pair.id) cannot fail")
    }
    #expect(Double(held) >= 0.97 * Double(held + wrong.count), "\(wrong)")
  }

  /// The events that claims tell of, one after the other.
  private func score(_ claims: [Claim], _ seconds: Double) -> Score {
    var events: [Event] = []
    func add(_ what: Claim.What, _ span: Range<Double>) {
      guard what.name != "still", what.name != "forward" else { return }
      events.append(
        Event(
          kind: what.kind, name: what.name, side: what.side ?? .both, intensity: what.intensity ?? .medium, count: what.count ?? 1,
          start: span.lowerBound, end: span.upperBound))
    }
    for claim in claims where claim.relation != .absent {
      if let other = claim.other, claim.relation == .before {
        add(claim.what, 0.5..<seconds * 0.45)
        add(other, seconds * 0.52..<seconds - 0.4)
      } else {
        add(claim.what, 0.7..<seconds - 0.7)
      }
    }
    return Score(seconds: seconds, events: events)
  }
}
