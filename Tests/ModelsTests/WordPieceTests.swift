import Containers
import Foundation
import Models
import Testing

/// Expected ids come from transformers' BertTokenizer: training/fixtures/wordpiece.py.
@Suite struct WordPieceTests {
  struct Case: Decodable, Sendable {
    var text: String
    var ids: [Int32]
    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      text = try container.decode(String.self)
      ids = try container.decode([Int32].self)
    }
  }
  struct Tables: Decodable {
    var removed, spaces, stripped, punctuation, cjk, lowered: String
  }
  struct Fixture: Decodable {
    var vocabulary: [String]
    var cases: [Case]
    var tables: Tables
  }

  let fixture: Fixture
  let tokenizer: WordPiece

  init() throws {
    fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: fixturePath("wordpiece.json"))))
    tokenizer = try WordPiece(bytes: Array(fixture.vocabulary.joined(separator: "\n").utf8))
  }

  @Test func idsAreThoseOfTheReference() {
    #expect(fixture.cases.count > 2000)
    var wrong = 0
    for example in fixture.cases where tokenizer.encode(example.text) != example.ids {
      wrong += 1
      if wrong < 5 { Issue.record("\(example.text.debugDescription): expected \(example.ids), found \(tokenizer.encode(example.text))") }
    }
    #expect(wrong == 0, "\(wrong) of \(fixture.cases.count) strings differ")
  }

  @Test func everyCodePointIsTreatedAsInTheReference() {
    func set(_ ranges: String) -> Set<UInt32> {
      var result: Set<UInt32> = []
      for range in ranges.split(separator: " ") {
        let ends = range.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        result.formUnion(ends[0]...(ends.last ?? ends[0]))
      }
      return result
    }
    let removed = set(fixture.tables.removed)
    let spaces = set(fixture.tables.spaces)
    let stripped = set(fixture.tables.stripped)
    let punctuation = set(fixture.tables.punctuation)
    let cjk = set(fixture.tables.cjk)
    var lowered: [UInt32: [UInt32]] = [:]
    for item in fixture.tables.lowered.split(separator: " ") {
      let sides = item.split(separator: ":")
      guard let point = UInt32(sides[0], radix: 16) else { continue }
      lowered[point] = sides[1].split(separator: "+").compactMap { UInt32($0, radix: 16) }
    }
    var wrong: [String] = []
    for value in UInt32(1)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let hex = String(value, radix: 16)
      if BertNormalizer.isRemoved(scalar) != removed.contains(value) { wrong.append("removed \(hex)") }
      if BertNormalizer.isSpace(scalar) != spaces.contains(value), !removed.contains(value) { wrong.append("space \(hex)") }
      if BertNormalizer.isAccent(scalar) != stripped.contains(value) { wrong.append("accent \(hex)") }
      if BertNormalizer.isPunctuation(scalar) != punctuation.contains(value), !removed.contains(value) {
        wrong.append("punctuation \(hex)")
      }
      if BertNormalizer.isIdeograph(scalar) != cjk.contains(value) { wrong.append("cjk \(hex)") }
      if BertNormalizer.lowered(scalar).map(\.value) != lowered[value] ?? [value] { wrong.append("lower \(hex)") }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(40).joined(separator: ", "))")
  }

  @Test(arguments: [2, 3, 10, 300]) func longTextsAreCut(maximum: Int) {
    let ids = tokenizer.encode(String(repeating: "smile slowly. ", count: 500), maximum: maximum)
    #expect(ids.count == maximum)
    #expect(ids.first == tokenizer.classification && ids.last == tokenizer.separator)
  }

  @Test(arguments: ["", "hello\nworld", "[PAD]\n[UNK]\n[CLS]\nsep"]) func vocabulariesWithoutMarkersAreFaults(text: String) {
    #expect(throws: ModelError.self) { try WordPiece(bytes: Array(text.utf8)) }
  }

  @Test func aMissingVocabularyNamesItsPath() {
    let error = #expect(throws: ContainerError.self) { try WordPiece(path: "/nowhere/vocab.txt") }
    #expect(error?.description.contains("/nowhere/vocab.txt") == true)
  }
}
