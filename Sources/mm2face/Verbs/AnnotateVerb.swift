import ArgumentParser
import Claims
import Containers
import Corpus
import Foundation
import Motion

/// `mm2face annotate`: the five MMHead texts from a clip's motion.
struct AnnotateVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate",
    abstract: "Describe a clip's motion in words: action, emotion, expression, head pose and three scenarios.",
    discussion: """
      Events are measured in the motion and told by a bank of hand-written sentences; every claim is checked against the motion. \
      With --check, the claims of a JSON file are held against the clip instead, and a claim that fails ends with exit code 1.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("The clip: .npz, .pkl or a Live Link .csv.", valueName: "clip"))
  var clip: String

  @Option(help: "Another seed chooses other words for the same motion.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The folder of the sentence bank.", valueName: "folder"))
  var bank: String?

  @Option(help: ArgumentHelp("A command that rewrites each text from standard input to standard output.", valueName: "command"))
  var rewriter: String?

  @Option(help: ArgumentHelp("A JSON list of claims to check instead of writing texts.", valueName: "file"))
  var check: String?

  func run() throws {
    let motion = try DatasetVerb.readable(ClipFile.read(clip), common)
    if let check {
      try checkClaims(check, motion)
      return
    }
    let annotator = MotionAnnotator(bank: try SentenceBank(folder: try DatasetVerb.bankFolder(bank)))
    var annotation = try annotator.annotate(motion, seed: seed)
    if let rewriter { annotation.texts = try annotation.texts.mapped(Rewriter(command: rewriter).rewrite) }
    if common.json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(annotation), as: UTF8.self))
    } else {
      for level in TextLevel.allCases where level != .scenario { print("\(level.rawValue): \(annotation.texts[level])") }
      for scenario in annotation.texts.scenarios { print("scenario: \(scenario)") }
    }
  }

  /// What is said of one claim.
  private struct Answer: Encodable {
    var claim: String
    var verdict = ""
    var why: String?
  }

  private func checkClaims(_ file: String, _ motion: Clip) throws {
    let claims = try JSONFile.read([Claim].self, path: file)
    let checker = ClaimChecker(motion)
    var failed = 0
    let answers = claims.map { claim in
      var answer = Answer(claim: [claim.relation.rawValue, claim.what.name, claim.other?.name].compactMap { $0 }.joined(separator: " "))
      switch checker.verdict(claim) {
      case .holds: answer.verdict = "holds"
      case .unmeasured: answer.verdict = "not measurable"
      case .fails(let why):
        failed += 1
        (answer.verdict, answer.why) = ("fails", why)
      }
      return answer
    }
    if common.json {
      print(JSONLine.text(["claims": answers]))
    } else {
      for answer in answers { print([answer.verdict, answer.claim, answer.why].compactMap { $0 }.joined(separator: ": ")) }
    }
    if failed > 0 { throw ExitCode(ExitCodes.failed) }
  }
}
