import Export
import Foundation
import Head
import Motion
import Testing

struct GLBTests {
  /// What a viewer shows at a frame: morphs, then the skin with the nodes' world matrices. Metres.
  static func viewed(_ glb: GLBReader, animation: Int, frame: Int) -> [Double] {
    let primitive = ((glb.list("meshes")[0]["primitives"] as? [[String: Any]]) ?? [])[0]
    let attributes = primitive["attributes"] as? [String: Int] ?? [:]
    var points = glb.values(attributes["POSITION"] ?? 0)
    var nodes = glb.list("nodes").map { node in
      (t: node["translation"] as? [Double] ?? [0, 0, 0], r: [0.0, 0, 0, 1], children: node["children"] as? [Int] ?? [])
    }
    let take = glb.list("animations")[animation]
    let samplers = take["samplers"] as? [[String: Any]] ?? []
    var weights: [Double] = []
    let targets = primitive["targets"] as? [[String: Int]] ?? []
    for channel in take["channels"] as? [[String: Any]] ?? [] {
      let output = glb.values(samplers[channel["sampler"] as? Int ?? 0]["output"] as? Int ?? 0)
      let target = channel["target"] as? [String: Any] ?? [:]
      let node = target["node"] as? Int ?? 0
      switch target["path"] as? String {
      case "rotation": nodes[node].r = Array(output[frame * 4..<frame * 4 + 4])
      case "translation": nodes[node].t = Array(output[frame * 3..<frame * 3 + 3])
      default: weights = Array(output[frame * targets.count..<(frame + 1) * targets.count])
      }
    }
    for (index, target) in targets.enumerated() where weights[index] != 0 {
      for (at, offset) in glb.values(target["POSITION"] ?? 0).enumerated() { points[at] += weights[index] * offset }
    }
    var world: [Int: (m: [[Double]], t: [Double])] = [:]
    func visit(_ node: Int, _ parent: (m: [[Double]], t: [Double])) {
      let (x, y, z, w) = (nodes[node].r[0], nodes[node].r[1], nodes[node].r[2], nodes[node].r[3])
      let local = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
      ]
      let m = (0..<3).map { i in (0..<3).map { j in (0..<3).reduce(0) { $0 + parent.m[i][$1] * local[$1][j] } } }
      let t = (0..<3).map { i in parent.t[i] + (0..<3).reduce(0) { $0 + parent.m[i][$1] * nodes[node].t[$1] } }
      world[node] = (m, t)
      for child in nodes[node].children { visit(child, (m, t)) }
    }
    visit(0, ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0]))
    let skin = glb.list("skins")[0]
    let joints = skin["joints"] as? [Int] ?? []
    let inverse = glb.values(skin["inverseBindMatrices"] as? Int ?? 0)
    let j = glb.values(attributes["JOINTS_0"] ?? 0)
    let w = glb.values(attributes["WEIGHTS_0"] ?? 0)
    var result = [Double](repeating: 0, count: points.count)
    for vertex in 0..<points.count / 3 {
      for slot in 0..<4 where w[vertex * 4 + slot] > 0 {
        let joint = Int(j[vertex * 4 + slot])
        guard let place = world[joints[joint]] else { continue }
        let bound = (0..<3).map { points[vertex * 3 + $0] + inverse[joint * 16 + 12 + $0] }
        for i in 0..<3 {
          result[vertex * 3 + i] += w[vertex * 4 + slot] * (place.t[i] + (0..<3).reduce(0) { $0 + place.m[i][$1] * bound[$1] })
        }
      }
    }
    return result
  }

  @Test func aViewerShowsOurVertices() throws {
    let folder = try ExportSupport.Folder()
    let clips = [ExportSupport.clip(frames: 30, seed: 3), ExportSupport.clip(frames: 12, seed: 4)]
    let takes = clips.enumerated().map { ExportTake(name: "take \($0.offset + 1)", clip: $0.element) }
    _ = try ExportSupport.exporter { $0.audioPath = "a \"b\".wav" }.write(takes, to: folder.file("a.glb"))
    var glb = GLBReader(try Data(contentsOf: URL(fileURLWithPath: folder.file("a.glb"))))
    glb.check()
    #expect(glb.faults.isEmpty, "\(glb.faults.prefix(5))")
    #expect(glb.list("animations").count == 2)
    let head = try ExportSupport.head.get()
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    for (take, frame) in [(0, 0), (0, 17), (1, 11)] {
      poser.pose(clips[take].frame(frame), into: &vertices)
      let seen = Self.viewed(glb, animation: take, frame: frame)
      let worst = zip(seen, vertices).map { abs($0 - Double($1)) }.max() ?? 1
      #expect(worst < 1e-4, "take \(take), frame \(frame): \(worst * 1000) mm apart")
    }
    let triangles = (glb.list("meshes")[0]["primitives"] as? [[String: Any]] ?? []).reduce(0) {
      $0 + glb.values($1["indices"] as? Int ?? 0).count / 3
    }
    #expect(triangles == head.triangleCount)
  }
}
