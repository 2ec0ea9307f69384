import ArgumentParser
import Foundation
import Motion
import NeuralNet
import Synthesis

/// `mm2face generate`: a prompt and a voice become motion.
struct GenerateVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make motion from texts, from sound, or from both.",
    discussion:
      "Give at least one text or a sound; levels left out are left to the model. Without --seconds the clip is as long as the sound, or ends where the model ends it."
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var prompt: PromptOptions
  @OptionGroup var sampling: SamplingOptions

  @Option(help: "Length in seconds.")
  var seconds: Double?

  @Option(help: "How many takes, 1 to 1000; each has the next seed, files get -2, -3 … before the ending.")
  var takes = 1

  @Option(help: ArgumentHelp("Tokens of an earlier take to keep parts of.", valueName: "file.tokens"))
  var base: String?

  @Option(help: ArgumentHelp("Keep the steps A to B (B included) of --base; repeatable.", valueName: "A-B"))
  var lock: [String] = []

  @Option(help: ArgumentHelp("Keep this lane of --base; repeatable.", valueName: "lane"))
  var lockLane: [String] = []

  @Option(help: "Number format of the transformer's weights: fp32, fp16 or int8.")
  var weights: WeightPrecision = .fp32

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Where to write, several files if wanted: .npz (the clip), .tokens, or any ending of mm2face export; {take} becomes the take's number.",
      valueName: "file"))
  var out: [String]

  @Option(help: "The format where an ending can mean several, as for mm2face export.")
  var format: String?

  @Flag(help: "Replace files that exist.")
  var force = false

  func validate() throws {
    try check("--takes", takes, in: 1...1000)
    if let seconds, !(seconds > 0) || !seconds.isFinite { throw ValidationError("--seconds must be a number above 0, found \(seconds)") }
    if !lock.isEmpty || !lockLane.isEmpty, base == nil {
      throw ValidationError("--lock needs the tokens of an earlier take: --base FILE.tokens")
    }
    _ = try lock.map(Self.steps)
  }

  func run() async throws {
    let words = try prompt.prompt()
    let audio = try prompt.audioSource()
    if words.isEmpty, audio == nil {
      throw ValidationError(
        "nothing to act on: give at least one text (--action, --emotion, --expression, --pose, --scenario, --prompt) or --audio or --say")
    }
    let output = ClipOutput(format: format, replacing: force, head: try HeadVerb.read(common.headPath), audio: audio)
    try output.check((1...takes).flatMap { take in out.map { ClipOutput.path($0, take: take) } })
    let generator = try common.generator(precision: weights)
    var request = GenerationRequest(
      prompt: words, audio: audio, length: seconds.map { .seconds($0) } ?? .natural, settings: sampling.settings,
      base: try base.map(TokenFile.read))
    request.constraints.locked =
      try lock.map { TokenConstraints.Span(steps: try Self.steps($0)) }
      + lockLane.map { TokenConstraints.Span(lane: $0, steps: 0..<(request.base?.stepCount ?? 0)) }
    let reporter = ProgressReporter(common.progress)
    for take in 1...takes {
      request.settings.seed = sampling.seed &+ UInt64(take - 1)
      let start = ContinuousClock.now
      let result = output.recorded(try await Self.run(request, generator, reporter))
      reporter.finish()
      var paths: [String] = []
      for path in out.map({ ClipOutput.path($0, take: take) }) {
        let report = try output.write(result, to: path) { done, total in reporter.report("writing \(path)", done: done, of: total) }
        reporter.finish()
        paths += report.paths
        ClipOutput.tell(report.notes)
      }
      Self.tell(result, paths, seconds: (ContinuousClock.now - start) / .seconds(1), json: common.json)
    }
  }

  static func run(_ request: GenerationRequest, _ generator: Generator, _ reporter: ProgressReporter) async throws -> GenerationResult {
    var total: Int?
    for try await event in generator.generate(request) {
      switch event {
      case .started(let steps, _, _): total = steps
      case .step(let step): reporter.report("steps", done: step.position + 1, of: total)
      case .finished(let result): return result
      }
    }
    throw CancellationError()
  }

  /// `3-9` → 3 ..< 10.
  static func steps(_ text: String) throws -> Range<Int> {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard ends.count == 2, let from = ends[0], let to = ends[1], from <= to, to < Int.max else {
      throw ValidationError("--lock \(text): expected two steps like 3-9")
    }
    return from..<to + 1
  }

  private static func tell(_ result: GenerationResult, _ paths: [String], seconds: Double, json: Bool) {
    struct Line: Encodable {
      var files: [String]
      var frames, steps: Int
      var seconds: Double
      var reachedEnd: Bool
      var findings: [ClaimVerifier.Finding]
      var provenance: [String: String]
    }
    if json {
      let line = Line(
        files: paths, frames: result.clip.frameCount, steps: result.tokens.stepCount, seconds: result.clip.seconds,
        reachedEnd: result.reachedEnd, findings: result.findings, provenance: result.provenance)
      print(JSONLine.text(line))
    } else {
      let length = String(format: "%.2f", result.clip.seconds), time = String(format: "%.2f", seconds)
      print(
        "\(paths.joined(separator: ", ")): \(length) s of motion, \(result.tokens.stepCount) steps, seed \(result.provenance["seed"] ?? ""), in \(time) s"
      )
      for finding in result.findings.missing {
        print("  not seen: \(finding.claim.words) (\(finding.level.rawValue)); \(finding.failure ?? "")")
      }
    }
  }
}

/// One JSON object on one line, keys sorted.
enum JSONLine {
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
