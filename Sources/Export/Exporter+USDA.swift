import Containers
import Foundation
import Head
import Motion

extension Exporter {
  /// USD text: a SkelRoot with skeleton, animation and a mesh with blend shapes.
  ///
  /// Rotations, translations, scales and weights have one sample a frame, because Blender wants equal counts.
  func writeUSDA(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    try requireHeadBasis(take.clip, format: "a .usda")
    let clip = clamped(take.clip, report: &report)
    let targets = MorphTargets(options.head)
    let tracks = JointTracks(clip, head: options.head)
    let file = try AtomicFile(path, replacing: options.overwrite)
    try file.write(stageHeader(clip))
    try file.write("def SkelRoot \"Head\" (\n    prepend apiSchemas = [\"SkelBindingAPI\"]\n)\n{\n")
    try file.write(skeleton(tracks))
    try writeAnimation(clip, targets, tracks, to: file, progress: progress)
    try writeMesh(targets, to: file)
    try file.write("}\n")
    try file.commit()
    report.paths.append(path)
  }

  private func stageHeader(_ clip: Clip) -> String {
    let audio = options.audioPath.map { "        string audio = \(JSONText.quote($0))\n" } ?? ""
    return """
      #usda 1.0
      (
          customLayerData = {
              string generator = "MM2Face Studio"
              string provenance = \(JSONText.quote(provenanceLine(clip)))
      \(audio)    }
          defaultPrim = "Head"
          endTimeCode = \(clip.frameCount - 1)
          framesPerSecond = \(JSONText.number(clip.framesPerSecond))
          metersPerUnit = 1
          startTimeCode = 0
          timeCodesPerSecond = \(JSONText.number(clip.framesPerSecond))
          upAxis = "Y"
      )


      """
  }

  private static let jointPaths = ["root", "root/neck", "root/neck/jaw", "root/neck/leftEye", "root/neck/rightEye"]

  private static var jointList: String { "[" + jointPaths.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }

  private func skeleton(_ tracks: JointTracks) -> String {
    func matrices(_ places: [SIMD3<Float>]) -> String {
      places.map { "( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (\($0.x), \($0.y), \($0.z), 1) )" }.joined(separator: ", ")
    }
    return """
          def Skeleton "Skeleton" (
              prepend apiSchemas = ["SkelBindingAPI"]
          )
          {
              uniform token[] joints = \(Self.jointList)
              uniform matrix4d[] bindTransforms = [\(matrices(tracks.rest))]
              uniform matrix4d[] restTransforms = [\(matrices(JointTracks.below(tracks.rest)))]
              rel skel:animationSource = </Head/Animation>
          }


      """
  }

  private func writeAnimation(
    _ clip: Clip, _ targets: MorphTargets, _ tracks: JointTracks, to file: AtomicFile, progress: Progress
  ) throws {
    let names = targets.names.map { "\"\(Self.token($0))\"" }.joined(separator: ", ")
    try file.write(
      "    def SkelAnimation \"Animation\"\n    {\n        uniform token[] joints = \(Self.jointList)\n        uniform token[] blendShapes = [\(names)]\n"
    )
    try writeSamples("quatf[] rotations", clip, to: file) { frame in
      tracks.rotations[frame].map { "(\($0.w), \($0.x), \($0.y), \($0.z))" }
    }
    try writeSamples("float3[] translations", clip, to: file) { frame in tracks.translations[frame].map { "(\($0.x), \($0.y), \($0.z))" } }
    try writeSamples("half3[] scales", clip, to: file) { _ in tracks.rest.map { _ in "(1, 1, 1)" } }
    // The weights are by far the longest part, so they tell the progress.
    try writeSamples("float[] blendShapeWeights", clip, to: file) { frame in
      try progress(frame + 1, clip.frameCount)
      return targets.weights(clip.frame(frame)).map { GLBDocument.exact($0) }
    }
    try file.write("    }\n\n")
  }

  private func writeSamples(_ attribute: String, _ clip: Clip, to file: AtomicFile, _ values: (Int) throws -> [String]) throws {
    try file.write("        \(attribute).timeSamples = {\n")
    for frame in 0..<clip.frameCount { try file.write("            \(frame): [\(try values(frame).joined(separator: ", "))],\n") }
    try file.write("        }\n")
  }

