import Raster

/// Writes grids of cells as escape sequences, only what changed since the last one.
public struct AnsiPainter: Sendable {
  /// Colours of the head.
  public var palette: HeadPalette {
    didSet { forget() }
  }
  /// Colours the terminal has.
  public var depth: ColourDepth {
    didSet { forget() }
  }
  private var shown: CellPage?
  private var writer: PageWriter
  private var looks = LookTable()
  /// Sequences of the looks by number; 0 is the terminal's own.
  private var codes: [String] = []
  /// Numbers of looks by role and level.
  private var numbers: [UInt16] = []

  /// Makes a painter for a screen it has not drawn on yet.
  /// - Parameter lineFeeds: the terminal gets our bytes untranslated, so that a line feed keeps the column.
  public init(palette: HeadPalette = .dark, depth: ColourDepth = .truecolour, lineFeeds: Bool = false) {
    self.palette = palette
    self.depth = depth
    writer = PageWriter(lineFeeds: lineFeeds)
  }

  /// Forgets the screen: the next frame is written whole.
  public mutating func forget() {
    shown = nil
    writer.forget()
    looks = LookTable()
    codes = []
    numbers = []
  }

  /// The bytes that turn the last frame into this one. Cursor and colours are left anywhere.
  public mutating func frame(_ grid: CellGrid) -> String {
    if numbers.isEmpty { prepare() }
    var page = CellPage(width: grid.size.columns, height: grid.size.rows)
    for (i, cell) in grid.cells.enumerated() where cell.glyph != 0x20 {
      page.cells[i] = PageCell(glyph: cell.glyph, look: numbers[Int(cell.role.rawValue) * Cell.levels + Int(min(7, cell.level))])
    }
    let old = shown.flatMap { $0.width == page.width && $0.height == page.height ? $0 : nil }
    var out = ""
    if old == nil {
      out = "\u{1b}[0m\u{1b}[2J"
      writer.forget()
    }
    let codes = codes
    out += String(
      decoding: writer.difference(page, from: old, blank: 0, corner: true, looks: &looks) { _, to in codes[Int(to)] }, as: UTF8.self)
    shown = page
    return out
  }

  private mutating func prepare() {
    _ = looks.add(blank: 0)
    codes = [depth == .mono ? "" : "\u{1b}[0m"]
    for role in CellRole.allCases {
      for level in 0..<Cell.levels {
        let code = sgr(Cell(glyph: 0x20, role: role, level: UInt8(level), dots: 0))
        if let known = codes.firstIndex(of: code) {
          numbers.append(UInt16(known))
        } else {
          numbers.append(looks.add(blank: 0))
          codes.append(code)
        }
      }
    }
  }

  private func sgr(_ cell: Cell) -> String {
    let colour = palette[cell]
    switch depth {
    case .mono: return ""
    case .sixteen:
      // Only default, bright and dark: right on every background.
      switch cell.role {
      case .feature, .shade: return cell.level < 5 ? "\u{1b}[0;1m" : "\u{1b}[0m"
      case .contour, .crease: return "\u{1b}[0m"
      default: return "\u{1b}[0;34m"
      }
    case .indexed: return "\u{1b}[38;5;\(colour.index256)m"
    case .truecolour: return "\u{1b}[38;2;\(colour.red);\(colour.green);\(colour.blue)m"
    }
  }
}
