import Raster

/// The looks of everything on screen, by meaning; a theme never styles two meanings through one key.
public struct Theme: Hashable, Sendable {
  /// What a style is for. A key without an entry takes that of its beginning (`title.focused` → `title` → `text`).
  public enum Key: String, CaseIterable, Sendable {
    case background, text, dim, rule, title
    case titleFocused = "title.focused"
    case bar
    case barName = "bar.name"
    case cursor, selection, match
    case hintKey = "hint.key"
    case hintText = "hint.text"
    case input
    case inputFocused = "input.focused"
    case overlay
    case overlayTitle = "overlay.title"
    case overlayChosen = "overlay.chosen"
    case good, warning, bad
    case action = "level.action"
    case emotion = "level.emotion"
    case expression = "level.expression"
    case pose = "level.pose"
    case scenario = "level.scenario"
    case muted = "level.muted"
    case token
    case tokenNew = "token.new"
    case tokenCursor = "token.cursor"
    case tokenLocked = "token.locked"
    case tokenPinned = "token.pinned"
    case playhead = "time.playhead"
    case range = "time.selection"
    case loop = "time.loop"
    case marker = "time.marker"
    case wave
    case jaw = "curve.jaw"
    case lips = "curve.lips"
    case brows = "curve.brows"
    case head = "curve.head"
    case star = "take.star"
    case current = "take.current"
  }

  /// Series of paints from strong to weak.
  public enum Gradient: String, CaseIterable, Sendable {
    case ghost = "head.ghost"
    case wire = "head.wire"
    case shade = "head.shade"
    case crease = "head.crease"
    case contour = "head.contour"
    case feature = "head.feature"
    case meter
    case entropy
  }

  public var name: String
  /// Dots of a shaded head stand for dark (light backgrounds).
  public var darkInk = false
  private var styles: [Key: Style]
  private var gradients: [Gradient: [Paint]]

  /// A theme from tables; what is missing follows from what is there.
  init(name: String, darkInk: Bool, styles: [Key: Style], gradients: [Gradient: [Paint]]) {
    self.name = name
    self.darkInk = darkInk
    self.styles = [:]
    self.gradients = [:]
    for key in Key.allCases { self.styles[key] = Theme.resolve(key, styles) }
    for gradient in Gradient.allCases {
      let given = gradients[gradient] ?? []
      self.gradients[gradient] = given.isEmpty ? [Paint](repeating: .standard, count: Cell.levels) : Theme.spread(given)
    }
  }

  /// The style of a meaning.
  public subscript(key: Key) -> Style { styles[key] ?? .plain }

  /// A paint of a gradient; 0 strongest … 7 weakest.
  public subscript(gradient: Gradient, level: Int) -> Paint {
    gradients[gradient]?[max(0, min(Cell.levels - 1, level))] ?? .standard
  }

  /// The gradient a role of the head is drawn with.
  static func gradient(of role: CellRole) -> Gradient {
    switch role {
    case .ghost: .ghost
    case .wire, .blank: .wire
    case .shade: .shade
    case .crease: .crease
    case .contour: .contour
    case .feature: .feature
    }
  }

  /// The style of a head's cell on the background.
  public func style(of cell: Cell) -> Style {
    let level = Int((cell.role.part(ofLevel: Int(cell.level)) * Float(Cell.levels - 1)).rounded())
    return Style(ink: self[Theme.gradient(of: cell.role), level], ground: self[.background].ground)
  }

  private static func resolve(_ key: Key, _ styles: [Key: Style]) -> Style {
    var name = key.rawValue
    while true {
      if let found = Key(rawValue: name).flatMap({ styles[$0] }) { return found }
      guard let dot = name.lastIndex(of: ".") else { break }
      name = String(name[..<dot])
    }
    return styles[.text] ?? styles[.background] ?? .plain
  }

  /// Stretches a list of paints over the eight levels; exact colours are mixed, others repeated.
  static func spread(_ given: [Paint]) -> [Paint] {
    (0..<Cell.levels).map { level in
      let place = Float(level) / Float(Cell.levels - 1) * Float(given.count - 1)
      let low = Int(place)
      let high = min(given.count - 1, low + 1)
      if let a = given[low].colour, let b = given[high].colour { return .exact(a.mixed(with: b, place - Float(low))) }
      return given[place - Float(low) < 0.5 ? low : high]
    }
  }

  /// The theme without any colour: emphasis alone tells things apart (NO_COLOR, monochrome terminals).
  public static let mono: Theme = {
    let (reverse, bold, dim) = (Style(emphasis: .reverse), Style(emphasis: .bold), Style(emphasis: .dim))
    let underline = Style(emphasis: .underline)
    return Theme(
      name: "mono", darkInk: false,
      styles: [
        .background: .plain, .text: .plain, .dim: dim, .rule: dim, .title: .plain, .titleFocused: Style(emphasis: [.bold, .underline]),
        .bar: .plain, .barName: bold, .cursor: reverse, .selection: reverse, .match: underline, .hintKey: bold,
        .hintText: .plain, .input: .plain, .inputFocused: .plain, .overlay: .plain, .overlayTitle: bold, .overlayChosen: reverse,
        .good: .plain, .warning: bold, .bad: Style(emphasis: [.bold, .underline]), .muted: dim, .tokenNew: bold, .tokenCursor: reverse,
        .tokenLocked: underline, .tokenPinned: Style(emphasis: [.bold, .underline]), .playhead: reverse,
        .range: underline, .loop: bold, .marker: bold, .star: bold, .current: bold,
      ], gradients: [:])
  }()
}