  private func writeMesh(_ targets: MorphTargets, to file: AtomicFile) throws {
    let head = options.head
    let skin = SkinAttributes(head)
    let paths = targets.names.map { "</Head/Mesh/\(Self.token($0))>" }.joined(separator: ", ")
    let names = targets.names.map { "\"\(Self.token($0))\"" }.joined(separator: ", ")
    let faces = faceLists()
    try file.write("    def Mesh \"Mesh\" (\n        prepend apiSchemas = [\"SkelBindingAPI\"]\n    )\n    {\n")
    let bounds = GLBDocument.bounds(head.template)
    try file.write("        float3[] extent = [\(Self.triple(bounds.minimum)), \(Self.triple(bounds.maximum))]\n")
    try file.write("        int[] faceVertexCounts = [\(faces.counts.map(String.init).joined(separator: ", "))]\n")
    try file.write("        int[] faceVertexIndices = [\(faces.indices.map(String.init).joined(separator: ", "))]\n")
    try file.write("        point3f[] points = [\(Self.triples(head.template))]\n")
    try file.write(
      "        normal3f[] normals = [\(Self.triples(VertexNormals.of(head)))] (\n            interpolation = \"vertex\"\n        )\n")
    try file.write("        uniform token subdivisionScheme = \"none\"\n")
    if head.colors.count == head.vertexCount * 3 {
      let linear = SkinAttributes.linear(head.colors)
      let colours = (0..<head.vertexCount).flatMap { vertex in (0..<3).map { Float(linear[vertex * 4 + $0]) / 65535 } }
      try file.write(
        "        color3f[] primvars:displayColor = [\(Self.triples(colours))] (\n            interpolation = \"vertex\"\n        )\n")
    }
    try file.write("        matrix4d primvars:skel:geomBindTransform = ( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) )\n")
    let detail = " (\n            elementSize = 4\n            interpolation = \"vertex\"\n        )\n"
    try file.write("        int[] primvars:skel:jointIndices = [\(skin.joints.map(String.init).joined(separator: ", "))]" + detail)
    try file.write(
      "        float[] primvars:skel:jointWeights = [\(skin.weights.map { GLBDocument.exact($0) }.joined(separator: ", "))]" + detail)
    try file.write("        rel skel:skeleton = </Head/Skeleton>\n        uniform token[] skel:blendShapes = [\(names)]\n")
    try file.write("        rel skel:blendShapeTargets = [\(paths)]\n\n")
    for (index, name) in targets.names.enumerated() { try file.write(blendShape(Self.token(name), targets.shapes[index])) }
    try file.write("    }\n")
  }

  private func blendShape(_ name: String, _ shape: ShapeDeltas) -> String {
    let dense = shape.dense
    let moved = (0..<dense.count / 3).filter { dense[$0 * 3] != 0 || dense[$0 * 3 + 1] != 0 || dense[$0 * 3 + 2] != 0 }
    let offsets = Self.triples(moved.flatMap { dense[$0 * 3..<$0 * 3 + 3] })
    return """
              def BlendShape "\(name)"
              {
                  uniform vector3f[] offsets = [\(offsets)]
                  uniform int[] pointIndices = [\(moved.map(String.init).joined(separator: ", "))]
              }


      """
  }

  private func faceLists() -> (counts: [Int], indices: [Int32]) {
    let head = options.head
    guard !head.quads.isEmpty else { return ([Int](repeating: 3, count: head.triangleCount), head.triangles) }
    let faces = stride(from: 0, to: head.quads.count, by: 4).map { head.quads[$0..<$0 + 4].filter { $0 >= 0 } }
    return (faces.map(\.count), faces.flatMap { $0 })
  }

  /// A name USD accepts for a prim.
  private static func token(_ name: String) -> String { String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) }

  private static func triple(_ values: [Float]) -> String { "(" + values.map { GLBDocument.exact($0) }.joined(separator: ", ") + ")" }

  private static func triples(_ values: [Float]) -> String {
    var text = ""
    text.reserveCapacity(values.count * 12)
    for index in stride(from: 0, to: values.count - 2, by: 3) {
      if index > 0 { text += ", " }
      text += "(\(GLBDocument.exact(values[index])), \(GLBDocument.exact(values[index + 1])), \(GLBDocument.exact(values[index + 2])))"
    }
    return text
  }
}
