import Claims
import Corpus
import Motion
import Synthesis
import Tensor

/// Takes of a clip's texts by a model, drawn as trained, and what each of them misses of what the texts claim.
///
/// Training prefers the takes that miss less (`train mm2face --takes`; direct preference optimisation, Rafailov et al. 2023).
public struct CorpusTakes: Sendable {
  public struct Take: Codable, Sendable, Hashable {
    /// Tokens, a step each.
    public var tokens: [[Int]]
    /// The claims that it does not keep, each once.
    public var missed: [String]
  }

  /// The takes of one prompt; all are as long as the clip.
  public struct Row: Codable, Sendable, Hashable {
    public var name: String
    /// The texts performed, by level.
    public var texts: [String: String]
    /// What the texts claim and the clip's own motion does, each once.
    public var claims: [String]
    public var takes: [Take]
  }

  /// Chance that a level is kept where not all are, in order of levels: prompts as training draws them.
  static let kept = [0.6, 0.6, 0.6, 0.6, 0.4]
  /// Share of prompts that keep all their levels.
  static let whole = 0.5

  private let model: any MotionGenerating
  private let takes: Int
  private let seed: UInt64

  public init(_ model: any MotionGenerating, takes: Int, seed: UInt64) {
    self.model = model
    self.takes = takes
    self.seed = seed
  }

  /// Performs a clip's texts; which levels and which takes depends on seed and name alone.
  public func perform(_ item: EvaluationItem) async throws -> Row {
    var random = RandomSource(seed: seed).fork(item.name)
    let texts = Self.levels(of: item.texts, &random)
    let claims = Self.claims(of: item, levels: texts.keys)
    let prompt = Prompt(texts)
    var row = Row(
      name: item.name, texts: Dictionary(uniqueKeysWithValues: texts.map { ($0.key.rawValue, $0.value) }), claims: claims.map(\.words),
      takes: [])
    for _ in 0..<takes {
      // As trained: temperature 1, no guidance, the first take.
      let settings = SamplingSettings(seed: random.next())
      let result = try await model.result(of: GenerationRequest(prompt: prompt, length: .seconds(item.clip.seconds), settings: settings))
      let checker = ClaimChecker(result.clip)
      row.takes.append(
        Take(
          tokens: (0..<result.tokens.stepCount).map { result.tokens[step: $0] },
          missed: claims.filter { checker.verdict($0).failure != nil }.map(\.words)))
    }
    return row
  }

  static func levels(of texts: [TextLevel: String], _ random: inout RandomSource) -> [TextLevel: String] {
    if random.unit() < whole { return texts }
    let some = zip(TextLevel.allCases, kept).filter { random.unit() < $0.1 }.map(\.0)
    let left = texts.filter { some.contains($0.key) }
    return left.isEmpty ? texts : left
  }

  /// What the texts of some levels claim, each once, and without the times at which the clip does it, which no text tells; what the clip
  /// itself does not do says nothing.
  static func claims(of item: EvaluationItem, levels: some Collection<TextLevel>) -> [Claim] {
    let checker = ClaimChecker(item.clip)
    var known: Set<String> = []
    return levels.sorted { $0.rawValue < $1.rawValue }.flatMap { item.claims[$0.rawValue] ?? [] }.map(\.withoutTimes)
      .filter { known.insert($0.words).inserted && checker.verdict($0).failure == nil }
  }
}

extension Claim {
  fileprivate var withoutTimes: Claim {
    var claim = self
    (claim.what.from, claim.what.until) = (nil, nil)
    claim.other?.from = nil
    claim.other?.until = nil
    return claim
  }
}
