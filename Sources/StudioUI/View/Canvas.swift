import Raster

/// A screen being drawn, with the theme and the glyphs the terminal has.
struct Canvas {
  var screen: Screen
  let theme: Theme
  let glyphs: Glyphs

  init(_ model: Model) {
    theme = model.theme
    glyphs = Glyphs(ascii: model.ascii)
    screen = Screen(width: model.width, height: model.height, style: theme[.background])
  }

  /// Writes text inside a rectangle's row, cut with an ellipsis.
  @discardableResult
  mutating func put(_ text: String, _ x: Int, _ y: Int, _ key: Theme.Key, in rect: Rect) -> Int {
    put(text, x, y, theme[key], in: rect)
  }

  @discardableResult
  mutating func put(_ text: String, _ x: Int, _ y: Int, _ style: Style, in rect: Rect) -> Int {
    guard y >= rect.y, y < rect.bottom, x < rect.right else { return x }
    let room = rect.right - max(x, rect.x)
    let plain = glyphs.ascii ? glyphs.plain(text) : text
    return screen.put(DisplayWidth.fitted(plain, room, ellipsis: glyphs.ellipsis), max(x, rect.x), y, style, limit: rect.right)
  }

  /// The heading of a pane: its name on a quiet rule, brighter where the keyboard is. Returns the body below.
  mutating func heading(_ title: String, note: String = "", focused: Bool, _ rect: Rect) -> Rect {
    guard rect.height > 0 else { return rect }
    let rule = theme[.rule]
    for x in rect.x..<rect.right { screen.set(x, rect.y, glyph: glyphs.horizontal, style: rule) }
    var x = put(" \(title) ", rect.x + 1, rect.y, focused ? .titleFocused : .title, in: rect)
    if !note.isEmpty {
      x = put(note + " ", x, rect.y, .dim, in: rect)
    }
    if focused { screen.set(rect.x, rect.y, glyph: glyphs.mark, style: theme[.titleFocused]) }
    return Rect(rect.x, rect.y + 1, rect.width, rect.height - 1)
  }

  /// A bar of `width` cells filled to a part, with eighths where the terminal has them.
  mutating func meter(_ part: Double, _ x: Int, _ y: Int, width: Int, _ gradient: Theme.Gradient = .meter, key: Theme.Key = .text) {
    guard width > 0, part.isFinite else { return }
    let eighths = Int((max(0, min(1, part)) * Double(width * 8)).rounded())
    for i in 0..<width {
      let fill = max(0, min(8, eighths - i * 8))
      guard fill > 0 else { continue }
      let paint = theme[gradient, i * (Cell.levels - 1) / max(1, width - 1)]
      let ink = theme.name == Theme.mono.name ? theme[key].ink : paint
      screen.set(x + i, y, glyph: glyphs.bar(fill), style: Style(ink: ink, ground: theme[.background].ground))
    }
  }

  /// A line of values 0…1 over two dots a cell and `height × 4` dots; nil leaves a gap.
  mutating func curve(_ values: [Float?], _ rect: Rect, _ key: Theme.Key) {
    guard rect.width > 0, rect.height > 0 else { return }
    var dots = [UInt8](repeating: 0, count: rect.width * rect.height)
    let high = rect.height * 4
    var last: Int?
    for (x, value) in values.prefix(rect.width * 2).enumerated() {
      guard let value, value.isFinite else {
        last = nil
        continue
      }
      let y = high - 1 - Int((max(0, min(1, value)) * Float(high - 1)).rounded())
      for at in min(y, last ?? y)...max(y, last ?? y) { dots[at / 4 * rect.width + x / 2] |= Braille.bits[(at & 3) * 2 + (x & 1)] }
      last = y
    }
    stamp(dots, rect, key)
  }

  /// A waveform around the middle of a rectangle: pairs of low and high in −1…1, two a cell; low above high leaves a gap.
  mutating func wave(_ bins: [(low: Float, high: Float)], _ rect: Rect, _ key: Theme.Key) {
    guard rect.width > 0, rect.height > 0 else { return }
    var dots = [UInt8](repeating: 0, count: rect.width * rect.height)
    let high = rect.height * 4
    for (x, bin) in bins.prefix(rect.width * 2).enumerated() where bin.low <= bin.high {
      let top = max(0, min(high - 1, Int((0.5 - bin.high * 0.5) * Float(high))))
      let bottom = max(top, min(high - 1, Int((0.5 - bin.low * 0.5) * Float(high))))
      for y in top...bottom { dots[y / 4 * rect.width + x / 2] |= Braille.bits[(y & 3) * 2 + (x & 1)] }
    }
    stamp(dots, rect, key)
  }

  private mutating func stamp(_ dots: [UInt8], _ rect: Rect, _ key: Theme.Key) {
    for i in dots.indices where dots[i] != 0 {
      let (x, y) = (rect.x + i % rect.width, rect.y + i / rect.width)
      guard x < screen.width, y < screen.height, x >= 0, y >= 0 else { continue }
      let ground = screen[x, y].style.ground
      let glyph = glyphs.ascii ? UInt32(AsciiShapes.table[Int(dots[i])]) : Braille.glyph(dots[i])
      screen.set(x, y, glyph: glyph, style: Style(ink: theme[key].ink, ground: ground, emphasis: theme[key].emphasis.subtracting(.reverse)))
    }
  }
}

/// The few glyphs beyond letters, with their stand-ins where the locale has only ASCII.
struct Glyphs {
  let ascii: Bool

  var horizontal: UInt32 { ascii ? 0x2d : 0x2500 }
  var vertical: UInt32 { ascii ? 0x7c : 0x2502 }
  var mark: UInt32 { ascii ? 0x3e : 0x258c }
  var ellipsis: String { ascii ? "~" : "…" }
  var star: String { ascii ? "*" : "★" }
  var playing: String { ascii ? ">" : "▶" }
  var paused: String { ascii ? "=" : "⏸" }
  var dot: String { ascii ? "." : "·" }
  var tick: UInt32 { ascii ? 0x27 : 0x2575 }
  var flag: UInt32 { ascii ? 0x21 : 0x25be }

  /// One to eight eighths of a cell.
  func bar(_ eighths: Int) -> UInt32 { ascii ? (eighths >= 5 ? 0x23 : 0x2d) : 0x2590 - UInt32(eighths) }

  /// Text for a terminal without UTF-8: what we write ourselves is translated, the user's letters become `?`.
  func plain(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case _ where scalar.value < 0x80: out.unicodeScalars.append(scalar)
      case "–", "−", "·": out += "-"
      case "…": out += "~"
      case "°": break
      case "×": out += "x"
      case "→": out += "->"
      case "“", "”": out += "\""
      case "’": out += "'"
      default: if scalar.properties.generalCategory != .nonspacingMark { out += "?" }
      }
    }
    return out
  }
}
