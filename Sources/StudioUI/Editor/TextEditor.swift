/// A box of text being written: grapheme clusters, soft wrapping, word motion.
///
/// The text is an array of clusters, so that a combined letter, an emoji or a wide character is one step everywhere.
public struct TextEditor: Hashable, Sendable {
  /// The clusters of the text; a newline is a cluster of its own.
  public private(set) var clusters: [Character]
  /// The cursor stands before this cluster, 0…count.
  public private(set) var cursor: Int
  /// Where the selection began; nil without one.
  public internal(set) var anchor: Int?

  /// Newlines may be typed.
  public var multiline: Bool
  /// Column to keep when moving up and down.
  private var goal: Int?

  /// Most clusters that typing and pasting fill a box to; more is left out, so that a wild paste cannot fill the memory.
  public static let limit = 20_000
  /// Clusters that the last insertion left out, being beyond the limit.
  public private(set) var leftOut = 0

  public init(_ text: String = "", multiline: Bool = true) {
    self.multiline = multiline
    clusters = []
    cursor = 0
    insert(text)
  }

  public var text: String { String(clusters) }
  public var isEmpty: Bool { clusters.isEmpty }

  /// The selected clusters; nil when nothing is.
  public var selection: Range<Int>? {
    guard let anchor, anchor != cursor else { return nil }
    return min(anchor, cursor)..<max(anchor, cursor)
  }

  /// The selected text.
  public var selectedText: String? { selection.map { String(clusters[$0]) } }

  public mutating func selectAll() {
    anchor = 0
    cursor = clusters.count
    goal = nil
  }

  /// Takes the selection out; false when there is none.
  @discardableResult
  public mutating func deleteSelection() -> Bool {
    guard let selection else { return false }
    remove(selection)
    return true
  }

  /// Exchanges the text from outside (undo, another take) and keeps the cursor where it can be.
  public mutating func replace(_ text: String) {
    guard text != self.text else { return }
    let place = cursor
    anchor = nil
    clusters = []
    cursor = 0
    insert(text, limit: .max)
    cursor = min(place, clusters.count)
  }

  /// Types or pastes; control characters become spaces, line ends newlines (or spaces in a one-line box).
  public mutating func insert(_ text: String) { insert(text, limit: TextEditor.limit) }

