import Studio

extension Model {
  /// Entries of the palette that match, best first.
  public func paletteRows(_ query: String) -> [(binding: Binding, places: [Int])] {
    var seen: Set<Action> = []
    let all = keys.rows(for: focus.context) + keys.bindings
    return Fuzzy.sorted(query, all.filter { seen.insert($0.action).inserted }) { $0.title }.map { ($0.item, $0.places) }
  }

  /// Lines of the help: what holds here first, each context under its name.
  public func helpLines(_ query: String) -> [HelpLine] {
    let order: [KeyContext] = [focus.context, .stage, .anywhere] + KeyContext.allCases
    var seen: Set<KeyContext> = []
    var lines: [HelpLine] = []
    for context in order where seen.insert(context).inserted {
      let rows = keys.bindings.filter { $0.context == context && !$0.keys.isEmpty }
        .filter { Fuzzy.match(query, $0.title) != nil || Fuzzy.match(query, $0.action.rawValue) != nil }
      guard !rows.isEmpty else { continue }
      lines += (lines.isEmpty ? [] : [.space]) + [.heading(context)] + rows.map { .key($0) }
    }
    return lines
  }

  mutating func pressInOverlay(_ key: Key) -> [Effect] {
    // Quitting, saving, going to the shell and stopping work hold everywhere.
    if let action = keys.action(key, in: .anywhere), [.quit, .cancel, .redraw, .suspend, .save].contains(action), key.control {
      if action == .quit { overlay = nil }
      return perform(action)
    }
    switch overlay {
    case .help(var query, var scroll):
      if key.code == .escape || key == .character("?") && query.isEmpty {
        overlay = nil
        return []
      }
      if let next = Model.scrolled(key, from: scroll, lines: helpLines(query.text).count, page: scrollPage) {
        scroll = next
      } else if Model.type(key, into: &query) {
        scroll = 0
      }
      overlay = .help(query: query, scroll: scroll)
    case .messages(let scroll):
      let lines = messageLines(width: OverlayView.scrollArea(self).width - 2).count
      if let next = Model.scrolled(key, from: scroll, lines: lines, page: scrollPage) {
        overlay = .messages(scroll: next)
      } else if [.escape, .enter, .character("q")].contains(key.code) || keys.action(key, in: .anywhere) == .messages {
        overlay = nil
      }
    case .palette(var query, var row):
      let rows = paletteRows(query.text)
      switch key.code {
      case .escape: overlay = nil
      case .enter:
        overlay = nil
        return rows.indices.contains(row) ? perform(rows[row].binding.action) : []
      default:
        if let next = Model.list(key, row, rows.count) { row = next } else if Model.type(key, into: &query) { row = 0 }
        overlay = .palette(query: query, row: row)
      }
    case .picker(let picker): return press(key, in: picker)
    case .themes(let row, let before):
      switch key.code {
      case .escape:
        theme = before
        overlay = nil
      case .enter:
        overlay = nil
        return [.rememberTheme(theme.name)]
      default:
        let next = Model.list(key, row, themes.count) ?? row
        if themes.indices.contains(next) { theme = themes[next] }
        overlay = .themes(row: next, before: before)
      }
    case .form(let form): return press(key, in: form)
    case .confirm(let question):
      if key == .character("y") || key == .character("Y") {
        overlay = nil
        switch question.kind {
        case .quitWhileRunning:
          let effects = cancelRuns()
          return effects + perform(.quit)
        case .quitUnsaved:
          wantsQuit = true
          return [.quit]
        }
      }
      if question.kind == .quitUnsaved, key == .character("s") || key == .character("S") { overlay = .form(form(.saveAs)) }
      if key.code == .escape || key == .character("n") || key == .character("N") { overlay = nil }
    case nil: break
    }
    return []
  }

  private mutating func press(_ key: Key, in given: Picker) -> [Effect] {
    var picker = given
    let count = picker.matches.count
    switch key.code {
    case .escape:
      drafts["picker"] = [picker.path]
      overlay = nil
      return []
    case .enter, .right:
      if key.code == .enter, picker.query.text.hasPrefix("/") { return go(picker, picker.query.text.trimmingSpaces) }
      if key.code == .right, picker.chosen?.isFolder != true { break }
      return choose(picker)
    case .left, .backspace:
      if key.code == .backspace, !picker.query.isEmpty { break }
      return open(picker, Model.parent(of: picker.path))
    default: break
    }
    if let next = Model.list(key, picker.row, count) {
      picker.row = next
    } else if Model.type(key, into: &picker.query) {
      picker.row = 0
    }
    overlay = .picker(picker)
    return previewChosen()
  }

