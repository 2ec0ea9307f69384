import Containers
import Foundation

/// The word-piece tokenizer of the uncased BERT models (Wu et al. 2016; the same ids as `BertTokenizer`).
///
/// Text is normalised, split at blanks and punctuation, and every word is cut greedily into the longest pieces of the
/// vocabulary; a word with an unknown part or of more than 100 characters is one [UNK].
public struct WordPiece: Sendable {
  /// What the text networks take at most, [CLS] and [SEP] included.
  public static let maximumTokens = 300
  /// A longer word is not cut but unknown.
  static let longestWord = 100

  /// How many pieces there are.
  public let count: Int
  public let classification: Int32
  public let separator: Int32
  public let unknown: Int32
  public let padding: Int32
  private let lookup: PieceTable
  /// Markers that stand for themselves when written out in a text, as in the reference tokenizer.
  private let markers: [(text: [Unicode.Scalar], id: Int32)]

  /// Reads a `vocab.txt`, one piece a line, its id the line's number from 0.
  public init(path: String) throws {
    try self.init(bytes: FileBytes(reading: path).contents, path: path)
  }

  /// The bytes of a `vocab.txt`; `path` only names it in errors.
  public init(bytes: [UInt8], path: String = "vocab.txt") throws {
    let table = PieceTable(lines: bytes)
    guard table.count > 0 else { throw ModelError.vocabulary(path: path, reason: "it is empty") }
    guard table.longest < 1 << 16 else { throw ModelError.vocabulary(path: path, reason: "a line of \(table.longest) bytes") }
    func id(_ marker: String) throws -> Int32 {
      guard let id = table.id(of: Array(marker.utf8)) else { throw ModelError.vocabulary(path: path, reason: "it has no \(marker)") }
      return id
    }
    lookup = table
    count = table.count
    classification = try id("[CLS]")
    separator = try id("[SEP]")
    unknown = try id("[UNK]")
    padding = try id("[PAD]")
    markers = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { marker in
      table.id(of: Array(marker.utf8)).map { (Array(marker.unicodeScalars), $0) }
    }
  }

  /// [CLS], the pieces of `text`, [SEP]; cut to `maximum` ids, the [SEP] kept.
  public func encode(_ text: String, maximum: Int = WordPiece.maximumTokens) -> [Int32] {
    var ids = [classification]
    let limit = max(2, maximum) - 1
    for part in parts(of: text) {
      if let marker = part.marker { ids.append(marker) } else { append(words: part.text, to: &ids, limit: limit) }
      if ids.count >= limit { break }
    }
    ids.removeLast(max(0, ids.count - limit))
    ids.append(separator)
    return ids
  }

  /// The pieces' spellings, for showing.
  public func spelling(_ id: Int32) -> String { lookup.piece(Int(id)) ?? "[UNK]" }

  /// The text between written-out markers, and the markers.
  private func parts(of text: String) -> [(text: String, marker: Int32?)] {
    guard text.utf8.contains(UInt8(ascii: "[")) else { return [(text, nil)] }
    let scalars = Array(text.unicodeScalars)
    var result: [(String, Int32?)] = []
    var plain = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      if scalars[index] == "[", let marker = markers.first(where: { scalars[index...].starts(with: $0.text) }) {
        if !plain.isEmpty { result.append((String(plain), nil)) }
        plain = String.UnicodeScalarView()
        result.append(("", marker.id))
        index += marker.text.count
      } else {
        plain.append(scalars[index])
        index += 1
      }
    }
    if !plain.isEmpty { result.append((String(plain), nil)) }
    return result
  }

  private func append(words text: String, to ids: inout [Int32], limit: Int) {
    var word: [Unicode.Scalar] = []
    func flush() {
      if !word.isEmpty { appendPieces(of: word, to: &ids) }
      word.removeAll(keepingCapacity: true)
    }
    for scalar in BertNormalizer.normalize(text) {
      if ids.count >= limit { return }
      if BertNormalizer.isSpace(scalar) {
        flush()
      } else if BertNormalizer.isPunctuation(scalar) {
        flush()
        appendPieces(of: [scalar], to: &ids)
      } else {
        word.append(scalar)
      }
    }
    flush()
  }

  private func appendPieces(of word: [Unicode.Scalar], to ids: inout [Int32]) {
    guard word.count <= Self.longestWord else { return ids.append(unknown) }
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for scalar in word {
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      ends.append(bytes.count)
    }
    let before = ids.count
    var start = 0
    while start < bytes.count {
      guard let found = lookup.longestPiece(bytes, from: start, ends: ends) else {
        ids.removeLast(ids.count - before)
        return ids.append(unknown)
      }
      ids.append(found.id)
      start = found.end
    }
  }
}
