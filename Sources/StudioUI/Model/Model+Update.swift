import Motion
import Studio
import Synthesis

extension Model {
  /// Changes the model by a message; the effects are for the runtime.
  public mutating func update(_ message: Message) -> [Effect] {
    var effects: [Effect] = []
    switch message {
    case .key(let key): effects = press(key)
    case .paste(let text): effects = paste(text)
    case .mouse(let mouse): effects = handle(mouse)
    case .resize(let width, let height):
      self.width = max(1, width)
      self.height = max(1, height)
    case .tick(let time):
      now = max(now, time)
      if clock.hasEnded(at: now), runs.isEmpty {
        clock.pause(at: now)
        effects.append(.engine(.stopSound))
      }
      if let notice, now > notice.until { self.notice = nil }
    case .engine(let message): effects = hear(message)
    case .folder(let path, let entries): effects = listed(path, entries)
    case .notice(let kind, let text): say(kind, text)
    case .opened(let notes, let damaged): tell(notes, damaged: damaged)
    }
    effects += refreshMotion()
    keepInside()
    return effects
  }

  /// Changes the document and has the change recorded.
  mutating func edit(_ edit: Edit) -> [Effect] {
    do throws(StudioError) {
      let change = try history.apply(edit, at: now)
      guard change != .none else { return [] }
      let operation = SessionFile.Operation.change(label: edit.label, joined: change == .joined, document: document)
      return [.engine(.record(operation, undoCount: history.undo.count))]
    } catch {
      say(.warning, "\(error)")
      return []
    }
  }

  mutating func undo() -> [Effect] {
    guard let label = history.undoStep() else {
      say(.warning, "nothing to undo")
      return []
    }
    say(.good, "undone: \(label)")
    syncEditor()
    return [.engine(.record(.undo, undoCount: history.undo.count))] + audioIfChanged()
  }

  mutating func redo() -> [Effect] {
    guard let label = history.redoStep() else {
      say(.warning, "nothing to redo")
      return []
    }
    say(.good, "redone: \(label)")
    syncEditor()
    return [.engine(.record(.redo, undoCount: history.undo.count))] + audioIfChanged()
  }

  /// Loads the document's sound when it is another than the one on screen.
  mutating func audioIfChanged() -> [Effect] {
    guard let wanted = document.audio else {
      audio = nil
      return []
    }
    if let audio, audio.reference.path == wanted.path {
      self.audio?.reference = wanted
      return []
    }
    return [.engine(.loadAudio(wanted))]
  }

  /// Keeps the motion on screen in step with the document; asks for what is not decoded yet.
  mutating func refreshMotion() -> [Effect] {
    var effects: [Effect] = []
    let take = document.current
    if take != shown || (motion == nil && take != nil) {
      let (clip, effect) = performed(take)
      if take == nil || clip != nil {
        shown = take
        motion = clip
      }
      effects += effect
    }
    let other = document.take(document.comparedTake)
    if other != shownCompared || (comparedMotion == nil && other != nil) {
      let (clip, effect) = performed(other)
      if other == nil || clip != nil {
        shownCompared = other
        comparedMotion = clip
      }
      effects += effect
    }
    let frames = clip?.frameCount ?? Int((audio?.info.seconds ?? 0) * 25)
    if clock.frameCount != frames { clock.setFrameCount(frames, at: now) }
    if clock.loop != document.loop, document.loop == nil || frames > 0 { clock.setLoop(document.loop, at: now) }
    return effects
  }

  private mutating func performed(_ take: Take?) -> (Clip?, [Effect]) {
    guard let take else { return (nil, []) }
    if let imported = take.imported {
      guard take.blendAmounts != nil else { return (take.performed(imported), []) }
      if let known = blended[take.id], known.fits(take) { return (take.performed(known.clip), []) }
      if let asked = askedBlend[take.id], asked.blend == take.blend, asked.blendAmounts == take.blendAmounts { return (nil, []) }
      askedBlend[take.id] = take
      return (nil, [.engine(.blendAgain(take))])
    }
    guard let tokens = take.tokens else { return (nil, []) }
    if let known = decoded[take.id], known.tokens == tokens { return (take.performed(known.clip), []) }
    if asked[take.id] == tokens || summary == nil { return (nil, []) }
    asked[take.id] = tokens
    return (nil, [.engine(.decode(take: take.id, tokens: tokens))])
  }

