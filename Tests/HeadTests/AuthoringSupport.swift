import Foundation
import Head
import Motion

/// The authored head, built once, with a plain posing of its own: shapes, correctives, jaw.
struct AuthoredFace {
  static let shared = AuthoredFace(head: HeadAuthoring.build())

  let head: AuthoredHead

  typealias Point = SIMD3<Double>

  /// Shape weights at both sides at once: `"mouthSmile"` stands for the left and the right shape.
  static func both(_ name: String, _ weight: Double = 1) -> [String: Double] {
    StudioShape(name: name) != nil ? [name: weight] : [name + "Left": weight, name + "Right": weight]
  }

  func point(_ array: [Float], _ v: Int) -> Point { Point(Double(array[3 * v]), Double(array[3 * v + 1]), Double(array[3 * v + 2])) * 1000 }

  /// Rest position of a vertex, millimetres.
  func rest(_ v: Int) -> Point { point(head.template, v) }

  /// Displacement of a vertex by a shape at 1, millimetres.
  func move(_ shape: StudioShape, _ v: Int) -> Point { point(head.expression, shape.rawValue * head.vertexCount + v) }

  func joint(_ j: Int) -> Point {
    (0..<head.vertexCount).reduce(Point.zero) { sum, v in
      let w = head.jointRegressor[j * head.vertexCount + v]
      return w == 0 ? sum : sum + rest(v) * Double(w)
    }
  }

  /// Posed vertices, millimetres; `jaw` is the share of the full opening.
  func posed(_ weights: [String: Double], jaw: Double = 0) -> [Point] {
    var drivers = weights
    drivers["jawOpen"] = jaw
    let shapes = weights.compactMap { name, w in StudioShape(name: name).map { ($0, w) } }.sorted { $0.0.rawValue < $1.0.rawValue }
    let extra = head.correctives.map { ($0, strength($0.rule, drivers)) }.filter { $0.1 != 0 }
    let hinge = joint(2)
    let angle = jaw * 0.34
    return (0..<head.vertexCount).map { v in
      var p = rest(v)
      for (shape, w) in shapes { p += move(shape, v) * w }
      for (corrective, w) in extra { p += point(corrective.moves, v) * w }
      let q = p - hinge
      let turned = Point(q.x, q.y * cos(angle) - q.z * sin(angle), q.y * sin(angle) + q.z * cos(angle))
      return p + (turned - q) * Double(head.weights[5 * v + 2])
    }
  }

  private func strength(_ rule: String, _ drivers: [String: Double]) -> Double {
    guard let json = try? JSONSerialization.jsonObject(with: Data(rule.utf8)) as? [String: Any] else { return .nan }
    if json["kind"] as? String == "hat", let of = json["of"] as? String, let peak = json["peak"] as? Double {
      let t = drivers[of] ?? 0
      return max(0, t <= peak ? t / peak : (1 - t) / (1 - peak))
    }
    guard let of = json["of"] as? [String] else { return .nan }
    return of.reduce(1) { $0 * (drivers[$1] ?? 0) }
  }

  func landmark(_ i: Int) -> Int { Int(head.landmarks[i]) }

  /// Vertical opening between the inner lips over the mid mouth; 0 when they touch or overlap.
  func lipGap(_ points: [Point]) -> Double {
    let pairs = [(61, 67), (62, 66), (63, 65)]
    return max(0, pairs.map { points[landmark($0.0)].y - points[landmark($0.1)].y }.max() ?? 0)
  }

  /// Opening of an eye between the lids' landmarks.
  func eyeOpening(_ points: [Point], left: Bool) -> Double {
    let pairs = left ? [(43, 47), (44, 46)] : [(38, 40), (37, 41)]
    return pairs.map { points[landmark($0.0)].y - points[landmark($0.1)].y }.max() ?? 0
  }

  func region(_ name: String) -> [Int] { head.regions.first { $0.name == name }?.vertices.map(Int.init) ?? [] }
  func part(_ name: String) -> [Int] { head.parts.first { $0.name == name }?.vertices.map(Int.init) ?? [] }
  func length(_ p: Point) -> Double { (p * p).sum().squareRoot() }

  /// The skin vertex nearest a rest position (millimetres in the file's placement).
  func nearest(_ p: Point) -> Int { part("skin").min { length(rest($0) - p) < length(rest($1) - p) } ?? 0 }
}
