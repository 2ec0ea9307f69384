/// Size of a grid of terminal cells.
public struct GridSize: Hashable, Sendable {
  /// Cells across.
  public var columns: Int
  /// Cells down.
  public var rows: Int

  /// Makes a size; negative numbers count as zero.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }

  /// Braille dots across: two a cell.
  public var dotColumns: Int { columns * 2 }
  /// Braille dots down: four a cell.
  public var dotRows: Int { rows * 4 }
  /// Number of cells.
  public var count: Int { columns * rows }
}

/// What a drawn cell stands for; themes give each role its colours. A later role wins a shared cell.
public enum CellRole: UInt8, Sendable, CaseIterable {
  /// Nothing drawn.
  case blank = 0
  /// A pose of another moment (onion skin).
  case ghost
  /// The sparse or dense wire over the surface.
  case wire
  /// A lit surface.
  case shade
  /// A fold of the surface.
  case crease
  /// A silhouette or an open edge.
  case contour
  /// A line the author of the head marked: lids, iris, lips, brows, nostrils.
  case feature
}

extension CellRole {
  /// How far a level lies from near (0) to far (1) as colours show it.
  ///
  /// Lines keep to few colours: a change of colour costs more bytes on the wire than a change of glyph.
  public func part(ofLevel level: Int) -> Float {
    let steps =
      switch self {
      case .shade: Cell.levels
      case .blank, .ghost, .wire: 4
      case .crease, .contour, .feature: 2
      }
    let step = max(0, min(Cell.levels - 1, level)) * steps / Cell.levels
    return Float(step) / Float(steps - 1)
  }
}

/// One terminal cell of a drawing.
public struct Cell: Hashable, Sendable {
  /// Number of depth (or light) levels.
  public static let levels = 8

  /// Unicode scalar value; a blank is a space, never U+2800.
  public var glyph: UInt32
  /// What is drawn here.
  public var role: CellRole
  /// 0 (near, or bright) … 7 (far, or dark).
  public var level: UInt8
  /// Dots set, as the bits of the Unicode braille block.
  public var dots: UInt8

  /// An empty cell.
  public static let blank = Cell(glyph: 0x20, role: .blank, level: 0, dots: 0)

  /// Makes a cell.
  public init(glyph: UInt32, role: CellRole, level: UInt8, dots: UInt8) {
    self.glyph = glyph
    self.role = role
    self.level = level
    self.dots = dots
  }
}

/// A drawing as terminal cells, row by row.
public struct CellGrid: Hashable, Sendable {
  /// Width and height in cells.
  public let size: GridSize
  /// `rows × columns` cells, row-major.
  public var cells: [Cell]

  /// An empty drawing.
  public init(size: GridSize) {
    self.size = size
    cells = [Cell](repeating: .blank, count: size.count)
  }

  /// The cell at a column and row.
  public subscript(column: Int, row: Int) -> Cell {
    get { cells[row * size.columns + column] }
    set { cells[row * size.columns + column] = newValue }
  }

  /// The drawing as lines of text without trailing spaces.
  public var lines: [String] {
    (0..<size.rows).map { row in
      var scalars = String.UnicodeScalarView()
      var pending = 0
      for column in 0..<size.columns {
        let glyph = cells[row * size.columns + column].glyph
        if glyph == 0x20 {
          pending += 1
          continue
        }
        for _ in 0..<pending { scalars.append(" ") }
        pending = 0
        scalars.append(Unicode.Scalar(glyph) ?? " ")
      }
      return String(scalars)
    }
  }

  /// The drawing as one text, lines ended by newlines.
  public var text: String { lines.joined(separator: "\n") + "\n" }
}
