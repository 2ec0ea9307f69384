import Blendshapes
import Containers
import Export
import Foundation
import Head
import Motion
import Studio
import Synchronization
import Synthesis

/// What the studio's engine is given: the model, the writers, the readers.
enum StudioParts {
  /// The bundle asked for, or the shipped one.
  static func model(at path: String?) throws -> any MotionGenerating {
    try Generator(folder: path ?? AssetLocator.path(CommonOptions.shippedModel))
  }

  /// Blends two performances by the shipped shapes, which are read when first needed.
  static func blender() -> StudioEngine.Blender {
    let kept = Mutex<LayerBlender?>(nil)
    return { speech, expression, amounts in
      let blender = try kept.withLock { known in
        if let known { return known }
        let read = try LayerBlender.shipped()
        known = read
        return read
      }
      return try blender.blend(speech: speech, expression: expression, amounts: amounts).clip
    }
  }

  /// Writes every clip of a job to every output.
  static func exporter(head: HeadModel) -> StudioEngine.Exporter {
    { job, progress in
      var options = ExportOptions(head: head)
      options.overwrite = job.overwrite
      options.audioPath = job.audio?.path
      let takes = job.items.map { ExportTake(name: $0.name, clip: $0.clip) }
      var paths: [String] = []
      var notes: [String] = []
      for (i, output) in job.outputs.enumerated() {
        let report = try Exporter(options: options).write(takes, to: output) { done, total in
          progress(i * total + done, total * job.outputs.count)
        }
        paths += report.paths
        notes += report.notes
      }
      return (paths, notes)
    }
  }
}
