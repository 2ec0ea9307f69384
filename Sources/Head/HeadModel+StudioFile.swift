import Containers
import Foundation
import Motion

extension HeadModel {
  /// Reads a head file of the studio (safetensors; see README, "The head file").
  ///
  /// - Throws: `ContainerError` or `HeadError` naming the tensor that is wrong.
  public init(studioFile path: String) throws {
    let file = try SafetensorsFile(path: path)
    let header = try Header(file)
    let template = try file.floats("v_template")
    let vertices = template.count / 3
    guard vertices > 0, template.count == vertices * 3 else {
      throw HeadError.shape(path: path, part: "v_template", expected: "(V, 3)", found: "\(template.count) numbers")
    }
    func floats(_ name: String, _ count: Int, _ shape: String) throws -> [Float] {
      let values = try file.floats(name)
      guard values.count == count else {
        throw HeadError.shape(path: path, part: name, expected: "\(shape) = \(count) numbers", found: "\(values.count)")
      }
      guard values.allSatisfy(\.isFinite) else { throw HeadError.notFinite(path: path, part: name) }
      return values
    }
    func vertexList(_ name: String) throws -> [Int] {
      let values = try file.integers(name)
      if let wrong = values.first(where: { !(0..<vertices).contains($0) }) {
        throw HeadError.index(path: path, part: name, found: wrong, vertices: vertices)
      }
      return values
    }
    let regressor = try floats("J_regressor", 5 * vertices, "(5, V)")
    let dense = try floats("expression", 50 * vertices * 3, "(50, V, 3)")
    let stride = vertices * 3
    let expression = (0..<50).map { ShapeDeltas(dense: dense[$0 * stride..<($0 + 1) * stride]) }
    try self.init(
      name: header.name, licence: header.licence, basis: header.basis, template: floats("v_template", stride, "(V, 3)"),
      triangles: vertexList("faces").map(Int32.init), expression: expression,
      joints: Self.regress(regressor, template),
      jointShapes: (0..<50).map { Self.regress(regressor, dense[$0 * stride..<($0 + 1) * stride]) },
      skinning: floats("weights", vertices * 5, "(V, 5)"), jawOpenRadians: header.jawOpenRadians, eyeLook: header.eyeLook)
    if file.contains("quads") { quads = try file.integers("quads").map { Int32(clamping: $0) } }
    if file.contains("landmarks") { landmarks = try vertexList("landmarks") }
    if file.contains("quiet") { quiet = try vertexList("quiet") }
    if file.contains("color") { colors = try file.integers("color").map { UInt8(clamping: $0) } }
    if file.contains("posedirs") {
      let values = try floats("posedirs", 36 * stride, "(36, V·3)")
      poseCorrectives = (0..<36).map { ShapeDeltas(dense: values[$0 * stride..<($0 + 1) * stride]) }
    }
    for (index, corrective) in header.correctives.enumerated() {
      correctives.append(corrective)
      correctiveShapes.append(ShapeDeltas(dense: try floats("correctives.\(index)", stride, "(V, 3)")))
    }
    for name in file.names {
      if name.hasPrefix("region.") { regions[String(name.dropFirst(7))] = try vertexList(name) }
      if name.hasPrefix("part.") { parts[String(name.dropFirst(5))] = try vertexList(name) }
      if name.hasPrefix("features.") {
        let ends = try vertexList(name)
        features[String(name.dropFirst(9))] = stride2(ends)
      }
    }
    fingerprint = try SHA256.hex(ofFile: path)
  }

  /// J × 3: each joint as a weighted mean of vertices (or of their offsets).
  static func regress(_ regressor: [Float], _ vertices: some RandomAccessCollection<Float>) -> [Float] {
    let values = Array(vertices)
    let count = values.count / 3
    return (0..<5).flatMap { joint -> [Float] in
      var place: (Double, Double, Double) = (0, 0, 0)
      for vertex in 0..<count {
        let weight = Double(regressor[joint * count + vertex])
        guard weight != 0 else { continue }
        place.0 += weight * Double(values[vertex * 3])
        place.1 += weight * Double(values[vertex * 3 + 1])
        place.2 += weight * Double(values[vertex * 3 + 2])
      }
      return [Float(place.0), Float(place.1), Float(place.2)]
    }
  }

  private func stride2(_ ends: [Int]) -> [(Int, Int)] {
    Swift.stride(from: 0, to: ends.count - 1, by: 2).map { (ends[$0], ends[$0 + 1]) }
  }

  /// What the file's `head` metadata says.
  private struct Header {
    var name = "head"
    var licence = ""
    var jawOpenRadians: Float = Float(JawConvention.openRadians)
    var basis = Clip.Basis.studio50
    var eyeLook: EyeLook?
    var correctives: [Corrective] = []

    init(_ file: SafetensorsFile) throws {
      guard let text = file.metadata["head"],
        let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
      else {
        throw HeadError.notAHead(path: file.path, found: "a safetensors file without \"head\" metadata")
      }
      name = object["name"] as? String ?? name
      licence = object["licence"] as? String ?? ""
      if let open = (object["jawOpenRadians"] as? NSNumber)?.floatValue, open > 0 { jawOpenRadians = open }
      if let text = object["basis"] as? String {
        guard let known = Clip.Basis(rawValue: text) else {
          throw HeadError.notAHead(path: file.path, found: "the unknown basis \(printable(text))")
        }
        basis = known
      }
      // Only the named shapes turn the eyes; FLAME's expression numbers do not.
      guard basis == .studio50 else { return }
      var eyeLook = EyeLook()
      defer { self.eyeLook = eyeLook }
      if let look = object["eyeLookRadians"] as? [String: NSNumber] {
        eyeLook = EyeLook(
          side: look["side"]?.floatValue ?? eyeLook.side, up: look["up"]?.floatValue ?? eyeLook.up,
          down: look["down"]?.floatValue ?? eyeLook.down)
      }
      for rule in object["correctives"] as? [[String: Any]] ?? [] { correctives.append(try Self.corrective(rule, file.path)) }
    }

    private static func corrective(_ rule: [String: Any], _ path: String) throws -> Corrective {
      let name = rule["name"] as? String ?? "corrective"
      func source(_ word: String) throws -> Corrective.Source {
        if word == "jawOpen" { return .jawOpen }
        guard let shape = StudioShape(name: word) else { throw HeadError.corrective(path: path, name: name, found: word) }
        return .expression(shape.rawValue)
      }
      switch rule["kind"] as? String {
      case "hat":
        let peak = (rule["peak"] as? NSNumber)?.floatValue ?? 0.5
        guard let of = rule["of"] as? String, peak > 0, peak < 1 else {
          throw HeadError.corrective(path: path, name: name, found: "a hat without shape or with peak \(peak)")
        }
        return Corrective(name: name, driver: .hat(of: try source(of), peak: peak))
      case "product":
        guard let of = rule["of"] as? [String], !of.isEmpty else {
          throw HeadError.corrective(path: path, name: name, found: "a product without shapes")
        }
        return Corrective(name: name, driver: .product(try of.map(source)))
      case let other: throw HeadError.corrective(path: path, name: name, found: "kind \(other ?? "none")")
      }
    }
  }
}
