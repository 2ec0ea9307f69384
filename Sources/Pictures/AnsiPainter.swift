import Raster

/// Writes grids of cells as escape sequences, only what changed since the last one.
public struct AnsiPainter: Sendable {
  /// Colours of the head.
  public var palette: HeadPalette
  /// Colours the terminal has.
  public var depth: ColourDepth
  private var shown: CellGrid?

  /// Makes a painter for a screen it has not drawn on yet.
  public init(palette: HeadPalette = .dark, depth: ColourDepth = .truecolour) {
    self.palette = palette
    self.depth = depth
  }

  /// Forgets the screen: the next frame is written whole.
  public mutating func forget() { shown = nil }

  /// The bytes that turn the last frame into this one. Cursor and colours are left anywhere.
  public mutating func frame(_ grid: CellGrid) -> String {
    var out = ""
    let old = shown?.size == grid.size ? shown : nil
    if old == nil { out += "\u{1b}[0m\u{1b}[2J" }
    var style = ""
    var place: (row: Int, column: Int) = (-1, -1)
    for row in 0..<grid.size.rows {
      var column = 0
      while column < grid.size.columns {
        let cell = grid[column, row]
        let before = old?[column, row] ?? .blank
        if same(cell, before) {
          column += 1
          continue
        }
        // A short way over unchanged cells of the same colour is cheaper written than jumped.
        if place.row == row, column > place.column, column - place.column <= 4,
          (place.column..<column).allSatisfy({ grid[$0, row].glyph == 0x20 || sgr(grid[$0, row]) == style })
        {
          for between in place.column..<column { append(grid[between, row].glyph, to: &out) }
        } else if place.row != row || place.column != column {
          out += move(from: place, to: (row, column))
        }
        let wanted = cell.glyph == 0x20 ? style : sgr(cell)
        if wanted != style {
          out += wanted
          style = wanted
        }
        append(cell.glyph, to: &out)
        column += 1
        place = (row, column)
      }
    }
    shown = grid
    return out
  }

  private func move(from: (row: Int, column: Int), to: (row: Int, column: Int)) -> String {
    if from.row == to.row, to.column > from.column {
      let steps = to.column - from.column
      return steps == 1 ? "\u{1b}[C" : "\u{1b}[\(steps)C"
    }
    return to.column == 0 ? "\u{1b}[\(to.row + 1)H" : "\u{1b}[\(to.row + 1);\(to.column + 1)H"
  }

  private func same(_ a: Cell, _ b: Cell) -> Bool {
    a.glyph == b.glyph && (a.glyph == 0x20 || depth == .mono || palette[a] == palette[b])
  }

  private func append(_ glyph: UInt32, to out: inout String) { out.unicodeScalars.append(Unicode.Scalar(glyph) ?? " ") }

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

/// Recordings of a terminal in the asciicast version 2 format (docs.asciinema.org/manual/asciicast/v2).
public struct Asciicast: Sendable {
  private var lines: [String]

  /// Starts a recording of a screen of this size.
  public init(size: GridSize, title: String? = nil) {
    let name = title.map { ", \"title\": \(Asciicast.quoted($0))" } ?? ""
    lines = ["{\"version\": 2, \"width\": \(size.columns), \"height\": \(size.rows)\(name)}"]
  }

  /// Adds what the terminal is sent at a moment.
  public mutating func output(_ text: String, milliseconds: Int) {
    let fraction = String(milliseconds % 1000 + 1000).dropFirst()
    lines.append("[\(milliseconds / 1000).\(fraction), \"o\", \(Asciicast.quoted(text))]")
  }

  /// The file's text, without what was drained.
  public var text: String { lines.map { $0 + "\n" }.joined() }

  /// Hands over the text so far and forgets it, so that a long recording need not stay in memory.
  public mutating func drain() -> String {
    defer { lines.removeAll(keepingCapacity: true) }
    return text
  }

  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
