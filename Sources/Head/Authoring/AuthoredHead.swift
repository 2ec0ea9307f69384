import Foundation
import Motion

/// The authored head in FLAME's placement: metres, joints and shapes as in the head file. Flat arrays, row-major.
public struct AuthoredHead: Sendable {
  /// A shape added when its drivers are on.
  public struct Corrective: Sendable {
    public var name: String
    /// The rule as JSON, for the file's metadata.
    public var rule: String
    /// (V, 3) metres.
    public var moves: [Float]
  }

  /// V.
  public var vertexCount: Int
  /// (V, 3) metres.
  public var template: [Float]
  /// (F, 3).
  public var triangles: [Int32]
  /// (Q, 4); −1 in the fourth place of a triangle.
  public var quads: [Int32]
  /// (50, V, 3) metres.
  public var expression: [Float]
  /// (5, V).
  public var jointRegressor: [Float]
  /// (V, 5).
  public var weights: [Float]
  /// (V, 3), 0…255.
  public var colours: [UInt8]
  public var landmarks: [Int32]
  public var regions: [(name: String, vertices: [Int32])]
  public var parts: [(name: String, vertices: [Int32])]
  /// Edge lists, two indices an edge.
  public var features: [(name: String, edges: [Int32])]
  public var quiet: [Int32]
  public var correctives: [Corrective]
  /// The vertex at each vertex's mirrored place.
  public var mirror: [Int32]
}

extension HeadAuthoring {
  /// From the working origin between the pupils to FLAME's.
  static let placement = V3(0, 22.9, -40.6)

  /// Makes the studio head. Takes a few seconds.
  public static func build() -> AuthoredHead {
    let head = Sculpture()
    let skinning = Skinning(head)
    let expressions = Expressions(head, skinning, Bindings(head))
    let markings = Markings(head)
    let regressor = Skinning.regressor(head)
    var flatRegressor = [Float](repeating: 0, count: 5 * head.points.count)
    for (row, entries) in regressor.enumerated() { for (v, w) in entries { flatRegressor[row * head.points.count + v] = Float(w) } }
    let faces = head.faces
    return AuthoredHead(
      vertexCount: head.points.count,
      template: rounded(head.points.map { $0 + placement }),
      triangles: faces.flatMap { triangles($0, head.points) }.map(Int32.init),
      quads: faces.flatMap { $0.count == 4 ? $0 : $0 + [-1] }.map(Int32.init),
      expression: expressions.moves.flatMap { rounded($0.map { length($0) < 0.002 ? V3.zero : $0 }) },
      jointRegressor: flatRegressor,
      weights: skinning.weights.flatMap { $0.map(Float.init) },
      colours: head.colours.flatMap { c in (0..<3).map { UInt8(clamp((c[$0] * 255).rounded(), 0, 255)) } },
      landmarks: markings.landmarks().map(Int32.init),
      regions: markings.regions().map { ($0.0, $0.1.map(Int32.init)) },
      parts: markings.parts().map { ($0.0, $0.1.map(Int32.init)) },
      features: markings.features().map { ($0.0, $0.1.flatMap { [Int32($0.0), Int32($0.1)] }) },
      quiet: markings.quiet().map(Int32.init),
      correctives: expressions.correctives.map { AuthoredHead.Corrective(name: $0.name, rule: rule($0), moves: rounded($0.moves)) },
      mirror: head.mirror.map(Int32.init))
  }

  /// Millimetres to metres in steps of a micrometre.
  private static func rounded(_ points: [V3]) -> [Float] {
    points.flatMap { p in (0..<3).map { Float((p[$0] * 1000).rounded() / 1_000_000) + 0 } }
  }

  /// A quad cut along its shorter diagonal.
  private static func triangles(_ face: [Int], _ points: [V3]) -> [Int] {
    if face.count == 3 { return face }
    let first = length(points[face[0]] - points[face[2]])
    let second = length(points[face[1]] - points[face[3]])
    let turn = first <= second + 1e-6 ? 0 : 1
    let f = (0..<4).map { face[($0 + turn) % 4] }
    return [f[0], f[1], f[2], f[0], f[2], f[3]]
  }

  private static func rule(_ corrective: Corrective) -> String {
    switch corrective.driver {
    case .hat(let of, let peak): "{\"name\":\"\(corrective.name)\",\"kind\":\"hat\",\"of\":\"\(of)\",\"peak\":\(peak)}"
    case .product(let of):
      "{\"name\":\"\(corrective.name)\",\"kind\":\"product\",\"of\":[\(of.map { "\"\($0)\"" }.joined(separator: ","))]}"
    }
  }
}
