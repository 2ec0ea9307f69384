/// Writes the difference of two pages as escape sequences, in few bytes.
///
/// Two orders are tried and the shorter is taken: row by row, and colour by colour (a change of colour costs up to 19
/// bytes, a short move 4). Between cells the cheapest move is chosen, which can be writing over what stays.
public struct PageWriter: Sendable {
  /// The pen's look, nil when it is not known.
  public private(set) var pen: UInt16?
  /// The terminal takes a line feed as one row down in the same column (output is not translated).
  public var lineFeeds: Bool

  /// Above this many changed cells a page is written row by row: it then fills from the top.
  private static let sortable = 6000

  public init(lineFeeds: Bool = false) { self.lineFeeds = lineFeeds }

  /// Forgets the pen.
  public mutating func forget() { pen = nil }

  /// The bytes that turn `old` into `new`.
  /// - Parameters:
  ///   - old: what the terminal shows; nil: nothing but blanks of look class `blank`.
  ///   - corner: the last cell may be written (the page ends above the screen's last row).
  ///   - looks: the looks of both pages.
  ///   - make: the sequence between two looks.
  public mutating func difference(
    _ new: CellPage, from old: CellPage?, blank: UInt16, corner: Bool = false, looks: inout LookTable, make: (UInt16?, UInt16) -> String
  ) -> [UInt8] {
    var changed = [Bool](repeating: false, count: new.cells.count)
    var count = 0
    let base = old.flatMap { $0.width == new.width && $0.height == new.height ? $0 : nil }
    for i in 0..<new.cells.count where new.cells[i].width > 0 {
      // The last cell of the screen would scroll some terminals.
      if !corner, i + Int(new.cells[i].width) >= new.cells.count { break }
      if PageWriter.differs(i, new, base, blank, looks) {
        changed[i] = true
        count += 1
      }
    }
    guard count > 0 else { return [] }
    var rows = Pass(page: new, changed: changed, pen: pen, lineFeeds: lineFeeds)
    rows.writeByRows(&looks, make)
    var best = rows
    if count < PageWriter.sortable {
      var sorted = Pass(page: new, changed: changed, pen: pen, lineFeeds: lineFeeds)
      sorted.writeByLooks(&looks, make)
      if sorted.out.count < best.out.count { best = sorted }
    }
    pen = best.pen
    return best.out
  }

  private static func differs(_ i: Int, _ new: CellPage, _ old: CellPage?, _ blank: UInt16, _ looks: LookTable) -> Bool {
    let a = new.cells[i]
    guard let old else { return a.glyph != 0x20 || looks.blank[Int(a.look)] != blank }
    let b = old.cells[i]
    if a.width != b.width { return true }
    if a.glyph == 0x20, b.glyph == 0x20 { return looks.blank[Int(a.look)] != looks.blank[Int(b.look)] }
    if a.look != b.look { return true }
    if a.glyph < PageCell.textBase || b.glyph < PageCell.textBase { return a.glyph != b.glyph }
    return new.texts[Int(a.glyph - PageCell.textBase)] != old.texts[Int(b.glyph - PageCell.textBase)]
  }

  /// The sequence that puts the cursor at a cell.
  public static func move(_ x: Int, _ y: Int) -> String { x == 0 ? "\u{1b}[\(y + 1)H" : "\u{1b}[\(y + 1);\(x + 1)H" }
}

/// One try at writing a difference.
private struct Pass {
  let page: CellPage
  var changed: [Bool]
  var pen: UInt16?
  let lineFeeds: Bool
  var out: [UInt8] = []
  /// Where the cursor is; x is −1 when that is not known.
  var x = -1
  var y = -1

  init(page: CellPage, changed: [Bool], pen: UInt16?, lineFeeds: Bool) {
    self.page = page
    self.changed = changed
    self.pen = pen
    self.lineFeeds = lineFeeds
    out.reserveCapacity(4096)
  }

  /// A blank can be written by any pen of its class.
  private func suits(_ cell: PageCell, _ looks: LookTable) -> Bool {
    guard let pen else { return false }
    return cell.look == pen || cell.glyph == 0x20 && looks.blank[Int(cell.look)] == looks.blank[Int(pen)]
  }

  mutating func writeByRows(_ looks: inout LookTable, _ make: (UInt16?, UInt16) -> String) {
    for row in 0..<page.height {
      for column in 0..<page.width where changed[row * page.width + column] { write(column, row, &looks, make) }
    }
  }

  mutating func writeByLooks(_ looks: inout LookTable, _ make: (UInt16?, UInt16) -> String) {
    var order: [UInt16] = pen.map { [$0] } ?? []
    var known = Set(order)
    var places: [UInt16: [Int]] = [:]
    for i in changed.indices where changed[i] && page.cells[i].glyph != 0x20 {
      let look = page.cells[i].look
      places[look, default: []].append(i)
      if known.insert(look).inserted { order.append(look) }
    }
    for look in order {
      if pen != look { change(to: look, &looks, make) }
      let wanted = places[look] ?? []
      var first = 0
      while first < wanted.count {
        let row = wanted[first] / page.width
        var last = first
        while last + 1 < wanted.count, wanted[last + 1] / page.width == row { last += 1 }
        let runs = runs(wanted[first...last], row: row, looks)
        // Runs are visited from the end that is nearer: a row that ends on the right is followed by one begun there.
        let fromRight = y >= 0 && x >= 0 && abs(x - (runs.last?.lowerBound ?? 0)) < abs(x - (runs.first?.lowerBound ?? 0))
        for run in fromRight ? runs.reversed() : runs {
          for column in run where changed[row * page.width + column] { write(column, row, &looks, make) }
        }
        first = last + 1
      }
    }
    writeByRows(&looks, make)
  }

