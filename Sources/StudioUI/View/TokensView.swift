import Raster
import Studio
import Synthesis

/// The tokens: a lane for each stream, what the model weighed, how sure it was.
enum TokensView {
  private static let cell = 4

  /// Tokens on screen: those of the run with what came so far, else those of the take.
  private static func tokens(_ model: Model) -> TokenSequence? {
    guard let run = model.liveRun, let names = model.summary?.lanes.map(\.name), !names.isEmpty else {
      return model.document.current?.tokens
    }
    var all = TokenSequence(lanes: names)
    switch run.job.request.scope {
    case .everything: break
    case .from(let step): all = run.job.request.base?.prefix(step) ?? all
    case .span: all = run.job.request.base ?? all
    }
    for event in run.events where event.tokens.count == names.count {
      if event.position < all.stepCount {
        all[step: event.position] = event.tokens
      } else if event.position == all.stepCount {
        all.append(event.tokens)
      }
    }
    return all
  }

  private static func geometry(_ model: Model, _ body: Rect) -> (x: Int, columns: Int, first: Int) {
    let label = min(10, max(4, (model.laneNames.map(\.count).max() ?? 4) + 1))
    let columns = max(1, (body.width - label - 1) / cell)
    // While tokens fall the newest is in sight, else the one under the playhead.
    let focus = model.liveRun.map { ($0.events.last?.position ?? 0) } ?? model.step
    return (body.x + label + 1, columns, max(0, focus - columns * 2 / 3))
  }

  /// The step and lane under a cell.
  static func place(_ model: Model, _ rect: Rect, _ x: Int, _ y: Int) -> (step: Int, lane: Int)? {
    let body = PromptView.bodyRect(model, rect)
    let (left, columns, first) = geometry(model, body)
    let lane = y - body.y - 1
    guard x >= left, (x - left) / cell < columns, model.laneNames.indices.contains(lane) else { return nil }
    return (first + (x - left) / cell, lane)
  }

  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = PromptView.bodyRect(model, rect)
    if body.y > rect.y { _ = canvas.heading("Tokens", note: summary(model), focused: model.focus == .tokens, rect) }
    guard let tokens = tokens(model), !tokens.lanes.isEmpty, body.height > 1 else {
      canvas.put("tokens appear here as they fall", body.x + 1, body.y, .rule, in: body)
      return
    }
    let (left, columns, first) = geometry(model, body)
    entropy(model, Rect(left, body.y, columns * cell, 1), first, columns, &canvas)
    canvas.put("bits", body.x + 1, body.y, .rule, in: body)
    let lanes = min(tokens.lanes.count, max(1, body.height - 1))
    for lane in 0..<lanes {
      let y = body.y + 1 + lane
      let name = tokens.lanes[lane]
      let here = model.focus == .tokens && lane == model.lane
      canvas.put(name, body.x + 1, y, here ? .current : .dim, in: Rect(body.x, y, left - body.x - 1, 1))
      for column in 0..<columns where first + column < tokens.stepCount {
        let step = first + column
        let style = style(model, step: step, lane: lane, name: name, canvas.theme)
        canvas.put(Format.padded(tokens[step, lane], 3), left + column * cell, y, style, in: body)
      }
    }
    let rest = Rect(body.x, body.y + 1 + lanes, body.width, body.height - 1 - lanes)
    if rest.height > 0 { alternatives(model, rest, &canvas) }
  }

  private static func summary(_ model: Model) -> String {
    guard let run = model.liveRun else {
      guard let tokens = model.document.current?.tokens else { return "" }
      return "step \(min(tokens.stepCount, model.step + 1)) of \(tokens.stepCount)"
    }
    let rate = run.rate(at: model.now)
    let real = rate * Double(run.framesPerStep) / 25
    return "\(run.events.count)\(run.steps.map { " of \($0)" } ?? "")"
      + (rate > 0 ? "  \(Int(rate))/s  ×\(Format.fixed(real, 1)) real time" : "")
  }

  private static func style(_ model: Model, step: Int, lane: Int, name: String, _ theme: Theme) -> Style {
    let constraints = model.document.constraints
    if step == model.step, lane == model.lane, model.focus == .tokens { return theme[.tokenCursor] }
    if constraints.pinned(step: step, lane: name) != nil { return theme[.tokenPinned] }
    if constraints.isLocked(step: step, lane: name) { return theme[.tokenLocked] }
    var style = theme[.token]
    if let run = model.liveRun, let last = run.events.last, step == last.position { style = theme[.tokenNew] }
    if step == model.step { style = Style(ink: theme[.text].ink, ground: theme[.selection].ground, emphasis: theme[.selection].emphasis) }
    return style
  }

  private static func entropy(_ model: Model, _ rect: Rect, _ first: Int, _ columns: Int, _ canvas: inout Canvas) {
    for event in model.trace where event.position >= first && event.position < first + columns {
      let bits = event.choices.map(\.entropy).reduce(0, +) / Double(max(1, event.choices.count))
      let level = max(0, min(1, bits / 9))
      let x = rect.x + (event.position - first) * cell
      let glyph = canvas.glyphs.ascii ? UInt32(0x30 + Int(min(9, bits))) : 0x2581 + UInt32(level * 7.99)
      for i in 0..<3 {
        let paint = canvas.theme[.entropy, Cell.levels - 1 - Int(level * 7.99)]
        canvas.screen.set(x + i, rect.y, glyph: glyph, style: Style(ink: paint, ground: canvas.theme[.background].ground))
      }
    }
  }

  private static func alternatives(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let live = model.liveRun?.events.last
    let lane = min(model.lane, max(0, (live?.choices.count ?? 1) - 1))
    let found = live.flatMap { $0.choices.indices.contains(lane) ? $0.choices[lane] : nil } ?? model.choice
    guard let choice = found else {
      canvas.put("what the model weighed here is not known", rect.x + 1, rect.y, .rule, in: rect)
      return
    }
    let best = max(0.001, choice.alternatives.map(\.probability).max() ?? 1)
    let width = max(4, min(30, rect.width - 20))
    for (i, alternative) in choice.alternatives.prefix(rect.height).enumerated() {
      let y = rect.y + i
      let drawn = alternative.token == choice.token
      let here = model.focus == .tokens && live == nil && i == max(0, min(model.alternative, choice.alternatives.count - 1))
      canvas.screen.set(rect.x, y, glyph: here ? canvas.glyphs.mark : 0x20, style: canvas.theme[.titleFocused])
      canvas.put(Format.padded(alternative.token, 3), rect.x + 2, y, drawn ? .tokenNew : .token, in: rect)
      canvas.meter(alternative.probability / best, rect.x + 6, y, width: width)
      canvas.put(Format.fixed(alternative.probability * 100, 1) + "%", rect.x + 7 + width, y, drawn ? .text : .dim, in: rect)
      if drawn { canvas.put("drawn", rect.x + 14 + width, y, .dim, in: rect) }
    }
  }
}
