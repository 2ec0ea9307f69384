import Motion
import Studio

/// Time: ruler, sound, tokens and curves.
enum TimelineView {
  /// Columns before the ruler, for names of rows.
  private static let margin = 7

  /// The frames on screen.
  static func span(_ model: Model) -> (first: Double, count: Double) {
    let all = Double(max(1, model.clock.frameCount))
    guard let wanted = model.timeSpan, Double(wanted) < all else { return (0, all) }
    let first = max(0, min(Double(model.frame) - Double(wanted) / 2, all - Double(wanted)))
    return (first, Double(wanted))
  }

  /// The frame under a column.
  static func frame(_ model: Model, _ rect: Rect, x: Int) -> Int? {
    let width = rect.width - margin - 1
    guard width > 0 else { return nil }
    let (first, count) = span(model)
    let part = (Double(x - rect.x - margin) + 0.5) / Double(width)
    return max(0, min(model.clock.frameCount - 1, Int(first + part * count)))
  }

  private static func column(_ frame: Double, _ model: Model, _ rect: Rect) -> Int? {
    let width = rect.width - margin - 1
    let (first, count) = span(model)
    guard frame >= first, frame <= first + count, width > 0 else { return nil }
    return rect.x + margin + min(width - 1, Int((frame - first) / count * Double(width)))
  }

  static func draw(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let body = canvas.heading("Timeline", focused: model.focus == .timeline, rect)
    guard body.height > 0, body.width > margin + 4 else { return }
    ground(model, body, &canvas)
    ruler(model, rect, &canvas)
    let area = Rect(body.x + margin, body.y, body.width - margin - 1, body.height)
    let (first, count) = span(model)
    var y = area.y
    if let track = model.audio, let audio = model.document.audio {
      let rows = area.height >= 8 ? 3 : area.height >= 5 ? 2 : 1
      canvas.put("sound", body.x + 1, y, .dim, in: body)
      let fps = model.clock.framesPerSecond
      let from = first / fps - audio.offset + audio.trimStart
      canvas.wave(
        AudioView.bins(track, columns: area.width * 2, from: from, to: from + count / fps), Rect(area.x, y, area.width, rows), .wave)
      y += rows
    }
    if let clip = model.clip, clip.frameCount > 0 {
      let curves: [(String, Theme.Key, (Int) -> Float)] = [
        ("jaw", .jaw, { clip[$0, Clip.jawRange.lowerBound] / 0.34 }),
        ("lips", .lips, { 0.5 + lips(clip, $0) * 0.5 }),
        ("brows", .brows, { 0.5 + brows(clip, $0) * 0.5 }),
        ("head", .head, { 0.5 - clip[$0, Clip.neckRange.lowerBound + 1] / 0.9 }),
      ]
      let left = area.bottom - y
      let each = max(1, left / curves.count)
      for (name, key, value) in curves where y + each <= area.bottom {
        canvas.put(name, body.x + 1, y, canvas.theme[key], in: body)
        let values: [Float?] = (0..<area.width * 2).map { x in
          let frame = Int(first + (Double(x) + 0.5) / Double(area.width * 2) * count)
          return frame < clip.frameCount ? value(frame) : nil
        }
        canvas.curve(values, Rect(area.x, y, area.width, min(3, each)), key)
        y += each
      }
    } else if model.audio == nil {
      canvas.put("a take's motion is drawn here", body.x + 1, body.y, .rule, in: body)
    }
    playhead(model, rect, &canvas)
  }

  /// Selection and loop as ground under everything.
  private static func ground(_ model: Model, _ body: Rect, _ canvas: inout Canvas) {
    guard let selection = model.document.selection, model.clock.frameCount > 0 else { return }
    let style = canvas.theme[.range]
    let width = body.width - margin - 1
    for x in 0..<width {
      guard let frame = frame(model, body, x: body.x + margin + x), selection.contains(frame) else { continue }
      for y in body.y..<body.bottom {
        canvas.screen.restyle(body.x + margin + x, y) {
          $0.ground = style.ground
          $0.emphasis.formUnion(style.emphasis)
        }
      }
    }
  }

  private static func ruler(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    let (first, count) = span(model)
    let fps = model.clock.framesPerSecond
    let width = rect.width - margin - 1
    guard model.clock.frameCount > 0 else { return }
    // A label every so many seconds that it has room.
    let steps: [Double] = [0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600]
    let step = steps.first { $0 * fps / count * Double(width) >= 9 } ?? 600
    var second = (first / fps / step).rounded(.up) * step
    let limit = rect.right - 1
    while second * fps <= first + count {
      if let x = column(second * fps, model, rect), x > rect.x + margin + 4, x + 5 < limit {
        canvas.put(
          step < 1 ? Format.fixed(second, 1) : Format.seconds(second).split(separator: ".").first.map(String.init) ?? "", x, rect.y, .dim,
          in: rect)
      }
      second += step
    }
    if let loop = model.document.loop {
      for x in 0..<width {
        if let f = frame(model, rect, x: rect.x + margin + x), loop.contains(f) {
          canvas.screen.set(rect.x + margin + x, rect.y, glyph: canvas.glyphs.ascii ? 0x3d : 0x2501, style: canvas.theme[.loop])
        }
      }
    }
    for marker in model.document.markers {
      guard let x = column(marker.seconds * fps, model, rect) else { continue }
      canvas.screen.set(x, rect.y, glyph: canvas.glyphs.flag, style: canvas.theme[.marker])
      canvas.put(marker.name, x + 1, rect.y, .marker, in: Rect(rect.x, rect.y, min(rect.width - 1, x - rect.x + 11), 1))
    }
  }

  private static func playhead(_ model: Model, _ rect: Rect, _ canvas: inout Canvas) {
    guard model.clock.frameCount > 0, let x = column(Double(model.frame), model, rect) else { return }
    let style = canvas.theme[.playhead]
    // The pane's name keeps its place in the first row.
    for y in rect.y..<rect.bottom where y > rect.y || x > rect.x + 10 {
      let cell = canvas.screen[x, y]
      if cell.glyph == 0x20 || y == rect.y {
        canvas.screen.set(x, y, glyph: canvas.glyphs.vertical, style: style.on(Style(ground: cell.style.ground)))
      } else {
        canvas.screen.restyle(x, y) {
          $0.ink = style.ink
          $0.emphasis.formUnion(style.emphasis)
        }
      }
    }
  }

  /// From −1 (corners down, pressed) to 1 (smiling, rounded).
  private static func lips(_ clip: Clip, _ frame: Int) -> Float {
    let up = clip[frame, .mouthSmileLeft] + clip[frame, .mouthSmileRight] + clip[frame, .mouthPucker] + clip[frame, .mouthFunnel]
    let down = clip[frame, .mouthFrownLeft] + clip[frame, .mouthFrownRight] + clip[frame, .mouthClose]
    return max(-1, min(1, (up - down) * 0.7))
  }

  /// From −1 (frowning) to 1 (raised).
  private static func brows(_ clip: Clip, _ frame: Int) -> Float {
    let up = clip[frame, .browInnerUpLeft] + clip[frame, .browInnerUpRight] + clip[frame, .browOuterUpLeft] + clip[frame, .browOuterUpRight]
    let down = clip[frame, .browDownLeft] + clip[frame, .browDownRight]
    return max(-1, min(1, up / 3 - down / 2))
  }
}
