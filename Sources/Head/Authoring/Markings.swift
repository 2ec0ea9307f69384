import Foundation

extension HeadAuthoring {
  /// Landmarks, regions, feature edges and the places where automatic creases keep quiet.
  struct Markings {
    private let head: Sculpture
    init(_ head: Sculpture) { self.head = head }

    // MARK: Landmarks

    /// The 68 points in their usual order, the face's right side first.
    func landmarks() -> [Int] {
      func right(_ v: Int) -> Int { head.mirror[v] }
      func lip(_ ring: MouthRing, _ k: Int) -> Int { head.mouthVertex(ring, k) }
      func lid(_ k: Int) -> Int { head.eyeVertex(.margin, k) }
      let jaw = Self.jawTargets.map(nearest)
      let brow = [0, 2, 5, 7, 10].map { (head.ranges[.brows]?.lowerBound ?? 0) + $0 * 4 + 2 }
      var all = jaw.reversed().map(right) + jaw.dropFirst()
      all += brow.reversed().map(right) + brow
      all += [V3(0, -1, 90), V3(0, -13, 98), V3(0, -25, 106), V3(0, -36.5, 115)].map(nearest)
      let under = [V3(15, -48, 97), V3(8, -50, 103), V3(0, -50, 105)].map(nearest)
      all += [right(under[0]), right(under[1]), under[2], under[1], under[0]]
      all += [0, 4, 8, 12, 16, 20].map { right(lid($0)) }
      all += [12, 8, 4, 0, 20, 16].map(lid)
      all += [8, 4, 2, 0].map { right(lip(.border, $0)) } + [2, 4, 8].map { lip(.border, $0) }
      all += [12, 14, 16].map { lip(.border, $0) } + [14, 12].map { right(lip(.border, $0)) }
      all += [right(lip(.contact, 8)), right(lip(.contact, 2)), lip(.contact, 0), lip(.contact, 2), lip(.contact, 8)]
      all += [lip(.contact, 14), lip(.contact, 16), right(lip(.contact, 14))]
      return all
    }

    private static let jawTargets = [
      V3(0, -107, 91), V3(14, -105.5, 85), V3(27, -100, 68), V3(39, -92, 46), V3(49, -80, 26), V3(56, -63, 14), V3(61, -43, 12),
      V3(65, -22, 13), V3(67, -2, 15),
    ]

    /// The nearest vertex of the left half grid.
    private func nearest(_ p: V3) -> Int {
      var best = 0
      var distance = Double.infinity
      for v in head.half.grid.flatMap({ $0 }) where v >= 0 && (p.x > 0 || head.half.centre.contains(v)) {
        let d = length(head.points[v] - p)
        if d < distance {
          best = v
          distance = d
        }
      }
      return best
    }

    // MARK: Regions

    /// FLAME's region names with ascending vertex lists.
    func regions() -> [(String, [Int])] {
      let half = head.half
      func both(_ list: [Int]) -> Set<Int> { Set(list.flatMap(head.both)) }
      func side(_ set: Set<Int>, left: Bool) -> Set<Int> { set.filter { left ? head.points[$0].x > 0 : head.points[$0].x < 0 } }
      let ears = both(half.ear.flatMap { $0 } + half.earCap + half.earBase)
      let lips = both(half.mouth[2...6].flatMap { $0 })
      let mouth = both(half.mouth[7...9].flatMap { $0 } + half.throatPatch.flatMap { $0 })
      let nostrils = both(half.nostril.flatMap { $0 } + [half.nostrilEnd])
      let neck = both((HalfTemplate.jawRow + 3...HalfTemplate.rows).flatMap { j in half.grid.map { $0[j] } }.filter { $0 >= 0 })
      let boundary = both(half.grid.map { $0[HalfTemplate.rows] })
      let noseGrid = (0...5).flatMap { i in (14...23).map { half.grid[i][$0] } }.filter { $0 >= 0 }
      let nose = both(noseGrid).union(nostrils).union(both(half.nostrilBase))
      let skin = Set(0..<head.skinCount)
      let open = skin.subtracting(ears).subtracting(neck).subtracting(mouth)
      func hairline(_ p: V3) -> Bool { p.y > 62 - 0.006 * p.x * p.x || p.z < 22 + 0.16 * p.y }
      let scalp = open.filter { hairline(head.points[$0]) && !(head.points[$0].y < -25 && head.points[$0].z > 0) }
      let face = open.subtracting(scalp)
      let stack = both(half.eye.flatMap { $0 } + half.eyeBase)
      let eyes = stack.union(
        face.filter { v in
          let p = head.points[v]
          return pow((abs(p.x) - 32) / 26, 2) + pow((p.y - 3) / 22, 2) < 1 && !nose.contains(v)
        })
      let forehead = face.filter { head.points[$0].y > 24 }.subtracting(stack)
      func part(_ p: Part) -> Set<Int> { Set(head.ranges[p] ?? 0..<0) }
      let sets: [(String, Set<Int>)] = [
        ("face", face), ("lips", lips), ("nose", nose), ("forehead", forehead), ("left_eye_region", side(eyes, left: true)),
        ("right_eye_region", side(eyes, left: false)), ("eye_region", eyes), ("left_eyeball", part(.eyeLeft)),
        ("right_eyeball", part(.eyeRight)), ("left_ear", side(ears, left: true)), ("right_ear", side(ears, left: false)), ("scalp", scalp),
        ("neck", neck), ("boundary", boundary),
      ]
      return sets.map { ($0.0, $0.1.sorted()) }
    }

