import Motion
import Raster
import Studio

/// Draws the model as a screen.
public struct StudioView {
  public init() {}

  /// The whole screen. The drawer keeps lines steady from frame to frame; everything else depends on the model alone.
  public func draw(_ model: Model, _ face: FaceDrawer?) -> Screen {
    var canvas = Canvas(model)
    let layout = Layout(model)
    guard !layout.rects.isEmpty else {
      tooSmall(model, &canvas)
      return canvas.screen
    }
    bar(model, layout.bar, &canvas)
    for rule in layout.rules {
      for y in rule.y..<rule.y + rule.height { canvas.screen.set(rule.x, y, glyph: canvas.glyphs.vertical, style: canvas.theme[.rule]) }
    }
    if !layout.tabs.isEmpty { tabs(model, layout, &canvas) }
    for (pane, rect) in layout.rects.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      switch pane {
      case .viewport: ViewportView.draw(model, rect, face, &canvas)
      case .prompt: PromptView.draw(model, rect, &canvas)
      case .audio: AudioView.draw(model, rect, &canvas)
      case .tokens: TokensView.draw(model, rect, &canvas)
      case .timeline: TimelineView.draw(model, rect, &canvas)
      case .takes: TakesView.draw(model, rect, &canvas)
      case .layers: LayersView.draw(model, rect, &canvas)
      }
    }
    hints(model, layout.hints, &canvas)
    OverlayView.draw(model, &canvas)
    return canvas.screen
  }

  private func tooSmall(_ model: Model, _ canvas: inout Canvas) {
    let rect = Rect(0, 0, model.width, model.height)
    canvas.put("at least \(Layout.least.width)×\(Layout.least.height), please", 0, model.height / 2, .text, in: rect)
  }

  private func bar(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    canvas.screen.fill(rect, canvas.theme[.bar])
    var x = canvas.put(" mm2face ", 0, 0, .barName, in: rect)
    x = canvas.put(model.sessionName + (model.isReadOnly || model.saveProblem != nil ? " (not saved)" : ""), x, 0, .bar, in: rect)
    if let take = model.document.current {
      x = canvas.put("  \(take.name)\(take.starred ? " " + canvas.glyphs.star : "")", x, 0, .barName, in: rect)
    }
    var state = ""
    if let run = model.liveRun {
      let of = run.steps.map { "/\($0)" } ?? ""
      let rate = run.rate(at: model.now)
      let beginning = run.tries > 1 ? "try \(run.tries): " : ""
      state =
        beginning + "sampling \(run.events.count)\(of)" + (model.runs.count > 1 ? " ×\(model.runs.count)" : "")
        + (rate > 0 ? "  \(Int(rate)) tokens/s" : "")
    } else if let exporting = model.exporting {
      state = exporting
    } else if model.modelProblem != nil {
      state = "no model"
    } else if model.summary == nil {
      state = "loading the model"
    }
    let clock = model.clock
    let time =
      Format.seconds(Double(model.frame) / clock.framesPerSecond) + " / " + Format.seconds(Double(clock.frameCount) / clock.framesPerSecond)
    let speed = clock.speed == 1 ? "" : " ×\(Format.fixed(clock.speed, 2))"
    let right = "\(state)   \(clock.isPlaying ? canvas.glyphs.playing : canvas.glyphs.paused) \(time)\(speed) "
    let width = DisplayWidth.of(right)
    let start = max(x + 2, rect.width - width)
    canvas.put(right, start, 0, .bar, in: rect)
  }

  private func tabs(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    guard let first = layout.tabs.first else { return }
    let row = Rect(first.rect.x - 1, first.rect.y, model.width - first.rect.x + 1, 1)
    for x in row.x..<row.right { canvas.screen.set(x, row.y, glyph: canvas.glyphs.horizontal, style: canvas.theme[.rule]) }
    for tab in layout.tabs {
      let shown = tab.pane == model.side
      let name = shown ? " \(tab.pane.title) " : " \(tab.pane.title.prefix(2)) "
      canvas.put(name, tab.rect.x - 1, tab.rect.y, shown ? (model.focus == tab.pane ? .titleFocused : .text) : .dim, in: row)
    }
  }

  /// The foot of the screen: a notice, over as many lines as it needs, or what the keys do here.
  private func hints(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    canvas.screen.fill(rect, canvas.theme[.hintText])
    if let notice = model.notice {
      let style = canvas.theme[notice.kind.key].on(canvas.theme[.hintText])
      let lines = NoticeLines(model, notice)
      for (i, line) in lines.texts.enumerated() {
        let row = Rect(0, rect.y - lines.texts.count + 1 + i, rect.width, 1)
        canvas.screen.fill(row, canvas.theme[.hintText])
        let end = canvas.put(" " + line, 0, row.y, style, in: row)
        if i == lines.texts.count - 1 { canvas.put(lines.more, end, row.y, .hintKey, in: row) }
      }
      return
    }
    for entry in HintBar.entries(model) {
      let x = canvas.put(entry.label, entry.columns.lowerBound, rect.y, .hintKey, in: rect)
      canvas.put(" " + entry.hint, x, rect.y, .hintText, in: rect)
    }
  }
}

/// A notice in lines; where there are more than fit, the last one names the key that shows the rest.
struct NoticeLines {
  let texts: [String]
  let more: String

