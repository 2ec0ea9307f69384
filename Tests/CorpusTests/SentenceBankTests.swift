import Claims
import Corpus
import Foundation
import Testing

@Suite("The sentence bank")
struct SentenceBankTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("assets/corpus")
  static let bank = Result { try SentenceBank(folder: folder) }

  @Test func everyLineOfTheBankIsValid() throws {
    let bank = try Self.bank.get()
    let texts = Set(bank.allTexts.map { $0.lowercased() })
    #expect(texts.count >= 8_000)
    let words = Set(texts.flatMap { $0.split { !$0.isLetter && $0 != "'" } })
    #expect(words.count >= 1_500)
  }

  @Test func everyNameOfTheScoreHasWordingsOnBothSidesOfTheSplit() throws {
    let bank = try Self.bank.get()
    let poses = [
      "turn", "tilt", "up", "down", "straight", "still", "forward", "turn+up", "turn+down", "tilt+up", "tilt+down", "turn+tiltSame",
      "turn+tiltOther",
    ]
    let sided = ["jawLeft", "jawRight", "mouthLeft", "mouthRight"]
    let units = UnitName.allCases.map(\.rawValue).filter { !sided.contains($0) } + ["jawSide", "mouthSide", "none"]
    let wanted: [(SentenceBank.Kind, [String])] = [
      (.action, ActionName.allCases.map(\.rawValue) + ["nothing"]), (.unit, units), (.emotion, EmotionName.allCases.map(\.rawValue)),
      (.pose, poses), (.gaze, ["side", "up", "down", "center", "around"]),
    ]
    for (kind, names) in wanted {
      for name in names {
        for heldOut in [false, true] {
          let shapes = bank.wordings(kind, name, heldOut: heldOut).filter { $0.shape == .predicate }
          #expect(!shapes.isEmpty, "\(kind.rawValue) \(name), held out \(heldOut)")
        }
      }
    }
    for emotion in EmotionName.allCases {
      let list = bank.scenarios[emotion.rawValue] ?? []
      #expect(list.filter(\.heldOut).count >= 3 && list.filter { !$0.heldOut }.count >= 3, "\(emotion)")
    }
  }

  @Test(arguments: [
    ("raise", "raises", "raised", "raising"), ("nod", "nods", "nodded", "nodding"), ("shake", "shakes", "shook", "shaking"),
    ("cry", "cries", "cried", "crying"), ("lie", "lies", "lay", "lying"), ("open", "opens", "opened", "opening"),
    ("stretch", "stretches", "stretched", "stretching"), ("be", "is", "was", "being"), ("see", "sees", "saw", "seeing"),
    ("chew", "chews", "chewed", "chewing"), ("pop", "pops", "popped", "popping"), ("pout", "pouts", "pouted", "pouting"),
    ("squint", "squints", "squinted", "squinting"), ("puff", "puffs", "puffed", "puffing"), ("relax", "relaxes", "relaxed", "relaxing"),
  ])
  func verbsInflect(verb: String, third: String, past: String, gerund: String) {
    #expect(Inflector.third(verb) == third)
    #expect(Inflector.past(verb) == past)
    #expect(Inflector.gerund(verb) == gerund)
  }

  @Test(arguments: [
    ("smile\t*\t*\t*\t*\t*", "7 columns"), ("smile\tone\t*\t*\t*\t*\t[smile]", "{side}"), ("smile\t*\thuge\t*\t*\t*\t[smile]", "intensity"),
    ("smile\t*\t*\t*\t*\t*\tsmiles", "verb in brackets"), ("smile\t*\t*\t*\t*\t*\t[smile", "pair"),
    ("smile\t*\t*\t*\t*\t*\t[smile] {X}", "slot"),
    ("nod\t*\t*\tn\t*\t*\t[nod]", "{n} or {times}"),
  ])
  func faultyLinesAreNamedWithFileAndLine(line: String, word: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bank-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil) {
      try Data().write(to: folder.appendingPathComponent(file.lastPathComponent))
    }
    try Data("# a comment\n\(line)\n".utf8).write(to: folder.appendingPathComponent("actions.txt"))
    let error = #expect(throws: SentenceBankError.self) { try SentenceBank(folder: folder) }
    let words = error?.description ?? ""
    #expect(words.contains("actions.txt:2:") && words.contains(word), "\(words)")
  }
}
