import Foundation
import Motion
import Speech
import Synthesis
import TestSupport
import Testing

/// Where verbs write: what exists stays without `--force`, and names that cannot be meant are refused before any work.
@Suite(.serialized, .enabled(if: Program.path != nil, "\(Program.absence)"), .timeLimit(.minutes(4)))
struct OutputTests {
  private let verbs: VerbFolder
  private var folder: String { verbs.path }

  init() throws {
    verbs = try VerbFolder()
    let folder = verbs.path
    try FileManager.default.createDirectory(atPath: "\(folder)/old", withIntermediateDirectories: true)
    let clip = Clip(basis: .studio50, values: [Float](repeating: 0.1, count: 25 * 56))
    for name in ["clip", "same/clip"] {
      try? FileManager.default.createDirectory(atPath: "\(folder)/same", withIntermediateDirectories: true)
      try clip.write(npz: "\(folder)/\(name).npz")
    }
    try WavFile.write(Waveform(samples: [Float](repeating: 0.1, count: 8000)), to: "\(folder)/voice.wav")
  }

  func run(_ arguments: [String]) throws -> Program.Answer { try Program.run(arguments, in: folder, seconds: 100) }

  func write(_ text: String, _ name: String) throws { try verbs.put(text, name) }

  func isMine(_ name: String) -> Bool { FileManager.default.contents(atPath: "\(folder)/\(name)") == Data("mine".utf8) }