  /// Columns of a row to write with the pen as it is: changed cells with blanks around them, joined over gaps that are
  /// cheaper written than jumped.
  private mutating func runs(_ places: ArraySlice<Int>, row: Int, _ looks: LookTable) -> [Range<Int>] {
    let base = row * page.width
    func isChangedBlank(_ column: Int) -> Bool {
      changed[base + column] && page.cells[base + column].glyph == 0x20 && suits(page.cells[base + column], looks)
    }
    var runs: [Range<Int>] = []
    for place in places {
      var start = place - base
      while start > (runs.last?.upperBound ?? 0), isChangedBlank(start - 1) { start -= 1 }
      var end = place - base + Int(max(1, page.cells[place].width))
      while end < page.width, isChangedBlank(end) { end += 1 }
      guard let before = runs.last else {
        runs.append(start..<end)
        continue
      }
      let gap = before.upperBound..<max(before.upperBound, start)
      if let cost = overwriteCost(gap, row: row, looks), cost <= (gap.isEmpty ? 0 : Pass.forwardCost(gap.count)) {
        for column in gap { changed[base + column] = true }
        runs[runs.count - 1] = before.lowerBound..<max(before.upperBound, end)
      } else {
        runs.append(start..<end)
      }
    }
    return runs
  }

  private mutating func change(to look: UInt16, _ looks: inout LookTable, _ make: (UInt16?, UInt16) -> String) {
    out += looks.sequence(from: pen, to: look, make: make)
    pen = look
  }

  private mutating func write(_ column: Int, _ row: Int, _ looks: inout LookTable, _ make: (UInt16?, UInt16) -> String) {
    let cell = page.cells[row * page.width + column]
    approach(column, row, looks)
    if !suits(cell, looks) { change(to: cell.look, &looks, make) }
    put(cell)
    changed[row * page.width + column] = false
    x = column + Int(max(1, cell.width))
    y = row
    // At the right border terminals differ in where the cursor is.
    if x >= page.width { x = -1 }
  }

  private mutating func put(_ cell: PageCell) {
    if cell.glyph >= PageCell.textBase {
      out += Array(page.texts[Int(cell.glyph - PageCell.textBase)].utf8)
    } else if cell.glyph < 0x80 {
      out.append(UInt8(cell.glyph))
    } else if let bytes = UTF8.encode(Unicode.Scalar(cell.glyph) ?? " ") {
      out += Array(bytes)
    }
  }

  // MARK: Moves

  private mutating func approach(_ column: Int, _ row: Int, _ looks: LookTable) {
    if column == x, row == y { return }
    if x >= 0, row == y, column > x, let cost = overwriteCost(x..<column, row: row, looks), cost <= Pass.forwardCost(column - x) {
      for at in x..<column {
        put(page.cells[row * page.width + at])
        changed[row * page.width + at] = false
      }
      x = column
      return
    }
    let direct = PageWriter.move(column, row)
    var path = ""
    if x >= 0, row == y {
      path = Pass.sideways(from: x, to: column)
    } else if x >= 0, row > y {
      let rows = row - y
      let down = lineFeeds && rows < 4 ? String(repeating: "\n", count: rows) : rows == 1 ? "\u{1b}[B" : "\u{1b}[\(rows)B"
      path = down + Pass.sideways(from: x, to: column)
    } else {
      path = direct
    }
    out += Array((path.utf8.count < direct.utf8.count ? path : direct).utf8)
    x = column
    y = row
  }

  /// Bytes of writing some cells of a row with the pen as it is; nil where that needs another pen.
  private func overwriteCost(_ columns: Range<Int>, row: Int, _ looks: LookTable) -> Int? {
    guard columns.count <= 6 else { return nil }
    var cost = 0
    for column in columns {
      let cell = page.cells[row * page.width + column]
      if cell.width != 1 || cell.glyph >= PageCell.textBase || !suits(cell, looks) { return nil }
      cost += cell.glyph < 0x80 ? 1 : cell.glyph < 0x800 ? 2 : 3
    }
    return cost
  }

  private static func forwardCost(_ steps: Int) -> Int { steps == 1 ? 3 : steps < 10 ? 4 : steps < 100 ? 5 : 6 }

  private static func sideways(from: Int, to: Int) -> String {
    let steps = to - from
    if steps == 0 { return "" }
    if steps > 0 { return steps == 1 ? "\u{1b}[C" : "\u{1b}[\(steps)C" }
    // A backspace moves one cell to the left everywhere; a return goes to the first column.
    let back = -steps <= 4 ? String(repeating: "\u{8}", count: -steps) : "\u{1b}[\(-steps)D"
    let home = to == 0 ? "\r" : to == 1 ? "\r\u{1b}[C" : "\r\u{1b}[\(to)C"
    return back.utf8.count <= home.utf8.count ? back : home
  }
}
