import Foundation

extension HeadAuthoring {
  /// Pieces of the head, each a run of vertices.
  enum Part: String, CaseIterable {
    case skin, eyeLeft, eyeRight, teethUpper, teethLower, gumsUpper, gumsLower, tongue, brows, lashes, hair
  }

  /// A loose mesh: one piece before it joins the head.
  struct Piece {
    var points: [V3] = []
    var faces: [[Int]] = []
    var colours: [V3] = []

    /// The piece together with its mirror image; points with x = 0 are shared.
    func doubled() -> Piece {
      var whole = self
      var other = [Int](repeating: 0, count: points.count)
      for (i, p) in points.enumerated() {
        if p.x == 0 {
          other[i] = i
        } else {
          whole.points.append(flipX(p))
          whole.colours.append(colours[i])
          other[i] = whole.points.count - 1
        }
      }
      whole.faces += faces.map { $0.reversed().map { other[$0] } }
      return whole
    }
  }

  /// The whole head at rest in millimetres.
  struct Sculpture {
    let surface: Surface
    let half: HalfTemplate
    var points: [V3]
    var faces: [[Int]]
    var colours: [V3]
    /// The vertex at the mirrored place.
    var mirror: [Int]
    var ranges: [Part: Range<Int>] = [:]
    let skinCount: Int

    init() {
      surface = Surface()
      half = HalfTemplate(surface)
      points = half.points
      mirror = Array(points.indices)
      for i in half.points.indices where !half.centre.contains(i) {
        points.append(flipX(half.points[i]))
        mirror[i] = points.count - 1
        mirror.append(i)
      }
      let mirrored = mirror
      faces = half.faces + half.faces.map { $0.reversed().map { mirrored[$0] } }
      skinCount = points.count
      ranges[.skin] = 0..<skinCount
      colours = []
      for i in points.indices { points[i].y = Self.compressed(points[i].y) }
      colours = skinColours()
      let eye = Interior.eyeball()
      attach(.eyeLeft, eye)
      attach(.eyeRight, Piece(points: eye.points.map(flipX), faces: eye.faces.map { $0.reversed() }, colours: eye.colours))
      attach(.teethUpper, Interior.teeth(upper: true))
      attach(.teethLower, Interior.teeth(upper: false))
      attach(.gumsUpper, Interior.gums(upper: true))
      attach(.gumsLower, Interior.gums(upper: false))
      attach(.tongue, Interior.tongue())
      attach(.brows, Hair.brow(surface).doubled())
      attach(.lashes, Hair.lashes(self).doubled())
      attach(.hair, Hair.cap(surface).doubled())
      matchMirrors()
    }

    /// The lower face is shortened a little for a younger look.
    static func compressed(_ y: Double) -> Double {
      let t = max(-10 - y, 0)
      return y + 0.065 * (t < 14 ? t * t / 28 : t - 7)
    }

    private mutating func attach(_ part: Part, _ piece: Piece) {
      let start = points.count
      points += piece.points
      colours += piece.colours
      faces += piece.faces.map { $0.map { $0 + start } }
      ranges[part] = start..<points.count
    }

    /// Pairs the vertices of the attached pieces by place.
    private mutating func matchMirrors() {
      struct Key: Hashable {
        let x: Int
        let y: Int
        let z: Int
        init(_ p: V3) {
          x = Int((p.x * 1e4).rounded())
          y = Int((p.y * 1e4).rounded())
          z = Int((p.z * 1e4).rounded())
        }
      }
      var places: [Key: [Int]] = [:]
      for i in skinCount..<points.count { places[Key(points[i]), default: []].append(i) }
      mirror += Array(skinCount..<points.count)
      for i in skinCount..<points.count {
        // Of several vertices at one place the order of making decides.
        let own = places[Key(points[i])] ?? []
        let other = places[Key(flipX(points[i]))] ?? []
        let rank = own.firstIndex(of: i) ?? 0
        if rank < other.count { mirror[i] = other[rank] }
      }
    }

    /// Left and right vertex of a half-template vertex.
    func both(_ v: Int) -> [Int] { mirror[v] == v ? [v] : [v, mirror[v]] }

    var seamHeight: Double { points[half.mouth[MouthRing.contact.rawValue][8]].y }
    func mouthVertex(_ ring: MouthRing, _ k: Int) -> Int { half.mouth[ring.rawValue][k] }
    func eyeVertex(_ ring: EyeRing, _ k: Int) -> Int { half.eye[ring.rawValue][k] }
  }
}

/// Colours, red green blue in 0…1.
extension HeadAuthoring.Sculpture {
  private func skinColours() -> [HeadAuthoring.V3] {
    typealias V3 = HeadAuthoring.V3
    let base = V3(0.87, 0.68, 0.57)
    var out = points.map { p -> V3 in
      func glow(_ c: V3, _ s: Double) -> Double {
        let q = V3(abs(p.x), p.y, p.z) - c
        return exp(-HeadAuthoring.dot(q, q) / (2 * s * s))
      }
      var c = base
      c += V3(0.0, -0.06, -0.05) * glow(V3(42, -32, 72), 15)
      c += V3(0.0, -0.06, -0.05) * glow(V3(0, -37, 113), 9)
      c += V3(-0.05, -0.06, -0.05) * glow(V3(30, -2, 78), 13)
      return c
    }
    func paint(_ vertices: [Int], _ colour: V3) { for v in vertices { for w in both(v) { out[w] = colour } } }
    let m = half.mouth
    let lip = V3(0.76, 0.43, 0.40)
    paint(m[2], base * 0.35 + lip * 0.65)
    for ring in 3...6 { paint(m[ring], lip) }
    paint(m[5], V3(0.58, 0.28, 0.27))
    paint(m[6], V3(0.5, 0.2, 0.2))
    for ring in 7...9 { paint(m[ring], V3(0.33, 0.11, 0.11)) }
    for column in half.throatPatch { paint(column, V3(0.16, 0.05, 0.05)) }
    for ring in half.nostril { paint(ring, V3(0.28, 0.13, 0.12)) }
    paint([half.nostrilEnd], V3(0.15, 0.06, 0.06))
    paint(half.eye[7], V3(0.8, 0.5, 0.46))
    paint(half.eye[8], V3(0.7, 0.4, 0.38))
    return out
  }
}
