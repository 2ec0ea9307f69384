import Motion
import Studio
import StudioUI
import Synthesis
import Testing

/// What the studio says, and what it asks before something would be lost.
@Suite struct MessageTests {
  private static let long = "the export failed: " + (1...60).map { "reason\($0)" }.joined(separator: ", ")

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func aLongMessageIsShownOverSeveralLinesAndWholeInTheList(_ width: Int, _ height: Int) {
    var stage = Stage(width, height)
    let before = stage.screen
    stage.send(.notice(.bad, Self.long))
    let lines = stage.screen.split(separator: "\n")
    #expect(lines.contains { $0.contains("the export failed: reason1, reason2") })
    #expect(stage.screen.contains("reason60") || stage.screen.contains("F3 reads on"))
    stage.keys("f3")
    // Page after page nothing is missing.
    var read = ""
    for _ in 0..<20 {
      read += stage.screen
      stage.keys("pagedown")
    }
    for n in 1...60 { #expect(read.contains("reason\(n)"), "\(n)") }
    stage.keys("esc")
    #expect(stage.model.overlay == nil)
    stage.send(.tick(stage.model.now + 60))
    #expect(stage.screen == before)
  }

  @Test func whatIsSaidStaysReadableNewestFirst() {
    var stage = Stage(80, 24)
    stage.send(.notice(.good, "one"))
    stage.send(.notice(.bad, "two"))
    stage.send(.notice(.good, "one"))
    #expect(stage.model.messages.map(\.text) == ["two", "one"])
    #expect(stage.model.messageLines(width: 40).map(\.text) == ["one", "two"])
    for n in 0..<500 { stage.send(.notice(.good, "message \(n)")) }
    #expect(stage.model.messages.count == 200 && stage.model.messages.last?.text == "message 499")
  }

  @Test func aClickOnAMessageReadsOnOrPutsItAway() {
    var stage = Stage(80, 24)
    stage.send(.notice(.bad, Self.long))
    stage.send(.mouse(Mouse(.press, x: 10, y: 21)))
    guard case .messages = stage.model.overlay else {
      Issue.record("the list of messages is not open")
      return
    }
    stage.keys("esc")
    stage.send(.notice(.bad, "short"))
    stage.send(.mouse(Mouse(.press, x: 10, y: 23)))
    #expect(stage.model.notice == nil && stage.model.overlay == nil)
  }

  @Test func whatADamagedSessionLostStaysUntilItIsRead() {
    var stage = Stage(80, 24)
    stage.send(.opened(notes: ["first loss", "second loss"], damaged: true))
    stage.send(.tick(stage.model.now + 300))
    #expect(stage.screen.contains("first loss") && stage.screen.contains("second loss"))
    stage.keys("esc")
    stage.send(.opened(notes: ["brought back", "something else"], damaged: false))
    #expect(stage.model.overlay == nil && stage.screen.contains("brought back; something else"))
    #expect(stage.model.messageLines(width: 40).prefix(2).map(\.text) == ["brought back", "something else"])
  }

  @Test func theEndOfTheHelpFillsItsPage() {
    var stage = Stage(80, 24)
    stage.keys("?")
    let first = stage.screen
    stage.keys("end")
    #expect(stage.screen.contains("Clear offsets") && stage.screen.contains("In Layers"))
    stage.keys("home")
    #expect(stage.screen == first)
  }

  /// A session in a folder that cannot be written.
  private static func readOnly() -> Stage {
    var stage = Stage(120, 40)
    stage.model = Model(width: 120, height: 40, sessionName: "demo", isReadOnly: true)
    return stage
  }

  private static func quits(_ stage: Stage) -> Bool { stage.effects.contains { if case .quit = $0 { true } else { false } } }

  @Test func quittingAsksWhereNothingIsSaved() {
    var looking = Self.readOnly()
    looking.keys("w l l + q")
    #expect(Self.quits(looking), "nothing was made")
    var stage = Self.readOnly()
    stage.keys("e \"winks\" esc q")
    #expect(!Self.quits(stage) && stage.screen.contains("Nothing of this session is saved"))
    stage.keys("n")
    #expect(!Self.quits(stage) && stage.model.overlay == nil)
    stage.keys("C-q y")
    #expect(Self.quits(stage) && stage.model.wantsQuit)
  }

  @Test func whereNothingIsSavedSavingAsksForAName() {
    for keys in ["C-s", "q s", ": \"save as\" enter"] {
      var stage = Self.readOnly()
      stage.keys("e \"winks\" esc \(keys) C-u \"other\" enter")
      let asked = stage.effects.compactMap { if case .engine(.saveAs(let path)) = $0 { path } else { nil } }
      #expect(asked == ["other.mm2s"], "\(keys)")
      stage.send(.engine(.savedAs(path: "other.mm2s")))
      #expect(stage.model.sessionName == "other" && !stage.model.isReadOnly)
      stage.keys("q")
      #expect(Self.quits(stage))
    }
  }

  @Test func aFailedSaveStaysInSightUntilOneSucceeds() {
    var stage = Stage(120, 40)
    stage.send(.engine(.saveFailed("the disk is full")))
    stage.send(.tick(stage.model.now + 60))
    #expect(stage.screen.contains("demo (not saved)"))
    // Attempts that fail in the same way are not said each time.
    stage.send(.engine(.saveFailed("the disk is full")))
    #expect(stage.model.notice == nil)
    stage.keys("C-s")
    stage.send(.engine(.saveFailed("the disk is full")))
    #expect(stage.model.notice?.text == "the disk is full")
    stage.send(.engine(.saved(note: nil)))
    #expect(!stage.screen.contains("not saved") && stage.model.notice?.text == "saved")
  }

  @Test func whatIsLockedWhollyIsNotDrawnAgain() {
    var stage = Stage.demo(160, 50)
    stage.keys("A-3 0 > > > > s")
    let takes = stage.model.document.takes.count
    stage.keys("R")
    #expect(stage.model.runs.isEmpty && stage.model.document.takes.count == takes)
    #expect(stage.model.notice?.text.contains("locked") == true)
    stage.keys("C R")
    #expect(stage.model.runs.count == 1)
  }

  @Test func aTextThatIsTooLongIsSaid() {
    var stage = Stage(80, 24)
    stage.keys("e \"end\" home")
    stage.send(.paste(String(repeating: "a", count: TextEditor.limit + 5)))
    #expect(stage.model.notice?.text.contains("last 8 were left out") == true, "\(stage.model.notice?.text ?? "")")
    // What stood there before is whole.
    #expect(stage.model.text(of: .action).hasSuffix("aend") && stage.model.text(of: .action).count == TextEditor.limit)
  }

  @Test func aTextOfTheSessionThatIsLongerStaysWhole() {
    var editor = TextEditor("")
    let long = String(repeating: "b", count: TextEditor.limit + 100)
    editor.replace(long)
    editor.toEnd()
    editor.backspace()
    #expect(editor.text.count == TextEditor.limit + 99)
    editor.insert("c")
    #expect(editor.text.count == TextEditor.limit + 99 && editor.leftOut == 1)
  }

  @Test func thePickerStaysWhereFoldersAre() {
    var stage = Stage(80, 24)
    stage.keys("a")
    stage.send(.folder(path: ".", entries: [FolderEntry(name: "in.wav", isFolder: false, bytes: 9)]))
    stage.keys("\"/nowhere/at-all\" enter")
    stage.send(.folder(path: "/nowhere/at-all", entries: nil))
    #expect(stage.model.notice?.text.contains("/nowhere/at-all") == true)
    stage.send(.folder(path: ".", entries: [FolderEntry(name: "in.wav", isFolder: false, bytes: 9)]))
    #expect(stage.screen.contains("in.wav"))
    stage.keys("esc a")
    guard case .listFolder(let path)? = stage.effects.last(where: { if case .listFolder = $0 { true } else { false } }) else { return }
    #expect(path == ".")
  }

  @Test(arguments: [
    ("a.npz b.glb", ["a.npz", "b.glb"]), ("\"my take.npz\"  b.csv", ["my take.npz", "b.csv"]), ("'an other'.gif", ["an other.gif"]),
    ("don't.npz", ["don't.npz"]), ("", []),
  ])
  func fileNamesMayHoldSpaces(_ text: String, _ paths: [String]) {
    var stage = Stage.demo(120, 40)
    stage.keys("x C-u")
    stage.send(.paste(text))
    stage.keys("enter")
    let jobs = stage.effects.compactMap { if case .engine(.export(_, let job)) = $0 { job.outputs } else { nil } }
    #expect(jobs == (paths.isEmpty ? [] : [paths]))
  }
}
