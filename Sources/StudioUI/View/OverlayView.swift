import Raster
import Studio

/// What lies over the panes.
enum OverlayView {
  /// The box of the overlay on screen.
  static func box(_ model: Model) -> Rect? {
    let (w, h) = (model.width, model.height)
    let size: (Int, Int)
    switch model.overlay {
    case .help, .messages: size = (min(76, w - 4), h - 4)
    case .palette: size = (min(70, w - 4), min(20, h - 4))
    case .picker: size = (min(90, w - 4), min(26, h - 4))
    case .themes: size = (min(34, w - 4), min(model.themes.count + 4, h - 4))
    case .form(let form): size = (min(66, w - 4), min(form.fields.count + 5, h - 2))
    case .confirm(let question): size = (min(max(38, DisplayWidth.of(question.text) + 6), w - 4), 5)
    case nil: return nil
    }
    return Rect((w - size.0) / 2, max(1, (h - size.1) / 3), max(1, size.0), max(1, size.1))
  }

  /// Where help and messages show their lines.
  static func scrollArea(_ model: Model) -> Rect {
    guard let inner = box(model)?.inset(2, 1) else { return Rect(0, 0, 0, 0) }
    return Rect(inner.x, inner.y + 2, inner.width, inner.height - 2)
  }

  /// The rows of the list in the overlay and the first entry shown.
  private static func list(_ model: Model, _ inner: Rect) -> (area: Rect, first: Int, count: Int)? {
    func scrolled(_ area: Rect, _ row: Int, _ count: Int) -> (Rect, Int, Int) {
      (area, max(0, min(row - area.height / 2, count - area.height)), count)
    }
    switch model.overlay {
    case .palette(let query, let row):
      return scrolled(Rect(inner.x, inner.y + 2, inner.width, inner.height - 2), row, model.paletteRows(query.text).count)
    case .picker(let picker):
      let preview = inner.height > 12 ? 5 : 0
      return scrolled(Rect(inner.x, inner.y + 3, inner.width, inner.height - 3 - preview), picker.row, picker.matches.count)
    case .themes: return (Rect(inner.x, inner.y + 2, inner.width, inner.height - 2), 0, model.themes.count)
    default: return nil
    }
  }

  /// The entry of the list under a row of the screen.
  static func listRow(_ model: Model, _ y: Int) -> Int? {
    guard let box = box(model), let list = list(model, box.inset(2, 1)), y >= list.area.y, y < list.area.bottom else { return nil }
    let row = list.first + y - list.area.y
    return row < list.count ? row : nil
  }

  static func draw(_ model: Model, _ canvas: inout Canvas) {
    guard let box = box(model), let overlay = model.overlay else { return }
    canvas.screen.cursor = nil
    canvas.screen.fill(box, canvas.theme[.overlay])
    frame(box, &canvas)
    let inner = box.inset(2, 1)
    switch overlay {
    case .help(let query, let scroll): help(model, query, scroll, inner, &canvas)
    case .messages(let scroll): messages(model, scroll, inner, &canvas)
    case .palette(let query, let row): palette(model, query, row, inner, &canvas)
    case .picker(let picker): pick(model, picker, inner, &canvas)
    case .themes(let row, _): themes(model, row, inner, &canvas)
    case .form(let form): draw(model, form, inner, &canvas)
    case .confirm(let question):
      canvas.put(question.text, inner.x, inner.y, .overlay, in: inner)
      for choice in question.choices {
        canvas.put(choice.text, inner.x + choice.columns.lowerBound, inner.y + 2, dim(canvas), in: inner)
      }
    }
  }

  /// A thin frame, so that the box stands off where there are no colours.
  private static func frame(_ box: Rect, _ canvas: inout Canvas) {
    let style = Style(ink: canvas.theme[.rule].ink, ground: canvas.theme[.overlay].ground, emphasis: canvas.theme[.rule].emphasis)
    let ascii = canvas.glyphs.ascii
    for x in box.x..<box.right {
      canvas.screen.set(x, box.y, glyph: canvas.glyphs.horizontal, style: style)
      canvas.screen.set(x, box.bottom - 1, glyph: canvas.glyphs.horizontal, style: style)
    }
    for y in box.y..<box.bottom {
      canvas.screen.set(box.x, y, glyph: canvas.glyphs.vertical, style: style)
      canvas.screen.set(box.right - 1, y, glyph: canvas.glyphs.vertical, style: style)
    }
    let corners: [(Int, Int, UInt32)] = [
      (box.x, box.y, 0x256d), (box.right - 1, box.y, 0x256e), (box.x, box.bottom - 1, 0x2570), (box.right - 1, box.bottom - 1, 0x256f),
    ]
    for (x, y, glyph) in corners { canvas.screen.set(x, y, glyph: ascii ? 0x2b : glyph, style: style) }
  }

