import Foundation
import Head
import Motion
import Tensor

/// `bench pose`: one frame, 200 frames, and 200 frames measured, on the head given.
enum BenchPose {
  static func run(head: HeadModel, repeats: Int = 50) throws -> [BenchmarkLine] {
    var clip = Clip(frames: 200)
    var source = RandomSource(seed: 1)
    for frame in 0..<200 {
      // About a third of the shapes at once: what an expressive talking frame has.
      for shape in 0..<50 where source.chance(0.35) { clip[frame, shape] = Float(source.uniform(0, 0.8)) }
      clip.setNeck(frame, SIMD3(0.1, 0.2, -0.05))
      clip.setJaw(frame, JawConvention.rotation(open: Float(source.unit()), left: 0, right: 0))
    }
    clip.basis = head.basis
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    var frame = 0
    var lines = [
      line("pose-frame", repeats: repeats * 20) {
        poser.pose(clip.frame(frame % 200), into: &vertices)
        frame += 1
      }
    ]
    lines.append(line("pose-200", repeats: repeats) { _ = poser.poseAll(clip) })
    if head.landmarks.count == 68 {
      let gauge = try HeadMeasurements.Gauge(head)
      lines.append(line("measure-200", repeats: repeats) { _ = try? HeadMeasurements(clip, gauge: gauge) })
    }
    return lines
  }

  private static func line(_ name: String, repeats: Int, _ body: () -> Void) -> BenchmarkLine {
    let clock = ContinuousClock()
    for _ in 0..<3 { body() }
    let times = (0..<repeats).map { _ in
      let time = clock.measure(body).components
      return Double(time.attoseconds) / 1e15 + Double(time.seconds) * 1e3
    }
    return BenchmarkLine(name, milliseconds: times)
  }
}
