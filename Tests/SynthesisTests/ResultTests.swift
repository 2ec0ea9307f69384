import Containers
import Foundation
import Motion
import TestSupport
import Testing

/// What the verbs tell on standard output: with `--json` one JSON object, else words; never nothing.
@Suite(.serialized, .enabled(if: Program.path != nil, "\(Program.absence)"), .timeLimit(.minutes(3)))
struct ResultTests {
  let folder: VerbFolder

  init() throws { folder = try VerbFolder() }

  /// Runs a verb in words, then with `--json`, whose object must have these members; what the first run wrote is removed in between.
  private func compare(_ arguments: [String], writes: String? = nil, words: String, members: [String: JSONValue], also keys: [String] = [])
    throws
  {
    let plain = try folder.run(arguments)
    #expect(plain.status == 0 && plain.output.contains(words), "\(arguments): \(plain)")
    if let writes { try FileManager.default.removeItem(atPath: "\(folder.path)/\(writes)") }
    let told = try folder.run(arguments + ["--json"])
    #expect(told.status == 0, "\(arguments): \(told)")
    let object = try JSONValue(parsing: told.output, path: arguments.joined(separator: " "))
    for (key, value) in members { #expect(object[key] == value, "\(arguments): \(key) in \(told.output)") }
    for key in keys { #expect(object[key] != nil, "\(arguments): \(key) is not in \(told.output)") }
    if let writes { #expect(folder.exists(writes), "\(arguments): \(writes)") }
  }

  @Test func clipsAndTokens() throws {
    try compare(
      ["export", "clip.npz", "--out", "x.csv"], writes: "x.csv", words: "x.csv\n", members: ["files": ["x.csv"], "notes": []])
    try compare(
      ["tokens", "encode", "clip.npz", "--model", "model", "--out", "x.tokens"], writes: "x.tokens", words: " steps of ",
      members: ["out": "x.tokens", "steps": 7], also: ["lanes"])
    try compare(
      ["tokens", "decode", "x.tokens", "--model", "model", "--out", "x.npz"], writes: "x.npz", words: "x.npz: ",
      members: ["out": "x.npz", "basis": "studio-50"], also: ["frames", "seconds"])
    try compare(
      ["render", "clip.npz", "--size", "20x10", "--frame", "3"], words: "\n",
      members: ["frame": 3, "columns": 20, "rows": 10], also: ["text"])
    try compare(
      ["render", "clip.npz", "--size", "20x10", "--out", "x.txt"], writes: "x.txt", words: "x.txt\n", members: ["files": ["x.txt"]])
    try folder.put(#"[{"relation":"absent","what":{"kind":"unit","name":"smile"}}]"#, "claims.json")
    try compare(["annotate", "clip.npz", "--check", "claims.json"], words: "holds: absent smile\n", members: [:], also: ["claims"])
  }

  @Test func playingTellsWhatItCost() throws {
    let plain = try folder.run(["play", "clip.npz", "--size", "20x10"])
    #expect(plain.status == 0 && !plain.output.contains("{") && plain.complaint.isEmpty, "\(plain)")
    let told = try folder.run(["play", "clip.npz", "--size", "20x10", "--json"])
    let last = try #require(told.output.split(separator: "\n").last)
    let figures = try JSONValue(parsing: String(last), path: "play --json")
    let shown = try #require(figures["frames"]?.double), leftOut = try #require(figures["leftOut"]?.double)
    #expect(told.status == 0 && shown >= 1 && leftOut >= 0 && shown + leftOut <= 25, "\(last)")
    #expect((figures["mostBytes"]?.double ?? -1) >= (figures["bytesAFrame"]?.double ?? 0), "\(last)")
    let words = try folder.run(["play", "clip.npz", "--size", "20x10", "--stats"])
    #expect(words.status == 0 && words.complaint.hasPrefix("frames "), "\(words)")
  }

  @Test func models() throws {
    try compare(
      ["model", "verify", "model"], words: "as they should be", members: ["folder": "model"], also: ["name", "files"])
    try compare(
      ["model", "new", "--random", "--config", "tiny", "--out", "new"], writes: "new", words: "new: random-tiny",
      members: ["out": "new"], also: ["name"])
  }

  @Test func dataSets() throws {
    #expect(try folder.run(["dataset", "build", "--clips", "2", "--no-speech", "--out", "ds"]).status == 0)
    try compare(["dataset", "show", "ds", "--count", "2"], words: "action: ", members: [:], also: ["clips"])
    try compare(
      ["dataset", "clean", "ds", "--out", "clean"], writes: "clean", words: "2 clips, ",
      members: ["out": "clean", "clips": 2], also: ["framesReplaced", "meanSquaredChange"])
    try compare(
      ["dataset", "layers", "--count", "1", "--out", "layers"], writes: "layers", words: "1 performances in layers",
      members: ["performances": 1, "out": "layers"])
    try compare(
      ["dataset", "annotate", "ds", "--out", "told"], writes: "told", words: "2 clips in told", members: ["out": "told", "clips": 2])
  }

  @Test func theGallery() throws {
    let sound = URL(fileURLWithPath: fixture("")).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("assets/demo/hello.wav").path
    try compare(
      ["evaluate", "--gallery", "g.png", "--gallery-audio", sound, "--model", "model"], writes: "g.png", words: "14 performances in g.png",
      members: ["performances": 14, "out": "g.png"])
  }

  /// Every output names the head by its fingerprint, as it names the model.
  @Test func everyOutputRecordsTheHead() throws {
    let info = try JSONValue(parsing: folder.run(["head", "info", "--json"]).output, path: "head info")
    let (name, print) = try (#require(info["name"]?.text), #require(info["fingerprint"]?.text))
    let head = "\(name)@\(print.prefix(16))"
    let generate = ["generate", "--model", "model", "--action", "nod", "--seconds", "1", "--json"]
    let made = try folder.run(generate + ["--out", "a.npz", "--out", "a.glb", "--out", "a.tokens"])
    #expect(try JSONValue(parsing: made.output, path: "generate")["provenance"]?["head"]?.text == head, "\(made)")
    try folder.put(#"{"action":"nod","seconds":1,"out":["b.npz"]}"#, "jobs.jsonl")
    for arguments in [
      ["batch", "--model", "model", "jobs.jsonl"], ["tokens", "decode", "--model", "model", "a.tokens", "--out", "c.npz"],
      ["export", "clip.npz", "--out", "d.npz"], ["blend", "--speech", "clip.npz", "--out", "e.npz"],
    ] { #expect(try folder.run(arguments).status == 0, "\(arguments)") }
    for file in ["a.npz", "b.npz", "c.npz", "d.npz", "e.npz"] {
      #expect(try ClipFile.read("\(folder.path)/\(file)").provenance["head"] == head, "\(file)")
    }
    #expect(try FileBytes(reading: "\(folder.path)/a.glb").contents.contains("head=\(head)".utf8))
  }
}
