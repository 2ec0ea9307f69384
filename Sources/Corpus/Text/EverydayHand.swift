import Tensor

/// The hand of someone who types fast: lower case, little punctuation, a few slips.
enum EverydayHand {
  /// The text as typed; what it says does not change.
  static func write(_ text: String, random: inout RandomSource) -> String {
    var typed = text
    if random.chance(0.6) {
      typed = typed.lowercased()
      if typed.hasSuffix(".") { typed.removeLast() }
    }
    // Without its comma "smile, soon after nod" would turn round in time.
    let ordered = [" after", " before", "later", "next"].contains(where: typed.lowercased().contains)
    if random.chance(0.25), !ordered { typed = typed.filter { !",.;".contains($0) } }
    if random.chance(0.15) { typed = typed.filter { $0 != "'" } }
    if random.chance(0.08) {
      if typed.hasSuffix(".") { typed.removeLast() }
      typed += random.pick(["!", "...", " :)", " pls", " please", "!!"])
    }
    if random.chance(0.18) { typed = slip(typed, random: &random) }
    return typed
  }

  /// One slip in one word of five letters or more that carries no side, number or negation.
  private static func slip(_ text: String, random: inout RandomSource) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let able = words.indices.filter { index in
      words[index].count >= 5 && words[index].allSatisfy(\.isLetter) && !kept.contains(words[index].lowercased())
    }
    guard !able.isEmpty else { return text }
    let index = random.pick(able)
    var letters = Array(words[index])
    let at = 1 + random.index(letters.count - 2)
    switch random.index(4) {
    case 0: letters.swapAt(at, at + 1)
    case 1: letters.remove(at: at)
    case 2: letters.insert(letters[at], at: at)
    default: letters[at] = random.pick(Array(neighbours[letters[at]] ?? "e"))
    }
    words[index] = String(letters)
    return words.joined(separator: " ")
  }

  private static let kept: Set<String> = ["right", "left", "never", "without", "twice", "three", "before", "after", "doesn", "don't"]
  /// Keys beside each key of a QWERTY keyboard.
  private static let neighbours: [Character: String] = [
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k",
    "m": "n",
    "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu",
    "z": "x",
  ]
}
