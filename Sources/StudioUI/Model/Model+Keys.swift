import Studio
import Synthesis

extension Model {
  /// A key: to the overlay, to the text, or to the table.
  mutating func press(_ key: Key) -> [Effect] {
    if overlay != nil { return pressInOverlay(key) }
    if focus == .prompt {
      if let effects = typeInPrompt(key) { return effects }
    }
    guard let action = keys.action(key, in: focus.context) else { return [] }
    return perform(action)
  }

  mutating func paste(_ text: String) -> [Effect] {
    if overlay != nil { return pasteInOverlay(text) }
    guard focus == .prompt else {
      say(.warning, "pasted text goes into the prompt: press e first")
      return []
    }
    editor.insert(text)
    history.endCoalescing()
    return writeText()
  }

  /// Width of the text boxes in cells.
  var promptWidth: Int { max(8, Layout(self).rects[.prompt].map { $0.width - 3 } ?? 30) }

  /// The document takes the text of the box.
  mutating func writeText() -> [Effect] {
    if editor.leftOut > 0 { say(.warning, Model.tooLong(editor.leftOut)) }
    return edit(.setText(field, editor.text))
  }

  /// What a box says that could not take everything.
  static func tooLong(_ leftOut: Int) -> String {
    "a text holds \(TextEditor.limit) characters at most: the last \(leftOut) were left out"
  }

  /// Keys that edit text; nil when the key is not one of them.
  private mutating func typeInPrompt(_ key: Key) -> [Effect]? {
    if key.alt || keys.action(key, in: .prompt) != nil && key.code != .backspace { return nil }
    let width = promptWidth
    switch key.code {
    case .character(let c) where !key.control:
      editor.insert(String(c))
      return writeText()
    case .up:
      editor.mark(key.shift)
      if !editor.up(width: width), !key.shift { moveField(-1) }
    case .down:
      editor.mark(key.shift)
      if !editor.down(width: width), !key.shift { moveField(1) }
    default:
      let before = editor.text
      guard editor.move(key, width: width) else { return nil }
      if editor.text != before { return writeText() }
    }
    return []
  }

  /// Goes to the next or previous box.
  mutating func moveField(_ by: Int) {
    let list = fields
    guard let at = list.firstIndex(of: field) else { return }
    let next = at + by
    if list.indices.contains(next) {
      field = list[next]
    } else if by > 0, case .scenario(let i) = field, i + 1 < Prompt.scenarioLimit, text(of: field) != "" {
      field = .scenario(i + 1)
    } else {
      return
    }
    history.endCoalescing()
    syncEditor()
    if by < 0 { editor.toEnd() } else { editor.toStart() }
  }

  mutating func focus(_ pane: Pane) {
    focus = pane
    if pane != .viewport && pane != .timeline { side = pane }
    if pane == .prompt {
      syncEditor()
      editor.toEnd()
    }
    if pane == .takes, let current = document.currentTake {
      takeRow = document.takeTree.firstIndex { $0.take.id == current } ?? takeRow
    }
  }

  mutating func cyclePane(_ by: Int) {
    let order: [Pane] = [.viewport, .prompt, .audio, .tokens, .timeline, .takes, .layers]
    let at = order.firstIndex(of: focus) ?? 0
    focus(order[(at + by + order.count) % order.count])
  }
}

extension TextEditor {
  /// Before a motion: begins or keeps the selection, or ends it.
  mutating func mark(_ selecting: Bool) { anchor = selecting ? anchor ?? cursor : nil }

  /// Moves or deletes by a key that every text box understands; false for other keys.
  package mutating func move(_ key: Key, width: Int) -> Bool {
    switch key.code {
    case .left, .right, .home, .end: mark(key.shift)
    default: break
    }
    switch (key.code, key.control) {
    case (.left, true): leftWord()
    case (.right, true): rightWord()
    case (.left, _): left()
    case (.right, _): right()
    case (.home, true): toStart()
    case (.end, true): toEnd()
    case (.home, _), (.character("a"), true): toLineStart(width: width)
    case (.end, _), (.character("e"), true): toLineEnd(width: width)
    case (.backspace, true), (.character("w"), true): deleteWordBack()
    case (.backspace, _), (.character("h"), true): backspace()
    case (.delete, _), (.character("d"), true): delete()
    case (.character("k"), true): deleteToLineEnd()
    case (.character("u"), true): deleteToLineStart()
    default: return false
    }
    return true
  }
}