    /// Vertex lists of the pieces, and of the inside of the mouth, which belongs to the skin.
    func parts() -> [(String, [Int])] {
      let half = head.half
      var all = Part.allCases.compactMap { part in head.ranges[part].map { (part.rawValue, Array($0)) } }
      all.append(("gums", Array(head.ranges[.gumsUpper] ?? 0..<0) + Array(head.ranges[.gumsLower] ?? 0..<0)))
      all.append(("mouthInner", (half.mouth[7...9].flatMap { $0 } + half.throatPatch.flatMap { $0 }).flatMap(head.both).sorted()))
      return all.map { ($0.0, Array(Set($0.1)).sorted()) }
    }

    // MARK: Lines

    /// Feature edges by name; those that only large drawings want start with `fine.`.
    func features() -> [(String, [(Int, Int)])] {
      let half = head.half
      func path(_ line: [Int], closed: Bool = false) -> [(Int, Int)] {
        var edges = Array(zip(line.dropLast(), line.dropFirst()))
        if closed, let a = line.last, let b = line.first { edges.append((a, b)) }
        let seen = Set(edges.map { "\($0.0) \($0.1)" })
        let other = edges.map { (head.mirror[$0.0], head.mirror[$0.1]) }.filter { !seen.contains("\($0.0) \($0.1)") }
        return edges + other
      }
      let brow = head.ranges[.brows]?.lowerBound ?? 0
      let lash = head.ranges[.lashes]?.lowerBound ?? 0
      func eyeRing(_ ring: Int) -> [Int] {
        let first = (head.ranges[.eyeLeft]?.lowerBound ?? 0) + 1 + ring * Interior.eyeSegments
        return (0..<Interior.eyeSegments).map { first + $0 }
      }
      func teeth(_ part: Part) -> [(Int, Int)] {
        guard let range = head.ranges[part] else { return [] }
        let count = range.count / 15
        return (0..<count).flatMap { t in
          let b = range.lowerBound + 15 * t + 6
          return [(b, b + 1), (b + 1, b + 2)]
        }
      }
      let hair = (head.ranges[.hair]?.lowerBound ?? 0) + 1
      let columns = Array(0..<Hair.browColumns)
      return [
        ("brow", path(columns.map { brow + 4 * $0 + 1 }) + path(columns.map { brow + 4 * $0 + 2 })),
        ("lidMargin", path(half.eye[EyeRing.margin.rawValue], closed: true)), ("iris", path(eyeRing(Interior.irisRing), closed: true)),
        ("vermilion", path(half.mouth[MouthRing.border.rawValue])), ("lipLine", path(half.mouth[MouthRing.wet.rawValue])),
        ("nostril", path(half.nostrilBase, closed: true)), ("alar", path((19...23).map { half.grid[5][$0] })),
        ("teeth", teeth(.teethUpper) + teeth(.teethLower)), ("fine.pupil", path(eyeRing(Interior.pupilRing), closed: true)),
        ("fine.lidCrease", path(Array(half.eye[EyeRing.fold.rawValue][1..<12]))), ("fine.antihelix", path(half.creaseEar)),
        ("hairline", path((0...Hair.capColumns).map { hair + $0 * Hair.capRows + Hair.capRows - 2 })),
        ("fine.hair", (1..<Hair.capColumns / 3).flatMap { c in path((2..<Hair.capRows).map { hair + 3 * c * Hair.capRows + $0 }) }),
        ("fine.lash", path((0...12).map { lash + 3 * $0 + 1 })),
      ]
    }

    /// Vertices between which automatic creases are not drawn.
    func quiet() -> [Int] {
      let half = head.half
      var set = Set((half.eye[3...].flatMap { $0 } + half.mouth[2...].flatMap { $0 } + half.throatPatch.flatMap { $0 }).flatMap(head.both))
      set.formUnion((half.nostril.flatMap { $0 } + half.nostrilBase + [half.nostrilEnd]).flatMap(head.both))
      for part in Part.allCases where part != .skin && part != .hair { set.formUnion(head.ranges[part] ?? 0..<0) }
      set.formUnion(coveredByHair())
      return set.sorted()
    }

    /// Scalp vertices under the hair, whose outline must not show through it.
    private func coveredByHair() -> [Int] {
      let middle = V3(0, 28, -12)
      let first = head.ranges[.hair]?.lowerBound ?? 0
      let hair = (head.ranges[.hair] ?? 0..<0).filter { v in
        let row = (v - first - 1) % Hair.capRows
        return v == first || (head.points[v].x >= 0 && row < Hair.capRows - 2)
      }
      let rays = hair.map { (unit(head.points[$0] - middle), length(head.points[$0] - middle)) }
      let half = head.half
      let scalp = (half.grid.flatMap { $0 } + half.crown.flatMap { $0 }).filter { $0 >= 0 && head.points[$0].y > -90 }
      return Array(Set(scalp)).sorted().filter { v in
        let ray = unit(head.points[v] - middle)
        let distance = length(head.points[v] - middle)
        return rays.contains { dot($0.0, ray) > 0.989 && $0.1 > distance + 0.8 }
      }.flatMap(head.both)
    }
  }
}
