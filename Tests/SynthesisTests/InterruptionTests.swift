import Foundation
import Motion
import Synthesis
import TestSupport
import Testing

/// Verbs that are told to end while they write leave nothing that is not whole.
@Suite(.serialized, .enabled(if: Program.path != nil, "\(Program.absence)"), .timeLimit(.minutes(4)))
final class InterruptionTests {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-signals-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: "\(folder)/place/kept", withIntermediateDirectories: true)
    // What another process has not finished, and what stood there before.
    for name in ["frames.1-a.tmp", "kept/frame_00000.obj"] { try write("mine", "place/\(name)") }
    try Clip(basis: .studio50, values: [Float](repeating: 0.1, count: 3000 * 56)).write(npz: "\(folder)/long.npz")
    try write(#"{"action":"nod","seconds":60,"out":["a.usda"]}"#, "jobs.jsonl")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ text: String, _ name: String) throws { try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8) }

  /// Everything below the folder the program works in.
  var names: [String] { FileManager.default.enumerator(atPath: "\(folder)/place")?.compactMap { $0 as? String }.sorted() ?? [] }

  /// Starts the program and sends the signal as soon as something new stands there; false when the program was faster.
  func interrupt(_ process: Process, _ signal: Int32) throws -> Bool {
    let before = names
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 60)
    while process.isRunning, names == before, Date() < deadline { usleep(200) }
    kill(process.processIdentifier, signal)
    while process.isRunning, Date() < deadline { usleep(200) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// A signal that comes while something is unfinished leaves nothing; one that comes later may leave what is finished by then.
  ///
  /// - Parameter arguments: what takes long enough to be interrupted.
  func leavesNothing(_ arguments: [String], _ signal: Int32) throws {
    let before = names
    // The outputs as they are named, below the folder that is added to as well.
    let outputs = arguments[((arguments.firstIndex(of: "--out") ?? 0) + 1)...] + ["a.usda", "kept/"]
    for _ in 0..<20 {
      let process = Program.process(arguments, in: "\(folder)/place")
      let isInterrupted = try interrupt(process, signal)
      let left = names.filter { !before.contains($0) }
      #expect(process.terminationStatus == (isInterrupted ? signal : 0), "\(arguments)")
      #expect(left.allSatisfy { name in !name.contains(".tmp") && outputs.contains { name.hasPrefix($0) } }, "\(arguments): left \(left)")
      if isInterrupted, left.isEmpty { return }
      for name in left { try? FileManager.default.removeItem(atPath: "\(folder)/place/\(name)") }
    }
    Issue.record("never interrupted: \(arguments)")
  }

  @Test(arguments: [
    (["--out", "frames", "--format", "obj"], SIGINT), (["--out", "frames", "--format", "flame-folder"], SIGTERM),
    (["--out", "kept", "--format", "obj", "--force"], SIGHUP), (["--out", "a.usda"], SIGINT), (["--out", "a.cast"], SIGTERM),
    (["--out", "a.pc2", "a.mdd", "a.npz"], SIGHUP),
  ])
  func anExport(_ arguments: [String], _ signal: Int32) throws {
    try leavesNothing(["export", "../long.npz"] + arguments, signal)
    #expect(try String(contentsOfFile: "\(folder)/place/kept/frame_00000.obj", encoding: .utf8) == "mine")
  }

  @Test(arguments: [
    (["model", "new", "--random", "--out", "a/b/model"], SIGINT), (["model", "new", "--random", "--out", "kept"], SIGTERM),
    (["generate", "--model", TinyBundle.folder, "--action", "nod", "--seconds", "60", "--out", "a.usda"], SIGINT),
    (["batch", "--model", TinyBundle.folder, "../jobs.jsonl"], SIGTERM),
  ])
  func whatTheModelMakes(_ arguments: [String], _ signal: Int32) throws { try leavesNothing(arguments, signal) }

  @Test func dataSets() throws {
    let corpus = ["dataset", "build", "--no-speech", "--clips"]
    try leavesNothing(corpus + ["5000", "--out", "d"], SIGINT)
    try leavesNothing(["dataset", "layers", "--count", "5000", "--out", "kept"], SIGTERM)
    #expect(try Program.run(corpus + ["100", "--out", "corpus"], in: folder).status == 0)
    try leavesNothing(["dataset", "clean", "../corpus", "--out", "d"], SIGHUP)
    try leavesNothing(["dataset", "takes", "../corpus", "--model", TinyBundle.folder, "--out", "t.jsonl"], SIGINT)
  }

  /// `nohup` means it.
  @Test func aSignalThatIsIgnoredStaysIgnored() throws {
    let program = try #require(Program.path)
    let process = Program.process(
      ["-c", "trap '' HUP; exec \"$0\" \"$@\"", program, "dataset", "build", "--no-speech", "--clips", "60", "--out", "d"],
      in: "\(folder)/place")
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    #expect(try !interrupt(process, SIGHUP) && process.terminationStatus == 0)
    #expect(names.contains("d/t2m_subset.json") && !names.contains { $0.hasPrefix("d.") })
  }
}
