/// The unchanging part of a mesh: triangles, edges with their faces, marked lines and the sparse wire.
///
/// Axis letters: V vertices, F triangles, E edges. Triangles wind counter-clockwise seen from outside.
public struct MeshTopology: Sendable {
  /// One edge with the triangles on its sides.
  public struct Edge: Hashable, Sendable {
    /// Vertex at one end.
    public var a: Int32
    /// Vertex at the other end; `a < b`.
    public var b: Int32
    /// A triangle beside the edge.
    public var left: Int32
    /// The other triangle, or −1 on an open boundary.
    public var right: Int32
    /// What is known of the edge.
    public var flags: Flags
    /// Largest n (1, 2, 4, 8 or 16) such that this edge lies on every n-th loop; 0 off the wire.
    public var stride: UInt8
  }

  /// Properties of an edge.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Inside a quad: never wire, never a crease.
    public static let diagonal = Flags(rawValue: 1)
    /// A marked line.
    public static let feature = Flags(rawValue: 2)
    /// A marked line for large pictures only.
    public static let fine = Flags(rawValue: 4)
    /// Both ends quiet: no automatic crease, no sparse wire.
    public static let quiet = Flags(rawValue: 8)
  }

  /// V.
  public let vertexCount: Int
  /// F × 3 vertex indices.
  public let triangles: [Int32]
  /// All edges, sorted by their vertices.
  public let edges: [Edge]
  /// Marked lines that are not edges of the mesh.
  public let looseFeatures: [Edge]
  /// How light each vertex is by its own colour, 0…1; empty when unknown.
  public let albedo: [Float]
  /// Mean length of the wire's edges at rest, metres.
  public let meanEdge: Float

  /// F.
  public var triangleCount: Int { triangles.count / 3 }

  /// Works out edges and wire.
  /// - Parameters:
  ///   - rest: V × 3 metres, the mesh at rest.
  ///   - triangles: F × 3.
  ///   - quads: Q × 4 of the same surface (−1 last for a triangle); empty: pairs of triangles are guessed.
  ///   - features: pairs of vertices, always drawn.
  ///   - fineFeatures: pairs of vertices, drawn in large pictures.
  ///   - quiet: vertices where creases and sparse wire are left out.
  ///   - albedo: V numbers 0…1.
  ///
  /// Triangles with indices out of range are dropped, as are marked lines.
  public init(
    rest: [Float], triangles: [Int32], quads: [Int32] = [], features: [Int32] = [], fineFeatures: [Int32] = [], quiet: [Int32] = [],
    albedo: [Float] = []
  ) {
    let count = rest.count / 3
    vertexCount = count
    self.albedo = albedo.count == count ? albedo : []
    var kept: [Int32] = []
    kept.reserveCapacity(triangles.count)
    for i in Swift.stride(from: 0, to: triangles.count - 2, by: 3) {
      let (a, b, c) = (triangles[i], triangles[i + 1], triangles[i + 2])
      if min(a, min(b, c)) >= 0, max(a, max(b, c)) < Int32(count), a != b, b != c, a != c { kept += [a, b, c] }
    }
    self.triangles = kept
    var built = MeshTopology.edges(of: kept)
    var isQuiet = [Bool](repeating: false, count: count)
    for v in quiet where v >= 0 && Int(v) < count { isQuiet[Int(v)] = true }
    let faces =
      quads.isEmpty ? QuadFinder.faces(rest: rest, triangles: kept, edges: built) : QuadFinder.faces(quads: quads, vertices: count)
    QuadFinder.markDiagonals(&built, faces: faces)
    for i in built.indices where isQuiet[Int(built[i].a)] && isQuiet[Int(built[i].b)] { built[i].flags.insert(.quiet) }
    looseFeatures = MeshTopology.mark(&built, features: features, fine: fineFeatures, vertices: count)
    WireLoops.choose(&built, faces: faces, rest: rest)
    var total: Float = 0
    var wires = 0
    for e in built where !e.flags.contains(.diagonal) && !e.flags.contains(.quiet) {
      let (a, b) = (Int(e.a) * 3, Int(e.b) * 3)
      let d = SIMD3(rest[a] - rest[b], rest[a + 1] - rest[b + 1], rest[a + 2] - rest[b + 2])
      total += (d * d).sum().squareRoot()
      wires += 1
    }
    meanEdge = wires > 0 ? total / Float(wires) : 0.005
    edges = built
  }

  /// A key that sorts edges by their vertices.
  static func key(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: min(a, b))) << 32 | UInt64(UInt32(bitPattern: max(a, b)))
  }

  /// Edges of triangles; a third triangle on one edge starts another edge, so nothing is lost on odd meshes.
  static func edges(of triangles: [Int32]) -> [Edge] {
    var sides: [(key: UInt64, face: Int32)] = []
    sides.reserveCapacity(triangles.count)
    for face in 0..<triangles.count / 3 {
      let (a, b, c) = (triangles[face * 3], triangles[face * 3 + 1], triangles[face * 3 + 2])
      sides.append((key(a, b), Int32(face)))
      sides.append((key(b, c), Int32(face)))
      sides.append((key(c, a), Int32(face)))
    }
    sides.sort { ($0.key, $0.face) < ($1.key, $1.face) }
    var result: [Edge] = []
    result.reserveCapacity(sides.count / 2 + 16)
    var i = 0
    while i < sides.count {
      let side = sides[i]
      let paired = i + 1 < sides.count && sides[i + 1].key == side.key
      result.append(
        Edge(
          a: Int32(side.key >> 32), b: Int32(side.key & 0xffff_ffff), left: side.face, right: paired ? sides[i + 1].face : -1, flags: [],
          stride: 0))
      i += paired ? 2 : 1
    }
    return result
  }

  /// Index of the edge with these ends, by bisection.
  static func index(of wanted: UInt64, in edges: [Edge]) -> Int? {
    var low = 0
    var high = edges.count
    while low < high {
      let middle = (low + high) / 2
      if key(edges[middle].a, edges[middle].b) < wanted { low = middle + 1 } else { high = middle }
    }
    return low < edges.count && key(edges[low].a, edges[low].b) == wanted ? low : nil
  }

  private static func mark(_ edges: inout [Edge], features: [Int32], fine: [Int32], vertices: Int) -> [Edge] {
    var loose: [Edge] = []
    for (list, flags) in [(fine, Flags([.feature, .fine])), (features, Flags.feature)] {
      for i in Swift.stride(from: 0, to: list.count - 1, by: 2) {
        let (a, b) = (list[i], list[i + 1])
        guard min(a, b) >= 0, max(a, b) < Int32(vertices), a != b else { continue }
        if let found = index(of: key(a, b), in: edges) {
          edges[found].flags.insert(flags)
          if !flags.contains(.fine) { edges[found].flags.remove(.fine) }
        } else {
          loose.append(Edge(a: min(a, b), b: max(a, b), left: -1, right: -1, flags: flags, stride: 0))
        }
      }
    }
    return loose
  }
}
