/// ASCII glyphs by the shape of a cell's dots.
public enum AsciiShapes {
  /// Glyph for each of the 256 dot patterns.
  ///
  /// The nearest candidate: the mean distance from each dot of the pattern to the candidate's nearest dot, and back.
  public static let table: [UInt8] = (0..<256).map { nearest(to: UInt8($0)) }

  /// Glyphs by rising ink, for lit surfaces.
  public static let ramp: [UInt8] = Array(" .:-=+*#%@".utf8)

  /// Drawn shapes: four rows of two dots each, top first.
  private static let candidates: [(UInt8, String)] = [
    (" ", ".. .. .. .."), (".", ".. .. .. #."), (".", ".. .. .. .#"), ("_", ".. .. .. ##"), (",", ".. .. .# #."),
    ("'", "#. .. .. .."), ("'", ".# .. .. .."), ("'", "#. #. .. .."), ("'", ".# .# .. .."), ("\"", "## ## .. .."),
    ("-", ".. ## .. .."), ("-", ".. .. ## .."), ("-", ".. #. .. .."), ("-", ".. .# .. .."), ("=", ".. ## ## .."),
    ("~", ".. #. .# .."), ("~", ".. .# #. .."), ("^", "## .. .. .."), (":", ".. #. .. #."), (":", ".. .# .. .#"),
    ("|", "#. #. #. #."), ("|", ".# .# .# .#"), ("|", "#. #. #. .."), ("|", ".. #. #. #."), ("|", ".# .# .# .."),
    ("|", ".. .# .# .#"), ("/", ".# .# #. #."), ("/", ".. .# #. #."), ("/", ".# .# #. .."), ("/", ".# #. #. #."), ("/", ".# .# .# #."),
    ("\\", "#. #. .# .#"), ("\\", ".. #. .# .#"), ("\\", "#. #. .# .."), ("\\", "#. .# .# .#"), ("\\", "#. #. #. .#"),
    ("(", ".# #. #. .#"), (")", "#. .# .# #."), ("<", ".. .# #. .#"), (">", ".. #. .# #."),
    ("L", "#. #. #. ##"), ("J", ".# .# .# ##"), ("7", "## .# .# .#"), ("r", "## #. #. #."), ("+", ".. .# ## .#"), ("+", ".. #. ## #."),
    ("F", "## #. ## #."), ("T", "## .# .# .#"), ("Y", "## ## .# .#"), ("v", ".. #. .# .#"), ("o", ".. ## ## ##"), ("c", ".. ## #. ##"),
    ("d", ".# ## ## ##"), ("b", "#. ## ## ##"), ("q", "## ## ## .#"), ("p", "## ## ## #."), ("P", "## ## #. #."), ("A", ".# ## ## ##"),
    ("u", ".. .. ## ##"), ("#", "## ## ## ##"),
  ].map { glyph, rows in (glyph.utf8.first ?? 0x20, rows) }

  private static func dots(of bits: UInt8) -> [(x: Float, y: Float)] {
    (0..<8).filter { bits & Braille.bits[$0] != 0 }.map { (Float($0 % 2), Float($0 / 2)) }
  }

  private static func bits(of rows: String) -> UInt8 {
    var result: UInt8 = 0
    for (index, mark) in rows.filter({ $0 != " " }).enumerated() where mark == "#" { result |= Braille.bits[index] }
    return result
  }

  private static func spread(_ from: [(x: Float, y: Float)], _ to: [(x: Float, y: Float)]) -> Float {
    guard !from.isEmpty else { return 0 }
    guard !to.isEmpty else { return 4 }
    var sum: Float = 0
    for p in from {
      var best = Float.infinity
      for q in to { best = min(best, abs(p.x - q.x) * 1.1 + abs(p.y - q.y)) }
      sum += best
    }
    return sum / Float(from.count)
  }

  private static func nearest(to pattern: UInt8) -> UInt8 {
    let wanted = dots(of: pattern)
    var best: (glyph: UInt8, cost: Float) = (0x20, .infinity)
    for (glyph, rows) in candidates {
      let shape = dots(of: bits(of: rows))
      if shape.isEmpty != wanted.isEmpty { continue }
      let cost = spread(wanted, shape) + spread(shape, wanted)
      if cost < best.cost { best = (glyph, cost) }
    }
    return best.glyph
  }
}
