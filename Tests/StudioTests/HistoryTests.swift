import Studio
import Synthesis
import Tensor
import Testing

struct HistoryTests {
  /// 10,000 random sequences: undoing all gives the start, redoing all gives the end, step by step the same states.
  @Test func undoAllIsTheStartRedoAllIsTheEnd() {
    var source = RandomSource(seed: 42)
    for _ in 0..<10_000 {
      var history = History()
      var states = [history.document]
      for step in 0..<(4 + source.index(12)) {
        let edit = RandomEdits.edit(&source, for: history.document)
        let before = history.document
        // An hour between edits, so that none of them join.
        let change = (try? history.apply(edit, at: Double(step) * 3600)) ?? .none
        if change == .none { #expect(history.document == before) } else { states.append(history.document) }
      }
      #expect(history.undo.count == states.count - 1)
      for state in states.dropLast().reversed() {
        history.undoStep()
        #expect((history.document == state) as Bool)
      }
      #expect(history.undoStep() == nil)
      for state in states.dropFirst() {
        history.redoStep()
        #expect((history.document == state) as Bool)
      }
      #expect(history.redoStep() == nil)
    }
  }

  @Test func typingIsOneStepUntilAPause() throws {
    var history = History()
    for (index, text) in ["s", "sm", "smi", "smile"].enumerated() { try history.apply(.setText(.action, text), at: Double(index) * 0.3) }
    #expect(history.undo.count == 1)
    try history.apply(.setText(.action, "smile broadly"), at: 10)
    #expect(history.undo.count == 2)
    try history.apply(.setText(.emotion, "glad"), at: 10.1)
    #expect(history.undo.count == 3)
    #expect(history.undoLabel == "write emotion")
    history.undoStep()
    history.undoStep()
    #expect(history.document.prompt[.action].texts == ["smile"])
    history.undoStep()
    #expect((history.document == Document()) as Bool)
  }

  @Test func undoThenEditForgetsRedo() throws {
    var history = History()
    try history.apply(.setSeconds(3), at: 0)
    try history.apply(.setSeconds(4), at: 10)
    history.undoStep()
    try history.apply(.setSeconds(5), at: 10.2)
    #expect(history.redo.isEmpty)
    history.undoStep()
    #expect(history.document.seconds == 3)
  }

  @Test func keepsNoMoreThanItsCap() throws {
    var history = History()
    let long = String(repeating: "word ", count: 4000)
    for step in 0..<1200 { try history.apply(.setText(.action, long + "\(step)"), at: Double(step) * 100) }
    #expect(history.undo.count <= History.byteCap / 20_000 + 1)
    #expect(history.undo.count > 100)
  }

  @Test func deletingATakeHandsItsChildrenOn() throws {
    var history = History()
    var source = RandomSource(seed: 5)
    for parent in [nil, 1, 2, 2] { try history.apply(.addTake(RandomEdits.take(&source, parent: parent)), at: 0) }
    try history.apply(.compareTake(2), at: 20)
    try history.apply(.selectTake(2), at: 30)
    try history.apply(.deleteTake(2), at: 40)
    #expect(history.document.takes.map(\.parent) == [nil, 1, 1])
    #expect(history.document.currentTake == 3)
    #expect(history.document.comparedTake == nil)
    #expect(history.document.takeTree.map(\.depth) == [0, 1, 1])
    #expect(throws: StudioError.self) { try history.apply(.selectTake(2), at: 50) }
  }

  @Test func offsetsShareWhatTheyDoNotTouch() throws {
    var source = RandomSource(seed: 9)
    var history = History()
    try history.apply(.addTake(RandomEdits.take(&source, parent: nil)), at: 0)
    try history.apply(.addOffset(1, channel: 51, frames: 100...120, amount: 0.2, ease: 8), at: 10)
    let offsets = try #require(history.document.current?.offsets)
    #expect(offsets[110, 51] == 0.2)
    #expect(offsets[92, 51] > 0 && offsets[92, 51] < 0.05)
    #expect(offsets[91, 51] == 0 && offsets[110, 50] == 0)
    try history.apply(.addOffset(1, channel: 51, frames: 100...120, amount: -0.2, ease: 8), at: 20)
    #expect(try #require(history.document.current).offsets[110, 51] == 0)
  }
}
