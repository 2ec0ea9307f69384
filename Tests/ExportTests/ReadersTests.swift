import Containers
import Export
import Foundation
import Head
import Motion
import Testing

struct ReadersTests {
  /// Python with numpy, trimesh, pygltflib and usd-core; the test is left out without one.
  static let python = ProcessInfo.processInfo.environment["MM2FACE_PYTHON"]

  @Test(.enabled(if: ReadersTests.python != nil, "set MM2FACE_PYTHON to a Python with numpy, trimesh, pygltflib, usd-core"))
  func otherProgramsReadWhatWeWrite() throws {
    let folder = try ExportSupport.Folder()
    let clip = ExportSupport.clip(frames: 20, seed: 12)
    let exporter = try ExportSupport.exporter()
    for name in ["take.npz", "take.glb", "take.usda"] {
      _ = try exporter.write([ExportTake(name: "take", clip: clip)], to: folder.file(name))
    }
    let head = try ExportSupport.head.get()
    let vertices = NPYArray(shape: [20, head.vertexCount, 3], HeadPoser(head).poseAll(clip))
    try NPZFile.write([("vertices", vertices)], to: folder.file("vertices.npz"))
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python ?? "")
    process.arguments = [root.appendingPathComponent("Fixtures/Export/readers.py").path, folder.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("ok   usd-core: BakeSkinning"))
  }
}
