import Motion
import Studio
import Synthesis

/// The sound.
enum AudioView {
  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = PromptView.bodyRect(model, rect)
    if body.y > rect.y { _ = canvas.heading("Audio", focused: model.focus == .audio, rect) }
    guard let reference = model.document.audio else {
      canvas.put("no sound", body.x + 1, body.y, .dim, in: body)
      let pick = model.keys.key(for: .pickAudio, in: .audio)?.label(ascii: model.ascii) ?? ""
      let say = model.keys.key(for: .sayLine, in: .audio)?.label(ascii: model.ascii) ?? ""
      canvas.put("\(pick) chooses a file, \(say) speaks a line", body.x + 1, body.y + 1, .rule, in: body)
      return
    }
    let name = reference.path.split(separator: "/").last.map(String.init) ?? reference.path
    canvas.put(name, body.x + 1, body.y, .text, in: body)
    guard let track = model.audio else {
      canvas.put("reading", body.x + 1, body.y + 1, .dim, in: body)
      return
    }
    let info = track.info
    let rate = Format.fixed(Double(info.sampleRate) / 1000, 1)
    canvas.put(
      "\(Format.seconds(info.seconds))  \(rate) kHz  \(info.channels == 1 ? "mono" : "\(info.channels) channels")", body.x + 1, body.y + 1,
      .dim, in: body)
    let wave = Rect(body.x + 1, body.y + 2, body.width - 2, max(0, min(4, body.height - 3)))
    canvas.wave(bins(track, columns: wave.width * 2, from: 0, to: info.seconds), wave, .wave)
    var notes: [String] = []
    if reference.trimStart > 0 || reference.trimLength != nil {
      let end = reference.trimLength.map { reference.trimStart + $0 } ?? info.seconds
      notes.append("from \(Format.fixed(reference.trimStart, 2)) to \(Format.fixed(end, 2)) s")
    }
    if reference.offset != 0 { notes.append("offset \(Format.fixed(reference.offset, 2)) s") }
    if let line = reference.spokenLine { notes.append("“\(line)”") }
    if reference.embedded != nil { notes.append("kept in the session") }
    if !model.canPlaySound { notes.append("silent playhead: no player here") }
    canvas.put(notes.joined(separator: "  "), body.x + 1, min(body.bottom - 1, wave.bottom), .dim, in: body)
  }

  /// Lows and highs of a stretch of sound, scaled so that the loudest fills the height; gaps where there is none.
  static func bins(_ track: AudioTrack, columns: Int, from: Double, to: Double) -> [(low: Float, high: Float)] {
    guard columns > 0, to > from else { return [] }
    let loudest = max(0.02, track.overview.bins.reduce(0) { max($0, max(abs($1.low), abs($1.high))) })
    return track.overview.columns(columns, from: from, to: to).enumerated().map { i, bin in
      let time = from + (Double(i) + 0.5) / Double(columns) * (to - from)
      return time < 0 || time > track.overview.seconds ? (1, -1) : (bin.low / loudest * 0.95, bin.high / loudest * 0.95)
    }
  }
}

/// The list of takes as a tree.
enum TakesView {
  static func scroll(_ model: Model, rows: Int) -> Int {
    max(0, min(model.takeRow - rows / 2, model.document.takes.count - rows))
  }

  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = PromptView.bodyRect(model, rect)
    let count = model.document.takes.count
    if body.y > rect.y { _ = canvas.heading("Takes", note: count > 0 ? "\(count)" : "", focused: model.focus == .takes, rect) }
    guard count > 0 else {
      canvas.put("Enter performs the first", body.x + 1, body.y, .rule, in: body)
      return
    }
    let tree = model.document.takeTree
    let first = scroll(model, rows: body.height)
    for row in 0..<body.height where first + row < tree.count {
      let (take, depth) = tree[first + row]
      let y = body.y + row
      let here = model.focus == .takes && first + row == model.takeRow
      let current = take.id == model.document.currentTake
      if here { canvas.screen.fill(Rect(body.x, y, body.width, 1), canvas.theme[.selection]) }
      let ground = here ? canvas.theme[.selection] : canvas.theme[.background]
      var x = body.x + 1 + min(depth, 6) * 2
      let mark = current ? canvas.glyphs.playing : take.id == model.document.comparedTake ? "=" : " "
      x = canvas.put(mark + " ", x - 1, y, canvas.theme[.star].on(ground), in: body)
      let style = canvas.theme[current ? .current : .text].on(ground)
      let seconds = take.tokens.map { Double($0.stepCount * model.framesPerStep) / 25 } ?? take.imported?.seconds ?? 0
      let note = "\(take.starred ? canvas.glyphs.star + " " : "")\(Format.fixed(seconds, 1))s"
      let noteX = body.right - DisplayWidth.of(note) - 1
      canvas.put(
        take.name, x, y,
        here ? Style(ink: style.ink, ground: style.ground, emphasis: style.emphasis.union(canvas.theme[.selection].emphasis)) : style,
        in: Rect(body.x, y, noteX - body.x - 1, 1))
      canvas.put(note, noteX, y, canvas.theme[take.starred ? .star : .dim].on(ground), in: body)
    }
  }
}

/// Amounts of the layers.
enum LayersView {
  /// Where the sliders lie: first column and width.
  private static func slider(_ body: Rect) -> (x: Int, width: Int) {
    let left = body.x + 13
    return (left, max(0, min(24, body.right - left - 6)))
  }

  /// The row under a cell, and the amount when the cell is on its slider; while dragging a slider has no ends.
  static func place(_ model: Model, _ rect: Rect, _ x: Int, _ y: Int, dragging: Bool = false) -> (row: Int, amount: Double?) {
    let body = PromptView.bodyRect(model, rect)
    let (left, width) = slider(body)
    guard width > 1, dragging || x >= left - 1 && x <= left + width else { return (y - body.y, nil) }
    let amount = max(0, min(2, (Double(x - left) + 0.5) / Double(width) * 2))
    return (y - body.y, (amount * 10).rounded() / 10)
  }

  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = PromptView.bodyRect(model, rect)
    if body.y > rect.y { _ = canvas.heading("Layers", focused: model.focus == .layers, rect) }
    let layers = model.document.current?.layers ?? .unchanged
    let rows: [(String, Double)] = [
      ("head", layers.head), ("mouth", layers.mouth), ("expression", layers.expression), ("blinks", layers.blinks),
    ]
    for (i, row) in rows.enumerated() where i < body.height {
      let here = model.focus == .layers && model.layerRow == i
      canvas.screen.set(body.x, body.y + i, glyph: here ? canvas.glyphs.mark : 0x20, style: canvas.theme[.titleFocused])
      canvas.put(row.0, body.x + 2, body.y + i, here ? .current : model.document.current == nil ? .dim : .text, in: body)
      let (left, width) = slider(body)
      canvas.meter(row.1 / 2, left, body.y + i, width: width, .entropy)
      canvas.put(Format.fixed(row.1, 1), left + width + 1, body.y + i, row.1 == 1 ? .dim : .text, in: body)
    }
    if let take = model.document.current, body.height > 4 {
      let about = [take.blend == nil ? nil : "two takes blended", take.offsets.isEmpty ? nil : "with offsets on top"].compactMap { $0 }
      canvas.put(about.joined(separator: ", "), body.x + 2, body.y + 4, .dim, in: body)
    }
  }
}
