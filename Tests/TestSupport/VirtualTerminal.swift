/// A terminal in memory: cells, cursor, erasing, the alternate screen; colours are only counted.
///
/// It understands what our painters write and a little more; anything else is kept in `unknown`, so that a test can
/// insist that nothing strange is sent.
public struct VirtualTerminal {
  public private(set) var width: Int
  public private(set) var height: Int
  /// Rows of cells; the cell covered by a wide character is empty.
  public private(set) var cells: [[String]]
  public private(set) var x = 0
  public private(set) var y = 0
  public private(set) var isCursorHidden = false
  /// The alternate screen is shown.
  public private(set) var isAlternate = false
  /// Private modes that are on, by number.
  public private(set) var modes: Set<Int> = []
  /// Sequences that were not understood.
  public private(set) var unknown: [String] = []
  /// What a terminal would answer to the questions in what it was sent.
  public var answers: [UInt8] = []
  /// Sequences of colours seen.
  public private(set) var styleChanges: [String] = []
  private var pendingWrap = false
  private var saved: [[String]] = []
  private var carry: [UInt8] = []
  /// Cells a character takes.
  private let measure: (Character) -> Int

  public init(_ width: Int, _ height: Int, measure: @escaping (Character) -> Int = { _ in 1 }) {
    self.width = width
    self.height = height
    self.measure = measure
    cells = Self.empty(width, height)
  }

  private static func empty(_ width: Int, _ height: Int) -> [[String]] {
    [[String]](repeating: [String](repeating: " ", count: width), count: height)
  }

  /// The rows as text without trailing spaces.
  public var lines: [String] {
    cells.map { row in
      var text = row.joined()
      while text.last == " " { text.removeLast() }
      return text
    }
  }
  public var text: String { lines.joined(separator: "\n") }

  public mutating func resize(_ width: Int, _ height: Int) {
    var next = Self.empty(width, height)
    for r in 0..<min(height, self.height) {
      for c in 0..<min(width, self.width) { next[r][c] = cells[r][c] }
    }
    (self.width, self.height, cells) = (width, height, next)
    (x, y) = (min(x, width - 1), min(y, height - 1))
  }

  /// Takes bytes; a character or sequence cut at the end waits for the rest.
  public mutating func feed(_ bytes: some Sequence<UInt8>) {
    carry += Array(bytes)
    var i = 0
    while i < carry.count {
      guard let next = step(i) else { break }
      i = next
    }
    carry.removeFirst(i)
  }

  /// Handles what begins at a byte; nil when it is not all there.
  private mutating func step(_ i: Int) -> Int? {
    let byte = carry[i]
    switch byte {
    case 0x1b: return escape(i)
    case 0x08: (x, pendingWrap) = (max(0, x - 1), false)
    case 0x0d: (x, pendingWrap) = (0, false)
    case 0x0a:
      if y + 1 < height {
        y += 1
      } else {
        cells.removeFirst()
        cells.append([String](repeating: " ", count: width))
      }
    case 0..<0x20, 0x7f: break
    default: return character(i)
    }
    return i + 1
  }

  private mutating func character(_ i: Int) -> Int? {
    let byte = carry[i]
    let count = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    guard i + count <= carry.count else { return nil }
    let text = String(decoding: carry[i..<i + count], as: UTF8.self)
    guard let character = text.first else { return i + count }
    let w = measure(character)
    if w == 0 {
      // Marks join the cell before.
      let at = pendingWrap ? x : max(0, x - 1)
      let target = cells[y][at].isEmpty ? max(0, at - 1) : at
      cells[y][target] += text
      return i + count
    }
    if pendingWrap || x + w > width {
      x = 0
      pendingWrap = false
      if y + 1 < height { y += 1 }
    }
    clearHalves(x)
    if w == 2 { clearHalves(x + 1) }
    cells[y][x] = text
    if w == 2 { cells[y][x + 1] = "" }
    x += w
    if x >= width { (x, pendingWrap) = (width - 1, true) }
    return i + count
  }

  private mutating func clearHalves(_ column: Int) {
    if cells[y][column].isEmpty, column > 0 { cells[y][column - 1] = " " }
    if column + 1 < width, cells[y][column + 1].isEmpty { cells[y][column + 1] = " " }
  }

  private mutating func escape(_ i: Int) -> Int? {
    guard i + 1 < carry.count else { return nil }
    switch carry[i + 1] {
    case UInt8(ascii: "["): return control(i)
    case UInt8(ascii: "]"), UInt8(ascii: "P"):
      // Strings end with BEL or ESC \.
      var k = i + 2
      while k < carry.count {
        if carry[k] == 7 { return k + 1 }
        if carry[k] == 0x1b, k + 1 < carry.count, carry[k + 1] == UInt8(ascii: "\\") { return k + 2 }
        k += 1
      }
      return nil
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"): return i + 2 < carry.count ? i + 3 : nil
    default: return i + 2
    }
  }

  private mutating func control(_ i: Int) -> Int? {
    var k = i + 2
    while k < carry.count, !(0x40...0x7e).contains(carry[k]) { k += 1 }
    guard k < carry.count else { return nil }
    let body = String(decoding: carry[(i + 2)..<k], as: UTF8.self)
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0.filter(\.isNumber)) ?? 0 }
    let first = numbers.first ?? 0
    let final = Character(UnicodeScalar(carry[k]))
    if final == "m" {
      styleChanges.append(body)
      return k + 1
    }
    perform(final, body, numbers, first)
    return k + 1
  }

  private mutating func perform(_ final: Character, _ body: String, _ numbers: [Int], _ first: Int) {
    if "ABCDHfGdJK".contains(final) { pendingWrap = false }
    switch final {
    case "H", "f":
      y = max(0, min(height - 1, max(1, first) - 1))
      x = max(0, min(width - 1, max(1, numbers.count > 1 ? numbers[1] : 1) - 1))
    case "A": y = max(0, y - max(1, first))
    case "B": y = min(height - 1, y + max(1, first))
    case "C": x = min(width - 1, x + max(1, first))
    case "D": x = max(0, x - max(1, first))
    case "G": x = max(0, min(width - 1, max(1, first) - 1))
    case "d": y = max(0, min(height - 1, max(1, first) - 1))
    case "J": erase(from: first == 0 ? y * width + x : 0, to: first == 1 ? y * width + x + 1 : width * height)
    case "K": erase(from: y * width + (first == 0 ? x : 0), to: y * width + (first == 1 ? x + 1 : width))
    case "h", "l": if body.hasPrefix("?") { for mode in numbers { set(mode, final == "h") } }
    case "c": answers += Array("\u{1b}[?62;22c".utf8)
    case "p": if body.hasSuffix("$") { answers += Array("\u{1b}[?\(first);2$y".utf8) }
    case "n", "r", "t", "q", "u", "s": break
    default: unknown.append("\(body)\(final)")
    }
  }

  private mutating func erase(from: Int, to: Int) {
    for place in from..<to { cells[place / width][place % width] = " " }
  }

  private mutating func set(_ mode: Int, _ on: Bool) {
    if on { modes.insert(mode) } else { modes.remove(mode) }
    if mode == 25 { isCursorHidden = !on }
    guard mode == 1049, on != isAlternate else { return }
    isAlternate = on
    if on {
      saved = cells
      cells = Self.empty(width, height)
    } else {
      cells = saved.count == height && saved.first?.count == width ? saved : Self.empty(width, height)
      (x, y) = (0, height - 1)
    }
  }
}
