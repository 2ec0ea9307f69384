/// The order in which the clusters of one row are shown, left to right.
///
/// A short form of the Unicode bidirectional algorithm (UAX #9) for one line without explicit controls: strong letters,
/// numbers, neutrals that take the side of what surrounds them, and the paragraph's own direction from its first strong
/// letter. Terminals differ in what they do by themselves, so rows are put in order here and sent as they are seen.
enum Bidi {
  private enum Kind { case left, right, number, neutral }

  private static func kind(_ c: Character) -> Kind {
    guard let first = c.unicodeScalars.first else { return .neutral }
    switch first.value {
    case 0x0590...0x08ff, 0xfb1d...0xfdff, 0xfe70...0xfeff, 0x10800...0x10fff, 0x1e800...0x1efff:
      return (0x0660...0x0669).contains(first.value) || (0x06f0...0x06f9).contains(first.value) ? .number : .right
    case 0x30...0x39: return .number
    default: return c.isLetter ? .left : .neutral
    }
  }

  /// True when a text holds letters written from right to left.
  static func isNeeded(_ clusters: some Sequence<Character>) -> Bool { clusters.contains { kind($0) == .right } }

  /// For each place on screen, the index of the cluster shown there.
  static func order(_ clusters: [Character]) -> [Int] {
    let kinds = clusters.map(kind)
    guard kinds.contains(.right) else { return Array(clusters.indices) }
    let base = kinds.first { $0 == .right || $0 == .left } == .right ? 1 : 0
    var levels = [Int](repeating: base, count: kinds.count)
    var last = base == 1 ? Kind.right : .left
    for (i, kind) in kinds.enumerated() {
      switch kind {
      case .left: levels[i] = base == 1 ? 2 : 0
      case .right: levels[i] = 1
      case .number: levels[i] = last == .right ? 2 : base == 1 ? 2 : 0
      case .neutral: levels[i] = -1
      }
      if kind == .left || kind == .right { last = kind }
    }
    // Neutrals between two of one side belong to it, others to the paragraph.
    var i = 0
    while i < levels.count {
      guard levels[i] < 0 else {
        i += 1
        continue
      }
      var end = i
      while end < levels.count, levels[end] < 0 { end += 1 }
      let before = i > 0 ? levels[i - 1] : base
      let after = end < levels.count ? levels[end] : base
      let level = before == after ? (before == 2 && base == 0 ? 1 : before) : before > 0 && after > 0 ? 1 : base
      for k in i..<end { levels[k] = level }
      i = end
    }
    var order = Array(clusters.indices)
    for level in stride(from: levels.max() ?? 0, to: 0, by: -1) {
      var start = 0
      while start < order.count {
        guard levels[order[start]] >= level else {
          start += 1
          continue
        }
        var end = start
        while end < order.count, levels[order[end]] >= level { end += 1 }
        order[start..<end].reverse()
        start = end
      }
    }
    return order
  }
}
