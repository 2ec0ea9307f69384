import Raster

/// Many small pictures with captions in one.
public struct ContactSheet: Sendable {
  private var pictures: [(caption: String, picture: Picture)] = []
  /// Pictures in a row.
  public var columns: Int

  /// An empty sheet.
  public init(columns: Int) { self.columns = max(1, columns) }

  /// Adds a picture; all should be of one size.
  public mutating func add(_ picture: Picture, caption: String) { pictures.append((caption, picture)) }

  /// The whole sheet; empty sheets give one pixel.
  public func picture() -> Picture {
    guard let first = pictures.first?.picture else { return Picture(width: 1, height: 1) }
    let (gap, label) = (4, 20)
    let (w, h) = (first.width + gap, first.height + label + gap)
    let across = min(columns, pictures.count)
    let down = (pictures.count + columns - 1) / columns
    var sheet = Picture(width: across * w + gap, height: down * h + gap, colour: Colour(hex: 0x16181d))
    for (index, entry) in pictures.enumerated() {
      let (x, y) = (gap + index % columns * w, gap + index / columns * h)
      sheet.paste(entry.picture, x: x, y: y)
      let room = max(1, first.width / 8)
      StrokeFont.draw(String(entry.caption.prefix(room)), in: &sheet, x: x + 2, y: y + first.height + 2, colour: Colour(hex: 0xc9ccd4))
    }
    return sheet
  }
}
