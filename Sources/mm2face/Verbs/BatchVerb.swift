import ArgumentParser
import Containers
import Export
import Foundation
import Head
import NeuralNet
import Synthesis

/// `mm2face batch`: many clips from a file of jobs.
struct BatchVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Make many clips from a file of jobs, one JSON object a line.",
    discussion: """
      A line: {"id":"a1","action":"…","emotion":"…","expression":"…","pose":"…","scenario":["…"],"audio":"x.wav","say":"…","seconds":4,"seed":1,"out":["a1.npz"]}; \
      any of them may be left out but "out", whose files may have any ending of mm2face export ("format" where one can mean several). One result line a job on standard output, in order; a job that fails does not stop the others.
      """)

  /// A line of the file.
  struct Job: Decodable {
    var id: String?
    var audio, say, format: String?
    var seconds: Double?
    var seed: UInt64?
    var temperature, topP, guidance: Double?
    var topK, tries: Int?
    var out: [String]
    var prompt: Prompt

    enum CodingKeys: String, CodingKey, CaseIterable {
      case id, audio, say, format, seconds, seed, temperature, topP, guidance, topK, tries, out, prompt
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      id = try values.decodeIfPresent(String.self, forKey: .id)
      audio = try values.decodeIfPresent(String.self, forKey: .audio)
      say = try values.decodeIfPresent(String.self, forKey: .say)
      format = try values.decodeIfPresent(String.self, forKey: .format)
      seconds = try values.decodeIfPresent(Double.self, forKey: .seconds)
      seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
      temperature = try values.decodeIfPresent(Double.self, forKey: .temperature)
      topP = try values.decodeIfPresent(Double.self, forKey: .topP)
      guidance = try values.decodeIfPresent(Double.self, forKey: .guidance)
      tries = try values.decodeIfPresent(Int.self, forKey: .tries)
      topK = try values.decodeIfPresent(Int.self, forKey: .topK)
      out = try values.decode([String].self, forKey: .out)
      prompt = try values.decodeIfPresent(Prompt.self, forKey: .prompt) ?? Prompt(from: decoder)
    }

    /// Reads a line. Errors: `ContainerError`, also for members that mean nothing: the levels stand in "prompt" or beside the others.
    static func read(_ line: FileBytes) throws -> Job {
      try JSONFile.decode(from: line) { value in
        let keys = CodingKeys.allCases.map(\.rawValue)
        guard let prompt = value[CodingKeys.prompt.rawValue] else {
          return try Prompt.check(written: value, besides: keys, path: line.path)
        }
        try JSONFile.refuseUnknown(value, known: keys, path: line.path)
        try Prompt.check(written: prompt, path: line.path, inside: "prompt.")
      }
    }
  }

  /// A line of the answer.
  struct Answer: Encodable {
    var id: String
    var line: Int
    var status: String
    var files: [String] = []
    var notes: [String]?
    var frames: Int?
    var error: String?
    var seconds: Double?
  }

  @OptionGroup var common: CommonOptions

  @Argument(help: "The file of jobs.")
  var jobs: String

  @Option(help: ArgumentHelp("Do only every Nth job from the Ith on (I from 1 to N), for job arrays.", valueName: "I/N"))
  var shard: String?

  @Flag(help: "Skip jobs whose files are all there.")
  var resume = false

  @Flag(help: "Replace files that exist.")
  var force = false

  @Option(help: "Number format of the transformer's weights: fp32, fp16 or int8.")
  var weights: WeightPrecision = .fp32

  func validate() throws { _ = try shard.map(Shard.init) }

  func run() async throws {
    let lines = Self.lines(of: Data(try FileBytes(reading: jobs).contents))
    let mine = try shard.map(Shard.init)?.indices(of: lines.count).map { lines[$0] } ?? lines
    let head = try HeadVerb.read(common.headPath)
    let generator = try common.generator(precision: weights)
    let reporter = ProgressReporter(common.progress)
    var failed = 0
    var taken: [String: Int] = [:]
    for (done, line) in mine.enumerated() {
      let answer = await answer(line.text, number: line.number, generator, head, taken: &taken)
      if answer.status == "failed" { failed += 1 }
      print(JSONLine.text(answer))
      fflush(nil)
      reporter.report("jobs", done: done + 1, of: mine.count)
    }
    reporter.finish()
    if failed > 0 {
      FileHandle.standardError.write(Data("mm2face: \(failed) of \(mine.count) jobs failed; their result lines say why\n".utf8))
      throw ExitCode(ExitCodes.failed)
    }
  }

  /// The lines that hold anything, numbered from 1; they may end as on other systems (CR LF), and the first may begin with a byte order mark.
  static func lines(of bytes: Data) -> [(number: Int, text: Data)] {
    let mark = Data([0xEF, 0xBB, 0xBF])
    return (bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      .map { (number: $0.offset + 1, text: $0.element.last == 0x0D ? $0.element.dropLast() : $0.element) }
      .filter { !$0.text.allSatisfy { [0x20, 0x09].contains($0) } }
  }

  /// - Parameter taken: the files of the jobs before, each with the line that names it.
  private func answer(_ text: Data, number: Int, _ generator: Generator, _ head: HeadModel, taken: inout [String: Int]) async -> Answer {
    var answer = Answer(id: "line \(number)", line: number, status: "done")
    let start = ContinuousClock.now
    do {
      let job: Job
      do { job = try Job.read(FileBytes(path: "\(jobs), line \(number)", Array(text))) } catch {
        throw ValidationError("not a job: \(error)")
      }
      answer.id = job.id ?? answer.id
      answer.files = job.out
      if job.out.isEmpty { throw ValidationError("\"out\" names no file") }
      for path in job.out {
        if let other = taken.updateValue(number, forKey: ClipOutput.fullName(path)), other != number {
          throw ValidationError("\(path): line \(other) writes this file too; give each job files of its own")
        }
      }
      if resume, job.out.allSatisfy({ FileManager.default.fileExists(atPath: $0) }) {
        answer.status = "skipped"
        return answer
      }
      if job.audio != nil, job.say != nil { throw ValidationError("\"audio\" and \"say\" are two voices; give one of them") }
      let audio = try PromptOptions.audioSource(audio: job.audio, say: job.say)
      if job.prompt.isEmpty, audio == nil { throw ValidationError("nothing to act on: give at least one text, \"audio\" or \"say\"") }
      // A job that is resumed may have left some of its files: they are made anew.
      let output = ClipOutput(format: job.format, replacing: force || resume, head: head, audio: audio)
      try output.check(job.out)
      let usual = SamplingSettings.usual
      let settings = SamplingSettings(
        temperature: job.temperature ?? usual.temperature, topK: job.topK ?? usual.topK, topP: job.topP ?? usual.topP,
        guidance: job.guidance ?? usual.guidance, tries: job.tries ?? usual.tries, seed: job.seed ?? usual.seed)
      let request = GenerationRequest(
        prompt: job.prompt, audio: audio, length: job.seconds.map { .seconds($0) } ?? .natural, settings: settings)
      let result = output.recorded(try await generator.result(of: request))
      var report = ExportReport()
      for path in job.out { report.merge(try output.write(result, to: path)) }
      answer.files = report.paths
      if !report.notes.isEmpty { answer.notes = report.notes }
      answer.frames = result.clip.frameCount
    } catch {
      answer.status = "failed"
      answer.error = "\(error)"
    }
    answer.seconds = (ContinuousClock.now - start) / .seconds(1)
    return answer
  }
}
