import Studio
import Synthesis

/// The five texts.
enum PromptView {
  /// One box as it lies on screen.
  struct Box {
    var field: Edit.PromptField
    var label: Int
    var firstRow: Int
    var rows: Int
    var skipped: Int
  }

  static func key(_ level: Prompt.Level) -> Theme.Key {
    switch level {
    case .action: .action
    case .emotion: .emotion
    case .expression: .expression
    case .pose: .pose
    case .scenario: .scenario
    }
  }

  /// Gives each box its rows: all of them when they fit, else the box in hand gets what is over.
  static func boxes(_ model: Model, _ body: Rect) -> [Box] {
    let width = max(8, body.width - 3)
    let fields = model.fields
    let editing = model.focus == .prompt
    let wanted = fields.map { field in
      (editing && field == model.field ? model.editor : TextEditor(model.text(of: field))).rows(width: width).count
    }
    var given = fields.map { _ in 1 }
    var spare = body.height - fields.count * 2
    let compact = spare < 0
    if compact { spare = body.height - fields.count }
    let current = fields.firstIndex(of: model.field) ?? 0
    for i in [current] + fields.indices.filter({ $0 != current }) {
      let more = max(0, min(wanted[i] - 1, spare))
      given[i] += more
      spare -= more
    }
    // What is still over becomes air between the boxes.
    let air = !compact && spare >= fields.count ? 1 : 0
    var y = 0
    var boxes: [Box] = []
    for (i, field) in fields.enumerated() {
      let label = y
      let first = compact ? y : y + 1
      var skipped = 0
      if editing, field == model.field {
        let row = model.editor.row(width: width)
        skipped = max(0, min(row - given[i] / 2, wanted[i] - given[i]))
      }
      boxes.append(Box(field: field, label: label, firstRow: first, rows: given[i], skipped: skipped))
      y = first + given[i] + air
    }
    return boxes
  }

  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = bodyRect(model, rect)
    if body.y > rect.y { _ = canvas.heading("Prompt", focused: model.focus == .prompt, rect) }
    let width = max(8, body.width - 3)
    for box in boxes(model, body) {
      let level = box.field.level
      let entry = model.document.prompt[level]
      let inHand = model.focus == .prompt && box.field == model.field
      let key: Theme.Key = entry.isMuted ? .muted : key(level)
      let compact = box.label == box.firstRow
      let y = body.y + box.label
      var style = canvas.theme[key]
      if inHand { style.emphasis.insert(.bold) }
      if box.label < body.height {
        canvas.screen.set(body.x, y, glyph: inHand ? canvas.glyphs.mark : 0x20, style: style)
        if !compact {
          let number = box.field.index > 0 ? " \(box.field.index + 1)" : ""
          var x = canvas.put(level.rawValue + number, body.x + 1, y, style, in: body)
          if entry.isMuted { x = canvas.put(" muted", x, y, .dim, in: body) }
          if entry.weight != 1, box.field.index == 0 { canvas.put(" ×\(Format.fixed(entry.weight, 1))", x, y, .dim, in: body) }
        } else if !inHand {
          canvas.put(String(level.rawValue.prefix(2)), body.x + 1, y, style, in: body)
        }
      }
      text(model, box, body, width: width, inHand: inHand, muted: entry.isMuted, compact: compact, &canvas)
    }
  }

  private static func text(
    _ model: Model, _ box: Box, _ body: Rect, width: Int, inHand: Bool, muted: Bool, compact: Bool, _ canvas: inout Canvas
  ) {
    let editor = inHand ? model.editor : TextEditor(model.text(of: box.field))
    let left = body.x + (compact && !inHand ? 4 : 2)
    if editor.isEmpty, !inHand {
      canvas.put(box.field.index > 0 ? "another situation" : hint(box.field.level), left, body.y + box.firstRow, .rule, in: body)
    }
    let rows = editor.rows(width: width)
    for i in 0..<box.rows where box.skipped + i < rows.count && box.firstRow + i < body.height {
      let row = rows[box.skipped + i]
      let y = body.y + box.firstRow + i
      let shown = editor.shown(row)
      canvas.put(String(shown.map { editor.clusters[$0] }), left, y, inHand ? .inputFocused : muted ? .muted : .input, in: body)
      guard inHand, let selection = editor.selection else { continue }
      var x = left
      for place in shown {
        let width = DisplayWidth.of(editor.clusters[place])
        if selection.contains(place) {
          for cell in x..<x + width where cell < body.right {
            canvas.screen.restyle(cell, y) {
              $0.ground = canvas.theme[.selection].ground
              $0.emphasis.formUnion(canvas.theme[.selection].emphasis)
            }
          }
        }
        x += width
      }
    }
    if inHand, model.overlay == nil {
      let row = editor.row(width: width) - box.skipped
      if row < box.rows { canvas.screen.cursor = (min(body.right - 1, left + editor.column(width: width)), body.y + box.firstRow + row) }
    }
  }

  /// What a level is for, shown while it is empty.
  private static func hint(_ level: Prompt.Level) -> String {
    switch level {
    case .action: "e.g. nods twice, then looks away"
    case .emotion: "e.g. happy, a little shy"
    case .expression: "e.g. brows up, a crooked smile"
    case .pose: "e.g. head turned to the left"
    case .scenario: "e.g. greeting an old friend"
    }
  }

  /// On a small screen the tabs are the heading.
  static func bodyRect(_ model: Model, _ rect: Rect) -> Rect {
    Layout(model).tabs.isEmpty || model.zoomed ? Rect(rect.x, rect.y + 1, rect.width, rect.height - 1) : rect
  }

  /// The place in the text under a cell.
  static func place(_ model: Model, _ rect: Rect, _ x: Int, _ y: Int) -> (field: Edit.PromptField, row: Int, column: Int)? {
    let body = bodyRect(model, rect)
    for box in boxes(model, body).reversed() where y - body.y >= box.label {
      return (box.field, max(0, y - body.y - box.firstRow) + box.skipped, x - body.x - 2)
    }
    return nil
  }
}
