import Foundation
import Head
import Motion
import Raster
import Tensor

/// `bench raster`: posing and drawing one frame of a talking face on one thread.
enum RasterBenchmarks {
  /// Drawing alone, and pose with drawing, at each size and mode.
  static func run(head: HeadModel, sizes: [GridSize], repeats: Int) -> [BenchmarkLine] {
    var clip = Clip(frames: 100)
    var source = RandomSource(seed: 1)
    let phase = (0..<56).map { _ in source.uniform(0, 6.28) }
    for frame in 0..<100 {
      for channel in 0..<50 { clip[frame, channel] = Float(max(0, sin(Double(frame) * 0.3 + phase[channel]))) * 0.3 }
      clip[frame, 53] = Float(0.1 + 0.1 * sin(Double(frame) * 0.7))
      clip[frame, 51] = Float(0.1 * sin(Double(frame) * 0.05))
    }
    clip.basis = head.basis
    let topology = MeshTopology(head)
    let camera = Camera(framing: Framing(vertices: head.template), yaw: 0.35, pitch: 0.07)
    var poser = HeadPoser(head)
    let posed: [[Float]] = (0..<100).map { frame in
      var vertices: [Float] = []
      poser.pose(clip.frame(frame), into: &vertices)
      return vertices
    }
    let drawer = Rasterizer()
    let edges = ["edges": Double(topology.edges.count)]
    var lines: [BenchmarkLine] = []
    for size in sizes {
      for mode in DrawStyle.Mode.allCases {
        let name = "raster-\(mode.rawValue)-\(size.columns)x\(size.rows)"
        var steady = Steadiness()
        var frame = 0
        lines.append(
          BenchmarkLine(
            name,
            milliseconds: timed(repeats, warm: 5) {
              _ = drawer.draw(posed[frame % 100], topology, camera: camera, size: size, style: DrawStyle(mode: mode), steady: &steady)
              frame += 1
            }, extra: edges))
      }
      var steady = Steadiness()
      var vertices: [Float] = []
      var frame = 0
      lines.append(
        BenchmarkLine(
          "pose+raster-wire-\(size.columns)x\(size.rows)",
          milliseconds: timed(repeats, warm: 5) {
            poser.pose(clip.frame(frame % 100), into: &vertices)
            _ = drawer.draw(vertices, topology, camera: camera, size: size, steady: &steady)
            frame += 1
          }, extra: edges))
    }
    return lines
  }
}