  private mutating func choose(_ picker: Picker) -> [Effect] {
    guard let entry = picker.chosen else { return [] }
    let path = Model.join(picker.path, entry.name)
    if entry.isFolder { return open(picker, path) }
    drafts["picker"] = [picker.path]
    return take(path)
  }

  private mutating func take(_ path: String) -> [Effect] {
    overlay = nil
    let reference = AudioReference(path: path)
    return edit(.setAudio(reference)) + [.engine(.loadAudio(reference))]
  }

  /// A path that was typed: a file when its last part has an ending, else a folder.
  private mutating func go(_ picker: Picker, _ path: String) -> [Effect] {
    let last = path.split(separator: "/").last ?? ""
    if last.dropFirst().contains("."), !path.hasSuffix("/") { return take(path) }
    return open(picker, path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
  }

  private mutating func open(_ picker: Picker, _ path: String) -> [Effect] {
    overlay = .picker(Picker(purpose: picker.purpose, path: path, before: picker.path))
    return [.listFolder(path)]
  }

  /// A folder was read, or could not be: then the picker goes back to where it was.
  mutating func listed(_ path: String, _ entries: [FolderEntry]?) -> [Effect] {
    guard case .picker(var picker) = overlay, picker.path == path else { return [] }
    guard let entries else {
      say(.warning, "\(path): there is no folder of that name, or it may not be read")
      guard let before = picker.before ?? (path == "." ? nil : ".") else {
        overlay = nil
        return []
      }
      overlay = .picker(Picker(purpose: picker.purpose, path: before))
      return [.listFolder(before)]
    }
    drafts["picker"] = [path]
    picker.entries = entries
    picker.isLoading = false
    picker.row = 0
    overlay = .picker(picker)
    return previewChosen()
  }

  /// Asks for the overview of the chosen sound.
  mutating func previewChosen() -> [Effect] {
    guard case .picker(var picker) = overlay, let entry = picker.chosen, !entry.isFolder else { return [] }
    let path = Model.join(picker.path, entry.name)
    guard picker.previewPath != path else { return [] }
    picker.previewPath = path
    picker.preview = nil
    overlay = .picker(picker)
    return [.engine(.previewAudio(path: path))]
  }

  private mutating func press(_ key: Key, in given: Form) -> [Effect] {
    var form = given
    switch key.code {
    case .escape:
      // What was typed waits for the next time.
      drafts[form.kind.name] = form.fields.map { $0.editor.text }
      overlay = nil
      return []
    case .enter: return accept(form)
    case .up, .backTab: form.row = max(0, form.row - 1)
    case .down, .tab: form.row = min(form.fields.count - 1, form.row + 1)
    default: if Model.type(key, into: &form.fields[form.row].editor) { form.complaint = nil }
    }
    overlay = .form(form)
    return []
  }

  mutating func pasteInOverlay(_ text: String) -> [Effect] {
    switch overlay {
    case .help(var query, _):
      query.insert(text)
      overlay = .help(query: query, scroll: 0)
    case .palette(var query, _):
      query.insert(text)
      overlay = .palette(query: query, row: 0)
    case .picker(var picker):
      picker.query.insert(text)
      picker.row = 0
      overlay = .picker(picker)
      return previewChosen()
    case .form(var form):
      form.fields[form.row].editor.insert(text)
      let leftOut = form.fields[form.row].editor.leftOut
      form.complaint = leftOut > 0 ? Model.tooLong(leftOut) : nil
      overlay = .form(form)
    default: break
    }
    return []
  }

  /// Types into a one-line box; false when the key is none for it.
  static func type(_ key: Key, into editor: inout TextEditor) -> Bool {
    if case .character(let c) = key.code, !key.control, !key.alt {
      editor.insert(String(c))
      return true
    }
    return editor.move(key, width: 10_000)
  }

  /// Moves in a list; nil for other keys.
  static func list(_ key: Key, _ row: Int, _ count: Int) -> Int? {
    let by: Int
    switch key.code {
    case .up, .backTab: by = -1
    case .down, .tab: by = 1
    case .pageUp: by = -10
    case .pageDown: by = 10
    case .character("n") where key.control: by = 1
    case .character("p") where key.control: by = -1
    default: return nil
    }
    return max(0, min(row + by, count - 1))
  }

  static func join(_ folder: String, _ name: String) -> String {
    if folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  static func parent(of path: String) -> String {
    if path == "." || path == "" { return ".." }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    if parts.last.map({ $0 == ".." }) ?? false { return path + "/.." }
    let up = parts.dropLast().joined(separator: "/")
    if path.hasPrefix("/") { return "/" + up }
    return up.isEmpty ? "." : up
  }
}
