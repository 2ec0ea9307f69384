import Foundation

extension HeadAuthoring {
  /// The left half of the skin: a grid over the head with holes, and the ring stacks that fill the holes.
  ///
  /// Grid column 0 is the middle of the face, the last column the middle of the back; row 0 lies under the crown.
  struct HalfTemplate {
    static let columns = 31
    static let rows = 48
    static let jawRow = 35
    static let throatRow = 41
    /// Holes as (first column, last column, first row, last row).
    static let eyeHole = (5, 13, 11, 15)
    static let mouthHole = (0, 6, 25, 29)
    static let earHole = (18, 22, 12, 20)
    static let nostrilHole = (1, 3, 21, 23)

    var points: [V3] = []
    var faces: [[Int]] = []
    /// Vertices placed exactly, which relaxation must not move.
    var fixed: Set<Int> = []
    /// Vertices on the plane of symmetry.
    var centre: Set<Int> = []
    /// Vertex of a grid place, [column][row], −1 inside a hole.
    var grid: [[Int]] = []
    /// The patch that closes the crown, [0…8][0…15].
    var crown: [[Int]] = []
    var eyeBase: [Int] = []
    var mouthBase: [Int] = []
    var earBase: [Int] = []
    var nostrilBase: [Int] = []
    var eye: [[Int]] = []
    var mouth: [[Int]] = []
    var throatPatch: [[Int]] = []
    var ear: [[Int]] = []
    var earCap: [Int] = []
    var nostril: [[Int]] = []
    var nostrilEnd = 0
    var creaseEar: [Int] { ear[7] }

    init(_ surface: Surface) {
      layGrid()
      Placement(surface).place(&self)
      closeCrown()
      addEye(surface)
      addNostril()
      addMouth(surface)
      addEar(surface)
      findCentre()
      relaxAll(surface)
    }

    mutating func add(_ p: V3, fixed isFixed: Bool = false) -> Int {
      points.append(p)
      if isFixed { fixed.insert(points.count - 1) }
      return points.count - 1
    }

    /// A ring of new vertices joined to `previous` by quads.
    mutating func addRing(_ ring: [V3], after previous: [Int], closed: Bool = true, flipped: Bool = false, fixed isFixed: Bool = true)
      -> [Int]
    {
      let new = ring.map { add($0, fixed: isFixed) }
      let n = ring.count
      for k in 0..<(closed ? n : n - 1) {
        let quad = [previous[k], previous[(k + 1) % n], new[(k + 1) % n], new[k]]
        faces.append(flipped ? quad.reversed() : quad)
      }
      return new
    }

    private mutating func layGrid() {
      let holes = [Self.eyeHole, Self.mouthHole, Self.earHole, Self.nostrilHole]
      func inside(_ i: Int, _ j: Int) -> Bool {
        holes.contains { h in (h.0 < i || (h.0 == 0 && i == 0)) && i < h.1 && h.2 < j && j < h.3 }
      }
      func cellInside(_ i: Int, _ j: Int) -> Bool {
        holes.contains { h in h.0 <= i && i < h.1 && h.2 <= j && j < h.3 }
      }
      grid = [[Int]](repeating: [Int](repeating: -1, count: Self.rows + 1), count: Self.columns + 1)
      for j in 0...Self.rows { for i in 0...Self.columns where !inside(i, j) { grid[i][j] = add(.zero) } }
      for j in 0..<Self.rows {
        for i in 0..<Self.columns where !cellInside(i, j) {
          faces.append([grid[i][j], grid[i][j + 1], grid[i + 1][j + 1], grid[i + 1][j]])
        }
      }
      eyeBase = boundary(Self.eyeHole)
      earBase = boundary(Self.earHole)
      nostrilBase = boundary(Self.nostrilHole)
      let m = Self.mouthHole
      mouthBase = (0...m.1).map { grid[$0][m.2] } + ((m.2 + 1)..<m.3).map { grid[m.1][$0] } + (0...m.1).reversed().map { grid[$0][m.3] }
    }

    /// The border of a hole: from the lateral middle, up and over to the medial side, then under.
    private func boundary(_ h: (Int, Int, Int, Int)) -> [Int] {
      let middle = (h.2 + h.3) / 2
      var ring: [Int] = []
      for j in stride(from: middle, to: h.2, by: -1) { ring.append(grid[h.1][j]) }
      for i in stride(from: h.1, to: h.0, by: -1) { ring.append(grid[i][h.2]) }
      for j in h.2..<h.3 { ring.append(grid[h.0][j]) }
      for i in h.0..<h.1 { ring.append(grid[i][h.3]) }
      for j in stride(from: h.3, to: middle, by: -1) { ring.append(grid[h.1][j]) }
      return ring
    }

    /// Closes row 0 with half of an 16 × 15 patch.
    private mutating func closeCrown() {
      crown = [[Int]](repeating: [Int](repeating: -1, count: 16), count: 9)
      for i in 0...8 {
        crown[i][0] = grid[i][0]
        crown[8 - i][15] = grid[23 + i][0]
      }
      for j in 0...15 { crown[8][j] = grid[8 + j][0] }
      let c0 = points[crown[8][0]]
      let c1 = points[crown[8][15]]
      for i in 0..<8 {
        for j in 1..<15 {
          let left = points[crown[8][j]]
          let w = Double(i + 8) / 16
          let t = Double(j) / 15
          let across = mix(flipX(left), left, w)
          let along = mix(points[crown[i][0]], points[crown[i][15]], t)
          let corners = mix(mix(flipX(c0), c0, w), mix(flipX(c1), c1, w), t)
          crown[i][j] = add(across + along - corners + V3(0, 12, 0))
        }
      }
      for i in 0..<8 {
        for j in 0..<15 { faces.append([crown[i][j], crown[i + 1][j], crown[i + 1][j + 1], crown[i][j + 1]]) }
      }
    }

    private mutating func addNostril() {
      var previous = nostrilBase
      for level in Self.nostrilLevels {
        previous = addRing(nostrilRing(level), after: previous)
        nostril.append(previous)
      }
      nostrilEnd = add(nostrilFloor(), fixed: true)
      for k in stride(from: 0, to: 8, by: 2) { faces.append([previous[k], previous[k + 1], previous[(k + 2) % 8], nostrilEnd]) }
    }

    static let nostrilLevels = [(0.80, 0.5), (0.60, 3.2), (0.36, 7.0)]

    func nostrilRing(_ level: (Double, Double)) -> [V3] {
      let c = mean(nostrilBase)
      return nostrilBase.map { c + (points[$0] - c) * level.0 + V3(0.1, 1, -0.45) * level.1 }
    }

    func nostrilFloor() -> V3 { mean(nostrilBase) + V3(0.8, 8, -3.6) }

    func mean(_ vertices: [Int]) -> V3 { vertices.reduce(V3.zero) { $0 + points[$1] } / Double(vertices.count) }

    private mutating func findCentre() {
      for j in 0...Self.rows {
        for i in [0, Self.columns] where grid[i][j] >= 0 { centre.insert(grid[i][j]) }
      }
      centre.formUnion(crown[0])
      for ring in mouth { centre.formUnion([ring[0], ring[16]]) }
      centre.formUnion(throatPatch[0])
    }
  }
}
