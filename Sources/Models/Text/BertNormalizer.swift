import Foundation

/// The text normaliser of the uncased BERT models, character by character as the `tokenizers` library does it.
///
/// Control characters go, white space becomes a blank, CJK ideographs are set apart by blanks, accents are stripped
/// (canonical decomposition, then nonspacing marks out), the rest is lower-cased.
/// That library's character tables are those of Unicode 8.0; characters that came later count as unassigned, and the
/// few whose class has changed since are listed below.
package enum BertNormalizer {
  package static func normalize(_ text: String) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(text.unicodeScalars.count)
    var plain = true
    for scalar in text.unicodeScalars {
      if scalar.value >= 128 { plain = false }
      if isRemoved(scalar) { continue }
      if isSpace(scalar) {
        scalars.append(" ")
      } else if isIdeograph(scalar) {
        scalars.append(contentsOf: [" ", scalar, " "])
      } else {
        scalars.append(scalar)
      }
    }
    if plain {
      return scalars.map { ("A"..."Z").contains($0) ? Unicode.Scalar($0.value + 32) ?? $0 : $0 }
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    let decomposed = String(view).decomposedStringWithCanonicalMapping
    return decomposed.unicodeScalars.flatMap { isAccent($0) ? [] : lowered($0) }
  }

  /// Control and format characters, private use, NUL and the replacement character.
  package static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F, 9, 10, 13: return false
    case 0, 0xFFFD: return true
    default:
      switch scalar.properties.generalCategory {
      case .control, .privateUse: return true
      case .format: return isOld(scalar)
      default: return false
      }
    }
  }

  /// The White_Space property, which takes in \t, \n and \r.
  package static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20, 9, 10, 13: true
    case 0..<0x80: false
    default: scalar.properties.isWhitespace
    }
  }

  /// The CJK blocks BERT sets apart; kana and hangul are not among them.
  package static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Nonspacing marks.
  package static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: false
    case 0x1734, 0x1171E: true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
    default: scalar.properties.generalCategory == .nonspacingMark && isOld(scalar)
    }
  }

  /// ASCII symbols count as punctuation, other symbols do not.
  package static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: return true
    case 0..<128: return false
    case 0x166D, 0x111C9: return true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
        .otherPunctuation:
        return isOld(scalar)
      default: return false
      }
    }
  }

  package static func lowered(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case 65...90: [Unicode.Scalar(scalar.value + 32) ?? scalar]
    case 0..<128: [scalar]
    default: Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// Assigned in Unicode 8.0 or before.
  private static func isOld(_ scalar: Unicode.Scalar) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major <= 8
  }
}