  /// What stands in the folder, but for what the program printed.
  var names: Set<String> {
    get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.contains("-") }) }
  }

  func exists(_ name: String) -> Bool { verbs.exists(name) }

  @Test func filesThatExistAreReplacedByForceOnly() throws {
    #expect(try run(["dataset", "build", "--clips", "12", "--no-speech", "--seed", "2", "--out", "corpus"]).status == 0)
    #expect(try run(["tokens", "encode", "--model", "model", "clip.npz", "--out", "clip.tokens"]).status == 0)
    let motion = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/corpus/facial_motion").sorted()
    let gallery = ["evaluate", "--model", "model", "--gallery-audio", "voice.wav", "--gallery"]
    for (arguments, out) in [
      (["render", "clip.npz", "--out"], "old.png"), (["tokens", "encode", "--model", "model", "clip.npz", "--out"], "old.tokens"),
      (["tokens", "decode", "--model", "model", "clip.tokens", "--out"], "old.npz"), (["head", "build", "--out"], "o"),
      (["dataset", "show", "corpus", "--count", "1", "--out"], "old.png"), (["dataset", "clean", "corpus", "--out"], "old/\(motion[0])"),
      (["dataset", "annotate", "clip.npz", "--out"], "old/clip.json"),
      (["dataset", "layers", "--count", "1", "--out"], "old/LAYERS_000000.npz"),
      (["dataset", "takes", "corpus", "--model", "model", "--takes", "2", "--limit", "2", "--out"], "old.jsonl"), (gallery, "old.png"),
      (["model", "new", "--random", "--config", "tiny", "--out"], "old/bundle.json"),
      (["model", "import", fixture("Models/wav2vec2-base/old/pytorch_model.bin"), "--out"], "old.safetensors"),
    ] {
      try write("mine", out)
      let given = out.hasPrefix("old/") ? "old" : out
      let refused = try run(arguments + [given])
      #expect(refused.status == 68 && isMine(out), "\(arguments): \(refused)")
      #expect(refused.complaint.contains("\(out): exists already") && refused.complaint.contains("--force"), "\(refused.complaint)")
      let forced = try run(arguments + [given, "--force"])
      #expect(forced.status == 0 && !isMine(out) && exists(out), "\(arguments): \(forced)")
    }
    // The cleaned files stand beside those that were there.
    #expect(motion.allSatisfy { exists("old/\($0)") } && exists("old/report.json") && exists("old/clip.json"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/old").allSatisfy { !$0.hasSuffix(".tmp") })
  }

  @Test func namesThatCannotBeMeantAreRefusedBeforeAnyWork() throws {
    try write("no sound", "noise.wav")
    try write("no folder", "file")
    try write(#"{"lanes":["mouth.1","mouth.2","mouth.3","upper.1","upper.2","head"],"tokens":[]}"#, "none.tokens")
    let clips = ["clip.npz", "same/clip.npz"]
    let generate = ["generate", "--model", "model", "--action", "nod", "--seconds", "1", "--out"]
    for (arguments, status, word) in [
      (["export"] + clips + ["--out", "m-{take}.npz"], 68, "m-clip.npz: two files"),
      (["export", "clip.npz", "--out", "x.csv", "./x.csv"], 68, "x.csv: two files"),
      (["export"] + clips + ["--out", "m.glb", "m.csv"], 68, "{take}"),
      (["export", "clip.npz", "--audio", "noise.wav", "--out", "x.glb", "x.wav"], 66, "noise.wav: cannot be read as sound"),
      (generate + ["x.npz", "x.npz"], 68, "two files"), (generate + ["x.npz", "x-2.npz", "--takes", "2"], 68, "x-2.npz: two files"),
      (["render", "clip.npz", "--out", "x.png", "--out", "x.png"], 68, "two files"),
      (["import", "clip.npz", "--out", "x.csv"], 2, "mm2face export"), (["import", "clip.npz", "--out", "x"], 2, "mm2face export"),
      (["blend", "--speech", "clip.npz", "--out", "x.csv"], 2, "mm2face export"),
      (["retarget", "clip.npz", "--head", "none", "--out", "x.csv"], 2, "mm2face export"),
      (["tokens", "decode", "--model", "model", "clip.tokens", "--out", "x.csv"], 2, "mm2face export"),
      (["evaluate", "--gallery", "q.zzz"], 2, "--gallery q.zzz: expected an ending .png or .cast"),
      (["evaluate", "--dataset", "d", "--task", "text", "--clips", "file"], 2, "--clips file: expected a folder"),
      (["tokens", "decode", "--model", "model", "none.tokens", "--out", "x.npz"], 65, "none.tokens: tokens: expected at least one step"),
    ] as [([String], Int32, String)] {
      let before = try names
      let answer = try run(arguments)
      #expect(answer.status == status && answer.complaint.contains(word), "\(arguments): \(answer)")
      #expect(try names == before, "\(arguments)")
    }
  }

  @Test func generateTakesSeveralFilesAfterOneOption() throws {
    let made = try run(
      ["generate", "--model", "model", "--action", "nod", "--seconds", "1", "--out", "a.npz", "a.csv", "a.tokens", "--seed", "2"])
    #expect(made.status == 0 && ["a.npz", "a.csv", "a.tokens"].allSatisfy(exists), "\(made)")
  }

  @Test func aSoundIsCopied() throws {
    let copied = try run(["export", "clip.npz", "--audio", "voice.wav", "--out", "copy.wav"])
    #expect(copied.status == 0, "\(copied)")
    #expect(FileManager.default.contentsEqual(atPath: "\(folder)/copy.wav", andPath: "\(folder)/voice.wav"))
    // What is no wav becomes one: here Sun's .au, 16 bits, 8 kHz, mono.
    let samples = (0..<4000).map { Int16(truncatingIfNeeded: $0 * 37) }
    var sound = Data(".snd".utf8)
    for word: UInt32 in [24, UInt32(samples.count * 2), 3, 8000, 1] { withUnsafeBytes(of: word.bigEndian) { sound.append(contentsOf: $0) } }
    for sample in samples { withUnsafeBytes(of: sample.bigEndian) { sound.append(contentsOf: $0) } }
    try sound.write(to: URL(fileURLWithPath: "\(folder)/voice.au"))
    let made = try run(["export", "clip.npz", "--audio", "voice.au", "--out", "made.wav"])
    #expect(made.status == 0 && made.complaint.contains("16-bit mono"), "\(made)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/made.wav"))
    #expect(bytes.starts(with: Data("RIFF".utf8)))
    let read = try Waveform(path: "\(folder)/made.wav", sampleRate: 8000)
    #expect(read.sampleRate == 8000 && read.samples == samples.map { Float($0) / 32768 })
  }
}
