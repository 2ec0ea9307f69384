import Studio

extension Model {
  /// What a click, drag or wheel does where it happens.
  mutating func handle(_ mouse: Mouse) -> [Effect] {
    if overlay != nil { return handleInOverlay(mouse) }
    let layout = Layout(self)
    if mouse.kind == .release {
      dragFrom = nil
      return []
    }
    if mouse.kind == .drag, let from = dragFrom {
      view.yaw = from.yaw + Float(mouse.x - from.x) * 2.2
      view.pitch = max(-80, min(80, from.pitch + Float(mouse.y - from.y) * 3))
      return []
    }
    guard let pane = layout.pane(mouse.x, mouse.y), let rect = layout.rects[pane] else { return tabClick(mouse, layout) }
    switch mouse.kind {
    case .press:
      if pane != focus { focus(pane) }
      return press(mouse, in: pane, rect)
    case .drag:
      return pane == .timeline ? scrub(mouse, rect, extending: true) : []
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
    case .release: break
    }
    return []
  }

  private mutating func press(_ mouse: Mouse, in pane: Pane, _ rect: Rect) -> [Effect] {
    let row = mouse.y - rect.y - 1
    switch pane {
    case .viewport: dragFrom = (mouse.x, mouse.y, view.yaw, view.pitch)
    case .timeline: return scrub(mouse, rect, extending: mouse.shift)
    case .takes:
      let wanted = row + TakesView.scroll(self, rows: rect.height - 1)
      if document.takeTree.indices.contains(wanted) {
        if takeRow == wanted { return perform(.choose) }
        takeRow = wanted
      }
    case .layers: if (0..<4).contains(row) { layerRow = row }
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
    case .audio: break
    }
    return []
  }

  private mutating func scrub(_ mouse: Mouse, _ rect: Rect, extending: Bool) -> [Effect] {
    guard clock.frameCount > 0, let wanted = TimelineView.frame(self, rect, x: mouse.x) else { return [] }
    return extending ? extend(by: wanted - frame) : seek(to: wanted)
  }

  /// The names of the side panes on a small screen.
  private mutating func tabClick(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
    guard mouse.kind == .press, let tab = layout.tabs.first(where: { $0.rect.contains(mouse.x, mouse.y) }) else { return [] }
    focus(tab.pane)
    return []
  }

  private mutating func handleInOverlay(_ mouse: Mouse) -> [Effect] {
    switch mouse.kind {
    case .wheelUp: return pressInOverlay(Key(.up))
    case .wheelDown: return pressInOverlay(Key(.down))
    case .press:
      guard let box = OverlayView.box(self), box.contains(mouse.x, mouse.y) else { return pressInOverlay(Key(.escape)) }
      return []
    default: return []
    }
  }
}
