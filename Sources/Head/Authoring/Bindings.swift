extension HeadAuthoring {
  /// Ties brows and lashes to the skin beneath: each vertex follows the nearest skin vertices.
  struct Bindings {
    private var ties: [(vertex: Int, skin: [(Int, Double)])] = []

    init(_ head: Sculpture) {
      let hidden = Set([head.half.throatPatch.flatMap { $0 }, head.half.mouth[6...9].flatMap { $0 }, head.half.eye[8]].flatMap { $0 })
      let candidates = (0..<head.half.points.count).filter { !hidden.contains($0) }
      if let range = head.ranges[.lashes] {
        for v in range where head.points[v].x > 0 {
          let k = (v - range.lowerBound) / 3
          add(v, [(head.eyeVertex(.margin, k), 1)], head)
        }
      }
      for part in [Part.brows, .hair] {
        for v in head.ranges[part] ?? 0..<0 where head.points[v].x >= 0 {
          let p = head.points[v]
          var near: [(Int, Double)] = []
          for s in candidates {
            let d = dot(head.points[s] - p, head.points[s] - p)
            if near.count < 4 || d < near[near.count - 1].1 {
              let at = near.firstIndex { $0.1 > d } ?? near.count
              near.insert((s, d), at: at)
              if near.count > 4 { near.removeLast() }
            }
          }
          let inverse = near.map { ($0.0, 1 / ($0.1 + 0.5)) }
          let total = inverse.reduce(0) { $0 + $1.1 }
          add(v, inverse.map { ($0.0, $0.1 / total) }, head)
        }
      }
    }

    private mutating func add(_ v: Int, _ skin: [(Int, Double)], _ head: Sculpture) {
      ties.append((v, skin))
      if head.mirror[v] != v { ties.append((head.mirror[v], skin.map { (head.mirror[$0.0], $0.1) })) }
    }

    /// Sets the displacement of the tied vertices from the skin's.
    func follow(_ d: inout [V3]) {
      for tie in ties { d[tie.vertex] = tie.skin.reduce(V3.zero) { $0 + d[$1.0] * $1.1 } }
    }
  }
}
