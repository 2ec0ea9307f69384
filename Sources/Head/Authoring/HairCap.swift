import Foundation

extension HeadAuthoring.Hair {
  private typealias V3 = HeadAuthoring.V3

  /// Columns from the middle of the forehead to the nape, rows from the crown to the hairline.
  static let capColumns = 32
  static let capRows = 11

  /// Short hair, the left half: lines run from the crown to the hairline, thin at the temples and nape, full over the forehead.
  /// Vertex 0 is the crown, then `capRows` vertices a column.
  static func cap(_ surface: HeadAuthoring.Surface) -> HeadAuthoring.Piece {
    let crown = HeadAuthoring.unit(V3(0, 1, -0.32))
    let centre = V3(0, 28, -12)
    var piece = HeadAuthoring.Piece()
    func skin(_ direction: V3) -> V3 {
      var t = 150.0
      for _ in 0..<90 { t -= HeadAuthoring.clamp(surface.value(centre + direction * t) * 0.75, -1.5, 8) }
      return centre + direction * t
    }
    func push(_ direction: V3, _ edge: Double, _ groove: Double, _ shade: Double, middle: Bool) {
      let base = skin(direction)
      let full = fullness(base, edge)
      let height = edge == 0 ? -1.2 : full - groove * min(1.1, full * 0.16)
      var p = base + HeadAuthoring.unit(surface.gradient(base)) * height
      p.y = HeadAuthoring.Sculpture.compressed(p.y)
      if middle { p.x = 0 }
      piece.points.append(p)
      piece.colours.append(V3(0.21, 0.14, 0.10) * shade)
    }
    push(crown, 1, 0, 1, middle: true)
    for column in 0...capColumns {
      let u = Double(column) / Double(capColumns)
      let edge = HeadAuthoring.unit(hairline(u) - centre)
      let angle = acos(HeadAuthoring.clamp(HeadAuthoring.dot(crown, edge), -1, 1))
      let side = HeadAuthoring.unit(edge - crown * HeadAuthoring.dot(crown, edge))
      let strand = lock(column)
      for row in 1...capRows {
        let t = Double(row) / Double(capRows)
        let v = row == capRows ? 1 : row == capRows - 1 ? 0.995 : 0.96 * pow(t / (Double(capRows - 2) / Double(capRows)), 0.9)
        let direction = crown * cos(angle * v) + side * sin(angle * v)
        let groove = strand * HeadAuthoring.step(0.05, 0.3, v)
        push(
          direction, angle * (1 - v), groove, 1.15 - 0.34 * strand + 0.05 * lock(column * 7 + row),
          middle: column == 0 || column == capColumns)
      }
    }
    for column in 0..<capColumns {
      let a = 1 + column * capRows
      let b = a + capRows
      piece.faces.append([0, a, b])
      for row in 0..<(capRows - 1) { piece.faces.append([a + row, a + row + 1, b + row + 1, b + row]) }
    }
    return piece
  }

  /// A fixed irregular number in 0…1 for column `k`: how deep the groove between two locks is.
  private static func lock(_ k: Int) -> Double {
    var z = UInt64(truncatingIfNeeded: k &* 2 &+ 11) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    return Double((z ^ (z >> 27)) >> 40) / Double(1 << 24)
  }

  /// Height of the hair over the skin at `base`, `edge` radians in from the hairline.
  private static func fullness(_ base: V3, _ edge: Double) -> Double {
    let front = HeadAuthoring.step(10, 70, base.z)
    let top = 9.5 + 3.5 * front
    let low = 3.4 + 3 * front
    let height = HeadAuthoring.step(10, 88, base.y)
    let body = low + (top - low) * height
    let rim = HeadAuthoring.step(-0.035, 0.13 + 0.3 * front * height, edge)
    return 1.4 + (body - 1.4) * rim
  }

  /// The hairline from the forehead over the temple, round the ear to the nape; u = 0…1.
  private static func hairline(_ u: Double) -> HeadAuthoring.V3 { line(u) }

  private static let line = HeadAuthoring.Curve([
    HeadAuthoring.V3(0, 66, 82), HeadAuthoring.V3(18, 66.5, 79), HeadAuthoring.V3(33, 65, 70), HeadAuthoring.V3(44, 58, 61),
    HeadAuthoring.V3(50, 45, 57), HeadAuthoring.V3(56, 31, 50), HeadAuthoring.V3(63, 19, 37), HeadAuthoring.V3(67, 6, 26),
    HeadAuthoring.V3(68, -8, 19), HeadAuthoring.V3(70, -14, 12), HeadAuthoring.V3(71, -4, 6), HeadAuthoring.V3(72, 10, 0),
    HeadAuthoring.V3(72, 14, -12), HeadAuthoring.V3(71, 6, -25), HeadAuthoring.V3(69, -16, -33), HeadAuthoring.V3(65, -40, -37),
    HeadAuthoring.V3(57, -60, -44), HeadAuthoring.V3(43, -72, -57), HeadAuthoring.V3(23, -78, -66), HeadAuthoring.V3(0, -80, -70),
  ])
}
