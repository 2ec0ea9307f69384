import Foundation

extension HeadAuthoring {
  /// Eyeballs, teeth, gums and tongue.
  enum Interior {
    /// Angles from the eye's axis of the eyeball's rings, degrees; pupil and iris end on rings. Rings pair up about 90.
    static let eyeRings: [Double] = [5, 10.5, 11.2, 19, 26.5, 28, 31, 42, 60, 90, 130]
    static let eyeSegments = 24
    static let pupilRing = 1
    static let irisRing = 5

    /// The left eyeball.
    static func eyeball() -> Piece {
      let r = Surface.eyeRadius
      var piece = Piece()
      piece.points.append(Surface.eye + V3(0, 0, r))
      piece.colours.append(V3(0.04, 0.04, 0.05))
      for (i, degrees) in eyeRings.enumerated() {
        let t = degrees * .pi / 180
        for k in 0..<eyeSegments {
          let a = 2 * Double.pi * Double(k) / Double(eyeSegments)
          piece.points.append(Surface.eye + V3(sin(t) * cos(a), sin(t) * sin(a), cos(t)) * r)
          piece.colours.append(colour(i))
        }
      }
      piece.points.append(Surface.eye - V3(0, 0, r))
      piece.colours.append(V3(0.95, 0.94, 0.92))
      let n = eyeSegments
      let last = piece.points.count - 1
      for k in 0..<n { piece.faces.append([0, 1 + k, 1 + (k + 1) % n]) }
      for ring in 0..<(eyeRings.count - 1) {
        for k in 0..<n {
          let a = 1 + ring * n
          piece.faces.append([a + k, a + n + k, a + n + (k + 1) % n, a + (k + 1) % n])
        }
      }
      let a = 1 + (eyeRings.count - 1) * n
      for k in 0..<n { piece.faces.append([a + k, last, a + (k + 1) % n]) }
      return piece
    }

    private static func colour(_ ring: Int) -> V3 {
      switch ring {
      case 0...1: V3(0.03, 0.03, 0.04)
      case 2: V3(0.42, 0.34, 0.22)
      case 3: V3(0.36, 0.42, 0.36)
      case 4: V3(0.24, 0.34, 0.36)
      case 5: V3(0.1, 0.14, 0.17)
      default: V3(0.94, 0.93, 0.91)
      }
    }

    /// The arch of the teeth: depth z at x is `front − 0.043 x²`.
    private static func arch(_ upper: Bool) -> Double { upper ? 90.5 : 88.3 }

    private static func archFrame(_ x: Double, _ front: Double) -> (point: V3, normal: V3) {
      let slope = -2 * 0.043 * x
      return (V3(x, 0, front - 0.043 * x * x), unit(V3(-slope, 0, 1)))
    }

    /// x at arc length `s` along the arch.
    private static func archX(_ s: Double, _ front: Double) -> Double {
      var travelled = 0.0
      var x = 0.0
      let dx = 0.05
      while x < 30 {
        let slope = 2 * 0.043 * (x + dx / 2)
        let next = dx * (1 + slope * slope).squareRoot()
        if travelled + next >= s { return x + dx * (s - travelled) / next }
        travelled += next
        x += dx
      }
      return x
    }

    /// Six teeth a side, each a small box of 15 vertices with a rounded front.
    static func teeth(upper: Bool) -> Piece {
      let widths = upper ? [8.4, 6.6, 7.6, 7.0, 6.8, 9.5] : [5.3, 5.9, 6.8, 7.0, 7.0, 10]
      let heights = upper ? [10, 9, 10, 8.5, 8, 7.5] : [8.8, 9, 9.8, 8.5, 8, 7.5]
      let front = arch(upper)
      let edge = upper ? -75.0 : -73.2
      let sign = upper ? 1.0 : -1.0
      var piece = Piece()
      var start = 0.0
      for (w, h) in zip(widths, heights) {
        let frames = [start + 0.12, start + w / 2, start + w - 0.12].map { archFrame(archX($0, front), front) }
        let b = piece.points.count
        func push(_ c: Int, _ depth: Double, _ y: Double) {
          let p = frames[c].point + frames[c].normal * depth
          piece.points.append(V3(p.x, Sculpture.compressed(edge + sign * y), p.z))
          piece.colours.append(y > h * 0.8 ? V3(0.86, 0.74, 0.66) : V3(0.91, 0.88, 0.82))
        }
        for c in 0..<3 { push(c, -0.8 + (c == 1 ? 0.5 : 0), h) }
        for c in 0..<3 { push(c, 0.25 + (c == 1 ? 0.5 : 0), h * 0.45) }
        for c in 0..<3 { push(c, -0.5 + (c == 1 ? 0.5 : 0), c == 1 ? 0 : 0.35) }
        for c in 0..<3 { push(c, -3, 0.5) }
        for c in 0..<3 { push(c, -6, h) }
        var quads: [[Int]] = []
        for r in 0..<4 { for c in 0..<2 { quads.append([b + 3 * r + c, b + 3 * r + c + 1, b + 3 * r + c + 4, b + 3 * r + c + 3]) } }
        quads += [[b, b + 3, b + 9, b + 12], [b + 3, b + 6, b + 9], [b + 2, b + 14, b + 11, b + 5], [b + 5, b + 11, b + 8]]
        piece.faces += quads.map { outward($0, piece.points, b..<(b + 15)) }
        start += w
      }
      return piece.doubled()
    }