  private static func dim(_ canvas: Canvas) -> Style { canvas.theme[.dim].on(canvas.theme[.overlay]) }

  private static func title(_ text: String, _ query: TextEditor?, _ rect: Rect, _ canvas: inout Canvas) {
    var x = canvas.put(text + "  ", rect.x, rect.y, .overlayTitle, in: rect)
    guard let query else { return }
    let start = x
    x = canvas.put(query.text, x, rect.y, .overlay, in: rect)
    if query.isEmpty { canvas.put("type to search", x + 1, rect.y, dim(canvas), in: rect) }
    canvas.screen.cursor = (min(rect.right - 1, start + query.column(width: 10_000)), rect.y)
  }

  private static func help(_ model: Model, _ query: TextEditor, _ scroll: Int, _ rect: Rect, _ canvas: inout Canvas) {
    title("Keys", query, rect, &canvas)
    let area = scrollArea(model)
    let lines = model.helpLines(query.text)
    for (i, line) in lines.dropFirst(scroll).prefix(area.height).enumerated() {
      let y = area.y + i
      switch line {
      case .space: break
      case .heading(let context): canvas.put(context.title, rect.x, y, .overlayTitle, in: rect)
      case .key(let binding):
        let keys = binding.keys.map { $0.label(ascii: model.ascii) }.joined(separator: "  ")
        let style = canvas.theme[.hintKey].on(canvas.theme[.overlay])
        canvas.put(keys, rect.x + 1, y, style, in: Rect(rect.x, y, 22, 1))
        canvas.put(binding.title, rect.x + 23, y, .overlay, in: rect)
      }
    }
    if lines.isEmpty { canvas.put("no key does that", rect.x, area.y, dim(canvas), in: rect) }
  }

  private static func messages(_ model: Model, _ scroll: Int, _ rect: Rect, _ canvas: inout Canvas) {
    title("Messages", nil, rect, &canvas)
    let area = scrollArea(model)
    for (i, line) in model.messageLines(width: area.width - 2).dropFirst(scroll).prefix(area.height).enumerated() {
      let style = canvas.theme[line.kind.key].on(canvas.theme[.overlay])
      if line.isFirst { canvas.put(canvas.glyphs.dot, area.x, area.y + i, style, in: area) }
      canvas.put(line.text, area.x + 2, area.y + i, .overlay, in: area)
    }
    if model.messages.isEmpty { canvas.put("nothing was said yet", area.x, area.y, dim(canvas), in: area) }
  }

  private static func palette(_ model: Model, _ query: TextEditor, _ row: Int, _ rect: Rect, _ canvas: inout Canvas) {
    title("Do", query, rect, &canvas)
    let rows = model.paletteRows(query.text)
    guard let (list, first, _) = Self.list(model, rect) else { return }
    for i in 0..<list.height where first + i < rows.count {
      let (binding, places) = rows[first + i]
      let chosen = first + i == row
      let y = list.y + i
      if chosen { canvas.screen.fill(Rect(list.x - 1, y, list.width + 2, 1), canvas.theme[.overlayChosen]) }
      let base = canvas.theme[chosen ? .overlayChosen : .overlay]
      let key = model.keys.bindings.first { $0.action == binding.action && !$0.keys.isEmpty }?.keys.first?.label(ascii: model.ascii) ?? ""
      let keyX = list.right - DisplayWidth.of(key)
      put(binding.title, places, list.x, y, base, Rect(list.x, y, keyX - list.x - 1, 1), &canvas)
      canvas.put(key, keyX, y, canvas.theme[.hintKey].on(base), in: list)
    }
    if rows.isEmpty { canvas.put("nothing is called that", list.x, list.y, dim(canvas), in: list) }
  }

  /// Text with the matched letters marked.
  private static func put(_ text: String, _ places: [Int], _ x: Int, _ y: Int, _ base: Style, _ rect: Rect, _ canvas: inout Canvas) {
    canvas.put(text, x, y, base, in: rect)
    let match = canvas.theme[.match]
    var column = x
    for (i, character) in text.enumerated() {
      if places.contains(i), column < rect.right {
        canvas.screen.restyle(column, y) {
          $0.ink = match.ink
          $0.emphasis.formUnion(match.emphasis)
        }
      }
      column += DisplayWidth.of(character)
    }
  }

