import Raster

/// Draws grids of cells as pictures, as a terminal with round dots would.
public struct GridPainter: Sendable {
  /// Colours of the head.
  public var palette: HeadPalette
  /// Pixels across a cell; a cell is twice as high.
  public var cellWidth: Int
  /// Dots of each radius are the same everywhere: coverage of a dot's pixels, `(cellWidth/2)²` numbers.
  private let stamp: [Float]

  /// Makes a painter; cells are 8 × 16 pixels unless told.
  public init(palette: HeadPalette = .dark, cellWidth: Int = 8) {
    self.palette = palette
    self.cellWidth = max(2, cellWidth / 2 * 2)
    let side = self.cellWidth / 2
    let radius = Float(side) * 0.36
    stamp = (0..<side * side).map { i in
      let dx = Float(i % side) + 0.5 - Float(side) / 2
      let dy = Float(i / side) + 0.5 - Float(side) / 2
      return max(0, min(1, radius + 0.5 - (dx * dx + dy * dy).squareRoot()))
    }
  }

  /// The picture of a grid.
  public func paint(_ grid: CellGrid) -> Picture {
    let (width, height) = (cellWidth, cellWidth * 2)
    let side = cellWidth / 2
    var picture = Picture(width: grid.size.columns * width, height: grid.size.rows * height, colour: palette.background)
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns {
        let cell = grid[column, row]
        if cell.glyph == 0x20 { continue }
        let colour = palette[cell]
        guard cell.glyph >= 0x2800, cell.glyph <= 0x28ff else {
          let character = Unicode.Scalar(cell.glyph).map(Character.init) ?? "?"
          StrokeFont.draw(character, in: &picture, x: column * width, y: row * height, width: width, height: height, colour: colour)
          continue
        }
        for dot in 0..<8 where cell.dots & Braille.bits[dot] != 0 {
          let x = column * width + (dot & 1) * side
          let y = row * height + (dot >> 1) * side
          for i in stamp.indices { picture.blend(x + i % side, y + i / side, colour, stamp[i]) }
        }
      }
    }
    return picture
  }
}
