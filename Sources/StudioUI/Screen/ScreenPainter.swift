import Raster

/// What a terminal can do, as far as painting depends on it.
public struct TerminalAbilities: Hashable, Sendable {
  public var colours: ColourDepth
  /// The terminal knows faint text.
  public var dimIsSafe: Bool
  /// Frames may be wrapped in synchronised output (CSI ? 2026).
  public var synchronised: Bool
  /// Output is not translated: a line feed keeps the column.
  public var lineFeeds: Bool

  public init(colours: ColourDepth = .truecolour, dimIsSafe: Bool = true, synchronised: Bool = false, lineFeeds: Bool = false) {
    self.colours = colours
    self.dimIsSafe = dimIsSafe
    self.synchronised = synchronised
    self.lineFeeds = lineFeeds
  }
}

/// Writes screens as escape sequences, only what changed.
///
/// Our own difference instead of the library's: exact colours also where the terminal's description knows only 256,
/// one write a frame, and frames that can be dropped whole when the line is slow.
public struct ScreenPainter: Sendable {
  public var abilities: TerminalAbilities
  private var shown: CellPage?
  private var cursor: (x: Int, y: Int)?
  private var writer: PageWriter
  private var looks = LookTable()
  /// Styles by number; 0 is the terminal's own.
  private var styles: [Style] = []
  private var numbers: [Style: UInt16] = [:]
  /// What a look shows on an empty cell, by number of its class.
  private var grounds: [Style: UInt16] = [:]

  /// Styles kept at most; themes tried one after the other would else pile up.
  private static let mostStyles = 2000

  public init(abilities: TerminalAbilities) {
    self.abilities = abilities
    writer = PageWriter(lineFeeds: abilities.lineFeeds)
    forget()
  }

  /// Forgets what is on the terminal: the next frame clears it and is written whole.
  public mutating func forget() {
    shown = nil
    cursor = nil
    writer.forget()
    looks = LookTable()
    styles = []
    numbers = [:]
    grounds = [:]
    _ = number(of: .plain)
  }

  /// The bytes that turn the last painted screen into this one; empty when nothing changed.
  public mutating func paint(_ screen: Screen) -> [UInt8] {
    if styles.count > ScreenPainter.mostStyles { forget() }
    let page = page(of: screen)
    let old = shown.flatMap { $0.width == page.width && $0.height == page.height ? $0 : nil }
    var out: [UInt8] = []
    if old == nil {
      out += Array("\u{1b}[0m\u{1b}[2J".utf8)
      writer.forget()
    }
    let (styles, abilities) = (styles, abilities)
    let cells = writer.difference(page, from: old, blank: 0, looks: &looks) { from, to in
      ScreenPainter.sequence(from: from.map { styles[Int($0)] }, to: styles[Int(to)], abilities)
    }
    let before = cursor
    let after = screen.cursor
    // A cursor in sight is hidden while cells are written, else it would be seen flying.
    if !cells.isEmpty, before != nil, old != nil { out += Array("\u{1b}[?25l".utf8) }
    out += cells
    if let after {
      if !cells.isEmpty || before?.x != after.x || before?.y != after.y || old == nil {
        out += Array((PageWriter.move(after.x, after.y) + "\u{1b}[?25h").utf8)
      }
    } else if before != nil && cells.isEmpty || old == nil {
      out += Array("\u{1b}[?25l".utf8)
    }
    shown = page
    cursor = after
    guard !out.isEmpty else { return [] }
    return abilities.synchronised ? Array("\u{1b}[?2026h".utf8) + out + Array("\u{1b}[?2026l".utf8) : out
  }

  private mutating func page(of screen: Screen) -> CellPage {
    var page = CellPage(width: screen.width, height: screen.height)
    page.texts = screen.clusters
    var (lastStyle, lastNumber) = (Style.plain, UInt16(0))
    for (i, cell) in screen.cells.enumerated() {
      if cell.style != lastStyle {
        lastStyle = cell.style
        lastNumber = number(of: cell.style)
      }
      let glyph = cell.cluster > 0 ? PageCell.textBase + UInt32(cell.cluster) - 1 : cell.glyph
      page.cells[i] = PageCell(glyph: glyph, look: lastNumber, width: cell.width)
    }
    return page
  }

  private mutating func number(of style: Style) -> UInt16 {
    if let known = numbers[style] { return known }
    let marks: Style.Emphasis = [.underline, .reverse]
    let emphasis = style.emphasis.intersection(marks)
    // Only where ink and ground are exchanged (or a line is drawn in ink) does ink show on an empty cell.
    let seen = Style(ink: emphasis.isEmpty ? .standard : style.ink, ground: style.ground, emphasis: emphasis)
    let ground = grounds[seen] ?? UInt16(grounds.count)
    grounds[seen] = ground
    let made = looks.add(blank: ground)
    numbers[style] = made
    styles.append(style)
    return made
  }

  /// The shortest sequence that changes the pen from a style (or an unknown one) to another.
  static func sequence(from: Style?, to: Style, _ abilities: TerminalAbilities) -> String {
    let whole = join(["0"] + codes(of: to.emphasis, abilities) + colours(from: nil, to: to, abilities))
    guard let from, from.emphasis.isSubset(of: to.emphasis) else { return whole }
    let parts = codes(of: to.emphasis.subtracting(from.emphasis), abilities) + colours(from: from, to: to, abilities)
    let change = parts.isEmpty ? "" : join(parts)
    return change.utf8.count <= whole.utf8.count ? change : whole
  }

  private static func join(_ parts: [String]) -> String { "\u{1b}[" + (parts == ["0"] ? "" : parts.joined(separator: ";")) + "m" }

  private static func codes(of emphasis: Style.Emphasis, _ abilities: TerminalAbilities) -> [String] {
    var parts: [String] = []
    if emphasis.contains(.bold) { parts.append("1") }
    if emphasis.contains(.dim), abilities.dimIsSafe { parts.append("2") }
    if emphasis.contains(.italic), abilities.colours > .sixteen { parts.append("3") }
    if emphasis.contains(.underline) { parts.append("4") }
    if emphasis.contains(.reverse) { parts.append("7") }
    return parts
  }

  private static func colours(from: Style?, to: Style, _ abilities: TerminalAbilities) -> [String] {
    guard abilities.colours != .mono else { return [] }
    var parts: [String] = []
    for (before, after, base) in [(from?.ink, to.ink, 30), (from?.ground, to.ground, 40)] {
      let wanted = code(after, base: base, abilities)
      if let before {
        let known = code(before, base: base, abilities)
        if known != wanted { parts.append(wanted ?? "\(base + 9)") }
      } else if let wanted {
        parts.append(wanted)
      }
    }
    return parts
  }

  private static func code(_ paint: Paint, base: Int, _ abilities: TerminalAbilities) -> String? {
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
