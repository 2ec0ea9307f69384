import Motion
import Raster
import Studio
import Synthesis

extension Model {
  /// Does what a key, the palette or a click asks for.
  public mutating func perform(_ action: Action) -> [Effect] {
    switch action {
    case .help: overlay = .help(query: TextEditor("", multiline: false), scroll: 0)
    case .palette: overlay = .palette(query: TextEditor("", multiline: false), row: 0)
    case .quit:
      if !runs.isEmpty {
        overlay = .confirm(Question(kind: .quitWhileRunning, text: "A take is still being sampled. Quit and lose it?"))
        return []
      }
      if hasUnsavedWork {
        overlay = .confirm(Question(kind: .quitUnsaved, text: "Nothing of this session is saved. Quit and lose it?"))
        return []
      }
      wantsQuit = true
      return [.engine(.saveNow), .quit]
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    case .save:
      guard !isReadOnly else {
        overlay = .form(form(.saveAs))
        return []
      }
      askedToSave = true
      return [.engine(.saveNow)]
    case .undo: return undo()
    case .redo: return redo()
    case .cancel:
      exporting = nil
      return cancelRuns() + [.engine(.cancelAll)]
    case .nextPane: cyclePane(1)
    case .previousPane: cyclePane(-1)
    case .zoomPane: zoomed.toggle()
    case .focusPrompt: focus(.prompt)
    case .focusAudio: focus(.audio)
    case .focusTokens: focus(.tokens)
    case .focusViewport: focus(.viewport)
    case .focusTimeline: focus(.timeline)
    case .focusTakes: focus(.takes)
    case .focusLayers: focus(.layers)
    case .theme: overlay = .themes(row: themes.firstIndex { $0.name == theme.name } ?? 0, before: theme)
    case .sample: return sample(.everything)
    case .sampleFour: return sampleFour()
    case .sampleSameSeed: return sample(.sameSeed)
    case .resampleHere: return sample(.fromHere)
    case .resampleSelection: return sample(.selection)
    case .messages: overlay = .messages(scroll: 0)
    case .settings, .export, .saveAs, .importClip, .sayLine, .pickAudio, .removeAudio, .trimAudio, .embedAudio, .copyCommand, .addOffset:
      return performDialog(action)
    case .newline:
      editor.insert("\n")
      return writeText()
    case .selectText: editor.selectAll()
    case .copyText, .cutText:
      guard let text = editor.selectedText else {
        say(.warning, "select text first: Shift with the arrows, or drag")
        return []
      }
      guard action == .cutText else { return [.copy(text)] }
      editor.deleteSelection()
      history.endCoalescing()
      return [.copy(text)] + writeText()
    case .muteLevel: return edit(.setMuted(field.level, !document.prompt[field.level].isMuted))
    case .weightUp, .weightDown:
      let step = action == .weightUp ? 0.1 : -0.1
      return edit(.setWeight(field.level, ((document.prompt[field.level].weight + step) * 10).rounded() / 10))
    default: return performOnStage(action)
    }
    return []
  }

  private mutating func performOnStage(_ action: Action) -> [Effect] {
    switch action {
    case .play: return togglePlay()
    case .frameBack: return focus == .tokens ? seek(to: (step - 1) * framesPerStep) : seek(to: frame - 1)
    case .frameForward: return focus == .tokens ? seek(to: (step + 1) * framesPerStep) : seek(to: frame + 1)
    case .tenBack: return seek(to: frame - 10)
    case .tenForward: return seek(to: frame + 10)
    case .toStart: return seek(to: 0)
    case .toEnd: return seek(to: clock.frameCount - 1)
    case .extendBack: return extend(by: focus == .tokens ? -framesPerStep : -1)
    case .extendForward: return extend(by: focus == .tokens ? framesPerStep : 1)
    case .clearSelection:
      if !four.isEmpty {
        four = []
        return []
      }
      if !runs.isEmpty { return cancelRuns() }
      selectionAnchor = nil
      return edit(.group("clear selection", [.select(nil), .setLoop(nil)]))
    case .loopSelection:
      let wanted = document.loop == nil ? document.selection : nil
      if document.loop == nil, wanted == nil { say(.warning, "select a span first: Shift with the arrows, or < and >") }
      return edit(.setLoop(wanted))
    case .addMarker:
      overlay = .form(form(.marker))
    case .removeMarker:
      let here = Double(frame) / clock.framesPerSecond
      guard
        let nearest = document.markers.indices.min(by: {
          abs(document.markers[$0].seconds - here) < abs(document.markers[$1].seconds - here)
        })
      else { return [] }
      return edit(.removeMarker(nearest))
    case .previousMarker, .nextMarker:
      let here = Double(frame) / clock.framesPerSecond
      let places = document.markers.map(\.seconds)
      let found = action == .nextMarker ? places.first { $0 > here + 0.02 } : places.last { $0 < here - 0.02 }
      if let found { return seek(to: Int((found * clock.framesPerSecond).rounded())) }
    case .slower: clock.setSpeed(clock.speed / 2, at: now)
    case .faster: clock.setSpeed(clock.speed * 2, at: now)
    case .timeIn: timeSpan = max(25, (timeSpan ?? clock.frameCount) / 2)
    case .timeOut:
      timeSpan = timeSpan.map { $0 * 2 }
      if let span = timeSpan, span >= clock.frameCount { timeSpan = nil }
    case .star:
      let take = focus == .takes ? rowTake : document.current
      if let take { return edit(.starTake(take.id, !take.starred)) }
    default: return performInPane(action)
    }
    return []
  }

