/// espeak-ng's English phoneme mnemonics in ARPAbet.
enum EspeakPhonemes {
  /// One or two phones; an unknown vowel or sound counts as "ax", a pause (`_`) as "pau".
  static func arpabet(_ mnemonic: String) -> [String] {
    if mnemonic.isEmpty || mnemonic.hasPrefix("_") { return ["pau"] }
    var bare = mnemonic
    while let last = bare.last, "#-2".contains(last) { bare.removeLast() }
    let phones = table[mnemonic] ?? table[bare] ?? "ax"
    return phones.split(separator: " ").map(String.init)
  }

  private static let table: [String: String] = [
    "aI": "ay", "d": "d", "oU": "ow", "n": "n", "t": "t", "V": "ah", "3": "er", "s": "s", "a": "ae", "D": "dh", "I2": "ih", ";": "y",
    "i@": "iy ah", "@": "ax", "@2": "ax", "@5": "ax", "E": "eh", "E2": "eh", "i": "iy", "O@": "ao r", "0": "aa", "0#": "aa", "t#": "t",
    "@L": "l", "j": "y", "h": "hh", "U": "uh", "S": "sh", "dZ": "jh", "T": "th", "aU": "aw", "O:": "ao", "O": "ao", "3:": "er",
    "e@": "eh r", "O2": "ao", "aa": "ae", "A@": "aa r", "r-": "r", "r": "r", "tS": "ch", "o@": "ao r", "U@": "uh r", "aI@": "ay ax",
    "aI3": "ay er", "OI": "oy", "A:": "aa", "?": "t", "i@3": "iy er", "I": "ih", "I#": "ih", "k": "k", "m": "m", "v": "v", "z": "z",
    "p": "p", "b": "b", "N": "ng", "eI": "ey", "a#": "ax", "f": "f", "i:": "iy", "u:": "uw", "u": "uw", "g": "g", "w": "w", "l": "l",
    "Z": "zh", "n-": "n", "m-": "m", "t2": "t", "d#": "d", "aU@": "aw ax", "A#": "ax", "z#": "z", "x": "k", "Q": "g", "l#": "l",
    "3b": "er", "aU3": "aw er",
  ]
}
