import Blendshapes
import Foundation
import Motion

/// `bench blend`: 2,000 frames of a talking mouth and of a moving face, blended by the shipped shapes.
enum BenchBlend {
  static let frames = 2000

  static func run(repeats: Int) throws -> BenchmarkLine {
    let blender = try LayerBlender.shipped()
    var speech = Clip(frames: frames)
    var expression = Clip(frames: frames)
    for frame in 0..<frames {
      let time = Double(frame) / Clip.modelFramesPerSecond
      func wave(_ hertz: Double) -> Float { Float(0.5 + 0.5 * sin(2 * .pi * hertz * time)) }
      speech.setJaw(frame, JawConvention.rotation(open: 0.5 * wave(4), left: 0, right: 0))
      speech[frame, .mouthFunnel] = 0.4 * wave(1.7)
      for shape in [StudioShape.mouthSmileLeft, .mouthSmileRight, .cheekSquintLeft, .cheekSquintRight] {
        expression[frame, shape] = 0.8 * wave(0.3)
      }
      for shape in [StudioShape.browInnerUpLeft, .browInnerUpRight, .eyeWideLeft] { expression[frame, shape] = 0.6 * wave(0.7) }
    }
    var line = try BenchmarkLine(
      "blend-\(frames)", milliseconds: timed(repeats) { _ = try blender.blend(speech: speech, expression: expression) })
    line.extra = ["framesPerSecond": Double(frames) / line.msMedian * 1000]
    return line
  }
}
