/// One cell as it is sent to a terminal.
public struct PageCell: Hashable, Sendable {
  /// A Unicode scalar; from `PageCell.textBase` on, the place of a longer text in `CellPage.texts`.
  public var glyph: UInt32
  /// Number of the look (colours and emphasis) in the painter's list.
  public var look: UInt16
  /// 1, 2 for a wide character, 0 for the cell it covers.
  public var width: UInt8

  /// Glyphs from here on stand for texts of several scalars.
  public static let textBase: UInt32 = 0x20_0000

  public init(glyph: UInt32 = 0x20, look: UInt16 = 0, width: UInt8 = 1) {
    self.glyph = glyph
    self.look = look
    self.width = width
  }
}

/// A screenful of cells, row by row, ready to be sent.
public struct CellPage: Sendable {
  public let width: Int
  public let height: Int
  /// `height × width`.
  public var cells: [PageCell]
  /// Texts of several scalars.
  public var texts: [String] = []

  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = [PageCell](repeating: PageCell(), count: self.width * self.height)
  }
}

/// The looks a painter uses, by number, and how to get from one to another.
public struct LookTable: Sendable {
  /// For each look, the class of looks that show the same on an empty cell.
  public private(set) var blank: [UInt16] = []
  private var sequences: [UInt32: [UInt8]] = [:]

  public init() {}

  public var count: Int { blank.count }

  /// Adds a look and returns its number.
  /// - Parameter blank: the class of looks that are alike on an empty cell (same ground, same underline).
  public mutating func add(blank: UInt16) -> UInt16 {
    self.blank.append(blank)
    return UInt16(self.blank.count - 1)
  }

  /// The bytes that change the pen; made once by `make`.
  mutating func sequence(from: UInt16?, to: UInt16, make: (UInt16?, UInt16) -> String) -> [UInt8] {
    let key = UInt32(from.map { $0 &+ 1 } ?? 0) << 16 | UInt32(to)
    if let known = sequences[key] { return known }
    let made = Array(make(from, to).utf8)
    sequences[key] = made
    return made
  }
}
