import Studio

extension Model {
  /// What a click, drag or wheel does where it happens.
  mutating func handle(_ mouse: Mouse) -> [Effect] {
    if overlay != nil { return handleInOverlay(mouse) }
    let layout = Layout(self)
    if mouse.kind == .release {
      dragFrom = nil
      dragPane = nil
      return []
    }
    if mouse.kind == .drag { return drag(mouse, layout) }
    if mouse.kind == .press, let notice, !layout.rects.isEmpty {
      // A click on what is said reads the rest of it, or puts it away.
      let lines = NoticeLines(self, notice)
      if mouse.y > layout.hints.y - lines.texts.count {
        if lines.more.isEmpty { self.notice = nil } else { return perform(.messages) }
        return []
      }
    }
    guard let pane = layout.pane(mouse.x, mouse.y), let rect = layout.rects[pane] else { return clickOutside(mouse, layout) }
    switch mouse.kind {
    case .press:
      if pane != focus { focus(pane) }
      dragPane = pane
      return press(mouse, in: pane, rect)
    case .wheelUp, .wheelDown:
      let up = mouse.kind == .wheelUp
      switch pane {
      case .viewport: return perform(up ? .zoomIn : .zoomOut)
      case .timeline: return perform(up ? .timeIn : .timeOut)
      case .takes: takeRow += up ? -1 : 1
      case .layers: return perform(up ? .amountUp : .amountDown)
      case .tokens: return seek(to: (step + (up ? -1 : 1)) * framesPerStep)
      default: break
      }
    case .drag, .release: break
    }
    return []
  }

  /// A drag belongs to the pane it began in, wherever the mouse goes.
  private mutating func drag(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
    if let from = dragFrom {
      view.yaw = from.yaw + Float(mouse.x - from.x) * 2.2
      view.pitch = max(-80, min(80, from.pitch + Float(mouse.y - from.y) * 3))
      return []
    }
    guard let dragPane, let rect = layout.rects[dragPane] else { return [] }
    switch dragPane {
    case .timeline: return scrub(mouse, rect, extending: true)
    case .layers:
      let hit = LayersView.place(self, rect, mouse.x, mouse.y, dragging: true)
      return hit.amount.map { setLayer(layerRow, to: $0) } ?? []
    case .prompt:
      if let hit = PromptView.place(self, rect, mouse.x, mouse.y), hit.field == field {
        editor.moveTo(row: hit.row, column: hit.column, width: promptWidth, selecting: true)
      }
    default: break
    }
    return []
  }

  private mutating func press(_ mouse: Mouse, in pane: Pane, _ rect: Rect) -> [Effect] {
    let row = mouse.y - PromptView.bodyRect(self, rect).y
    switch pane {
    case .viewport: dragFrom = (mouse.x, mouse.y, view.yaw, view.pitch)
    case .timeline: return scrub(mouse, rect, extending: mouse.shift)
    case .takes:
      let wanted = row + TakesView.scroll(self, rows: PromptView.bodyRect(self, rect).height)
      if document.takeTree.indices.contains(wanted) {
        if takeRow == wanted { return perform(.choose) }
        takeRow = wanted
      }
    case .layers:
      guard Model.layerPaths.indices.contains(row) else { return [] }
      layerRow = row
      return LayersView.place(self, rect, mouse.x, mouse.y).amount.map { setLayer(row, to: $0) } ?? []
    case .tokens:
      if let hit = TokensView.place(self, rect, mouse.x, mouse.y) {
        lane = hit.lane
        return seek(to: hit.step * framesPerStep)
      }
    case .prompt:
      if let hit = PromptView.place(self, rect, mouse.x, mouse.y) {
        field = hit.field
        syncEditor()
        editor.moveTo(row: hit.row, column: hit.column, width: promptWidth)
      }
    case .audio: if document.audio == nil { return performDialog(.pickAudio) }
    }
    return []
  }

  private mutating func scrub(_ mouse: Mouse, _ rect: Rect, extending: Bool) -> [Effect] {
    guard clock.frameCount > 0, let wanted = TimelineView.frame(self, rect, x: mouse.x) else { return [] }
    return extending ? extend(by: wanted - frame) : seek(to: wanted)
  }

  /// The names of the side panes on a small screen, and the hints.
  private mutating func clickOutside(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
    guard mouse.kind == .press else { return [] }
    if let tab = layout.tabs.first(where: { $0.rect.contains(mouse.x, mouse.y) }) {
      focus(tab.pane)
    } else if mouse.y == layout.hints.y {
      if let entry = HintBar.entries(self).first(where: { $0.columns.contains(mouse.x) }) { return perform(entry.action) }
    }
    return []
  }

  private mutating func handleInOverlay(_ mouse: Mouse) -> [Effect] {
    switch mouse.kind {
    case .wheelUp: return pressInOverlay(Key(.up))
    case .wheelDown: return pressInOverlay(Key(.down))
    case .press:
      guard let box = OverlayView.box(self), box.contains(mouse.x, mouse.y) else { return pressInOverlay(Key(.escape)) }
      return clickInOverlay(mouse, box.inset(2, 1))
    default: return []
    }
  }

  /// A click chooses a row, a click on the chosen row takes it.
  private mutating func clickInOverlay(_ mouse: Mouse, _ inner: Rect) -> [Effect] {
    switch overlay {
    case .palette(let query, let row):
      guard let hit = OverlayView.listRow(self, mouse.y) else { return [] }
      if hit == row { return pressInOverlay(Key(.enter)) }
      overlay = .palette(query: query, row: hit)
    case .picker(var picker):
      guard let hit = OverlayView.listRow(self, mouse.y) else { return [] }
      if hit == picker.row { return pressInOverlay(Key(.enter)) }
      picker.row = hit
      overlay = .picker(picker)
      return previewChosen()
    case .themes(let row, let before):
      guard let hit = OverlayView.listRow(self, mouse.y) else { return [] }
      if hit == row { return pressInOverlay(Key(.enter)) }
      theme = themes[hit]
      overlay = .themes(row: hit, before: before)
    case .form(var form):
      let row = mouse.y - inner.y - 1
      guard form.fields.indices.contains(row) else { return [] }
      form.row = row
      overlay = .form(form)
    case .confirm(let question):
      guard mouse.y == inner.y + 2 else { return [] }
      let hit = question.choices.first { $0.columns.contains(mouse.x - inner.x) }
      return hit.map { pressInOverlay(.character($0.key)) } ?? []
    case .help, .messages, nil: break
    }
    return []
  }
}
