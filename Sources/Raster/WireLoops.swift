/// The sparse wire: every n-th edge loop of the mesh, evenly spread and the same on both sides of the face.
///
/// A loop runs straight through vertices where four edges meet. Loops that face each other across a quad are
/// neighbours; counting from the longest loop of a family, every second, fourth, … loop is kept.
enum WireLoops {
  /// Sets `stride` of each edge.
  static func choose(_ edges: inout [MeshTopology.Edge], faces: [QuadFinder.Face], rest: [Float]) {
    let quadEdges: [[Int]] = faces.compactMap { f in
      guard f.d >= 0 else { return nil }
      let corners = [f.a, f.b, f.c, f.d]
      let found = (0..<4).compactMap { MeshTopology.index(of: MeshTopology.key(corners[$0], corners[($0 + 1) % 4]), in: edges) }
      return found.count == 4 ? found : nil
    }
    var parent = Array(0..<edges.count)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    joinStraight(edges, quadEdges, vertices: rest.count / 3) { a, b in
      let (ra, rb) = (root(a), root(b))
      if ra != rb { parent[max(ra, rb)] = min(ra, rb) }
    }
    let loop = (0..<edges.count).map(root)
    let levels = count(loop: loop, quadEdges: quadEdges, edges: edges)
    for i in edges.indices where !edges[i].flags.contains(.diagonal) {
      let level = levels[loop[i]]
      edges[i].stride = level < 0 ? 1 : UInt8(level == 0 ? 16 : min(16, 1 << level.trailingZeroBitCount))
    }
  }

  /// Joins the two pairs of opposite edges at each vertex with exactly four edges and four quads.
  private static func joinStraight(
    _ edges: [MeshTopology.Edge], _ quadEdges: [[Int]], vertices: Int, join: (Int, Int) -> Void
  ) {
    var around = [[Int]](repeating: [], count: vertices)
    for (index, edge) in edges.enumerated() where !edge.flags.contains(.diagonal) {
      around[Int(edge.a)].append(index)
      around[Int(edge.b)].append(index)
    }
    // Two edges of one quad that share a corner are neighbours round that vertex.
    var beside = Set<UInt64>(minimumCapacity: quadEdges.count * 4)
    for quad in quadEdges {
      for i in 0..<4 { beside.insert(MeshTopology.key(Int32(quad[i]), Int32(quad[(i + 1) % 4]))) }
    }
    for list in around where list.count == 4 {
      for other in 1..<4 where !beside.contains(MeshTopology.key(Int32(list[0]), Int32(list[other]))) {
        let rest = (1..<4).filter { $0 != other }.map { list[$0] }
        if beside.contains(MeshTopology.key(Int32(rest[0]), Int32(rest[1]))) { continue }
        join(list[0], list[other])
        join(rest[0], rest[1])
        break
      }
    }
  }

  /// Breadth-first count of loops from the longest of each family; −1 for a loop without neighbours.
  private static func count(loop: [Int], quadEdges: [[Int]], edges: [MeshTopology.Edge]) -> [Int] {
    var length = [Int](repeating: 0, count: edges.count)
    for l in loop { length[l] += 1 }
    var neighbours = [Int: Set<Int>]()
    for quad in quadEdges {
      for (a, b) in [(loop[quad[0]], loop[quad[2]]), (loop[quad[1]], loop[quad[3]])] where a != b {
        neighbours[a, default: []].insert(b)
        neighbours[b, default: []].insert(a)
      }
    }
    var levels = [Int](repeating: -1, count: edges.count)
    for start in neighbours.keys.sorted(by: { (-length[$0], $0) < (-length[$1], $1) }) where levels[start] < 0 {
      levels[start] = 0
      var front = [start]
      while !front.isEmpty {
        var next: [Int] = []
        for l in front {
          for n in (neighbours[l] ?? []).sorted() where levels[n] < 0 {
            levels[n] = levels[l] + 1
            next.append(n)
          }
        }
        front = next
      }
    }
    return levels
  }
}