  private static func pick(_ model: Model, _ picker: Picker, _ rect: Rect, _ canvas: inout Canvas) {
    title("Sound", picker.query, rect, &canvas)
    canvas.put(picker.path, rect.x, rect.y + 1, dim(canvas), in: rect)
    let preview = rect.height > 12 ? 5 : 0
    guard let (list, first, _) = Self.list(model, rect) else { return }
    let matches = picker.matches
    for i in 0..<list.height where first + i < matches.count {
      let (entry, places) = matches[first + i]
      let chosen = first + i == picker.row
      let y = list.y + i
      if chosen { canvas.screen.fill(Rect(list.x - 1, y, list.width + 2, 1), canvas.theme[.overlayChosen]) }
      let base = canvas.theme[chosen ? .overlayChosen : .overlay]
      let size = entry.isFolder ? "folder" : bytes(entry.bytes)
      let sizeX = list.right - DisplayWidth.of(size)
      put(entry.name + (entry.isFolder ? "/" : ""), places, list.x, y, base, Rect(list.x, y, sizeX - list.x - 1, 1), &canvas)
      canvas.put(size, sizeX, y, canvas.theme[.dim].on(base), in: list)
    }
    if matches.isEmpty {
      let typed = picker.query.text.hasPrefix("/")
      let nothing = picker.entries.isEmpty ? "no sound file here (wav, flac, ogg, opus, mp3, aiff, au …)" : "nothing here is called that"
      let word = typed ? "Enter goes there" : picker.isLoading ? "looking" : nothing
      canvas.put(word, list.x, list.y, dim(canvas), in: list)
    }
    guard preview > 0 else { return }
    let below = Rect(rect.x, list.bottom + 1, rect.width, preview - 1)
    guard let track = picker.preview else {
      let left = canvas.glyphs.ascii ? "Left" : "←"
      canvas.put("Enter choose   \(left) folder above   / types a path   Esc leave", below.x, below.bottom - 1, dim(canvas), in: below)
      return
    }
    let info = track.info
    let rate = Format.fixed(Double(info.sampleRate) / 1000, 1)
    canvas.put(
      "\(Format.seconds(info.seconds))  \(rate) kHz  \(info.channels == 1 ? "mono" : "\(info.channels) channels")  \(info.format)", below.x,
      below.y,
      dim(canvas), in: below)
    let wave = Rect(below.x, below.y + 1, below.width, below.height - 1)
    canvas.wave(AudioView.bins(track, columns: wave.width * 2, from: 0, to: info.seconds), wave, .wave)
  }

  private static func bytes(_ n: Int) -> String {
    n < 1024 ? "\(n) B" : n < 1 << 20 ? "\(n / 1024) KB" : Format.fixed(Double(n) / Double(1 << 20), 1) + " MB"
  }

  private static func themes(_ model: Model, _ row: Int, _ rect: Rect, _ canvas: inout Canvas) {
    title("Theme", nil, rect, &canvas)
    for (i, theme) in model.themes.enumerated() where rect.y + 2 + i < rect.bottom {
      let y = rect.y + 2 + i
      if i == row { canvas.screen.fill(Rect(rect.x - 1, y, rect.width + 2, 1), canvas.theme[.overlayChosen]) }
      canvas.put(theme.name, rect.x, y, i == row ? .overlayChosen : .overlay, in: rect)
    }
  }

  private static func draw(_ model: Model, _ form: Form, _ rect: Rect, _ canvas: inout Canvas) {
    title(form.title, nil, rect, &canvas)
    let label = (form.fields.map { DisplayWidth.of($0.label) }.max() ?? 0) + 2
    for (i, field) in form.fields.enumerated() {
      let y = rect.y + 1 + i
      let here = i == form.row
      canvas.put(field.label, rect.x, y, here ? canvas.theme[.overlayTitle] : dim(canvas), in: rect)
      let boxes = Rect(rect.x + label, y, rect.width - label, 1)
      // A long line scrolls so that the cursor stays in sight.
      let column = field.editor.column(width: 10_000)
      let skip = max(0, column - boxes.width + 2)
      let text = String(field.editor.text.dropFirst(skip))
      let end = canvas.put(text, boxes.x, y, .overlay, in: boxes)
      if here, let selection = field.editor.selection {
        for column in selection.clamped(to: skip..<max(skip, skip + boxes.width)) {
          canvas.screen.restyle(boxes.x + column - skip, y) { $0.ground = canvas.theme[.selection].ground }
        }
      }
      if !field.hint.isEmpty, here, end + 3 < boxes.right { canvas.put(field.hint, end + 2, y, dim(canvas), in: boxes) }
      if here { canvas.screen.cursor = (min(boxes.right - 1, boxes.x + column - skip), y) }
    }
    let foot = rect.bottom - 1
    if let complaint = form.complaint {
      canvas.put(complaint, rect.x, foot, canvas.theme[.bad].on(canvas.theme[.overlay]), in: rect)
    } else {
      canvas.put("Enter \(form.verb)   Esc leave, keeping the text", rect.x, foot, dim(canvas), in: rect)
    }
  }
}
