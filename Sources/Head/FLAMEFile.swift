import Containers
import Motion

/// A user's FLAME file: `generic_model.pkl`, `flame2023.pkl`, `flame2023_Open.pkl`, or an .npz with the same keys.
///
/// Axis letters: V vertices, F triangles, S shapes (300 identity, then 100 expression in the original), J joints (5).
/// Nothing in the file is run; see `Pickle`.
public struct FLAMEFile: Sendable {
  public let path: String
  /// V × 3 metres, with the identity folded in.
  public let template: [Float]
  /// F × 3.
  public let triangles: [Int32]
  /// 50 shapes, each V × 3 metres.
  public let expression: [[Float]]
  /// 36 × (V × 3); empty when the file has none.
  public let poseCorrectives: [[Float]]
  /// J × V.
  public let jointRegressor: [Float]
  /// V × J.
  public let skinning: [Float]
  /// How many identity shapes the file has.
  public let identityCount: Int
  public let fingerprint: String

  public var vertexCount: Int { template.count / 3 }

  /// - Parameter identity: up to `identityCount` identity numbers β, folded into the template.
  /// Errors: `ContainerError`, `HeadError`.
  public init(path: String, identity: [Float] = []) throws { try self.init(FileBytes(reading: path), identity: identity) }

  public init(_ file: FileBytes, identity: [Float] = []) throws {
    path = file.path
    let source = try Source(file)
    let base = try source.floats("v_template")
    let vertices = base.shape.first ?? 0
    guard base.shape == [vertices, 3], vertices > 0, vertices <= 1 << 22 else {
      throw HeadError.shape(path: path, part: "v_template", expected: "(V, 3)", found: "\(base.shape)")
    }
    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
      let array = try source.floats(name)
      guard array.shape == shape else {
        throw HeadError.shape(path: file.path, part: name, expected: "\(shape)", found: "\(array.shape)")
      }
      return array.values
    }
    let shapes = try source.floats("shapedirs")
    guard shapes.shape.count == 3, shapes.shape[0] == vertices, shapes.shape[1] == 3, let count = shapes.shape.last, count >= 50 else {
      throw HeadError.shape(path: path, part: "shapedirs", expected: "(\(vertices), 3, 50 or more)", found: "\(shapes.shape)")
    }
    // FLAME has 300 identity shapes before the expression; cut-down copies keep 50 expression shapes at the end.
    let identities = count >= 350 ? 300 : count - 50
    identityCount = identities
    guard identity.count <= identities else {
      throw HeadError.shape(path: path, part: "identity", expected: "at most \(identities) numbers", found: "\(identity.count)")
    }
    var folded = base.values
    for (index, weight) in identity.enumerated() where weight != 0 {
      for place in folded.indices { folded[place] += weight * shapes.values[place * count + index] }
    }
    template = folded
    expression = (0..<50).map { shape in (0..<vertices * 3).map { shapes.values[$0 * count + identities + shape] } }
    skinning = try floats("weights", [vertices, 5])
    jointRegressor = try floats("J_regressor", [5, vertices])
    if source.contains("posedirs") {
      let values = try floats("posedirs", [vertices, 3, 36])
      poseCorrectives = (0..<36).map { shape in (0..<vertices * 3).map { values[$0 * 36 + shape] } }
    } else {
      poseCorrectives = []
    }
    let corners = try source.array("f", else: "faces")
    guard corners.shape.count == 2, corners.shape[1] == 3, let indices = corners.integers else {
      throw HeadError.shape(path: path, part: "f", expected: "(F, 3) whole numbers", found: "\(corners.shape)")
    }
    if let wrong = indices.first(where: { !(0..<vertices).contains($0) }) {
      throw HeadError.index(path: path, part: "f", found: wrong, vertices: vertices)
    }
    triangles = indices.map { Int32($0) }
    fingerprint = SHA256.hex(file.bytes)
    try checkSkinning()
    try checkTree(source)
  }

  private func checkSkinning() throws {
    for vertex in 0..<vertexCount {
      let sum = skinning[vertex * 5..<vertex * 5 + 5].reduce(0, +)
      guard abs(sum - 1) < 1e-3 else {
        throw HeadError.shape(path: path, part: "weights of vertex \(vertex)", expected: "a sum of 1", found: "\(sum)")
      }
    }
  }

  /// The five joints must hang together as FLAME's do.
  private func checkTree(_ source: Source) throws {
    guard source.contains("kintree_table") else { return }
    let tree = try source.array("kintree_table", else: nil)
    guard tree.shape == [2, 5], let numbers = tree.integers, numbers[1..<5].elementsEqual([0, 1, 1, 1]) else {
      throw HeadError.shape(path: path, part: "kintree_table", expected: "the parents (none, 0, 1, 1, 1)", found: "\(tree.shape)")
    }
  }

  /// The arrays by name, from either kind of file.
  private struct Source {
    let path: String
    private let npz: NPZFile?
    private let pickle: Pickle.Value?
    let names: [String]

    init(_ file: FileBytes) throws {
      path = file.path
      if ZipArchive.isZip(file) {
        let archive = try NPZFile(file)
        (npz, pickle, names) = (archive, nil, archive.names)
      } else {
        let root = try Pickle.read(file)
        guard let members = root.members else { throw HeadError.notAHead(path: file.path, found: root.kind) }
        (npz, pickle, names) = (nil, root, members.map(\.key))
      }
    }

    func contains(_ name: String) -> Bool { names.contains(name) }

    func array(_ name: String, else other: String?) throws -> NPYArray {
      let key = contains(name) ? name : other ?? name
      guard contains(key) else { throw ContainerError.missing(path: path, entry: name, has: names) }
      if let npz { return try npz.isObject(key) ? npz.object(key).array(key) : npz.array(key) }
      guard let value = pickle?[key] else { throw ContainerError.missing(path: path, entry: key, has: names) }
      return try value.array(key)
    }

    func floats(_ name: String) throws -> (shape: [Int], values: [Float]) {
      let array = try array(name, else: nil)
      guard let values = array.floats else {
        throw ContainerError.type(path: path, entry: name, expected: "numbers", found: array.element.description)
      }
      guard values.allSatisfy(\.isFinite) else { throw HeadError.notFinite(path: path, part: name) }
      return (array.shape, values)
    }
  }
}

