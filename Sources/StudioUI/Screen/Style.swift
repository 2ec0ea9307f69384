import Raster

/// A colour as a theme gives it: the terminal's own, one of the user's sixteen, or an exact one.
public struct Paint: Hashable, Sendable {
  /// 0: the terminal's own; 1 << 24 | n: colour n of sixteen; 2 << 24 | rgb: exact.
  public let code: UInt32

  /// The terminal's own foreground or background.
  public static let standard = Paint(code: 0)
  /// One of the user's sixteen colours.
  public static func index(_ n: UInt8) -> Paint { Paint(code: 1 << 24 | UInt32(n & 15)) }
  /// An exact colour.
  public static func exact(_ c: Colour) -> Paint { Paint(code: 2 << 24 | UInt32(c.red) << 16 | UInt32(c.green) << 8 | UInt32(c.blue)) }

  /// The exact colour, when it is one.
  public var colour: Colour? { code >> 24 == 2 ? Colour(hex: code & 0xffffff) : nil }
  /// The number among the user's sixteen, when it is one.
  public var number: UInt8? { code >> 24 == 1 ? UInt8(code & 15) : nil }
}

/// How a cell of the screen looks.
public struct Style: Hashable, Sendable {
  /// Bits of emphasis.
  public struct Emphasis: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bold = Emphasis(rawValue: 1)
    public static let dim = Emphasis(rawValue: 2)
    public static let underline = Emphasis(rawValue: 4)
    public static let reverse = Emphasis(rawValue: 8)
    public static let italic = Emphasis(rawValue: 16)
  }

  public var ink: Paint
  public var ground: Paint
  public var emphasis: Emphasis

  /// The terminal's own look.
  public static let plain = Style()

  public init(ink: Paint = .standard, ground: Paint = .standard, emphasis: Emphasis = []) {
    self.ink = ink
    self.ground = ground
    self.emphasis = emphasis
  }

  /// This style on another's ground.
  public func on(_ other: Style) -> Style { Style(ink: ink, ground: other.ground, emphasis: emphasis) }
}
