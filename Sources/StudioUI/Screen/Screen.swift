import Raster

/// A rectangle of cells.
public struct Rect: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  public var right: Int { x + width }
  public var bottom: Int { y + height }
  public var isEmpty: Bool { width == 0 || height == 0 }

  public func contains(_ px: Int, _ py: Int) -> Bool { px >= x && px < right && py >= y && py < bottom }

  /// Smaller by this much on each side.
  public func inset(_ dx: Int, _ dy: Int) -> Rect { Rect(x + dx, y + dy, width - 2 * dx, height - 2 * dy) }
}

/// One cell of the screen.
public struct ScreenCell: Hashable, Sendable {
  /// First scalar of what is shown.
  public var glyph: UInt32
  /// 0, or one more than the place of the whole cluster in `Screen.clusters`.
  public var cluster: UInt16
  /// 1, 2 for a wide character, 0 for the cell a wide character covers.
  public var width: UInt8
  public var style: Style

  public init(glyph: UInt32 = 0x20, cluster: UInt16 = 0, width: UInt8 = 1, style: Style = .plain) {
    self.glyph = glyph
    self.cluster = cluster
    self.width = width
    self.style = style
  }
}

/// What the user sees: styled cells, and where the cursor stands.
public struct Screen: Sendable, Hashable {
  public let width: Int
  public let height: Int
  /// `height × width`, row-major.
  public private(set) var cells: [ScreenCell]
  /// Clusters of several scalars.
  public private(set) var clusters: [String] = []
  /// The cursor's cell, nil when it is hidden.
  public var cursor: (x: Int, y: Int)? {
    get { place.map { ($0 % max(1, width), $0 / max(1, width)) } }
    set { place = newValue.flatMap { $0.x >= 0 && $0.y >= 0 && $0.x < width && $0.y < height ? $0.y * width + $0.x : nil } }
  }
  private var place: Int?

  public init(width: Int, height: Int, style: Style = .plain) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = [ScreenCell](repeating: ScreenCell(style: style), count: self.width * self.height)
  }

  public subscript(x: Int, y: Int) -> ScreenCell { cells[y * width + x] }

  /// What a cell shows, as text; empty under the right half of a wide character.
  public func text(_ x: Int, _ y: Int) -> String {
    let cell = cells[y * width + x]
    if cell.width == 0 { return "" }
    if cell.cluster > 0 { return clusters[Int(cell.cluster) - 1] }
    return String(Character(Unicode.Scalar(cell.glyph) ?? " "))
  }

  /// One row as text without trailing spaces.
  public func line(_ y: Int) -> String {
    var text = (0..<width).map { self.text($0, y) }.joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  /// All rows.
  public var lines: [String] { (0..<height).map(line) }

  /// Sets one cell of width 1; outside the screen nothing happens.
  public mutating func set(_ x: Int, _ y: Int, glyph: UInt32, style: Style) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    clearHalves(x, y)
    cells[y * width + x] = ScreenCell(glyph: glyph, style: style)
  }

  /// Changes only the look of a cell.
  public mutating func restyle(_ x: Int, _ y: Int, _ change: (inout Style) -> Void) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    change(&cells[y * width + x].style)
  }

  /// Writes text from (x, y) to at most `limit` (exclusive); clusters that do not fit whole are left out.
  /// - Returns: the column after the text.
  @discardableResult
  public mutating func put(_ text: some StringProtocol, _ x: Int, _ y: Int, _ style: Style, limit: Int = .max) -> Int {
    guard y >= 0, y < height else { return x }
    let end = min(limit, width)
    var column = x
    for character in text {
      let whole = DisplayWidth.of(character)
      if whole == 0 { continue }
      if column + whole > end { break }
      if whole <= 2 {
        if column >= 0 { put(character, width: whole, column, y, style) }
        column += whole
        continue
      }
      for (part, w) in DisplayWidth.parts(of: character) {
        if column >= 0 { put(part, width: w, column, y, style) }
        column += w
      }
    }
    return column
  }

  private mutating func put(_ character: Character, width w: Int, _ x: Int, _ y: Int, _ style: Style) {
    clearHalves(x, y)
    if w == 2 { clearHalves(x + 1, y) }
    let scalars = character.unicodeScalars
    var cluster: UInt16 = 0
    if scalars.count > 1, clusters.count < Int(UInt16.max) - 1 {
      clusters.append(String(character))
      cluster = UInt16(clusters.count)
    }
    cells[y * width + x] = ScreenCell(glyph: scalars.first?.value ?? 0x20, cluster: cluster, width: UInt8(w), style: style)
    if w == 2 { cells[y * width + x + 1] = ScreenCell(glyph: 0x20, width: 0, style: style) }
  }

  /// A wide character loses its other half when one half is overwritten.
  private mutating func clearHalves(_ x: Int, _ y: Int) {
    let i = y * width + x
    if cells[i].width == 0, x > 0 { cells[i - 1] = ScreenCell(style: cells[i - 1].style) }
    if cells[i].width == 2, x + 1 < width { cells[i + 1] = ScreenCell(style: cells[i + 1].style) }
  }

  /// Fills a rectangle.
  public mutating func fill(_ rect: Rect, _ style: Style, glyph: UInt32 = 0x20) {
    for y in max(0, rect.y)..<max(max(0, rect.y), min(height, rect.bottom)) {
      for x in max(0, rect.x)..<max(max(0, rect.x), min(width, rect.right)) { set(x, y, glyph: glyph, style: style) }
    }
  }

  /// Draws a head's cells with their top left at (x, y).
  public mutating func draw(_ grid: CellGrid, _ x: Int, _ y: Int, style: (Cell) -> Style) {
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns {
        let cell = grid[column, row]
        if cell.glyph != 0x20 { set(x + column, y + row, glyph: cell.glyph, style: style(cell)) }
      }
    }
  }
}
