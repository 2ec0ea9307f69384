import Containers
import Foundation
import Motion
import Synthesis
import TestSupport
import Testing

/// The verbs of the engine, run as programs on a tiny random bundle.
@Suite(.serialized, .enabled(if: Program.path != nil, "\(Program.absence)"), .timeLimit(.minutes(2)))
final class EngineVerbTests {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-verbs-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: TinyBundle.folder, toPath: "\(folder)/model")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func run(_ arguments: String...) throws -> Program.Answer { try Program.run(arguments, in: folder) }

  func bytes(_ file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")) }

  func tokens(_ file: String) throws -> TokenSequence { try JSONDecoder().decode(TokenSequence.self, from: bytes(file)) }

  func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(file)") }

  @Test func theSameSeedWritesTheSameBytes() throws {
    for (name, seed, threads) in [("a", "4", "1"), ("b", "4", "2"), ("other", "5", "2")] {
      let answer = try run(
        "generate", "--model", "model", "--action", "nod", "--seconds", "2", "--seed", seed, "--threads", threads, "--out", "\(name).npz",
        "--out", "\(name).tokens")
      #expect(answer.status == 0, "\(answer.complaint)")
    }
    #expect(try bytes("a.npz") == bytes("b.npz") && bytes("a.tokens") == bytes("b.tokens"))
    #expect(try bytes("a.npz") != bytes("other.npz"))
    let clip = try ClipFile.read("\(folder)/a.npz")
    #expect(clip.frameCount == 50 && clip.provenance["seed"] == "4" && clip.provenance["model"] != nil)
  }

  @Test func tokensAndMotionGoBothWays() throws {
    let made = try run("generate", "--model", "model", "--action", "nod", "--seconds", "2", "--out", "a.npz", "--out", "a.tokens")
    #expect(made.status == 0, "\(made.complaint)")
    let decoded = try run("tokens", "decode", "--model", "model", "a.tokens", "--out", "c.npz")
    #expect(decoded.status == 0 && decoded.output.contains("c.npz"), "\(decoded.complaint)")
    let (clip, again) = (try ClipFile.read("\(folder)/a.npz"), try ClipFile.read("\(folder)/c.npz"))
    #expect(Array(again.values.prefix(clip.values.count)) == clip.values)
    let encoded = try run("tokens", "encode", "--model", "model", "c.npz", "--out", "c.tokens")
    #expect(encoded.status == 0 && encoded.output.hasPrefix("13 steps of "), "\(encoded.output)\(encoded.complaint)")
    let (written, read) = (try tokens("a.tokens"), try tokens("c.tokens"))
    #expect(read.stepCount == written.stepCount && read.lanes == written.lanes)
    let printed = try run("tokens", "encode", "--model", "model", "c.npz")
    #expect(printed.status == 0 && (try? JSONSerialization.jsonObject(with: Data(printed.output.utf8))) is [String: Any])
    try "not tokens".write(toFile: "\(folder)/x.tokens", atomically: true, encoding: .utf8)
    let refused = try run("tokens", "decode", "--model", "model", "x.tokens", "--out", "d.npz")
    #expect(refused.status >= 64 && refused.complaint.contains("x.tokens") && !exists("d.npz"), "\(refused)")
  }

  @Test func batchAnswersEveryJobInOrder() throws {
    let jobs = [
      #"{"id":"one","action":"nod","seconds":1,"out":["1.npz"]}"#, #"{"id":"two","out":["2.npz"]}"#, "not json",
      #"{"id":"four","scenario":["a","b"],"seconds":0.5,"seed":9,"out":["4.npz","4.tokens"]}"#,
    ]
    try jobs.joined(separator: "\n").write(toFile: "\(folder)/jobs.jsonl", atomically: true, encoding: .utf8)
    let answer = try run("batch", "--model", "model", "jobs.jsonl")
    let lines = answer.output.split(separator: "\n")
    #expect(answer.status == 1 && lines.count == 4 && answer.complaint.contains("2 of 4"), "\(answer.complaint)")
    for (line, word) in zip(lines, [#""status":"done""#, "nothing to act on", "not a job", #""status":"done""#]) {
      #expect(line.contains(word), "\(line)")
    }
    #expect(exists("1.npz") && !exists("2.npz") && exists("4.npz") && exists("4.tokens"))
  }

  @Test func twoJobsDoNotWriteOneFile() throws {
    let jobs = ["same", "folder/../same", "other"].map { #"{"action":"nod","seconds":0.4,"out":["\#($0).npz"]}"# }
    try jobs.joined(separator: "\n").write(toFile: "\(folder)/twice.jsonl", atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(atPath: "\(folder)/folder", withIntermediateDirectories: true)
    let answer = try run("batch", "--model", "model", "twice.jsonl", "--force")
    let lines = answer.output.split(separator: "\n")
    #expect(answer.status == 1 && lines.count == 3 && lines[1].contains("line 1 writes this file too"), "\(answer)")
    #expect(lines[0].contains("done") && lines[2].contains("done") && exists("same.npz") && exists("other.npz"))
  }

  /// As an editor on another system saves them: a byte order mark, CR LF, an empty line; a line that is not UTF-8 spoils no other.
  @Test func batchReadsLinesOfOtherSystems() throws {
    let job = { (id: String) in Data(#"{"id":"\#(id)","action":"nod","seconds":0.4,"out":["\#(id).npz"]}"#.utf8) }
    let end = Data("\r\n".utf8)
    let torn = Data(#"{"id":"x","action":"no"#.utf8) + Data([0xFF]) + Data(#"d","out":["x.npz"]}"#.utf8)
    try (Data([0xEF, 0xBB, 0xBF]) + job("p") + end + end + torn + end + job("q") + end).write(
      to: URL(fileURLWithPath: "\(folder)/crlf.jsonl"))
    let answer = try run("batch", "--model", "model", "crlf.jsonl")
    let lines = answer.output.split(separator: "\n")
    #expect(answer.status == 1 && lines.count == 3 && answer.complaint.contains("1 of 3"), "\(answer)")
    for (line, words) in zip(lines, [[#""line":1"#, "done"], [#""line":3"#, "failed"], [#""line":4"#, "done"]]) {
      #expect(words.allSatisfy(line.contains), "\(line)")
    }
    #expect(exists("p.npz") && exists("q.npz") && !exists("x.npz"))
  }

  /// What is printed to where there is no room was not printed.
  @Test func aFullStandardOutputIsAFailure() throws {
    let answer = try Program.run(["model", "info", "model"], in: folder, output: "/dev/full")
    #expect(answer.status == 1 && answer.complaint.contains("standard output"), "\(answer)")
    #expect(answer.complaint.contains("No space left"), "\(answer)")
  }

  @Test func shardsShareTheJobsAndResumeSkipsWhatIsThere() throws {
    let jobs = (1...5).map { #"{"id":"j\#($0)","action":"nod","seconds":0.4,"seed":\#($0),"out":["j\#($0).npz"]}"# }
    try jobs.joined(separator: "\n").write(toFile: "\(folder)/jobs.jsonl", atomically: true, encoding: .utf8)
    #expect(try run("batch", "--model", "model", "jobs.jsonl", "--shard", "2/2").status == 0)
    #expect((1...5).map { exists("j\($0).npz") } == [false, true, false, true, false])
    let two = try bytes("j2.npz")
    let rest = try run("batch", "--model", "model", "jobs.jsonl", "--resume")
    let states = rest.output.split(separator: "\n").map { $0.contains(#""status":"skipped""#) }
    #expect(rest.status == 0 && states == [false, true, false, true, false], "\(rest.output)")
    try FileManager.default.removeItem(atPath: "\(folder)/j2.npz")
    #expect(try run("batch", "--model", "model", "jobs.jsonl", "--resume", "--shard", "2/5").status == 0)
    // The same job gives the same bytes in any shard.
    #expect(try bytes("j2.npz") == two)
  }

  @Test func bundlesAreMadeLookedAtAndChecked() throws {
    for name in ["m1", "m2"] {
      let made = try run("model", "new", "--random", "--config", "tiny", "--seed", "3", "--name", "mine", "--out", name)
      #expect(made.status == 0 && made.output.contains("mine"), "\(made.complaint)")
    }
    for file in ["bundle.json", "transformer.safetensors"] { #expect(try bytes("m1/\(file)") == bytes("m2/\(file)")) }
    let count = try ModelBundle(folder: "\(folder)/m1").description.fileNames.count
    let verified = try run("model", "verify", "m1")
    #expect(verified.status == 0 && verified.output.contains("\(count) files"), "\(verified.complaint)")
    let info = try run("model", "info", "m1")
    #expect(info.status == 0 && ["mine", "stream", "transformer", "64 wide"].allSatisfy(info.output.contains), "\(info.output)")
    let json = try run("model", "info", "m1", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["name"] as? String == "mine")
    var weights = try bytes("m1/transformer.safetensors")
    weights[weights.count - 3] ^= 4
    try weights.write(to: URL(fileURLWithPath: "\(folder)/m1/transformer.safetensors"))
    let damaged = try run("model", "verify", "m1")
    #expect(damaged.status == 65 && damaged.complaint.contains("transformer.safetensors"), "\(damaged.complaint)")
  }

  @Test func encodersAreImportedWhenTheyFit() throws {
    // The bundle's own encoders, in the layout of a checkpoint folder.
    let description = try ModelBundle(folder: "\(folder)/model").description
    let text = try #require(description.text)
    try FileManager.default.createDirectory(atPath: "\(folder)/text", withIntermediateDirectories: true)
    var config = text.config.mapValues(\.untyped)
    config["model_type"] = text.kind.rawValue
    try JSONSerialization.data(withJSONObject: config).write(to: URL(fileURLWithPath: "\(folder)/text/config.json"))
    try FileManager.default.copyItem(atPath: "\(folder)/model/\(text.file)", toPath: "\(folder)/text/model.safetensors")
    let without = try run("model", "import", "text", "--into", "model")
    #expect(without.status >= 64 && without.complaint.contains("vocab.txt"), "\(without)")
    try FileManager.default.copyItem(atPath: "\(folder)/model/\(text.vocabulary)", toPath: "\(folder)/text/vocab.txt")
    let imported = try run("model", "import", "text", "--into", "model")
    #expect(imported.status == 0, "\(imported.complaint)")
    #expect(try run("model", "verify", "model").status == 0)
    // What was read from the states of another encoder is gone.
    let after = try ModelBundle(folder: "\(folder)/model").description
    #expect(description.claims != nil && description.length != nil && after.claims == nil && after.length == nil)
    let foreign = try run("model", "import", fixture("Models/wav2vec2-base"), "--into", "model")
    #expect(foreign.status == 65 && foreign.complaint.contains("width"), "\(foreign)")
    let pickled = try run("model", "import", fixture("Models/wav2vec2-base/old/pytorch_model.bin"), "--out", "w.safetensors")
    #expect(pickled.status == 0 && exists("w.safetensors"), "\(pickled.complaint)")
  }

  @Test func wrongUseIsExplained() throws {
    for (arguments, status, word) in [
      (["generate", "--model", "model", "--out", "x.npz"], 2, "--action"), (["generate", "--action", "nod", "--out", "x.bvh"], 68, "npz"),
      (["generate", "--model", "nowhere", "--action", "nod", "--out", "x.npz"], 64, "nowhere/bundle.json"),
      (["generate", "--model", "model", "--audio", "no.wav", "--out", "x.npz"], 66, "no.wav"),
      (["generate", "--model", "model", "--action", "nod", "--top-p", "7", "--out", "x.npz"], 2, "top-p"),
      (["batch", "--model", "model", "none.jsonl"], 64, "none.jsonl"), (["batch", "x.jsonl", "--shard", "3/2"], 2, "--shard"),
      (["bench", "nonsense"], 2, "token"), (["bench", "token", "--memory", "99999999999"], 2, "--memory"),
      (["bench", "raster", "--repeats", "99999999999"], 2, "--repeats"),
      (["dataset", "check", "ds", "--claims", "--limit=-1"], 2, "--limit"),
      (["dataset", "takes", "ds", "--limit=-1", "--out", "t.jsonl"], 2, "--limit"),
      (["evaluate", "--dataset", "ds", "--task", "text", "--limit=-1"], 2, "--limit"),
      (["dataset", "show", "ds", "--columns=-1", "--out", "q.png"], 2, "--columns"),
      (["dataset", "show", "ds", "--size", "100000", "--out", "q.png"], 2, "--size"), (["model", "new", "--out", "m"], 2, "--random"),
      (["export", "x.npz", "--out", "y.txt", "--size", "20y10"], 2, "--size"),
      (["export", "x.npz", "--out", "y.txt", "--zoom", "nan"], 2, "--zoom"),
      (["model", "import", "text"], 2, "--into"), (["model", "verify", "nowhere"], 64, "nowhere"),
    ] as [([String], Int32, String)] {
      let answer = try Program.run(arguments, in: folder)
      #expect(
        answer.status == status && answer.complaint.contains(word) && !answer.timedOut,
        "\(arguments): \(answer.status) \(answer.complaint)")
    }
    #expect(!exists("x.npz"))
  }
}
