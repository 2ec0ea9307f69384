extension HeadAuthoring.HalfTemplate {
  /// Evens the grid on the skin in three passes, letting go of the pins step by step.
  mutating func relaxAll(_ surface: HeadAuthoring.Surface) {
    let bottom = (0...Self.columns).map { grid[$0][Self.rows] }
    let around = neighbours()
    let free = Set(points.indices).subtracting(fixed).subtracting(bottom)
    for v in free.sorted() { points[v] = surface.project(points[v], 12, 4) }
    let nose = HeadAuthoring.Placement.nosePins.map { ($0.0, grid[$0.0.0][$0.0.1]) }
    func middle(_ rows: Range<Int>) -> [Int] { rows.map { grid[0][$0] }.filter { $0 >= 0 } }
    let openings = Set(mouthBase + earBase + nostrilBase)
    let jaw = (0..<19).map { grid[$0][Self.jawRow] }
    let back = (0..<36).map { grid[Self.columns][$0] }
    let pinned = openings.union(eyeBase).union(nose.map(\.1)).union(middle(0..<36)).union(jaw).union(back)
    relax(surface, free.subtracting(pinned), around, 12, 0.5)
    relax(surface, free.subtracting(openings).subtracting(nose.map(\.1)).subtracting(middle(10..<36)), around, 8, 0.4)
    let kept = nose.filter { $0.0.0 >= 4 || $0.0.1 >= 23 }.map(\.1)
    relax(surface, free.subtracting(earBase).subtracting(nostrilBase).subtracting(kept), around, 5, 0.35)
    for (ring, level) in zip(nostril, Self.nostrilLevels) {
      for (v, p) in zip(ring, nostrilRing(level)) { points[v] = p }
    }
    points[nostrilEnd] = nostrilFloor()
    for v in bottom {
      let y = points[v].y
      for _ in 0..<8 {
        points[v] = surface.project(points[v], 3)
        points[v].y = y
      }
    }
    // The throat's middle follows a parabola through its neighbours, or a crease shows.
    for j in (Self.jawRow + 1)..<Self.rows {
      let a = points[grid[1][j]]
      let b = points[grid[2][j]]
      points[grid[0][j]] = a + (a - b) * (a.x * a.x / (b.x * b.x - a.x * a.x))
    }
    for v in centre { points[v].x = 0 }
  }

  /// Edge neighbours of every vertex; a vertex of the middle only sees its own line.
  private func neighbours() -> [[Int]] {
    var sets = [Set<Int>](repeating: [], count: points.count)
    for face in faces {
      for k in face.indices {
        let a = face[k]
        let b = face[(k + 1) % face.count]
        sets[a].insert(b)
        sets[b].insert(a)
      }
    }
    return sets.enumerated().map { v, set in set.sorted().filter { !centre.contains(v) || centre.contains($0) } }
  }

  /// Tangential smoothing of `free`, each step followed by projection.
  private mutating func relax(_ surface: HeadAuthoring.Surface, _ free: Set<Int>, _ around: [[Int]], _ times: Int, _ rate: Double) {
    let order = free.sorted()
    for _ in 0..<times {
      var moved = points
      for v in order {
        let mean = around[v].reduce(HeadAuthoring.V3.zero) { $0 + points[$1] } / Double(max(around[v].count, 1))
        let normal = HeadAuthoring.unit(surface.gradient(points[v]))
        let d = mean - points[v]
        var p = points[v] + (d - normal * HeadAuthoring.dot(d, normal)) * rate
        if centre.contains(v) { p.x = 0 }
        p = surface.project(p, 3)
        if centre.contains(v) { p.x = 0 }
        moved[v] = p
      }
      points = moved
    }
  }
}
