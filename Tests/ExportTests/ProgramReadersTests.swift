import Export
import Foundation
import Motion
import Testing

/// Programs from Debian open what we write. Each is left out where it is not installed.
struct ProgramReadersTests {
  static let blender = ProgramSupport.isThorough ? ProgramSupport.find("blender") : nil
  static let assimp = ProgramSupport.isThorough ? ProgramSupport.find("assimp") : nil
  /// asciinema plays into a terminal only; `script` is one.
  static let player =
    ProgramSupport.isThorough && ProgramSupport.find("asciinema") != nil ? ProgramSupport.find("script") : nil

  /// A lively clip; neutral in the first frame, where importers look for the range of a slider, or not.
  private static func clip(startsNeutral: Bool) -> Clip {
    var clip = ExportSupport.clip(frames: 24, seed: startsNeutral ? 5 : 6)
    // Full range: one shape goes from 0 to 1 only after the first frame.
    for frame in 0..<24 { clip[frame, StudioShape.mouthPucker] = Float(frame) / 23 }
    if startsNeutral { for channel in 0..<Clip.channels { clip[0, channel] = 0 } }
    return clip
  }

  @Test(
    .enabled(if: ProgramReadersTests.blender != nil, "set MM2FACE_TEST_ALL and install blender and python3-numpy"),
    .timeLimit(.minutes(10)), arguments: [true, false])
  func blenderPosesWhatWePose(startsNeutral: Bool) throws {
    let folder = try ExportSupport.Folder()
    let take = ExportTake(name: "take", clip: Self.clip(startsNeutral: startsNeutral))
    let exporter = try ExportSupport.exporter { $0.overwrite = true }
    for name in ["take.glb", "take.pc2", "take.mdd"] { _ = try exporter.write([take], to: folder.file(name)) }
    let script = ProgramSupport.root.appendingPathComponent("Tests/Fixtures/Export/blender_check.py").path
    let outcome = try ProgramSupport.run(
      try #require(Self.blender),
      ["--background", "--factory-startup", "--python-exit-code", "1", "--python", script, "--", folder.path, "25"])
    let lines = outcome.text.split(separator: "\n").filter { $0.contains("Blender .") }
    #expect(outcome.status == 0 && lines.count == 3, "\(outcome.text)")
    print(lines.joined(separator: "\n"))
  }

  @Test(.enabled(if: ProgramReadersTests.assimp != nil, "set MM2FACE_TEST_ALL and install assimp-utils"), .timeLimit(.minutes(3)))
  func assimpOpensTheHead() throws {
    let folder = try ExportSupport.Folder()
    _ = try ExportSupport.exporter().write([ExportTake(name: "take", clip: Self.clip(startsNeutral: true))], to: folder.file("take.glb"))
    let (program, told) = (try #require(Self.assimp), folder.file("told.txt"))
    let outcome = try ProgramSupport.run("/bin/sh", ["-c", "\"$0\" info \"$1\" > \"$2\"", program, folder.file("take.glb"), told])
    let text = try String(contentsOfFile: told, encoding: .utf8)
    let triangles = try ExportSupport.head.get().triangleCount
    func line(_ name: String) -> [Substring] {
      text.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: " ") ?? []
    }
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(line("Animations:").last == "1", "\(outcome.text)")
    #expect(line("Materials:").last == "6", "\(outcome.text)")
    #expect(line("Faces:").last == "\(triangles)", "\(outcome.text)")
  }

  @Test(.enabled(if: ProgramReadersTests.player != nil, "set MM2FACE_TEST_ALL and install asciinema"), .timeLimit(.minutes(3)))
  func asciinemaPlaysTheRecording() throws {
    let folder = try ExportSupport.Folder()
    let path = folder.file("take.cast")
    _ = try ExportSupport.exporter().write([ExportTake(name: "take", clip: Self.clip(startsNeutral: true))], to: path)
    let shown = folder.file("shown")
    let outcome = try ProgramSupport.run(try #require(Self.player), ["-qec", "LC_ALL=C.UTF-8 asciinema play -s 20 '\(path)'", shown])
    #expect(outcome.status == 0, "\(outcome.text)")
    // What the terminal got is what the recording holds.
    let sent = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map { line -> String in
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any]
      return event?.last as? String ?? ""
    }
    let got = String(decoding: try Data(contentsOf: URL(fileURLWithPath: shown)), as: UTF8.self)
    #expect(sent.count == 26)
    for (index, text) in sent.dropLast().enumerated() where !got.contains(text) { Issue.record("event \(index) was not shown") }
  }
}
