/// The pieces of a vocabulary in an open-addressing hash table over the file's own bytes: 30,000 load in about a millisecond.
struct PieceTable: Sendable {
  private let bytes: [UInt8]
  /// Piece i is bytes[starts[i] ..< ends[i]].
  private var starts: [Int32] = []
  private var ends: [Int32] = []
  /// Piece index + 1, or 0 for an empty slot; the count is a power of two.
  private var slots: [Int32]
  /// The longest piece, in bytes.
  private(set) var longest = 0

  var count: Int { starts.count }

  /// Splits at line feeds; a line's number is its id. A spelling that comes twice keeps its last id.
  init(lines: [UInt8]) {
    bytes = lines
    var start = 0
    for (index, byte) in lines.enumerated() where byte == 10 {
      starts.append(Int32(start))
      // Files written on other systems end lines with a carriage return too.
      ends.append(Int32(index > start && lines[index - 1] == 13 ? index - 1 : index))
      start = index + 1
    }
    if start < lines.count {
      starts.append(Int32(start))
      ends.append(Int32(lines.count))
    }
    var size = 16
    while size < starts.count * 2 { size *= 2 }
    slots = [Int32](repeating: 0, count: size)
    for piece in starts.indices {
      let range = Int(starts[piece])..<Int(ends[piece])
      longest = max(longest, range.count)
      var slot = Int(Self.hash(lines[range]) & UInt64(size - 1))
      while slots[slot] != 0 && !spells(Int(slots[slot]) - 1, lines, range, prefixed: false) { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(piece) + 1
    }
  }

  func piece(_ index: Int) -> String? {
    starts.indices.contains(index) ? String(decoding: bytes[Int(starts[index])..<Int(ends[index])], as: UTF8.self) : nil
  }

  func id(of spelling: [UInt8]) -> Int32? {
    find(Self.hash(spelling[...]), spelling, 0..<spelling.count, prefixed: false)
  }

  /// The longest piece that starts at byte `from` of the word and stops at one of `ends`; inside a word pieces start with "##".
  func longestPiece(_ word: [UInt8], from: Int, ends: [Int]) -> (id: Int32, end: Int)? {
    var hash = from == 0 ? Self.seed : Self.prefixHash
    var best: (Int32, Int)?
    var index = from
    for end in ends where end > from {
      while index < end {
        hash = Self.step(hash, word[index])
        index += 1
      }
      if end - from > longest { break }
      if let id = find(hash, word, from..<end, prefixed: from > 0) { best = (id, end) }
    }
    return best
  }

  private func find(_ hash: UInt64, _ word: [UInt8], _ range: Range<Int>, prefixed: Bool) -> Int32? {
    var slot = Int(hash & UInt64(slots.count - 1))
    while slots[slot] != 0 {
      let piece = Int(slots[slot]) - 1
      if spells(piece, word, range, prefixed: prefixed) { return Int32(piece) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func spells(_ piece: Int, _ word: [UInt8], _ range: Range<Int>, prefixed: Bool) -> Bool {
    var start = Int(starts[piece])
    let end = Int(ends[piece])
    if prefixed {
      guard end - start >= 2, bytes[start] == 35, bytes[start + 1] == 35 else { return false }
      start += 2
    }
    guard end - start == range.count else { return false }
    for offset in 0..<range.count where bytes[start + offset] != word[range.lowerBound + offset] { return false }
    return true
  }

  // FNV-1a, which can be continued byte by byte.
  private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prefixHash = step(step(seed, 35), 35)

  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(seed, step) }
}
