import Foundation
import Motion
import TestSupport
import Testing

/// What the verbs refuse, how they say it, and with which exit code (README, "Exit codes").
@Suite(.serialized, .enabled(if: Program.path != nil, "\(Program.absence)"), .timeLimit(.minutes(3)))
struct RefusalTests {
  let folder: VerbFolder

  init() throws { folder = try VerbFolder() }

  private func expect(_ arguments: [String], _ status: Int32, _ words: [String]) throws {
    let answer = try folder.run(arguments)
    #expect(answer.status == status && !answer.timedOut, "\(arguments): \(answer.status) \(answer.complaint)")
    for word in words { #expect(answer.complaint.contains(word), "\(arguments): \(word) is not in \(answer.complaint)") }
    for word in ["NSCocoa", "CodingKeys", "Error Domain", "DecodingError", "EncodingError"] {
      #expect(!answer.complaint.contains(word), "\(arguments): \(answer.complaint)")
    }
  }

  @Test func aFileThatCannotBeReadIsNamedWithItsFault() throws {
    try folder.put(#"[{"what":{"kind":"unit","name":"smile"}}]"#, "keyless.json")
    try folder.put(#"[{"relation":"occurs","what":{"kind":"unit","name":7}}]"#, "typed.json")
    try folder.put(#"[{"relation":"often","what":{"kind":"unit","name":"smile"}}]"#, "stranger.json")
    try folder.put(#"[{"prompt":{"scenario":["a","b","c","d"]}}]"#, "four.json")
    try folder.put(#"[{"a":{"action":"nod"},"b":{"mood":"glad"}}]"#, "pairs.json")
    try folder.put("[1,", "cut.json")
    try folder.put(#"{"lanes":["a","b"],"tokens":[1,2,3]}"#, "ragged.tokens")
    let check = ["annotate", "clip.npz", "--check"]
    let decode = ["tokens", "decode", "--model", "model", "--out", "x.npz"]
    for (arguments, words) in [
      (check + ["none.json"], ["none.json", "No such file"]), (check + ["."], ["it is a folder"]),
      (check + ["keyless.json"], ["keyless.json", "[0].relation", "it holds what"]),
      (check + ["typed.json"], ["typed.json", "[0].what.name", "expected a text", "found 7"]),
      (check + ["stranger.json"], ["stranger.json", "[0].relation", "\"often\""]),
      (check + ["cut.json"], ["cut.json", "line 1, byte 3"]), (check + ["/dev/null"], ["/dev/null", "not a regular file"]),
      (["evaluate", "--prompts", "none.json"], ["none.json", "No such file"]), (["evaluate", "--pairs", "."], ["it is a folder"]),
      (["evaluate", "--pairs", "keyless.json"], ["keyless.json", "[0].id"]),
      (["evaluate", "--prompts", "four.json"], ["four.json", "[0].prompt.scenario", "at most 3 texts", "found 4"]),
      (["evaluate", "--pairs", "pairs.json"], ["pairs.json", "[0].b.mood"]),
      (["generate", "--prompt", "cut.json", "--out", "x.npz"], ["cut.json", "byte 3"]), (decode + ["none"], ["none", "No such file"]),
      (decode + ["."], ["it is a folder"]), (decode + ["ragged.tokens"], ["ragged.tokens", "tokens", "2 lanes"]),
      (["batch", "--model", "model", "."], ["it is a folder"]), (["batch", "/dev/null"], ["/dev/null", "not a regular file"]),
      (["model", "info", "."], ["bundle.json", "No such file"]), (["model", "info", "clip.npz"], ["clip.npz/bundle.json"]),
      (["model", "import", ".", "--into", "model"], ["config.json", "No such file"]),
      (["generate", "--model", "model", "--head", "/nonexistent", "--action", "x", "--seconds", "1", "--out", "x.npz"], ["/nonexistent"]),
    ] as [([String], [String])] { try expect(arguments, 64, words) }
    #expect(!folder.exists("x.npz"))
  }

  /// A part of a bundle that is a folder is said to be one, by verify and by use.
  @Test(arguments: ["vocab.txt", "transformer.safetensors", "bundle.json"]) func aFolderInABundleIsNamed(_ part: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder.path)/model/\(part)")
    try FileManager.default.createDirectory(atPath: "\(folder.path)/model/\(part)", withIntermediateDirectories: true)
    for verb in [["model", "verify", "model"], ["generate", "--model", "model", "--action", "x", "--out", "x.npz"]] {
      try expect(verb, 64, ["model/\(part)", "it is a folder"])
    }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    try folder.put("mine", "taken")
    for arguments in [
      ["dataset", "build", "--clips", "1", "--no-speech", "--out", "taken"], ["dataset", "layers", "--count", "1", "--out", "taken"],
      ["model", "new", "--random", "--config", "tiny", "--out", "taken"],
      ["generate", "--model", "model", "--action", "x", "--seconds", "1", "--out", "taken/x.npz"],
    ] { try expect(arguments, 68, ["taken", "cannot be written"]) }
  }

  @Test func soundWithoutSamplesAndNumbersNoFaceHasAreRefused() throws {
    var wave = Data("RIFF".utf8) + Data([36, 0, 0, 0]) + Data("WAVEfmt ".utf8) + Data([16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0])
    wave += Data([0, 0x7D, 0, 0, 2, 0, 16, 0]) + Data("data".utf8) + Data([0, 0, 0, 0])
    try wave.write(to: URL(fileURLWithPath: "\(folder.path)/empty.wav"))
    let generate = ["generate", "--model", "model", "--out", "x.npz", "--audio"]
    try expect(generate + ["empty.wav"], 66, ["empty.wav", "no samples"])
    try expect(generate + ["/dev/null"], 66, ["/dev/null", "regular file"])
    var clip = Clip(frames: 10)
    clip.values[7 * Clip.channels + 3] = 1e38
    try clip.write(npz: "\(folder.path)/huge.npz")
    for verb in ["annotate", "measure"] { try expect([verb, "huge.npz"], 64, ["huge.npz", "frame 7", "channel 3", "1e+38"]) }
  }

  @Test func anUnknownVerbIsCalledOne() throws {
    for word in ["nosuchverb", "generat"] { try expect([word], 2, ["no verb and no session \(word)", "generate, head", ".mm2s"]) }
    // Said in full it is a new session.
    try expect(["studio", "nowhere"], 2, ["needs a terminal"])
    try expect(["s.mm2s"], 2, ["needs a terminal"])
  }

  @Test func everyNumberHasItsRange() throws {
    let (render, export) = (["render", "clip.npz"], ["export", "clip.npz", "--out", "x.glb"])
    let generate = ["generate", "--model", "model", "--action", "x", "--out", "x.npz"]
    let (build, clean) = (["dataset", "build", "--out", "ds"], ["dataset", "clean", "ds", "--out", "new"])
    for (verb, option, values) in [
      (render, "--zoom", ["nan", "0", "-1", "51"]), (render, "--yaw", ["inf", "nan", "-361"]), (render, "--pitch", ["-inf"]),
      (export, "--zoom", ["nan", "-1"]), (export, "--yaw", ["inf"]), (export, "--pitch", ["nan"]), (export, "--fps", ["nan", "-1", "0"]),
      (export, "--frame", ["-1"]), (export, "--frames", ["0-9223372036854775807", "5-1"]), (generate, "--seconds", ["-1", "nan", "inf"]),
      (generate, "--takes", ["0", "-1", "1001"]), (generate, "--threads", ["0", "-1", "9223372036854775807"]),
      (generate, "--temperature", ["nan", "-1"]), (generate, "--guidance", ["inf"]), (generate, "--top-k", ["-1"]),
      (generate, "--tries", ["0", "65"]), (build, "--talk-share", ["nan", "-1", "1.5"]), (build, "--clips", ["0", "-1"]),
      (clean, "--box-scale", ["nan", "-1"]), (clean, "--pose-weight", ["inf"]), (clean, "--data-weight", ["nan"]),
      (["dataset", "layers", "--out", "l"], "--count", ["0", "-1", "1000001"]),
      (["dataset", "takes", "ds", "--out", "t"], "--takes", ["1", "1001"]), (["evaluate", "--prompts", "p"], "--repeats", ["0", "1001"]),
      (["blend", "--speech", "clip.npz", "--out", "x.npz"], "--speech-amount", ["nan", "-1"]),
      (["retarget", "clip.npz", "--head", "h", "--out", "x.npz"], "--steadiness", ["nan", "-1"]),
      (["head", "import", "f.pkl", "--out", "h"], "--identity", ["nan", "1,inf", "-101"]),
      (["import", "clip.npz", "--out", "x.npz"], "--fps", ["nan", "-1"]),
    ] as [([String], String, [String])] {
      for value in values { try expect(verb + [option, value], 2, [option.replacingOccurrences(of: "--", with: ""), value]) }
    }
    #expect(try folder.run(render + ["--yaw", "-20"]).status == 0)
  }

  @Test func jobsAndPromptsAreReadStrictly() throws {
    let jobs: [(String, [String])] = [
      (#"{"acton":"nod","out":["x.npz"]}"#, ["acton", "action"]),
      (#"{"scenario":["a","b","c","d"],"out":["x.npz"]}"#, ["scenario", "at most 3"]),
      (#"{"action":["a","b"],"out":["x.npz"]}"#, ["action", "one text"]),
      (#"{"action":7,"out":["x.npz"]}"#, ["action", "a text", "found 7"]),
      (#"{"action":{"text":"a","wieght":2},"out":["x.npz"]}"#, ["action.wieght"]),
      (#"{"action":{"text":"a","weight":-1},"out":["x.npz"]}"#, ["action.weight", "0 or more"]),
      (#"{"action":"a","prompt":{"action":"b"},"out":["x.npz"]}"#, ["action means nothing"]),
      (#"{"prompt":{"scenario":["a","b","c","d"]},"out":["x.npz"]}"#, ["prompt.scenario", "at most 3"]),
      (#"{"action":"a"}"#, ["out is missing"]),
      (#"{"action":"a","seed":-4,"seconds":0.5,"out":["x.npz"]}"#, ["seed -4 or seconds 0.5"]),
      (#"{"action":"a","seconds":"4","out":["x.npz"]}"#, ["seconds", "expected a number"]), ("[]", ["expected an object"]),
    ]
    try folder.put(jobs.map(\.0).joined(separator: "\n"), "jobs.jsonl")
    let answer = try folder.run(["batch", "--model", "model", "jobs.jsonl"])
    let lines = answer.output.split(separator: "\n")
    #expect(answer.status == 1 && lines.count == jobs.count && !folder.exists("x.npz"), "\(answer)")
    for (index, (line, job)) in zip(lines, jobs).enumerated() {
      for word in job.1 + ["jobs.jsonl, line \(index + 1):", "not a job"] { #expect(line.contains(word), "\(word) is not in \(line)") }
      #expect(!line.contains("CodingKeys") && !line.contains("DecodingError"), "\(line)")
    }
    for (text, word) in [(#"{"acton":"nod"}"#, "acton"), (#"{"scenario":["a","b","c","d"]}"#, "at most 3")] {
      try folder.put(text, "prompt.json")
      try expect(["generate", "--model", "model", "--prompt", "prompt.json", "--out", "x.npz"], 64, ["prompt.json", word])
    }
  }
}
