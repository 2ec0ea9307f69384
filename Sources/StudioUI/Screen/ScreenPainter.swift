import Raster

/// What a terminal can do, as far as painting depends on it.
public struct TerminalAbilities: Hashable, Sendable {
  public var colours: ColourDepth
  /// The terminal understands ECMA-48 cursor movement (all but the oldest do).
  public var dimIsSafe: Bool
  /// Frames may be wrapped in synchronised output (CSI ? 2026).
  public var synchronised: Bool

  public init(colours: ColourDepth = .truecolour, dimIsSafe: Bool = true, synchronised: Bool = false) {
    self.colours = colours
    self.dimIsSafe = dimIsSafe
    self.synchronised = synchronised
  }
}

/// Writes screens as escape sequences, only what changed.
///
/// Our own difference instead of the library's: exact colours also where the terminal's description knows only 256,
/// one write a frame, and frames that can be dropped whole when the line is slow.
public struct ScreenPainter: Sendable {
  public var abilities: TerminalAbilities
  private var shown: Screen?
  private var style: Style?
  private var codes: [Style: String] = [:]

  public init(abilities: TerminalAbilities) { self.abilities = abilities }

  /// Forgets what is on the terminal: the next frame clears it and is written whole.
  public mutating func forget() { shown = nil }

  /// The bytes that turn the last painted screen into this one; empty when nothing changed.
  public mutating func paint(_ screen: Screen) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(4096)
    let old = shown.flatMap { $0.width == screen.width && $0.height == screen.height ? $0 : nil }
    if old == nil {
      out += Array("\u{1b}[0m\u{1b}[2J".utf8)
      style = nil
    }
    var place: (x: Int, y: Int) = (-1, -1)
    for y in 0..<screen.height {
      var x = 0
      while x < screen.width {
        let cell = screen[x, y]
        if let old, same(screen, old, x, y) || cell.width == 0 {
          x += 1
          continue
        }
        if old == nil, cell.width == 0 || (cell.glyph == 0x20 && cell.style == .plain) {
          x += 1
          continue
        }
        // The last cell of the screen would scroll some terminals.
        if y == screen.height - 1, x + max(1, Int(cell.width)) >= screen.width { break }
        approach(x, y, from: place, screen, &out)
        select(cell.style, &out)
        append(screen, cell, &out)
        x += max(1, Int(cell.width))
        place = (x, y)
      }
    }
    let before = old?.cursor
    let after = screen.cursor
    let drew = !out.isEmpty
    if drew || before?.x != after?.x || before?.y != after?.y || old == nil {
      if let after {
        move(after.x, after.y, &out)
        out += Array("\u{1b}[?25h".utf8)
      } else if before != nil || old == nil {
        out += Array("\u{1b}[?25l".utf8)
      }
    }
    if drew, after != nil { out = Array("\u{1b}[?25l".utf8) + out }
    shown = screen
    guard !out.isEmpty else { return [] }
    return abilities.synchronised ? Array("\u{1b}[?2026h".utf8) + out + Array("\u{1b}[?2026l".utf8) : out
  }

  private func same(_ a: Screen, _ b: Screen, _ x: Int, _ y: Int) -> Bool {
    let (p, q) = (a[x, y], b[x, y])
    guard p.glyph == q.glyph, p.width == q.width, p.style == q.style else { return false }
    if p.cluster == 0 && q.cluster == 0 { return true }
    return a.text(x, y) == b.text(x, y)
  }

  /// Moves the cursor: over a short unchanged run of the same style by writing it, else by the shortest sequence.
  private func approach(_ x: Int, _ y: Int, from place: (x: Int, y: Int), _ screen: Screen, _ out: inout [UInt8]) {
    if place.x == x, place.y == y { return }
    if place.y == y, place.x >= 0, x > place.x {
      let gap = x - place.x
      if gap <= 4, let style,
        (place.x..<x).allSatisfy({ screen[$0, y].style == style && screen[$0, y].width == 1 && screen[$0, y].cluster == 0 })
      {
        for column in place.x..<x { append(screen, screen[column, y], &out) }
        return
      }
      out += Array((gap == 1 ? "\u{1b}[C" : "\u{1b}[\(gap)C").utf8)
      return
    }
    move(x, y, &out)
  }

  private func move(_ x: Int, _ y: Int, _ out: inout [UInt8]) {
    out += Array((x == 0 ? "\u{1b}[\(y + 1)H" : "\u{1b}[\(y + 1);\(x + 1)H").utf8)
  }

  private mutating func select(_ wanted: Style, _ out: inout [UInt8]) {
    if style == wanted { return }
    style = wanted
    let code = codes[wanted] ?? sequence(wanted)
    codes[wanted] = code
    out += Array(code.utf8)
  }

  private func append(_ screen: Screen, _ cell: ScreenCell, _ out: inout [UInt8]) {
    if cell.cluster > 0 {
      out += Array(screen.clusters[Int(cell.cluster) - 1].utf8)
    } else {
      if let bytes = UTF8.encode(Unicode.Scalar(cell.glyph) ?? " ") { out += Array(bytes) }
    }
  }

  /// The sequence that sets a style from any other.
  func sequence(_ style: Style) -> String {
    var parts = ["0"]
    if style.emphasis.contains(.bold) { parts.append("1") }
    if style.emphasis.contains(.dim), abilities.dimIsSafe { parts.append("2") }
    if style.emphasis.contains(.italic), abilities.colours > .sixteen { parts.append("3") }
    if style.emphasis.contains(.underline) { parts.append("4") }
    if style.emphasis.contains(.reverse) { parts.append("7") }
    if abilities.colours != .mono {
      if let code = code(style.ink, base: 30) { parts.append(code) }
      if let code = code(style.ground, base: 40) { parts.append(code) }
    }
    return "\u{1b}[" + (parts.count == 1 ? "" : parts.joined(separator: ";")) + "m"
  }

  private func code(_ paint: Paint, base: Int) -> String? {
    if let number = paint.number { return "\(number < 8 ? base + Int(number) : base + 60 + Int(number) - 8)" }
    guard let c = paint.colour else { return nil }
    switch abilities.colours {
    case .mono: return nil
    case .sixteen:
      let n = c.index16
      // A background is only painted when it is a colour; near-black grounds stay the terminal's own.
      if base == 40, c.lightness < 0.2 { return nil }
      return "\(n < 8 ? base + Int(n) : base + 60 + Int(n) - 8)"
    case .indexed: return "\(base + 8);5;\(c.index256)"
    case .truecolour: return "\(base + 8);2;\(c.red);\(c.green);\(c.blue)"
    }
  }
}
