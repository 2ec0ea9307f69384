/// Braille cells: 2 × 4 dots.
public enum Braille {
  /// Bit of the dot at `(y & 3) * 2 + (x & 1)`, as the Unicode braille block numbers them.
  public static let bits: [UInt8] = [1, 8, 2, 16, 4, 32, 64, 128]

  /// The glyph of a dot pattern; a blank is a space because fonts draw U+2800 in surprising ways.
  @inlinable public static func glyph(_ dots: UInt8) -> UInt32 { dots == 0 ? 0x20 : 0x2800 + UInt32(dots) }
}