  /// The take under the cursor of the list.
  public var rowTake: Take? {
    let tree = document.takeTree
    return tree.indices.contains(takeRow) ? tree[takeRow].take : nil
  }

  private mutating func performInPane(_ action: Action) -> [Effect] {
    switch action {
    case .orbitLeft: view.yaw -= 10
    case .orbitRight: view.yaw += 10
    case .orbitUp: view.pitch = min(80, view.pitch + 6)
    case .orbitDown: view.pitch = max(-80, view.pitch - 6)
    case .zoomIn: view.zoom = min(12, view.zoom * 1.25)
    case .zoomOut: view.zoom = max(0.4, view.zoom / 1.25)
    case .viewFront: (view.yaw, view.pitch) = (0, 0)
    case .viewThreeQuarter: (view.yaw, view.pitch) = (35, 4)
    case .viewSide: (view.yaw, view.pitch) = (90, 0)
    case .resetView:
      let mode = view.mode
      view = ViewState()
      view.mode = mode
    case .drawMode:
      let all = DrawStyle.Mode.allCases
      view.mode = all[((all.firstIndex(of: view.mode) ?? 0) + 1) % all.count]
    case .onionSkin: view.onion.toggle()
    case .split:
      view.split.toggle()
      if view.split, document.comparedTake == nil { say(.warning, "choose the other take: Takes, then c") }
    case .listUp, .listDown:
      let by = action == .listUp ? -1 : 1
      if focus == .layers { layerRow += by } else { takeRow += by }
    case .choose:
      if focus == .audio { return performDialog(.pickAudio) }
      guard let take = rowTake else { return [] }
      clock.seek(to: 0, at: now)
      return edit(.selectTake(take.id)) + play(from: 0)
    case .rename: if let take = rowTake { overlay = .form(form(.rename(take.id))) }
    case .duplicate: if let take = rowTake { return edit(.duplicateTake(take.id)) }
    case .remove:
      if focus == .audio { return performDialog(.removeAudio) }
      if let take = rowTake {
        say(.good, "\(take.name) deleted; undo brings it back")
        return edit(.deleteTake(take.id))
      }
    case .compare:
      guard let take = rowTake else { return [] }
      view.split = document.comparedTake != take.id
      return edit(.compareTake(document.comparedTake == take.id ? nil : take.id))
    case .blend:
      guard let face = rowTake, let voice = document.current, face.id != voice.id else {
        say(.warning, "show the take that speaks, then choose in this list the one whose face it shall have")
        return []
      }
      return [.engine(.blend(speech: voice, expression: face))]
    case .amountUp, .amountDown, .amountReset, .clearOffsets: return changeLayer(action)
    default: return performOnTokens(action)
    }
    return []
  }

  private mutating func changeLayer(_ action: Action) -> [Effect] {
    guard let take = document.current else {
      say(.warning, "perform a take first")
      return []
    }
    if action == .clearOffsets { return edit(.clearOffsets(take.id, channel: nil)) }
    let amount = take.layers[keyPath: Model.layerPaths[layerRow]]
    switch action {
    case .amountUp: return setLayer(layerRow, to: amount + 0.1)
    case .amountDown: return setLayer(layerRow, to: amount - 0.1)
    default: return setLayer(layerRow, to: 1)
    }
  }

  /// The layers in the order of their rows.
  static var layerPaths: [WritableKeyPath<LayerAmounts, Double>] { [\.head, \.mouth, \.expression, \.blinks] }

  /// Sets the amount of a layer of the take on screen: keys, wheel and slider come here.
  mutating func setLayer(_ row: Int, to amount: Double) -> [Effect] {
    guard let take = document.current, Model.layerPaths.indices.contains(row) else { return [] }
    var layers = take.layers
    layers[keyPath: Model.layerPaths[row]] = (amount * 10).rounded() / 10
    return edit(.setLayers(take.id, layers.clamped))
  }
}
