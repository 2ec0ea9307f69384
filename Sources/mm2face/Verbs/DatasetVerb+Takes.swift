import ArgumentParser
import Containers
import Evaluation
import Foundation
import Synthesis

extension DatasetVerb {
  struct Takes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Perform a corpus's texts several times by a model, and say which claims each take misses.",
      discussion: """
        Writes a JSON object a line: name, texts by level, claims, and for each take its tokens and the claims it misses. Takes are drawn as \
        trained (temperature 1, no guidance, no choice). `train mm2face --takes` learns from them to prefer those that miss less.
        """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The corpus (built ones only: their claims are known).", valueName: "folder"))
    var folder: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file, JSON lines.", valueName: "file"))
    var out: String

    @Option(help: "Which split.")
    var split = "train"

    @Option(help: "At most so many clips.")
    var limit: Int?

    @Option(help: "Takes a clip, 2 to 1000.")
    var takes = 4

    @Option(help: "The same seed draws the same takes.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Perform share I of N.", valueName: "I/N"))
    var shard: String?

    @Flag(help: "Replace a file that exists.")
    var force = false

    func validate() throws {
      try check("--limit", limit, in: 1 ... .max)
      // At least two, to prefer one to another.
      try check("--takes", takes, in: 2...1000)
      _ = try shard.map(Shard.init)
    }

    func run() async throws {
      try AtomicFile.check(out, replacing: force)
      let set = try EvaluationDataset(folder: folder, task: .text, split: split, basis: .studio50, limit: limit)
      let share = try Shard(shard ?? "1/1").indices(of: set.items.count)
      guard share.contains(where: { !set.items[$0].claims.isEmpty }) else {
        throw EvaluationError.dataset(
          path: folder, reason: "no clip of the split \"\(split)\" tells its claims (provenance); build a corpus with `dataset build`")
      }
      let performer = CorpusTakes(try common.generator(), takes: takes, seed: seed)
      let reporter = ProgressReporter(common.progress)
      let file = try AtomicFile(out, replacing: force)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var (claims, missed) = (0, 0)
      for (done, index) in share.enumerated() {
        let row = try await performer.perform(set.items[index])
        claims += row.claims.count * row.takes.count
        missed += row.takes.map(\.missed.count).reduce(0, +)
        try file.write(String(decoding: encoder.encode(row), as: UTF8.self) + "\n")
        reporter.report("takes", done: done + 1, of: share.count)
      }
      try file.commit()
      reporter.finish()
      if common.json {
        let about: JSONValue = [
          "prompts": .integer(share.count), "takes": .integer(takes), "claims": .integer(claims), "missed": .integer(missed),
        ]
        print(about.encoded)
      } else {
        let kept = String(format: "%.1f", 100 * Double(claims - missed) / Double(max(claims, 1)))
        print("\(share.count) prompts, \(takes) takes each; \(kept) % of what they are told is done")
      }
    }
  }
}
