import Foundation

extension HeadAuthoring {
  /// Skinning weights and joints. Joints: 0 global, 1 neck, 2 jaw, 3 left eye, 4 right eye.
  struct Skinning {
    static let joints = [V3(0, -150, -30), V3(0, -95, -22), V3(0, -14, 4), Surface.eye, flipX(Surface.eye)]
    /// Full opening of the jaw about x, and full sideways turn about y, radians.
    static let jawOpen = 0.34
    static let jawSide = 0.12

    /// Five weights a vertex.
    private(set) var weights: [[Double]]

    init(_ head: Sculpture) {
      weights = [[Double]](repeating: [0, 1, 0, 0, 0], count: head.points.count)
      let jaw = Self.jawWeights(head)
      for v in 0..<head.skinCount {
        let p = head.points[v]
        let held = step(-165, -85, p.y + (p.y < -60 ? 0.35 * (p.z + 20) : 0))
        weights[v] = [1 - held, held * (1 - jaw[v]), held * jaw[v], 0, 0]
      }
      func all(_ part: Part, _ joint: Int) {
        for v in head.ranges[part] ?? 0..<0 { weights[v] = (0..<5).map { $0 == joint ? 1 : 0 } }
      }
      all(.eyeLeft, 3)
      all(.eyeRight, 4)
      for part in [Part.teethLower, .gumsLower, .tongue] { all(part, 2) }
      // Steps of 1/4096 add up to 1 exactly in single precision.
      for v in weights.indices {
        for j in 1..<5 { weights[v][j] = (weights[v][j] * 4096).rounded() / 4096 }
        weights[v][0] = 1 - weights[v][1] - weights[v][2] - weights[v][3] - weights[v][4]
      }
    }

    /// How far each skin vertex goes with the jaw: by place, exact on the lips, smoothed over the mesh.
    private static func jawWeights(_ head: Sculpture) -> [Double] {
      let seam = head.seamHeight
      var w = (0..<head.skinCount).map { v -> Double in
        let p = head.points[v]
        let line = p.z > 86 ? seam : -12 - (-12 - seam) * (p.z - 6) / 80
        let under = step(-108, -126, p.y)
        return step(-16, 26, line - p.y) * step(-14, 16, p.z) * (1 - under * (1 - step(30, 78, p.z)))
      }
      var held: [Int: Double] = [:]
      for ring in MouthRing.border.rawValue...MouthRing.bag3.rawValue {
        for k in 0...16 {
          let t = Double(min(k, 16 - k)) / 8
          let value = k < 8 ? 0.4 * pow(t, 2.5) : k > 8 ? 1 - 0.6 * pow(t, 2.5) : 0.4
          for v in head.both(head.half.mouth[ring][k]) { held[v] = value }
        }
      }
      for i in 0..<4 {
        for j in 0...8 { for v in head.both(head.half.throatPatch[i][j]) { held[v] = step(0, 8, Double(j)) } }
      }
      let order = held.sorted { $0.key < $1.key }
      for (v, value) in order { w[v] = value }
      let around = head.skinNeighbours()
      for _ in 0..<12 {
        let before = w
        for v in w.indices {
          w[v] = 0.5 * before[v] + 0.5 * around[v].reduce(0) { $0 + before[$1] } / Double(max(around[v].count, 1))
        }
        for (v, value) in order { w[v] = value }
      }
      return w
    }

    /// The move of vertex `v` at `p` when the jaw opens by `angle` radians, other joints at rest.
    func jawMove(_ v: Int, _ p: V3, _ angle: Double) -> V3 {
      let q = p - Self.joints[2]
      let turned = V3(q.x, q.y * cos(angle) - q.z * sin(angle), q.y * sin(angle) + q.z * cos(angle))
      return (turned - q) * weights[v][2]
    }

    /// Rows over vertices that give the joints: eyes are the mean of two rings of the ball, the others three vertices of the middle.
    static func regressor(_ head: Sculpture) -> [[Int: Double]] {
      let anchors = [head.half.crown[0][8], head.half.grid[HalfTemplate.columns][12], head.half.grid[0][HalfTemplate.rows]]
      let p = anchors.map { head.points[$0] }
      let matrix = [p.map(\.y), p.map(\.z), [1, 1, 1]]
      var rows: [[Int: Double]] = joints[0..<3].map { joint in
        let s = solve(matrix, [[joint.y], [joint.z], [1]])
        return Dictionary(uniqueKeysWithValues: zip(anchors, s.map { $0[0] }))
      }
      let n = Interior.eyeSegments
      for part in [Part.eyeLeft, .eyeRight] {
        let first = (head.ranges[part]?.lowerBound ?? 0) + 1
        let equator = Interior.eyeRings.firstIndex(of: 90) ?? 0
        let ring = (0..<n).map { first + equator * n + $0 }
        rows.append(Dictionary(uniqueKeysWithValues: ring.map { ($0, 1 / Double(n)) }))
      }
      return rows
    }
  }
}

extension HeadAuthoring.Sculpture {
  /// Edge neighbours of the skin's vertices, ascending.
  func skinNeighbours() -> [[Int]] {
    var sets = [Set<Int>](repeating: [], count: skinCount)
    for face in faces where face[0] < skinCount {
      for k in face.indices {
        let a = face[k]
        let b = face[(k + 1) % face.count]
        sets[a].insert(b)
        sets[b].insert(a)
      }
    }
    return sets.map { $0.sorted() }
  }
}
