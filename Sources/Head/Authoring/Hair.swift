import Foundation

extension HeadAuthoring {
  /// Brows, lashes and the hair of the head.
  enum Hair {
    static let browColour = V3(0.27, 0.18, 0.125)
    static let browColumns = 11

    /// The left brow: a tapering ridge over the brow bone, four vertices a column.
    static func brow(_ surface: Surface) -> Piece {
      let line = Curve([V3(10, 17.4, 0), V3(16, 19.2, 0), V3(27, 21.6, 0), V3(37, 21.4, 0), V3(46.5, 16, 0)])
      var piece = Piece()
      for c in 0..<browColumns {
        let t = Double(c) / Double(browColumns - 1)
        let p = line(t)
        let ahead = line(min(t + 0.02, 1)) - line(max(t - 0.02, 0))
        let up = unit(V3(-ahead.y, ahead.x, 0))
        let width = 2.9 * (t < 0.25 ? 0.45 + t * 2.2 : 1) * (1 - 0.8 * pow(max(t - 0.25, 0) / 0.75, 1.4))
        for (offset, lift) in [(-1.0, -0.4), (-0.35, 0.45), (0.35, 0.45), (1.0, -0.4)] {
          let xy = p + up * (width * offset)
          let skin = V3(xy.x, xy.y, surface.front(xy.x, xy.y))
          piece.points.append(skin + unit(surface.gradient(skin)) * (lift + 0.25))
          piece.colours.append(browColour * (c % 2 == 0 ? 1.08 : 0.94))
        }
      }
      for c in 0..<(browColumns - 1) {
        for r in 0..<3 {
          piece.faces.append([c * 4 + r, (c + 1) * 4 + r, (c + 1) * 4 + r + 1, c * 4 + r + 1])
        }
      }
      piece.faces.append([0, 1, 2, 3])
      let e = (browColumns - 1) * 4
      piece.faces.append([e + 3, e + 2, e + 1, e])
      return piece
    }

    /// The left upper lashes: a thin wedge from the margin forward; root above, tip and root below for each margin vertex 0…12.
    static func lashes(_ head: Sculpture) -> Piece {
      var piece = Piece()
      for k in 0...12 {
        let root = head.points[head.eyeVertex(.margin, k)]
        let inner = head.points[head.eyeVertex(.inner, k)]
        let away = unit(root - Surface.eye)
        let s = sin(.pi * Double(k) / 12)
        let outer = Double(12 - k) / 12
        let tip = root + (away * 0.9 + V3(0.75 * outer - 0.1, 0.35 + 0.45 * s, 0.35)) * (0.4 + 1.5 * s * (0.4 + 0.8 * outer))
        piece.points += [root + away * 0.1 + V3(0, 0.15, 0), tip, inner + away * 0.3]
        piece.colours += [V3(0.08, 0.06, 0.05), V3(0.1, 0.07, 0.06), V3(0.08, 0.06, 0.05)]
      }
      for k in 0..<12 {
        let a = 3 * k
        let b = 3 * (k + 1)
        piece.faces += [[a, a + 1, b + 1, b], [a + 1, a + 2, b + 2, b + 1]]
      }
      return piece
    }
  }
}
