import Export
import Foundation
import Motion
import Testing

/// The program as a user starts it: what it writes, what it refuses, what it leaves behind.
struct ProgramTests {
  static let noProgram: Comment = "the program is not built beside the tests"

  @Test(
    .enabled(if: ProgramSupport.studio != nil && ProgramSupport.hasModel, "needs the program and its model"),
    .timeLimit(.minutes(3)))
  func generateWritesWhatExportWrites() throws {
    let program = try #require(ProgramSupport.studio)
    let made = try ExportSupport.Folder()
    let exported = try ExportSupport.Folder()
    let endings = ["glb", "usda", "csv", "json", "pc2", "tsv", "cast", "png"]
    let outputs = ["npz", "tokens"] + endings
    let generate =
      ["generate", "--action", "nods", "--seconds", "1", "--seed", "3"] + outputs.flatMap { ["--out", made.file("clip.\($0)")] }
    let first = try ProgramSupport.run(program, generate)
    #expect(first.status == 0, "\(first.text)")
    let export = try ProgramSupport.run(
      program, ["export", made.file("clip.npz"), "--out"] + endings.map { exported.file("clip.\($0)") })
    #expect(export.status == 0, "\(export.text)")
    #expect(made.names == (exported.names + ["clip.npz", "clip.tokens"]).sorted())
    for name in exported.names {
      let (ours, theirs) = (
        FileManager.default.contents(atPath: made.file(name)), FileManager.default.contents(atPath: exported.file(name))
      )
      #expect(ours?.isEmpty == false && ours == theirs, "\(name): generate and export differ")
    }
    // Before anything is generated: what exists stays, a wrong ending and a missing voice are named.
    let again = try ProgramSupport.run(program, generate)
    #expect(again.status != 0 && again.text.contains("clip.npz") && again.text.contains("--force"), "\(again.text)")
    for (name, wanted) in [("x.flac", "not a format"), ("x.wav", "no speech"), ("nowhere/x.glb", "no folder")] {
      let refused = try ProgramSupport.run(program, ["generate", "--action", "nods", "--seconds", "1", "--out", made.file(name)])
      #expect(refused.status != 0 && refused.text.contains(wanted), "\(refused.text)")
    }
  }

  @Test(.enabled(if: ProgramSupport.studio != nil && ProgramSupport.hasModel, "needs the program and its model"), .timeLimit(.minutes(3)))
  func batchWritesEveryFormat() throws {
    let program = try #require(ProgramSupport.studio)
    let folder = try ExportSupport.Folder()
    let files = ["clip.npz", "clip.glb", "clip.csv", "cues.json"].map { folder.file($0) }
    let lines = [
      "{\"id\":\"a\",\"pose\":\"turns left\",\"seconds\":1,\"seed\":2,\"out\":[\"\(files[0])\",\"\(files[1])\",\"\(files[2])\"]}",
      "{\"id\":\"b\",\"pose\":\"turns left\",\"seconds\":1,\"format\":\"rhubarb-json\",\"out\":[\"\(files[3])\"]}",
      "{\"id\":\"c\",\"pose\":\"turns left\",\"seconds\":1,\"out\":[\"\(folder.file("clip.flac"))\"]}",
    ]
    try (lines.joined(separator: "\n") + "\n").write(toFile: folder.file("jobs.jsonl"), atomically: true, encoding: .utf8)
    let outcome = try ProgramSupport.run(program, ["batch", folder.file("jobs.jsonl")])
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(folder.names == ["clip.csv", "clip.glb", "clip.npz", "cues.json", "jobs.jsonl"])
    #expect(try String(contentsOfFile: files[3], encoding: .utf8).contains("mouthCues"))
    #expect(outcome.text.components(separatedBy: "\"status\":\"done\"").count == 3, "\(outcome.text)")
    // Without --force nothing is replaced, with it everything is.
    let before = try Data(contentsOf: URL(fileURLWithPath: files[1]))
    try Data("mine".utf8).write(to: URL(fileURLWithPath: files[1]))
    #expect(try ProgramSupport.run(program, ["batch", folder.file("jobs.jsonl")]).text.contains("--force"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: files[1])) == Data("mine".utf8))
    _ = try ProgramSupport.run(program, ["batch", "--force", folder.file("jobs.jsonl")])
    #expect(try Data(contentsOf: URL(fileURLWithPath: files[1])) == before)
  }

  @Test(.enabled(if: ProgramSupport.studio != nil, ProgramTests.noProgram), .timeLimit(.minutes(3)))
  func aFullDiskLeavesNoHalfFile() throws {
    let program = try #require(ProgramSupport.studio)
    let source = try ExportSupport.Folder()
    try ExportSupport.clip(frames: 60).write(npz: source.file("clip.npz"))
    for name in ["a.npz", "a.glb", "a.usda", "a.csv", "a.json", "a.pc2", "a.mdd", "a.obj", "a.cast", "a.gif", "a.png", "frames"] {
      let folder = try ExportSupport.Folder()
      // Files of at most 8 blocks (4 or 8 KB, by the shell) fail halfway, as on a disk that is full.
      let format = name == "frames" ? ["--format", "obj"] : []
      let command =
        ["-c", "ulimit -f 8; exec \"$0\" \"$@\"", program, "export", source.file("clip.npz"), "--out", folder.file(name)] + format
      let outcome = try ProgramSupport.run("/bin/sh", command)
      #expect(outcome.status != 0 && outcome.text.contains(folder.path), "\(name): \(outcome.text)")
      #expect(folder.names.isEmpty, "\(name) left \(folder.names)")
    }
    // A file that stood there stays as it was, even with --force.
    let folder = try ExportSupport.Folder()
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.file("a.glb")))
    let command = ["-c", "ulimit -f 8; exec \"$0\" \"$@\"", program, "export", source.file("clip.npz"), "--force"]
    #expect(try ProgramSupport.run("/bin/sh", command + ["--out", folder.file("a.glb")]).status != 0)
    #expect(folder.names == ["a.glb"])
    #expect(try String(contentsOfFile: folder.file("a.glb"), encoding: .utf8) == "mine")
  }

  @Test(.enabled(if: ProgramSupport.studio != nil, ProgramTests.noProgram), .timeLimit(.minutes(3)))
  func aPlaceThatCannotBeWrittenIsNamed() throws {
    let program = try #require(ProgramSupport.studio)
    let folder = try ExportSupport.Folder()
    try ExportSupport.clip(frames: 3).write(npz: folder.file("clip.npz"))
    for name in ["a.npz", "a.glb", "a.pc2", "a.cast", "a.tsv"] {
      for place in [folder.file("nowhere/\(name)"), folder.file("clip.npz/\(name)")] {
        let outcome = try ProgramSupport.run(program, ["export", folder.file("clip.npz"), "--out", place])
        #expect(outcome.status != 0 && outcome.text.contains(place.replacingOccurrences(of: ".obj", with: "")), "\(outcome.text)")
      }
    }
    #expect(folder.names == ["clip.npz"])
  }
}
