/// How many cells text takes in a terminal (Unicode 15, East Asian Width and emoji presentation).
public enum DisplayWidth {
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f,
    0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f200...0x1f2ff, 0x20000...0x3fffd,
  ]

  /// Cells of one grapheme cluster: 0, 1 or 2, and more where a script joins several letters (Devanagari, Tamil, Thai).
  public static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xfe0f { return 2 }
      let own = of(scalar)
      if own == 2 { return 2 }
      width += own
    }
    return width
  }

  /// A cluster wider than two cells in parts of one or two, as terminals without notion of clusters place them.
  static func parts(of character: Character) -> [(text: Character, width: Int)] {
    var parts: [(String.UnicodeScalarView, Int)] = []
    for scalar in character.unicodeScalars {
      let own = of(scalar)
      if parts.isEmpty || own > 0 && parts[parts.count - 1].1 + own > 2 { parts.append(("".unicodeScalars, 0)) }
      parts[parts.count - 1].0.append(scalar)
      parts[parts.count - 1].1 += own
    }
    return parts.map { (Character(String($0.0)), $0.1) }
  }

  /// Cells of a text.
  public static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  static func of(_ scalar: Unicode.Scalar) -> Int {
    let v = scalar.value
    if v < 0x20 || v == 0x7f { return 0 }
    // Vowels and final consonants of Hangul syllables written out go under their first letter.
    if (0x1160...0x11ff).contains(v) || (0xd7b0...0xd7ff).contains(v) { return 0 }
    if v < 0x300 { return v >= 0x80 && v < 0xa0 || v == 0xad ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator, .control, .surrogate: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    // Flags are pairs of these; a cluster of two is two cells wide, as one alone is.
    if (0x1f1e6...0x1f1ff).contains(v) { return 2 }
    return wide.contains { $0.contains(v) } ? 2 : 1
  }

  /// The longest beginning of a text that fits, with an ellipsis when something was cut.
  public static func fitted(_ text: String, _ width: Int, ellipsis: String = "…") -> String {
    if of(text) <= width { return text }
    let mark = of(ellipsis)
    guard width >= mark else { return "" }
    var used = 0
    var result = ""
    for character in text {
      let w = of(character)
      if used + w > width - mark { break }
      used += w
      result.append(character)
    }
    return result + ellipsis
  }
}
