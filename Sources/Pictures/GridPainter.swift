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
    let pixels = (width: grid.size.columns * cellWidth, height: grid.size.rows * cellWidth * 2)
    var picture = Picture(width: pixels.width, height: pixels.height, colour: palette.background)
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns { paint(grid[column, row], column, row, in: &picture) }
    }
    return picture
  }

  /// Turns the picture of one grid into that of the next of its size: only cells that differ are painted.
  public func repaint(_ picture: inout Picture, from old: CellGrid, to grid: CellGrid) {
    precondition(old.size == grid.size && picture.width == grid.size.columns * cellWidth)
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns where old[column, row] != grid[column, row] {
        picture.fill(x: column * cellWidth, y: row * cellWidth * 2, width: cellWidth, height: cellWidth * 2, palette.background)
        paint(grid[column, row], column, row, in: &picture)
      }
    }
  }

  private func paint(_ cell: Cell, _ column: Int, _ row: Int, in picture: inout Picture) {
    if cell.glyph == 0x20 { return }
    let (width, height) = (cellWidth, cellWidth * 2)
    let side = cellWidth / 2
    let colour = palette[cell]
    guard cell.glyph >= 0x2800, cell.glyph <= 0x28ff else {
      let character = Unicode.Scalar(cell.glyph).map(Character.init) ?? "?"
      StrokeFont.draw(character, in: &picture, x: column * width, y: row * height, width: width, height: height, colour: colour)
      return
    }
    for dot in 0..<8 where cell.dots & Braille.bits[dot] != 0 {
      let x = column * width + (dot & 1) * side
      let y = row * height + (dot >> 1) * side
      for i in stamp.indices where stamp[i] > 0 { picture.blend(x + i % side, y + i / side, colour, stamp[i]) }
    }
  }
}