extension FLAMEFile {
  /// The head as the studio's own kind of file, which opens in milliseconds.
  ///
  /// - Parameters:
  ///   - basis: what its expression numbers mean.
  ///   - licence: shown by `head info`; the file stays the user's own.
  public func headFile(name: String, basis: Clip.Basis, licence: String = "FLAME: see its own licence; not to be passed on")
    -> SafetensorsWriter
  {
    let about: JSONValue = [
      "name": .string(name), "licence": .string(licence), "basis": .string(basis.rawValue), "source": .string(fingerprint),
      "jawOpenRadians": .number(JawConvention.openRadians), "jawSideRadians": .number(JawConvention.sideRadians), "correctives": [],
    ]
    var file = SafetensorsWriter(metadata: ["head": about.encoded])
    file.add("v_template", shape: [vertexCount, 3], template)
    file.add("faces", shape: [triangles.count / 3, 3], triangles)
    file.add("expression", shape: [50, vertexCount, 3], expression.flatMap { $0 })
    if !poseCorrectives.isEmpty { file.add("posedirs", shape: [36, vertexCount * 3], poseCorrectives.flatMap { $0 }) }
    file.add("J_regressor", shape: [5, vertexCount], jointRegressor)
    file.add("weights", shape: [vertexCount, 5], skinning)
    return file
  }
}

extension HeadModel {
  /// A head from a FLAME file.
  public init(_ flame: FLAMEFile, name: String, basis: Clip.Basis) {
    self.init(
      name: name, licence: "FLAME: see its own licence", basis: basis, template: flame.template, triangles: flame.triangles,
      expression: flame.expression.map { ShapeDeltas(dense: $0) },
      joints: Self.regress(flame.jointRegressor, flame.template),
      jointShapes: flame.expression.map { Self.regress(flame.jointRegressor, $0) }, skinning: flame.skinning,
      jawOpenRadians: Float(JawConvention.openRadians))
    poseCorrectives = flame.poseCorrectives.map { ShapeDeltas(dense: $0) }
    fingerprint = flame.fingerprint
  }

  /// Reads a head of either kind: the studio's own file, or a FLAME .pkl or .npz (then in `basis`).
  public init(path: String, flameBasis basis: Clip.Basis = .flame2020) throws {
    let file = try FileBytes(mapping: path)
    let isFlame = ZipArchive.isZip(file) || file.bytes.first == 0x80 || path.hasSuffix(".pkl")
    if isFlame {
      let name = path.split(separator: "/").last.map(String.init) ?? "flame"
      self.init(try FLAMEFile(file), name: name, basis: basis)
    } else {
      try self.init(studioFile: path)
    }
  }

  /// The head that ships. Errors: `ContainerError.assetMissing`.
  public static func studio() throws -> HeadModel { try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors")) }
}