  private mutating func insert(_ text: String, limit: Int) {
    deleteSelection()
    anchor = nil
    var clean = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      defer { afterReturn = scalar == "\r" }
      switch scalar {
      case "\r": clean.append(multiline ? "\n" : " ")
      case "\n": if !afterReturn { clean.append(multiline ? "\n" : " ") }
      case _ where scalar.value < 0x20 || scalar.value == 0x7f || (0x80..<0xa0).contains(scalar.value): clean.append(" ")
      default: clean.append(scalar)
      }
    }
    let added = Array(String(clean))
    let room = max(0, limit - clusters.count)
    leftOut = max(0, added.count - room)
    // A combining mark typed after its letter joins it: rebuild the clusters around the place of insertion.
    let before = String(clusters[..<cursor]) + String(added.prefix(room))
    let after = String(clusters[cursor...])
    let whole = Array(before + after)
    clusters = whole
    cursor = min(clusters.count, whole.count - TextEditor.clustersAfter(before, after, whole.count))
    goal = nil
  }

  private static func clustersAfter(_ before: String, _ after: String, _ total: Int) -> Int {
    // The cursor goes to the first cluster border at or after the end of what was inserted.
    let end = before.unicodeScalars.count
    var seen = 0
    var index = 0
    for cluster in before + after {
      if seen >= end { break }
      seen += cluster.unicodeScalars.count
      index += 1
    }
    return total - index
  }

  public mutating func backspace() {
    if deleteSelection() { return }
    guard cursor > 0 else { return }
    remove(cursor - 1..<cursor)
  }

  public mutating func delete() {
    if deleteSelection() { return }
    guard cursor < clusters.count else { return }
    remove(cursor..<cursor + 1)
  }

  public mutating func deleteWordBack() { remove(wordLeft()..<cursor) }
  public mutating func deleteToLineEnd() {
    let end = clusters[cursor...].firstIndex(of: "\n") ?? clusters.count
    remove(cursor..<(end == cursor ? min(clusters.count, end + 1) : end))
  }
  public mutating func deleteToLineStart() { remove(lineStart()..<cursor) }

  private mutating func remove(_ range: Range<Int>) {
    let place = range.lowerBound
    anchor = nil
    clusters.removeSubrange(range)
    // Removing a border can join clusters (a letter and a lone mark): count again.
    let joined = Array(String(clusters))
    if joined != clusters { clusters = joined }
    cursor = min(place, clusters.count)
    goal = nil
  }

  public mutating func left() {
    cursor = max(0, cursor - 1)
    goal = nil
  }
  public mutating func right() {
    cursor = min(clusters.count, cursor + 1)
    goal = nil
  }
  public mutating func leftWord() {
    cursor = wordLeft()
    goal = nil
  }
  public mutating func rightWord() {
    while cursor < clusters.count, !TextEditor.isWord(clusters[cursor]) { cursor += 1 }
    while cursor < clusters.count, TextEditor.isWord(clusters[cursor]) { cursor += 1 }
    goal = nil
  }
  public mutating func toStart() {
    cursor = 0
    goal = nil
  }
  public mutating func toEnd() {
    cursor = clusters.count
    goal = nil
  }
  public mutating func toLineStart(width: Int) {
    cursor = rows(width: width)[row(width: width)].range.lowerBound
    goal = nil
  }
  public mutating func toLineEnd(width: Int) {
    let all = rows(width: width)
    let r = row(width: width)
    cursor = r + 1 < all.count && !all[r].endsLine ? max(all[r].range.lowerBound, all[r].range.upperBound - 1) : all[r].range.upperBound
    goal = nil
  }

  private func wordLeft() -> Int {
    var i = cursor
    while i > 0, !TextEditor.isWord(clusters[i - 1]) { i -= 1 }
    while i > 0, TextEditor.isWord(clusters[i - 1]) { i -= 1 }
    return i
  }

  private func lineStart() -> Int { (clusters[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }

  private static func isWord(_ c: Character) -> Bool { c.isLetter || c.isNumber || c == "'" || c == "_" }
}

// Wrapping: what the box looks like at a width.
extension TextEditor {
  /// One row of the box: the clusters it shows.
  public struct Row: Hashable, Sendable {
    public var range: Range<Int>
    /// The row ends with a newline or the text.
    public var endsLine: Bool
  }

  /// The rows at a width in cells; at least one. Breaks after spaces where it can.
  public func rows(width: Int) -> [Row] {
    let width = max(2, width)
    var rows: [Row] = []
    var start = 0
    var used = 0
    var lastBreak: Int?
    var i = 0
    while i < clusters.count {
      let c = clusters[i]
      if c == "\n" {
        rows.append(Row(range: start..<i, endsLine: true))
        start = i + 1
        used = 0
        lastBreak = nil
        i += 1
        continue
      }
      let w = DisplayWidth.of(c)
      // A space may hang over the edge; anything else wraps.
      if i > start, used + w > width, c != " " || used + w > width + 1 {
        let cut = lastBreak.map { $0 > start ? $0 : i } ?? i
        rows.append(Row(range: start..<cut, endsLine: false))
        start = cut
        used = clusters[start..<i].reduce(0) { $0 + DisplayWidth.of($1) }
        lastBreak = nil
        continue
      }
      used += w
      if c == " " || c == "-" { lastBreak = i + 1 }
      i += 1
    }
    rows.append(Row(range: start..<clusters.count, endsLine: true))
    return rows
  }

  /// The row the cursor stands in.
  public func row(width: Int) -> Int {
    let all = rows(width: width)
    return all.lastIndex { $0.range.lowerBound <= cursor } ?? 0
  }

  /// Cells before the cursor in its row.
  public func column(width: Int) -> Int {
    let r = rows(width: width)[row(width: width)]
    guard Bidi.isNeeded(clusters[r.range]) else {
      return clusters[r.range.lowerBound..<min(cursor, max(r.range.lowerBound, r.range.upperBound))].reduce(0) { $0 + DisplayWidth.of($1) }
    }
    // Among letters of both directions the cursor stands on the cluster it is before, wherever that is shown.
    var used = 0
    for place in shown(r) {
      if place == cursor { return used }
      used += DisplayWidth.of(clusters[place])
    }
    return used
  }

  /// The places of a row's clusters in the order they are shown.
  func shown(_ row: Row) -> [Int] {
    let line = Array(clusters[row.range])
    guard Bidi.isNeeded(line) else { return Array(row.range) }
    return Bidi.order(line).map { $0 + row.range.lowerBound }
  }

  /// Moves up; false when it was in the first row.
  public mutating func up(width: Int) -> Bool { step(-1, width) }
  /// Moves down; false when it was in the last row.
  public mutating func down(width: Int) -> Bool { step(1, width) }

  private mutating func step(_ by: Int, _ width: Int) -> Bool {
    let all = rows(width: width)
    let wanted = row(width: width) + by
    guard all.indices.contains(wanted) else { return false }
    let column = goal ?? self.column(width: width)
    cursor = place(row: wanted, column: column, all)
    goal = column
    return true
  }

  /// Puts the cursor at a row and column of the box (mouse).
  ///
  /// - Parameter selecting: the text between here and where the button went down is selected.
  public mutating func moveTo(row: Int, column: Int, width: Int, selecting: Bool = false) {
    let all = rows(width: width)
    anchor = selecting ? anchor ?? cursor : nil
    cursor = place(row: max(0, min(all.count - 1, row)), column: max(0, column), all)
    goal = nil
  }

  private func place(row: Int, column: Int, _ all: [Row]) -> Int {
    var used = 0
    if Bidi.isNeeded(clusters[all[row].range]) {
      for place in shown(all[row]) {
        used += DisplayWidth.of(clusters[place])
        if used > column { return place }
      }
      return all[row].range.upperBound
    }
    var i = all[row].range.lowerBound
    let last = all[row].endsLine ? all[row].range.upperBound : max(all[row].range.lowerBound, all[row].range.upperBound - 1)
    while i < last {
      let w = DisplayWidth.of(clusters[i])
      if used + w > column { break }
      used += w
      i += 1
    }
    return i
  }
}
