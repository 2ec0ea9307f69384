import Corpus
import Motion
import Synthesis

/// Does a model do what it is told? Prompts with checks (or pairs of prompts with contrasts), performed once a seed.
///
/// Checks are claims held against the motion (`ClaimChecker`). How often the motions of *other* prompts pass the same checks is
/// measured too: checks that anything passes prove nothing.
public struct PromptTrial: Sendable {
  /// What became of one prompt or pair.
  public struct Row: Codable, Sendable, Hashable {
    public var id: String
    public var seeds: Int
    public var passed: Int
    /// Share of the other prompts' motions that pass these checks, 0–1; nil for pairs.
    public var others: Double?
    /// What the first failing seed failed at.
    public var failure: String?
  }

  public struct Report: Codable, Sendable, Hashable {
    public var rows: [Row]

    /// Share of performances that do what they were told, 0–1.
    public var passed: Double { Self.share(rows.map(\.passed).reduce(0, +), rows.map(\.seeds).reduce(0, +)) }
    /// Share of the performances of other prompts that pass, 0–1.
    public var others: Double? {
      let values = rows.compactMap(\.others)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    static func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

    /// Rows that failed at least once, worst first, then the totals.
    public var text: String {
      var lines = rows.filter { $0.passed < $0.seeds }.sorted { ($0.passed, $0.id) < ($1.passed, $1.id) }
        .map { "\($0.id)  \($0.passed) of \($0.seeds)  \($0.failure ?? "")" }
      let all = rows.map(\.seeds).reduce(0, +)
      lines.append("passed \(rows.map(\.passed).reduce(0, +)) of \(all) (\(Self.percent(passed)))")
      if let others { lines.append("passed by the motions of other prompts: \(Self.percent(others))") }
      return lines.joined(separator: "\n")
    }

    private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
  }

  private let model: any MotionGenerating
  private let settings: SamplingSettings
  private let seeds: Int

  /// `settings.seed` is the first of `seeds` seeds.
  public init(_ model: any MotionGenerating, settings: SamplingSettings, seeds: Int) {
    self.model = model
    self.settings = settings
    self.seeds = seeds
  }

  private func perform(_ texts: PromptTexts, seconds: Double, seed: Int) async throws -> Clip {
    var settings = settings
    settings.seed &+= UInt64(seed)
    let prompt = Prompt(
      action: texts.action, emotion: texts.emotion, expression: texts.expression, pose: texts.pose, scenarios: texts.scenario ?? [])
    return try await model.result(of: GenerationRequest(prompt: prompt, length: .seconds(seconds), settings: settings)).clip
  }

  /// Performs every case once a seed; `progress` is told how many performances are done.
  public func run(_ cases: [PromptCase], progress: (Int) -> Void = { _ in }) async throws -> Report {
    var motions: [[Clip]] = []
    for (index, one) in cases.enumerated() {
      var mine: [Clip] = []
      for seed in 0..<seeds {
        mine.append(try await perform(one.prompt, seconds: one.seconds, seed: seed))
        progress(index * seeds + seed + 1)
      }
      motions.append(mine)
    }
    let rows = cases.indices.map { index in
      let failures = motions[index].map { cases[index].failures($0) }
      let others = cases.indices.filter { $0 != index }.compactMap { motions[$0].first }.map { cases[index].failures($0).isEmpty }
      return Row(
        id: cases[index].id, seeds: seeds, passed: failures.filter(\.isEmpty).count,
        others: Report.share(others.filter { $0 }.count, others.count), failure: failures.first { !$0.isEmpty }?.joined(separator: "; "))
    }
    return Report(rows: rows)
  }

  /// Performs both halves of every pair once a seed.
  public func run(_ pairs: [MinimalPair], progress: (Int) -> Void = { _ in }) async throws -> Report {
    var rows: [Row] = []
    for (index, pair) in pairs.enumerated() {
      var passed = 0
      for seed in 0..<seeds {
        let a = try await perform(pair.a, seconds: pair.seconds, seed: seed)
        let b = try await perform(pair.b, seconds: pair.seconds, seed: seed)
        if pair.holds(a: a, b: b) { passed += 1 }
        progress(index * seeds + seed + 1)
      }
      rows.append(Row(id: pair.id, seeds: seeds, passed: passed, others: nil, failure: passed < seeds ? pair.kind : nil))
    }
    return Report(rows: rows)
  }
}
