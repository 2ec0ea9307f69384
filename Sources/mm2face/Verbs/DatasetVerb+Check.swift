import ArgumentParser
import Claims
import Corpus
import Containers
import Foundation
import Head
import Motion
import Tensor

extension DatasetVerb {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report counts, lengths, broken and left-over files, and what leaks between splits.",
      discussion: "Ends with exit code 67 when something is broken, left over or leaks.")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The data set.", valueName: "folder"))
    var folder: String
    @Flag(help: "Also hold every claim of the texts against the motion (built corpora only).")
    var claims = false
    @Option(help: "Hold only so many clips, spread over the set, against their claims.")
    var limit: Int?

    func validate() throws { try check("--limit", limit, in: 1 ... .max) }

    func run() throws {
      let dataset = try MMHeadDataset(folder: URL(fileURLWithPath: folder))
      let reporter = ProgressReporter(common.progress)
      let check = DatasetCheck(dataset) { done, total in if done % 100 == 0 { reporter.report("clips", done: done, of: total) } }
      let verified =
        claims
        ? try ClaimTally(dataset, gauge: gauge(), limit: limit ?? .max) { done, total in
          if done % 100 == 0 { reporter.report("claims", done: done, of: total) }
        } : nil
      reporter.finish()
      if common.json {
        struct Answer: Encodable {
          var check: DatasetCheck
          var claims: ClaimTally?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(Answer(check: check, claims: verified)), as: UTF8.self))
      } else {
        print(Self.words(check))
        if let verified { print(Self.words(verified)) }
      }
      guard check.isSound else { throw ExitCode(ExitCodes.corpus) }
    }

    /// Our head's landmarks, on which closures are measured.
    private func gauge() throws -> HeadMeasurements.Gauge {
      try HeadMeasurements.Gauge(HeadModel(studioFile: try common.headPath ?? AssetLocator.path("assets/head/studio.safetensors")))
    }

    private static func words(_ check: DatasetCheck) -> String {
      var lines = check.counts.sorted { $0.key < $1.key }.map { key, count in
        "\(key.padding(toLength: 16, withPad: " ", startingAt: 0)) \(count.clips) clips, \(String(format: "%.1f", count.seconds / 60)) minutes"
      }
      lines.append(String(format: "lengths          %.2f to %.2f s", check.shortestSeconds, check.longestSeconds))
      lines.append(
        "texts            " + check.distinctTexts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
          + " distinct; \(check.distinctWords) words")
      if !check.missingTexts.isEmpty {
        lines.append(
          "without text     " + check.missingTexts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
      }
      lines += check.broken.prefix(20).map { "broken           \($0.name): \($0.fault)" }
      lines += check.orphans.prefix(10).map { "in no list       \($0)" }
      lines += check.leaks.prefix(10).map { "in two splits    \($0)" }
      lines.append("\(check.broken.count) broken, \(check.orphans.count) in no list, \(check.leaks.count) in two splits")
      return lines.joined(separator: "\n")
    }

    private static func words(_ tally: ClaimTally) -> String {
      var lines = [
        "claims           \(tally.holding) of \(tally.measured) measured hold (\(String(format: "%.2f", 100 * tally.share)) %), \(tally.unmeasured) cannot be measured"
      ]
      lines += tally.failures.prefix(20).map { "untrue           \($0.name) [\($0.level)] \($0.claim): \($0.why)" }
      lines.append(
        "closures         \(tally.sealed) of \(tally.bilabials) p, b and m are sealed"
          + (tally.touching.map { "; on the posed head the lips touch in \($0)" } ?? ""))
      return lines.joined(separator: "\n")
    }
  }

  struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Clean motions as the paper does: outliers by the box plot, smoothing by Adam; writes a new folder and a report.")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The data set.", valueName: "folder"))
    var folder: String
    @Option(name: .shortAndLong, help: ArgumentHelp("Where the cleaned motions and report.json go.", valueName: "folder"))
    var out: String
    @Option(help: "Outliers lie this many interquartile ranges outside the quartiles.")
    var boxScale = MotionCleaner().boxScale
    @Option(help: "Weight of the pose differences (λ of equation 6).")
    var poseWeight = MotionCleaner().poseWeight
    @Option(help: "Weight of staying near the data; smaller smooths more.")
    var dataWeight = MotionCleaner().dataWeight
    @Flag(help: "Replace files that exist.")
    var force = false

    func validate() throws {
      try check("--box-scale", boxScale, in: 0...1e6)
      try check("--pose-weight", poseWeight, in: 0...1e6)
      try check("--data-weight", dataWeight, in: 0...1e6)
    }

    func run() throws {
      let dataset = try MMHeadDataset(folder: URL(fileURLWithPath: folder))
      var cleaner = MotionCleaner()
      (cleaner.boxScale, cleaner.poseWeight, cleaner.dataWeight) = (boxScale, poseWeight, dataWeight)
      let staging = try StagedFolder(
        out, existing: force ? .overwrite : .add, files: dataset.entries.map { "\($0.name).npz" } + ["report.json"])
      var reports: [String: MotionCleaner.Report] = [:]
      let reporter = ProgressReporter(common.progress)
      for (index, entry) in dataset.entries.enumerated() {
        let (clip, report) = cleaner.clean(try dataset.motion(entry.name))
        try clip.write(npz: "\(staging.path)/\(entry.name).npz")
        reports[entry.name] = report
        if index % 50 == 0 { reporter.report("clips", done: index, of: dataset.entries.count) }
      }
      reporter.finish()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try AtomicFile.write(encoder.encode(reports), to: "\(staging.path)/report.json")
      try staging.commit()
      let replaced = reports.values.reduce(0) { $0 + $1.expressionOutliers.count + $1.poseOutliers.count }
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
      let changes = [("expression", 0), ("pose", 1)].map { name, at in
        (name: name, before: mean(reports.values.map { $0.roughnessBefore[at] }), after: mean(reports.values.map { $0.roughnessAfter[at] }))
      }
      if common.json {
        let squared = changes.map { JSONValue.Member($0.name, ["before": .number($0.before), "after": .number($0.after)]) }
        let about: JSONValue = [
          "out": .string(out), "clips": .integer(reports.count), "framesReplaced": .integer(replaced),
          "meanSquaredChange": .object(squared),
        ]
        return print(about.encoded)
      }
      print("\(reports.count) clips, \(replaced) frames replaced")
      for change in changes {
        print("\(change.name): mean squared change a frame \(String(format: "%.3g → %.3g", change.before, change.after))")
      }
    }
  }

  struct Annotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure action units and head poses of motions, and write the five texts from them.",
      discussion: "A motion file or a data set. --rewriter pipes each text through a command of yours (text in, text out).")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A motion (.npz, .pkl, .csv) or a data set.", valueName: "path"))
    var path: String
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("A folder for NAME.json (measurements and texts); standard output without it.", valueName: "folder"))
    var out: String?
    @Option(help: ArgumentHelp("The folder of the sentence bank.", valueName: "folder"))
    var bank: String?
    @Option(help: "The same seed writes the same texts.")
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("A shell command that reads a text and prints another.", valueName: "command"))
    var rewriter: String?
    @Flag(help: "There is a voice: the mouth's movements are speech.")
    var speech = false
    @Flag(help: "Replace files that exist.")
    var force = false

    struct Answer: Encodable {
      var texts: [String: String]
      var annotation: Annotation
    }

    func run() throws {
      let annotator = MotionAnnotator(bank: try SentenceBank(folder: try DatasetVerb.bankFolder(bank)))
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      func annotate(_ name: String, _ clip: Clip, speaks: Bool) throws {
        let texts = try annotator.annotate(clip, speaks: speaks, seed: RandomSource(seed: seed).fork(name).state).texts
        var levels = Dictionary(uniqueKeysWithValues: TextLevel.allCases.map { ($0.rawValue, texts[$0]) })
        if let rewriter { for (level, text) in levels { levels[level] = try Rewriter(command: rewriter).rewrite(text) } }
        if let out {
          let data = try encoder.encode(Answer(texts: levels, annotation: Annotation(clip)))
          try AtomicFile.write(data, to: "\(out)/\(name).json", replacing: force)
        } else if common.json {
          print(String(decoding: try encoder.encode(Answer(texts: levels, annotation: Annotation(clip))), as: UTF8.self))
        } else {
          for level in TextLevel.allCases { print("\(level.rawValue): \(levels[level.rawValue] ?? "")") }
        }
      }
      if let out { try OutputFolder.make(out) }
      var count = 1
      if isFolder.boolValue {
        let dataset = try MMHeadDataset(folder: URL(fileURLWithPath: path))
        for entry in dataset.entries {
          try annotate(entry.name, DatasetVerb.readable(dataset.motion(entry.name), common), speaks: entry.subset == .talking)
        }
        count = dataset.entries.count
      } else {
        let clip = try DatasetVerb.readable(ClipFile.read(path), common)
        try annotate(URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent, clip, speaks: speech)
      }
      guard let out else { return }
      let about: JSONValue = ["out": .string(out), "clips": .integer(count)]
      common.show(about, or: "\(count) clips in \(out)")
    }
  }
}
