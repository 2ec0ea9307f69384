import Export
import Foundation
import Head
import Motion
import Tensor

/// Clips and folders the export tests share.
enum ExportSupport {
  static let head: Result<HeadModel, any Error> = Result {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try HeadModel(studioFile: root.appendingPathComponent("assets/head/studio.safetensors").path)
  }

  /// A lively clip of smooth random motion: weights in 0…1, turning head, moving jaw and eyes; the first frame is not neutral.
  static func clip(frames: Int, seed: UInt64 = 1, framesPerSecond: Double = 25) -> Clip {
    var source = RandomSource(seed: seed)
    var clip = Clip(frames: frames)
    clip.framesPerSecond = framesPerSecond
    for channel in 0..<Clip.channels {
      let speed = source.uniform(0.5, 3)
      let phase = source.uniform(0, 6)
      let isOn = source.chance(0.5)
      for frame in 0..<frames {
        let wave = sin(Double(frame) / framesPerSecond * speed * 2 + phase)
        if channel < 50 {
          clip[frame, channel] = isOn ? Float(0.5 + 0.5 * wave) : 0
        } else if channel < 53 {
          clip[frame, channel] = Float(0.3 * wave)
        } else {
          clip[frame, channel] = channel == 53 ? Float(0.15 + 0.15 * wave) : (channel == 54 ? Float(0.05 * wave) : 0)
        }
      }
    }
    clip.provenance = ["prompt": "nods, \"slowly\"", "seed": "7"]
    return clip
  }

  /// A folder of its own, removed with the object.
  final class Folder {
    let path: String
    init() throws {
      path = NSTemporaryDirectory() + "export-tests-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
  }

  static func exporter(_ change: (inout ExportOptions) -> Void = { _ in }) throws -> Exporter {
    var options = ExportOptions(head: try head.get())
    change(&options)
    return Exporter(options: options)
  }
}