    /// The face turned so that it looks away from the middle of `body`.
    private static func outward(_ face: [Int], _ points: [V3], _ body: Range<Int>) -> [Int] {
      let middle = body.reduce(V3.zero) { $0 + points[$1] } / Double(body.count)
      let centre = face.reduce(V3.zero) { $0 + points[$1] } / Double(face.count)
      let n =
        face.count == 3
        ? cross(points[face[1]] - points[face[0]], points[face[2]] - points[face[0]])
        : cross(points[face[2]] - points[face[0]], points[face[3]] - points[face[1]])
      return dot(n, centre - middle) > 0 ? face : face.reversed()
    }

    /// A band of gum over the roots, from the teeth's necks away from the bite.
    static func gums(upper: Bool) -> Piece {
      let front = arch(upper)
      let edge = upper ? -75.0 : -73.2
      let sign = upper ? 1.0 : -1.0
      var piece = Piece()
      let columns = 11
      let profile: [(Double, Double)] = [(7.6, 0.15), (8.6, 0.9), (10.5, 1.0), (13, -1), (13, -8), (4.8, -7.2)]
      for c in 0..<columns {
        let frame = archFrame(c == 0 ? 0 : archX(44.5 * Double(c) / Double(columns - 1), front), front)
        for (y, depth) in profile {
          let p = frame.point + frame.normal * depth
          piece.points.append(V3(c == 0 ? 0 : p.x, Sculpture.compressed(edge + sign * y), p.z))
          piece.colours.append(V3(0.78, 0.42, 0.40))
        }
      }
      let n = profile.count
      for c in 0..<(columns - 1) {
        for r in 0..<(n - 1) {
          let q = [c * n + r, c * n + r + 1, (c + 1) * n + r + 1, (c + 1) * n + r]
          piece.faces.append(upper ? q.reversed() : q)
        }
      }
      return piece.doubled()
    }

    /// Centre line of the tongue from root to tip with half width and half thickness, final heights.
    static let tongueRest = [
      Bead(0, -81, 38, 15), Bead(0, -77, 46, 17), Bead(0, -74.5, 55, 17), Bead(0, -74.2, 64, 16), Bead(0, -75, 71, 14),
      Bead(0, -75.8, 77, 11),
      Bead(0, -76.2, 81, 6.5), Bead(0, -76.4, 82.6, 2.5),
    ]
    /// The same stations with the tongue out.
    static let tongueOut = [
      Bead(0, -79, 42, 15), Bead(0, -73.5, 55, 16), Bead(0, -69, 68, 15), Bead(0, -66, 81, 14), Bead(0, -65.4, 93, 13.5),
      Bead(0, -68.6, 104, 12.5), Bead(0, -75, 113, 9), Bead(0, -79, 117, 3.5),
    ]
    private static let tongueThickness: [Double] = [7, 6.5, 6, 5.2, 4.4, 3.6, 2.6, 1.2]
    private static let tongueAround = 12

    static func tongue() -> Piece { loft(tongueRest) }
    /// Displacement of each tongue vertex when the tongue is out.
    static func tongueOutMove() -> [V3] { zip(loft(tongueOut).points, loft(tongueRest).points).map { $0 - $1 } }

    private static func loft(_ stations: [Bead]) -> Piece {
      var piece = Piece()
      let n = tongueAround
      for (s, bead) in stations.enumerated() {
        let before = stations[max(s - 1, 0)]
        let after = stations[min(s + 1, stations.count - 1)]
        let along = unit(V3(0, after.y - before.y, after.z - before.z))
        let up = V3(0, along.z, -along.y)
        for k in 0..<n {
          let a = 2 * Double.pi * Double(k) / Double(n)
          let groove = k == n / 4 ? 0.82 : 1.0
          // Quarter turns are exact so that mirror images agree.
          let c = k % (n / 2) == n / 4 ? 0 : k > n / 4 && k < 3 * n / 4 ? -cos(.pi - a) : cos(a)
          let point = V3(bead.w * c, bead.y, bead.z) + up * (tongueThickness[s] * sin(a) * groove)
          piece.points.append(point)
          let deep = Double(s) / Double(stations.count - 1)
          piece.colours.append(mix(V3(0.45, 0.17, 0.18), V3(0.78, 0.42, 0.42), deep))
        }
      }
      let tip = piece.points.count
      let end = stations[stations.count - 1]
      piece.points.append(V3(0, end.y, end.z + 0.8))
      piece.colours.append(V3(0.78, 0.42, 0.42))
      for s in 0..<(stations.count - 1) {
        for k in 0..<n {
          let q = [s * n + k, s * n + (k + 1) % n, (s + 1) * n + (k + 1) % n, (s + 1) * n + k]
          piece.faces.append(q)
        }
      }
      let a = (stations.count - 1) * n
      for k in 0..<n { piece.faces.append([a + k, a + (k + 1) % n, tip]) }
      return piece
    }
  }
}
