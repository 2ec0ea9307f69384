import Foundation
import Motion

extension AuthoredHead {
  /// The head as a safetensors file, the same bytes for the same head.
  public func safetensors() -> Data {
    var tensors: [(name: String, type: String, shape: [Int], bytes: Data)] = []
    func add<T>(_ name: String, _ type: String, _ shape: [Int], _ values: [T]) {
      tensors.append((name, type, shape, values.withUnsafeBytes { Data($0) }))
    }
    let v = vertexCount
    add("v_template", "F32", [v, 3], template)
    add("J_regressor", "F32", [5, v], jointRegressor)
    add("weights", "F32", [v, 5], weights)
    add("faces", "I32", [triangles.count / 3, 3], triangles)
    add("quads", "I32", [quads.count / 4, 4], quads)
    add("landmarks", "I32", [landmarks.count], landmarks)
    add("quiet", "I32", [quiet.count], quiet)
    for part in parts { add("part.\(part.name)", "I32", [part.vertices.count], part.vertices) }
    for region in regions { add("region.\(region.name)", "I32", [region.vertices.count], region.vertices) }
    for feature in features { add("features.\(feature.name)", "I32", [feature.edges.count / 2, 2], feature.edges) }
    for (k, corrective) in correctives.enumerated() { add("correctives.\(k)", "F16", [v, 3], corrective.moves.map { Float16($0) }) }
    add("expression", "F16", [50, v, 3], expression.map { Float16($0) })
    add("color", "U8", [v, 3], colours)
    var header = "{\"__metadata__\":{\"head\":\(Self.quoted(metadata()))}"
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      header += ",\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      offset = end
    }
    header += "}"
    while header.utf8.count % 8 != 0 { header += " " }
    var file = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(contentsOf: Array(header.utf8))
    for tensor in tensors { file.append(tensor.bytes) }
    return file
  }

  /// What the arrays do not say.
  private func metadata() -> String {
    let open = HeadAuthoring.Skinning.jawOpen
    let side = HeadAuthoring.Skinning.jawSide
    let shapes = StudioShape.allCases.map { "\"\($0.name)\"" }.joined(separator: ",")
    return "{\"name\":\"studio\",\"licence\":\"the project's own; authored in code\",\"jawOpenRadians\":\(open),\"jawSideRadians\":\(side),"
      + "\"eyeLookRadians\":{\"side\":0.52,\"up\":0.44,\"down\":0.52},\"shapes\":[\(shapes)],"
      + "\"correctives\":[\(correctives.map(\.rule).joined(separator: ","))]}"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}
