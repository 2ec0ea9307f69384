/// Faces with three or four corners: given, or guessed by pairing triangles.
enum QuadFinder {
  /// Corner lists of a face; `d` is −1 for a triangle.
  struct Face {
    var a: Int32
    var b: Int32
    var c: Int32
    var d: Int32
  }

  /// Faces from a Q × 4 list; faces with indices out of range are dropped.
  static func faces(quads: [Int32], vertices: Int) -> [Face] {
    stride(from: 0, to: quads.count - 3, by: 4).compactMap { i in
      let face = Face(a: quads[i], b: quads[i + 1], c: quads[i + 2], d: quads[i + 3])
      let least = min(face.a, min(face.b, face.c))
      let most = max(max(face.a, face.b), max(face.c, face.d))
      return least >= 0 && most < Int32(vertices) && face.d >= -1 ? face : nil
    }
  }

  /// Pairs triangles across edges that are the longest of both, flattest pairs first.
  static func faces(rest: [Float], triangles: [Int32], edges: [MeshTopology.Edge]) -> [Face] {
    func point(_ v: Int32) -> SIMD3<Float> { SIMD3(rest[Int(v) * 3], rest[Int(v) * 3 + 1], rest[Int(v) * 3 + 2]) }
    func other(_ face: Int32, _ edge: MeshTopology.Edge) -> Int32 {
      let i = Int(face) * 3
      return triangles[i..<i + 3].first { $0 != edge.a && $0 != edge.b } ?? edge.a
    }
    // How far the four corners are from a rectangle: the cosines of the corners, summed.
    var offers: [(cost: Float, edge: Int)] = []
    for (index, edge) in edges.enumerated() where edge.right >= 0 {
      let corners = [point(edge.a), point(other(edge.left, edge)), point(edge.b), point(other(edge.right, edge))]
      var cost: Float = 0
      for i in 0..<4 {
        let u = corners[(i + 1) % 4] - corners[i]
        let v = corners[(i + 3) % 4] - corners[i]
        cost += abs((u * v).sum() / max(1e-20, ((u * u).sum() * (v * v).sum()).squareRoot()))
      }
      if cost < 2 { offers.append((cost, index)) }
    }
    offers.sort { ($0.cost, $0.edge) < ($1.cost, $1.edge) }
    var used = [Bool](repeating: false, count: triangles.count / 3)
    var result: [Face] = []
    for offer in offers {
      let edge = edges[offer.edge]
      if used[Int(edge.left)] || used[Int(edge.right)] { continue }
      used[Int(edge.left)] = true
      used[Int(edge.right)] = true
      result.append(Face(a: edge.a, b: other(edge.left, edge), c: edge.b, d: other(edge.right, edge)))
    }
    for face in used.indices where !used[face] {
      result.append(Face(a: triangles[face * 3], b: triangles[face * 3 + 1], c: triangles[face * 3 + 2], d: -1))
    }
    return result
  }

  /// Marks the edges that are no side of a face.
  static func markDiagonals(_ edges: inout [MeshTopology.Edge], faces: [Face]) {
    var sides = Set<UInt64>(minimumCapacity: edges.count)
    for f in faces {
      sides.insert(MeshTopology.key(f.a, f.b))
      sides.insert(MeshTopology.key(f.b, f.c))
      if f.d >= 0 {
        sides.insert(MeshTopology.key(f.c, f.d))
        sides.insert(MeshTopology.key(f.d, f.a))
      } else {
        sides.insert(MeshTopology.key(f.c, f.a))
      }
    }
    for i in edges.indices where !sides.contains(MeshTopology.key(edges[i].a, edges[i].b)) { edges[i].flags.insert(.diagonal) }
  }
}
