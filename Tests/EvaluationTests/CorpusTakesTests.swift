import Claims
import Corpus
import Evaluation
import Foundation
import Motion
import Synthesis
import Testing

/// Takes that training learns preferences from.
@Suite struct CorpusTakesTests {
  /// Always the same motion, with tokens that tell the seed and how many texts there were.
  struct Echo: MotionGenerating {
    var clip: Clip
    let lanes = [TokenLane(name: "one", stream: "one", codes: 512)]
    let framesPerStep = 4
    let modelName = "echo"

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
      AsyncThrowingStream { stream in
        let tokens = TokenSequence(lanes: ["one"], values: [Int(request.settings.seed % 512), request.prompt.spoken.count])
        stream.yield(.finished(GenerationResult(tokens: tokens, clip: clip, reachedEnd: true, provenance: [:])))
        stream.finish()
      }
    }

    func decode(_ tokens: TokenSequence) throws -> Clip { clip }
    func encode(_ clip: Clip) throws -> TokenSequence { TokenSequence(lanes: ["one"]) }
  }

  /// Smiles all the time; the text of the expression also tells of raised brows, which the clip does not do.
  static func item(_ name: String = "clip", smile: Float = 0.9) -> EvaluationItem {
    var clip = Clip(frames: 50)
    for frame in 0..<50 {
      clip[frame, .mouthSmileLeft] = smile
      clip[frame, .mouthSmileRight] = smile
    }
    let smiles = Claim(.occurs, Claim.What(.unit, "smile", from: 0.5, until: 1))
    return EvaluationItem(
      name: name, texts: [.action: "smiles", .expression: "the corners of the mouth go up", .pose: "no nod"], clip: clip,
      claims: [
        "action": [smiles], "expression": [smiles, Claim(.occurs, Claim.What(.unit, "browInnerUp"))],
        "pose": [Claim(.absent, Claim.What(.action, "nod"))],
      ])
  }

  @Test func takesAreHeldAgainstWhatTheTextsTellAndTheClipDoes() async throws {
    let whole = try await CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 3, seed: 1).perform(try await wholePrompt())
    #expect(whole.claims == ["smile", "no nod"])
    #expect(whole.takes.count == 3)
    #expect(whole.takes.allSatisfy { $0.missed == ["smile"] })
    #expect(Set(whole.takes.map(\.tokens)).count == 3)
    let done = try await CorpusTakes(Echo(clip: Self.item().clip), takes: 2, seed: 1).perform(try await wholePrompt())
    #expect(done.takes.allSatisfy { $0.missed.isEmpty })
  }

  /// A clip whose name makes seed 1 keep all levels.
  private func wholePrompt() async throws -> EvaluationItem {
    let taker = CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 2, seed: 1)
    for number in 0..<100 {
      let item = Self.item("clip\(number)")
      if try await taker.perform(item).texts.count == 3 { return item }
    }
    throw EvaluationError.dataset(path: "memory", reason: "no prompt kept its levels")
  }

  @Test func promptsLoseLevelsAsInTraining() async throws {
    let taker = CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 2, seed: 3)
    var (whole, kept) = (0, [String: Int]())
    for number in 0..<2000 {
      let row = try await taker.perform(Self.item("clip\(number)"))
      let texts = Self.item().texts
      #expect(!row.texts.isEmpty && row.texts.allSatisfy { texts[TextLevel(rawValue: $0.key) ?? .scenario] == $0.value })
      #expect(row.takes.allSatisfy { $0.tokens.last == [row.texts.count] })
      // Nothing is claimed by a level that is not performed.
      #expect(row.claims.contains("no nod") == (row.texts["pose"] != nil))
      #expect(row.claims.contains("smile") == (row.texts["action"] != nil || row.texts["expression"] != nil))
      if row.texts.count == 3 { whole += 1 }
      for level in row.texts.keys { kept[level, default: 0] += 1 }
    }
    // Half keep all; of the others 0.6³ keep all by chance and 0.4³, left without any, all the same: 0.5 + 0.5 · 0.28.
    #expect(abs(Double(whole) / 2000 - 0.64) < 0.04)
    // 0.5 + 0.5 · (0.6 + 0.064).
    for level in ["action", "expression", "pose"] { #expect(abs(Double(kept[level] ?? 0) / 2000 - 0.832) < 0.03) }
  }

  @Test func seedAndNameTellEverything() async throws {
    let taker = CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 4, seed: 5)
    let first = try await taker.perform(Self.item())
    #expect(try await taker.perform(Self.item()) == first)
    #expect(try await taker.perform(Self.item("other")) != first)
    #expect(try await CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 4, seed: 6).perform(Self.item()) != first)
  }

  /// The lines that training reads.
  @Test func rowsAreWrittenWithTheNamesThatTrainingReads() async throws {
    let row = try await CorpusTakes(Echo(clip: Clip(frames: 50)), takes: 2, seed: 1).perform(Self.item())
    let json = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(row)) as? [String: Any])
    #expect(Set(json.keys) == ["name", "texts", "claims", "takes"])
    let take = try #require((json["takes"] as? [[String: Any]])?.first)
    #expect(take["tokens"] is [[Int]] && take["missed"] is [String])
  }
}
