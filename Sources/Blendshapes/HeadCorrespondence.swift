import Foundation
import Head

/// Points of two heads that belong together, found from their shapes at rest.
///
/// The heads are laid on one another by landmarks when both have them, else by their joints (eyes, jaw, neck), and then by
/// their nearest face points in turns. A point on the lower lip has a point on the upper lip close by; what tells them apart
/// is how far they follow the jaw, so the jaw's skinning weight counts as distance too.
public struct HeadCorrespondence: Sendable {
  /// Vertices of the first head.
  public let first: [Int]
  /// Their partners on the second head.
  public let second: [Int]
  /// From the first head's space to the second's.
  public let fit: SimilarityFit
  /// Root mean square distance of partners at rest, millimetres of the second head.
  public let restMillimetres: Double

  /// A jaw weight that differs by 1 counts like this many metres.
  private static let jawDistance = 0.02

  /// Errors: `RetargetingError.noFace`, `.apart`.
  public init(_ a: HeadModel, _ b: HeadModel) throws(RetargetingError) {
    let (pointsA, pointsB) = (Self.points(a), Self.points(b))
    var fit: SimilarityFit
    if a.landmarks.count == 68, b.landmarks.count == 68 {
      fit = SimilarityFit(a.landmarks.map { pointsA[$0] }, onto: b.landmarks.map { pointsB[$0] })
    } else {
      // Neck, jaw, left eye, right eye.
      fit = SimilarityFit((1..<5).map { Self.joint(a, $0) }, onto: (1..<5).map { Self.joint(b, $0) })
    }
    let chosen = Self.faceVertices(a)
    guard chosen.count >= 50 else { throw .noFace(head: a.name) }
    let jaws = (Self.jawWeights(a), Self.jawWeights(b))
    let grid = PointGrid(pointsB, cell: 0.008 * fit.scale)
    var partners: [(Int, Int, Double)] = []
    for _ in 0..<6 {
      partners = chosen.compactMap { vertex in
        let place = fit.place(pointsA[vertex])
        let found = grid.nearest(to: place, within: 0.03 * fit.scale) { other in
          let difference = (jaws.0[vertex] - jaws.1[other]) * Self.jawDistance * fit.scale
          return difference * difference
        }
        return found.map { (vertex, $0.index, $0.squared) }
      }
      guard partners.count >= 50 else { throw .noFace(head: b.name) }
      // The worst tenth are hair, ears, rims: they do not pull.
      partners.sort { $0.2 < $1.2 }
      let kept = partners.prefix(partners.count * 9 / 10)
      fit = SimilarityFit(kept.map { pointsA[$0.0] }, onto: kept.map { pointsB[$0.1] })
    }
    let kept = partners.prefix(partners.count * 9 / 10).sorted { $0.0 < $1.0 }
    first = kept.map(\.0)
    second = kept.map(\.1)
    let sum = kept.reduce(0.0) { sum, pair in
      let difference = fit.place(pointsA[pair.0]) - pointsB[pair.1]
      return sum + (difference * difference).sum()
    }
    restMillimetres = (sum / Double(kept.count)).squareRoot() * 1000
    self.fit = fit
    if restMillimetres > 20 { throw .apart(millimetres: restMillimetres) }
  }

  /// The 68 landmarks of the first head carried to the nearest vertices of the second, upper and lower lip told apart by the jaw.
  public func landmarks(of a: HeadModel, on b: HeadModel) -> [Int] {
    let (pointsA, pointsB) = (Self.points(a), Self.points(b))
    let jaws = (Self.jawWeights(a), Self.jawWeights(b))
    return a.landmarks.map { landmark in
      let place = fit.place(pointsA[landmark])
      func distance(_ other: Int) -> Double {
        let difference = place - pointsB[other]
        let jaw = (jaws.0[landmark] - jaws.1[other]) * Self.jawDistance * fit.scale
        return (difference * difference).sum() + jaw * jaw
      }
      return pointsB.indices.min { distance($0) < distance($1) } ?? 0
    }
  }

  private static func points(_ head: HeadModel) -> [SIMD3<Double>] { (0..<head.vertexCount).map { point(head.template, $0) } }

  private static func joint(_ head: HeadModel, _ index: Int) -> SIMD3<Double> { point(head.joints, index) }

  private static func point(_ values: [Float], _ index: Int) -> SIMD3<Double> {
    SIMD3<Double>(SIMD3<Float>(values[index * 3], values[index * 3 + 1], values[index * 3 + 2]))
  }

  private static func jawWeights(_ head: HeadModel) -> [Double] {
    (0..<head.vertexCount).map { Double(head.skinning[$0 * 5 + HeadModel.Joint.jaw.rawValue]) }
  }

  /// The skin of the face: what the shapes move by at least half a millimetre, at most 1,500 vertices spread evenly over it.
  private static func faceVertices(_ head: HeadModel) -> [Int] {
    let skin = head.parts["skin"].map(Set.init)
    var moves = [Bool](repeating: false, count: head.vertexCount)
    for shape in head.expression {
      let offsets = shape.dense
      for vertex in moves.indices where !moves[vertex] {
        let offset = SIMD3(offsets[vertex * 3], offsets[vertex * 3 + 1], offsets[vertex * 3 + 2])
        moves[vertex] = (offset * offset).sum() >= 0.0005 * 0.0005
      }
    }
    let face = moves.indices.filter { moves[$0] && skin?.contains($0) != false }
    let step = max(1, (face.count + 1499) / 1500)
    return stride(from: 0, to: face.count, by: step).map { face[$0] }
  }
}

/// Points in cells of a cube, for the nearest one.
struct PointGrid {
  private let points: [SIMD3<Double>]
  private let cell: Double
  private var cells: [SIMD3<Int>: [Int]] = [:]

  init(_ points: [SIMD3<Double>], cell: Double) {
    self.points = points
    self.cell = cell
    for (index, point) in points.enumerated() { cells[Self.place(point, cell), default: []].append(index) }
  }

  private static func place(_ point: SIMD3<Double>, _ cell: Double) -> SIMD3<Int> {
    let p = (point / cell).rounded(.down)
    return SIMD3(Int(p.x), Int(p.y), Int(p.z))
  }

  /// The point with the least squared distance plus `penalty`, at most `reach` away.
  func nearest(to point: SIMD3<Double>, within reach: Double, penalty: (Int) -> Double) -> (index: Int, squared: Double)? {
    let centre = Self.place(point, cell)
    let rings = Int((reach / cell).rounded(.up))
    var best: (index: Int, squared: Double)?
    for ring in 0...rings {
      // Everything in later rings is at least this far.
      if let best, Double(ring - 1) * cell > best.squared.squareRoot() { break }
      for x in -ring...ring {
        for y in -ring...ring {
          for z in -ring...ring where max(abs(x), abs(y), abs(z)) == ring {
            for index in cells[SIMD3(centre.x + x, centre.y + y, centre.z + z)] ?? [] {
              let difference = points[index] - point
              let squared = (difference * difference).sum() + penalty(index)
              if squared < best?.squared ?? reach * reach { best = (index, squared) }
            }
          }
        }
      }
    }
    return best
  }
}
