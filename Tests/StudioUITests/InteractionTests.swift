import Motion
import Studio
import StudioUI
import Testing

@Suite struct InteractionTests {
  private func screen(_ stage: Stage) -> Screen { StudioView().draw(stage.model, nil) }

  /// The cell where a text begins on screen.
  private func find(_ text: String, _ stage: Stage) -> (x: Int, y: Int)? {
    let screen = screen(stage)
    for y in 0..<screen.height {
      let row = (0..<screen.width).map { screen.text($0, y) }
      let line = row.joined()
      if let range = line.firstRange(of: text) { return (line.distance(from: line.startIndex, to: range.lowerBound), y) }
    }
    return nil
  }

  @Test func shiftSelectsAndTypingReplaces() {
    var editor = TextEditor("nods twice")
    editor.toEnd()
    for _ in 0..<5 {
      let moved = editor.move(Key(.left, shift: true), width: 40)
      #expect(moved)
    }
    #expect(editor.selectedText == "twice")
    editor.insert("once")
    #expect(editor.text == "nods once" && editor.selection == nil)
    editor.selectAll()
    editor.backspace()
    #expect(editor.isEmpty)
    editor.insert("abc")
    let selected = editor.move(Key(.home, shift: true), width: 40)
    #expect(selected && editor.selectedText == "abc")
    let moved = editor.move(Key(.left), width: 40)
    #expect(moved && editor.selection == nil)
  }

  @Test func selectedTextIsCopiedAndCut() throws {
    var stage = Stage(120, 40)
    stage.keys("e \"nods twice\" S-left S-left A-c")
    guard case .copy(let text)? = stage.effects.last(where: { if case .copy = $0 { true } else { false } }) else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text == "ce")
    stage.keys("A-x")
    #expect(stage.model.document.prompt[.action].texts == ["nods twi"])
    stage.keys("C-_")
    #expect(stage.model.document.prompt[.action].texts == ["nods twice"])
  }

  @Test func draggingInATextSelects() throws {
    var stage = Stage(120, 40)
    stage.keys("e \"nods twice\"")
    let place = try #require(find("nods twice", stage))
    stage.send(.mouse(Mouse(.press, x: place.x, y: place.y)))
    stage.send(.mouse(Mouse(.drag, x: place.x + 4, y: place.y)))
    stage.send(.mouse(Mouse(.release, x: place.x + 4, y: place.y)))
    #expect(stage.model.editor.selectedText == "nods")
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)]) func slidersFollowTheMouse(_ width: Int, _ height: Int) throws {
    var stage = Stage.demo(width, height)
    stage.keys("A-8")
    let place = try #require(sliderRow(stage))
    stage.send(.mouse(Mouse(.press, x: place.x, y: place.y)))
    #expect(stage.model.document.current?.layers.mouth ?? 1 < 0.3)
    // Beyond the end is the end, whatever lies there.
    stage.send(.mouse(Mouse(.drag, x: width - 1, y: 0)))
    #expect(stage.model.document.current?.layers.mouth == 2)
    stage.send(.mouse(Mouse(.drag, x: place.x + 3, y: 0)))
    stage.send(.mouse(Mouse(.release, x: 0, y: 0)))
    let amount = stage.model.document.current?.layers.mouth ?? 0
    #expect(amount > 0.2 && amount < 2)
    #expect(stage.model.document.current?.layers.head == 1)
  }

  /// Where the slider of the mouth begins.
  private func sliderRow(_ stage: Stage) -> (x: Int, y: Int)? {
    let screen = screen(stage)
    for y in 0..<screen.height {
      let row = (0..<screen.width).map { screen.text($0, y) }
      for x in 0..<max(0, screen.width - 14) where row[x..<x + 11].joined() == "mouth      " { return (x + 11, y) }
    }
    return nil
  }

  @Test func hintsCanBeClicked() throws {
    var stage = Stage.demo(160, 48)
    stage.send(.tick(stage.model.now + 60))
    let place = try #require(find("? help", stage))
    stage.send(.mouse(Mouse(.press, x: place.x + 2, y: place.y)))
    guard case .help? = stage.model.overlay else {
      Issue.record("the click did not open the help")
      return
    }
  }

  @Test func rowsOfThePaletteCanBeClicked() throws {
    var stage = Stage.demo(120, 40)
    stage.keys("A-5 : \"front\"")
    let place = try #require(find("From the front", stage))
    stage.send(.mouse(Mouse(.press, x: place.x + 1, y: place.y)))
    #expect(stage.model.overlay == nil && stage.model.view.yaw == 0)
  }

  @Test func anOffsetLiesOnTheSelectionAndCanBeUndone() throws {
    var stage = Stage.demo(120, 40)
    let before = try #require(stage.model.motion)
    stage.keys("A-5 0 S-right S-right S-right S-right A-8 o \"head turn\" tab \"12\" tab C-u \"0\" enter")
    let after = try #require(stage.model.motion)
    let channel = Clip.neckRange.lowerBound + 1
    #expect(abs(after[2, channel] - before[2, channel] - 12 * .pi / 180) < 1e-4)
    #expect(after[20, channel] == before[20, channel])
    stage.keys("u")
    #expect(stage.model.motion == before)
    stage.keys("o \"no such thing\" tab \"1\" enter")
    guard case .form(let form)? = stage.model.overlay else {
      Issue.record("the dialog closed on a name nobody knows")
      return
    }
    #expect(form.complaint != nil)
  }

  @Test(arguments: [
    ("abc def", "abc def"), ("שלום", "םולש"), ("abc שלום def", "abc םולש def"), ("שלום abc", "abc םולש"), ("אב 12 גד", "דג 12 בא"),
    ("say אב, גד now", "say דג ,בא now"),
  ]) func rightToLeftWordsAreShownInTheirOrder(_ text: String, _ shown: String) throws {
    var stage = Stage(120, 40)
    stage.keys("e")
    stage.send(.paste(text))
    #expect(find(shown, stage) != nil, "\(screen(stage).lines[3])")
    #expect(stage.model.document.prompt[.action].texts == [text])
    // Wherever the cursor goes, it stays in the box.
    stage.keys("home")
    for _ in text {
      stage.keys("right")
      #expect(screen(stage).cursor != nil)
    }
  }

  @Test func aTypedPathIsTaken() {
    var stage = Stage(120, 40)
    stage.keys("a \"/sounds/line.wav\" enter")
    #expect(stage.model.document.audio?.path == "/sounds/line.wav")
  }
}