  /// Cursors stay on something that exists.
  private mutating func keepInside() {
    takeRow = max(0, min(takeRow, document.takes.count - 1))
    lane = max(0, min(lane, laneNames.count - 1))
    layerRow = max(0, min(layerRow, 3))
    let known = Set(document.takes.map(\.id))
    four.removeAll { !known.contains($0) }
    if !fields.contains(field) { field = .action }
  }

  /// What the engine reports.
  private mutating func hear(_ message: EngineMessage) -> [Effect] {
    switch message {
    case .modelLoaded(let summary):
      self.summary = summary
      modelProblem = nil
      asked = [:]
    case .modelMissing(let reason):
      modelProblem = reason
      say(.bad, reason)
    case .audioLoaded(let track):
      audio = track
      if var reference = document.audio, reference.path == track.reference.path, reference.sha256 != track.reference.sha256 {
        if reference.sha256 != nil { say(.warning, "\(reference.path) is another recording than this session was made with") }
        reference.sha256 = track.reference.sha256
        return edit(.setAudio(reference))
      }
    case .audioFailed(_, let reason):
      let key = keys.key(for: .pickAudio, in: .audio)?.label(ascii: ascii) ?? "the palette"
      say(.bad, "\(reason); \(key) chooses where it is now")
    case .audioEmbedded(let reference):
      guard document.audio?.path == reference.path else { return [] }
      say(.good, "the session file keeps a copy of \(reference.path)")
      return edit(.setAudio(reference))
    case .audioPreview(let path, let track):
      if case .picker(var picker) = overlay, picker.previewPath == path {
        picker.preview = track
        overlay = .picker(picker)
      }
    case .spoken(let reference):
      say(.good, "spoken: \(reference.spokenLine ?? reference.path)")
      return edit(.setAudio(reference)) + [.engine(.loadAudio(reference))]
    case .imported(let take):
      say(.good, "imported \(take.name)")
      return edit(.addTake(take))
    case .blended(let take):
      say(.good, "blended: \(take.name)")
      return edit(.addTake(take))
    case .blendedAgain(let take, let clip):
      askedBlend[take.id] = nil
      blended[take.id] = Blended(take: take, clip: clip)
      if shown?.id == take.id { shown = nil }
      if shownCompared?.id == take.id { shownCompared = nil }
    case .decoded(let id, let tokens, let clip):
      asked[id] = nil
      decoded[id] = Decoded(tokens: tokens, clip: clip)
      if shown?.id == id { shown = nil }
      if shownCompared?.id == id { shownCompared = nil }
    case .exporting(_, let done, let total): exporting = "exporting \(done) of \(total)"
    case .exported(_, let paths, let notes):
      exporting = nil
      say(.good, "written: \(paths.joined(separator: ", "))" + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"))
    case .saved(let note):
      if let note { say(.warning, note) } else if askedToSave || saveProblem != nil { say(.good, "saved") }
      (askedToSave, saveProblem) = (false, nil)
    case .savedAs(let path):
      (askedToSave, saveProblem, isReadOnly) = (false, nil, false)
      sessionName = Model.sessionName(of: path)
      say(.good, "saved as \(path); what follows is saved there")
    case .saveFailed(let reason):
      if askedToSave || saveProblem != reason { say(.bad, reason) }
      (askedToSave, saveProblem) = (false, reason)
    case .samplingStarted, .step, .partialMotion, .sampled, .cancelled, .failed: return hearJob(message)
    }
    return []
  }
}