  init(_ model: Model, _ notice: Notice) {
    let most = max(1, min(4, model.height / 5))
    let width = max(8, model.width - 2)
    let lines = Model.wrapped(notice.text, width: width)
    guard lines.count > most, let key = model.keys.key(for: .messages, in: .anywhere) else {
      (texts, more) = (lines, "")
      return
    }
    more = " \(key.label(ascii: model.ascii)) reads on"
    let room = width - DisplayWidth.of(more)
    let ellipsis = Glyphs(ascii: model.ascii).ellipsis
    texts = lines.prefix(most - 1) + [DisplayWidth.fitted(lines[most - 1], room - 1, ellipsis: "") + ellipsis]
  }
}

extension Notice.Kind {
  /// How a theme shows it.
  var key: Theme.Key {
    switch self {
    case .good: .good
    case .warning: .warning
    case .bad: .bad
    }
  }
}

/// What the foot of the screen offers, and where.
enum HintBar {
  struct Entry {
    var action: Action
    var label: String
    var hint: String
    var columns: Range<Int>
  }

  static func entries(_ model: Model) -> [Entry] {
    var x = 1
    var seen: Set<Action> = []
    var words: Set<String> = []
    var entries: [Entry] = []
    // How to find everything else is always offered, last.
    let rows = model.keys.rows(for: model.focus.context)
    let help = rows.first { $0.action == .help && $0.keys.first.map { model.keys.action($0, in: model.focus.context) } == .help }
    let kept = help.flatMap { binding in binding.keys.first.map { ($0.label(ascii: model.ascii), binding.hint ?? "help") } }
    let room = model.width - (kept.map { DisplayWidth.of($0.0) + DisplayWidth.of($0.1) + 3 } ?? 0)
    for binding in rows where binding.action != .help {
      guard let hint = binding.hint, let key = binding.keys.first, seen.insert(binding.action).inserted, words.insert(hint).inserted else {
        continue
      }
      // A key that the pane uses for something else is not offered under its old meaning.
      guard model.keys.action(key, in: model.focus.context) == binding.action else { continue }
      let label = key.label(ascii: model.ascii)
      let width = DisplayWidth.of(label) + DisplayWidth.of(hint) + 3
      if x + width > room { break }
      entries.append(Entry(action: binding.action, label: label, hint: hint, columns: x..<x + width - 2))
      x += width
    }
    if let kept {
      let width = DisplayWidth.of(kept.0) + DisplayWidth.of(kept.1) + 3
      entries.append(Entry(action: .help, label: kept.0, hint: kept.1, columns: x..<x + width - 2))
    }
    return entries
  }
}

/// The head.
enum ViewportView {
  static func draw(_ model: Model, _ rect: Rect, _ face: FaceDrawer?, _ canvas: inout Canvas) {
    let view = model.view
    let look =
      "\(view.mode.rawValue)  \(Int(view.yaw))° \(Int(view.pitch))°" + (view.zoom == 1 ? "" : "  ×\(Format.fixed(Double(view.zoom), 1))")
    let name = model.liveRun != nil ? "live" : model.document.current?.name ?? "at rest"
    let body = canvas.heading(name, note: look, focused: model.focus == .viewport, rect)
    guard let face, body.height > 1, body.width > 3 else { return }
    let style = DrawStyle(mode: view.mode, ascii: model.ascii, darkInk: canvas.theme.darkInk)
    if let heads = grid(model) {
      let (columns, rows) = heads.count > 2 ? (2, 2) : (heads.count, 1)
      for (i, head) in heads.enumerated() {
        let cell = Rect(
          body.x + i % columns * body.width / columns, body.y + i / columns * body.height / rows, body.width / columns - 1,
          body.height / rows)
        let label = Rect(cell.x, cell.bottom - 1, cell.width, 1)
        paint(
          face.draw(
            head.clip, frame: model.frame, size: GridSize(columns: cell.width, rows: cell.height - 1), view: view, style: style, slot: 1 + i
          ),
          cell, &canvas)
        canvas.put(head.name, label.x + max(0, (label.width - DisplayWidth.of(head.name)) / 2), label.y, .dim, in: label)
      }
      return
    }
    let ghosts = view.onion ? [model.frame - 6, model.frame - 3].filter { $0 >= 0 } : []
    let grid = face.draw(
      model.clip, frame: model.frame, ghosts: ghosts, size: GridSize(columns: body.width, rows: body.height), view: view, style: style,
      slot: 0)
    paint(grid, body, &canvas)
  }

  /// Several heads beside each other: running or finished fours, or two takes compared.
  private static func grid(_ model: Model) -> [(name: String, clip: Clip?)]? {
    if model.runs.count + model.four.count > 1, model.runs.count > 1 || !model.four.isEmpty {
      let done = model.four.map { id in (model.document.take(id)?.name ?? "", model.performedClip(id)) }
      let live = model.runs.map { ("seed \($0.job.request.settings.seed)", $0.clip) }
      return Array((done + live).prefix(4))
    }
    guard model.view.split, let other = model.document.take(model.document.comparedTake) else { return nil }
    return [(model.document.current?.name ?? "at rest", model.clip), (other.name, model.comparedMotion)]
  }

  private static func paint(_ grid: CellGrid, _ rect: Rect, _ canvas: inout Canvas) {
    let theme = canvas.theme
    canvas.screen.draw(grid, rect.x, rect.y) { theme.style(of: $0) }
  }
}

extension Model {
  /// The decoded motion of a take with its layers, when it is known.
  func performedClip(_ id: Take.ID) -> Clip? {
    guard let take = document.take(id) else { return nil }
    if take.blendAmounts != nil { return blended[id].flatMap { $0.fits(take) ? take.performed($0.clip) : nil } }
    if let clip = take.imported ?? decoded[id]?.clip { return take.performed(clip) }
    return nil
  }
}
