import Containers
import Foundation
import Head
import Motion

extension Exporter {
  /// glTF binary: one skinned mesh with morph targets, a primitive a material, an animation a take.
  func writeGLB(_ takes: [ExportTake], to path: String, report: inout ExportReport, progress: Progress) throws {
    for take in takes { try requireHeadBasis(take.clip, format: "a .glb") }
    let head = options.head
    var document = GLBDocument()
    let targets = MorphTargets(head)
    let mesh = meshText(&document, targets: targets)
    let rest = JointTracks(Clip(basis: head.basis, frames: 1), head: head).rest
    let skin = skinText(&document, rest: rest)
    var animations: [String] = []
    for take in takes {
      let clip = clamped(take.clip, report: &report)
      animations.append(try animationText(&document, take.name, clip, targets: targets, progress: progress))
    }
    let audio = options.audioPath.map { ",\"audio\":\(JSONText.quote($0))" } ?? ""
    let provenance = takes.map { JSONText.quote(provenanceLine($0.clip)) }.joined(separator: ",")
    let scene =
      "\"asset\":{\"version\":\"2.0\",\"generator\":\"MM2Face Studio\",\"extras\":{\"provenance\":[\(provenance)]\(audio)}},"
      + "\"scene\":0,\"scenes\":[{\"name\":\"head\",\"nodes\":[0,5]}]," + nodesText(rest: rest)
      + ",\"meshes\":[\(mesh)],\"skins\":[\(skin)],"
      + materialsText() + ",\"animations\":[\(animations.joined(separator: ","))]"
    try AtomicFile.write(document.encoded(scene: scene), to: path, replacing: options.overwrite)
    report.paths.append(path)
  }

  /// Nodes 0…4 are FLAME's joints in order, node 5 the mesh.
  private func nodesText(rest: [SIMD3<Float>]) -> String {
    let places = JointTracks.below(rest)
    let names = ["root", "neck", "jaw", "leftEye", "rightEye"]
    let children = [0: [1], 1: [2, 3, 4]]
    var nodes = names.enumerated().map { index, name in
      let below = children[index].map { ",\"children\":[\($0.map(String.init).joined(separator: ","))]" } ?? ""
      let place = (0..<3).map { GLBDocument.exact(places[index][$0]) }.joined(separator: ",")
      return "{\"name\":\"\(name)\",\"translation\":[\(place)]\(below)}"
    }
    nodes.append("{\"name\":\"head\",\"mesh\":0,\"skin\":0}")
    return "\"nodes\":[\(nodes.joined(separator: ","))]"
  }

  private func skinText(_ document: inout GLBDocument, rest: [SIMD3<Float>]) -> String {
    let matrices = rest.flatMap { place -> [Float] in [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -place.x, -place.y, -place.z, 1] }
    let view = document.view(matrices)
    let accessor = document.accessor(view: view, .f32, count: 5, type: "MAT4")
    return "{\"name\":\"head\",\"joints\":[0,1,2,3,4],\"skeleton\":0,\"inverseBindMatrices\":\(accessor)}"
  }

  // MARK: Mesh

  private func meshText(_ document: inout GLBDocument, targets: MorphTargets) -> String {
    let head = options.head
    let position = document.points(head.template, bounded: true)
    let normal = document.points(VertexNormals.of(head), bounded: false)
    let skin = SkinAttributes(head)
    let joints = document.accessor(
      view: document.view(skin.joints, target: 34962), .u8, count: head.vertexCount, type: "VEC4")
    let weights = document.accessor(view: document.view(skin.weights, target: 34962), .f32, count: head.vertexCount, type: "VEC4")
    var attributes = "\"POSITION\":\(position),\"NORMAL\":\(normal),\"JOINTS_0\":\(joints),\"WEIGHTS_0\":\(weights)"
    if head.colors.count == head.vertexCount * 3 {
      let colours = document.accessor(
        view: document.view(SkinAttributes.linear(head.colors), target: 34962), .u16, count: head.vertexCount, type: "VEC4",
        normalized: true)
      attributes += ",\"COLOR_0\":\(colours)"
    }
    let morphs = targets.shapes.map { "{\"POSITION\":\(document.morph($0.dense))}" }.joined(separator: ",")
    let primitives = HeadMaterials.groups(head).enumerated().map { index, group in
      let view = document.view(group.triangles.map { UInt32($0) }, target: 34963)
      let indices = document.accessor(view: view, .u32, count: group.triangles.count, type: "SCALAR")
      return "{\"attributes\":{\(attributes)},\"indices\":\(indices),\"material\":\(index),\"targets\":[\(morphs)]}"
    }
    let names = targets.names.map { JSONText.quote($0) }.joined(separator: ",")
    let zeros = targets.names.map { _ in "0" }.joined(separator: ",")
    return
      "{\"name\":\"head\",\"primitives\":[\(primitives.joined(separator: ","))],\"weights\":[\(zeros)],\"extras\":{\"targetNames\":[\(names)]}}"
  }

  private func materialsText() -> String {
    let list = HeadMaterials.groups(options.head).map { group in
      "{\"name\":\"\(group.name)\",\"pbrMetallicRoughness\":{\"metallicFactor\":0,\"roughnessFactor\":\(group.roughness)},\"doubleSided\":\(group.isThin)}"
    }
    return "\"materials\":[\(list.joined(separator: ","))]"
  }

  // MARK: Animation

  private func animationText(
    _ document: inout GLBDocument, _ name: String, _ clip: Clip, targets: MorphTargets, progress: Progress
  ) throws -> String {
    let tracks = JointTracks(clip, head: options.head)
    let times = (0..<clip.frameCount).map { Float(Double($0) / clip.framesPerSecond) }
    let input = document.accessor(
      view: document.view(times), .f32, count: times.count, type: "SCALAR", minimum: [times.first ?? 0], maximum: [times.last ?? 0])
    var samplers: [String] = []
    var channels: [String] = []
    func add(_ output: Int, node: Int, path: String) {
      samplers.append("{\"input\":\(input),\"interpolation\":\"LINEAR\",\"output\":\(output)}")
      channels.append("{\"sampler\":\(samplers.count - 1),\"target\":{\"node\":\(node),\"path\":\"\(path)\"}}")
    }
    var weights: [Float] = []
    weights.reserveCapacity(clip.frameCount * targets.names.count)
    for frame in 0..<clip.frameCount {
      weights += targets.weights(clip.frame(frame))
      try progress(frame + 1, clip.frameCount)
    }
    add(document.accessor(view: document.view(weights), .f32, count: weights.count, type: "SCALAR"), node: 5, path: "weights")
    for joint in 1..<5 {
      let turns = tracks.rotations.flatMap { frame in (0..<4).map { frame[joint][$0] } }
      add(document.accessor(view: document.view(turns), .f32, count: clip.frameCount, type: "VEC4"), node: joint, path: "rotation")
    }
    if tracks.moves {
      for joint in 0..<5 {
        let places = tracks.translations.flatMap { frame in (0..<3).map { frame[joint][$0] } }
        add(document.accessor(view: document.view(places), .f32, count: clip.frameCount, type: "VEC3"), node: joint, path: "translation")
      }
    }
    return
      "{\"name\":\(JSONText.quote(name)),\"samplers\":[\(samplers.joined(separator: ","))],\"channels\":[\(channels.joined(separator: ","))]}"
  }
}
