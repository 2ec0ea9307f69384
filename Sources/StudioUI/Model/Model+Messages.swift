// What the studio says, for a few seconds at the foot of the screen and for good in the list of messages.
extension Model {
  /// Messages kept for reading again.
  static let keptMessages = 200

  /// Tells the user something, and keeps it for reading again.
  mutating func say(_ kind: Notice.Kind, _ text: String) {
    let said = show(kind, text)
    // What is said again moves to the end.
    messages.removeAll { $0.kind == said.kind && $0.text == said.text }
    messages.append(said)
    if messages.count > Model.keptMessages { messages.removeFirst() }
  }

  /// Puts a notice at the foot of the screen for as long as it takes to read.
  @discardableResult
  private mutating func show(_ kind: Notice.Kind, _ text: String) -> Notice {
    let oneLine = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let reading = Double(oneLine.count) / 15
    let shown = Notice(kind: kind, text: oneLine, until: now + max(kind == .good ? 4 : 9, min(30, reading)))
    notice = shown
    return shown
  }

  /// Tells what opening found; what a damaged session lost stays on screen until it is read.
  mutating func tell(_ notes: [String], damaged: Bool) {
    // The list begins with the newest: what was found first shall stand first there.
    for note in notes.reversed() { say(.warning, note) }
    show(.warning, notes.joined(separator: "; "))
    if damaged { overlay = .messages(scroll: 0) }
  }

  /// Lines of the list of messages at a width, the newest message first.
  public func messageLines(width: Int) -> [(kind: Notice.Kind, text: String, isFirst: Bool)] {
    messages.reversed().flatMap { message in
      Model.wrapped(message.text, width: width).enumerated().map { (message.kind, $0.element, $0.offset == 0) }
    }
  }

  /// Text in lines of a width, broken at spaces where it can be.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var editor = TextEditor(multiline: false)
    editor.replace(text)
    return editor.rows(width: width).map { row in
      var line = String(editor.clusters[row.range])
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Where a scrolled overlay stands after a key; nil for other keys.
  static func scrolled(_ key: Key, from scroll: Int, lines: Int, page: Int) -> Int? {
    let wanted: Int
    switch key.code {
    case .up: wanted = scroll - 1
    case .down: wanted = scroll + 1
    case .pageUp: wanted = scroll - page
    case .pageDown, .character(" "): wanted = scroll + page
    case .home: wanted = 0
    case .end: wanted = lines
    default: return nil
    }
    return max(0, min(wanted, lines - page))
  }

  /// Lines that help and messages show at a time.
  var scrollPage: Int { OverlayView.scrollArea(self).height }
}
