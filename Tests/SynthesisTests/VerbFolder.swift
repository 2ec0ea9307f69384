import Foundation
import Motion
import TestSupport

/// A folder with a tiny bundle (`model`) and a clip (`clip.npz`) for runs of the program; it goes away with the object.
final class VerbFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-verbs-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: TinyBundle.folder, toPath: "\(path)/model")
    try Clip(frames: 25).write(npz: "\(path)/clip.npz")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func run(_ arguments: [String]) throws -> Program.Answer { try Program.run(arguments, in: path) }

  func put(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
