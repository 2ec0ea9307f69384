import Foundation
import Speech
import Testing

/// Whole sessions with the real program in a pseudo-terminal.
@Suite(.serialized, .enabled(if: ProgramUnderTest.path != nil, "needs the built program"))
struct StudioSessionTests {
  private static let texts = ["nods twice", "happy", "brows up", "head left", "a friend"]
  private static let isSlow = ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] != nil

  private static func makeFolder() throws -> String {
    let folder = NSTemporaryDirectory() + "mm2face-studio-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let samples = (0..<24_000).map { Float(sin(Double($0) * 0.05) * abs(sin(Double($0) * 0.0004))) * 0.5 }
    try WavFile.write(Waveform(samples: samples, sampleRate: 16_000), to: folder + "/voice.wav")
    return folder
  }

  private static func open(
    _ folder: String, _ columns: Int, _ rows: Int, _ environment: [String: String] = [:]
  ) throws -> StudioProcess {
    try StudioProcess(
      ["studio", "s.mm2s"], columns: columns, rows: rows, folder: folder, environment: environment,
      program: ProgramUnderTest.path ?? "")
  }

  /// What tells one take from another: stars and tokens. The drawn face may differ by a dot, since lines are held still from frame to frame.
  private static func body(_ studio: StudioProcess) -> [String] {
    studio.terminal.lines.dropFirst().compactMap { line in
      if line.contains("mouth.") { return line.split(separator: "│").first.map { $0.trimmingCharacters(in: .whitespaces) } }
      return line.contains("★") ? "★" : nil
    }
  }

  @Test(arguments: isSlow ? [(80, 24), (120, 40), (200, 60)] : [(120, 40)])
  func aWholeSessionIsThereAgainAfterReopening(_ columns: Int, _ rows: Int) throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func expect(_ studio: StudioProcess, _ text: String, seconds: Double = 40) {
      #expect(studio.waitFor(text, seconds: seconds), "\(text) is not on the screen:\n\(studio.terminal.text)")
    }
    let studio = try Self.open(folder, columns, rows)
    expect(studio, "Timeline")
    studio.send("e")
    for text in Self.texts { studio.send(text + "\u{1b}[B") }
    expect(studio, "a friend")
    studio.send("\u{1b}")
    studio.pump(0.2)
    studio.send("a")
    expect(studio, "voice.wav")
    studio.send("voice\r")
    studio.send("\u{1b}2")
    expect(studio, "16.0 kHz")
    studio.send("\u{1b}5\r")
    expect(studio, "is ready", seconds: 60)
    // An alternative at the first step; what follows is drawn anew as a second take.
    studio.send(" 0\u{1b}3n")
    studio.pump(0.1)
    studio.send("t")
    #expect(studio.wait(seconds: 60) { studio.terminal.text.contains("take 2") }, "\(studio.terminal.text)")
    expect(studio, "take 2 is ready", seconds: 60)
    studio.send("\u{1b}7s")
    studio.send("u")
    expect(studio, "undone: star take")
    studio.send("U")
    expect(studio, "redone: star take")
    studio.send("X")
    expect(studio, "Export")
    studio.send("\u{15}out.npz\r")
    expect(studio, "written")
    #expect(FileManager.default.fileExists(atPath: folder + "/out.npz"))
    // Stand still at the beginning, in a pane of the side.
    studio.send("\u{1b}5")
    studio.pump(0.1)
    if studio.terminal.lines.first?.contains("▶") == true { studio.send(" ") }
    studio.send("0\u{1b}7")
    #expect(studio.wait(seconds: 40) { studio.terminal.lines.first?.contains("0:00.00 /") == true }, "\(studio.terminal.text)")
    studio.pump(0.3)
    let left = Self.body(studio)
    studio.send("q")
    #expect(studio.wait { studio.hasEnded }, "q did not end it:\n\(studio.terminal.text)")
    #expect(studio.exitStatus == 0)
    #expect(
      !studio.terminal.isAlternate && !studio.terminal.isCursorHidden && studio.terminal.modes.isDisjoint(with: [1000, 1002, 1006, 2004]))
    #expect(studio.terminal.unknown.isEmpty, "\(studio.terminal.unknown.prefix(5))")

    let again = try Self.open(folder, columns, rows)
    expect(again, "Timeline")
    again.send("\u{1b}7")
    // The motion has to be decoded before the screen is whole.
    #expect(again.wait(seconds: 60) { Self.body(again) == left }, "left:\n\(left.joined(separator: "\n"))\nfound:\n\(again.terminal.text)")
    again.send("\u{1b}1")
    for text in Self.texts.dropLast() { expect(again, text) }
    again.send("\u{1b}")
    again.pump(0.2)
    again.send("u")
    expect(again, "undone: star take")
  }

  @Test(
    arguments: isSlow
      ? [
        ["TERM": "xterm-256color"], ["TERM": "xterm-direct"], ["TERM": "screen"], ["TERM": "linux"], ["TERM": "vt100"], ["LANG": "C"],
        ["NO_COLOR": "1"], ["COLORTERM": "truecolor"],
      ] : [["TERM": "vt100", "LANG": "C"], ["TERM": "linux", "NO_COLOR": "1"]])
  func everyTerminalShowsTheHintsAndIsGivenBack(_ environment: [String: String]) throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let studio = try Self.open(folder, 80, 24, environment)
    if environment["TERM"].map({ !Self.isKnown($0) }) ?? false {
      // Machines without ncurses-term lack some descriptions: the refusal must be plain.
      #expect(studio.wait { studio.hasEnded } && studio.terminal.text.contains("is not known here"))
      return
    }
    #expect(studio.waitFor("Timeline") && studio.waitFor("play") && studio.waitFor("help"), "\(studio.terminal.text)")
    if environment["LANG"] == "C" { #expect(studio.terminal.text.unicodeScalars.allSatisfy { $0.value < 0x80 }) }
    if environment["NO_COLOR"] != nil || environment["TERM"] == "vt100" {
      let colours = studio.terminal.styleChanges.flatMap { $0.split(separator: ";").compactMap { Int($0) } }.filter { $0 >= 30 }
      #expect(colours.isEmpty)
    }
    studio.send("?")
    #expect(studio.waitFor("Keys"), "\(studio.terminal.text)")
    studio.send("\u{1b}")
    studio.pump(0.2)
    studio.send("q")
    #expect(studio.wait { studio.hasEnded })
    // What it wrote last may still be on its way.
    _ = studio.wait { !studio.terminal.isAlternate && !studio.terminal.isCursorHidden }
    #expect(studio.exitStatus == 0 && !studio.terminal.isAlternate && !studio.terminal.isCursorHidden)
  }

  @Test func theThemeChosenLastIsThereAgain() throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = folder + "/.config/mm2face/theme"
    for key in ["\u{1b}", "\r"] {
      let studio = try Self.open(folder, 80, 24)
      #expect(studio.waitFor("Timeline"))
      studio.send(":theme\r")
      #expect(studio.waitFor("high-contrast"), "\(studio.terminal.text)")
      let before = studio.terminal.styleChanges.count
      studio.send("\u{1b}[B")
      // The list shows each theme at once; escape gives the old one back and keeps nothing.
      #expect(studio.wait { studio.terminal.styleChanges.count > before })
      studio.send(key)
      studio.pump(0.2)
      studio.send("q")
      #expect(studio.wait { studio.hasEnded })
      #expect(FileManager.default.fileExists(atPath: kept) == (key == "\r"))
    }
    // The list begins at the theme in use: one row further down is the next name.
    func name() throws -> String { try String(contentsOfFile: kept, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines) }
    let chosen = try name()
    let again = try Self.open(folder, 80, 24)
    #expect(again.waitFor("Timeline"))
    again.send(":theme\r")
    #expect(again.waitFor("high-contrast"), "\(again.terminal.text)")
    let names = again.terminal.lines.compactMap { line in
      ["colour-blind", "dark", "high-contrast", "light", "terminal"].first { line.contains("│ \($0) ") }
    }
    again.send("\u{1b}[B\r")
    #expect(again.wait { (try? name()) != chosen })
    #expect(try names.firstIndex(of: name()) == names.firstIndex(of: chosen).map { $0 + 1 }, "\(chosen) in \(names)")
  }

  private static func isKnown(_ term: String) -> Bool {
    ["/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo"].contains {
      FileManager.default.fileExists(atPath: "\($0)/\(term.prefix(1))/\(term)")
    }
  }

  @Test func suspensionGivesTheScreenAndTakesItBack() throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let studio = try Self.open(folder, 100, 30)
    #expect(studio.waitFor("Timeline"))
    for _ in 0..<3 {
      studio.send("\u{1a}")
      #expect(studio.wait { studio.isStopped }, "^Z did not stop it")
      studio.pump(0.2)
      #expect(!studio.terminal.isAlternate && !studio.terminal.isCursorHidden, "the shell does not have its screen")
      let before = studio.bytes
      studio.pump(0.2)
      #expect(studio.bytes == before, "painted while stopped")
      studio.signal(SIGCONT)
      #expect(studio.wait { studio.terminal.isAlternate && studio.terminal.text.contains("Timeline") }, "\(studio.terminal.text)")
    }
    // A terminated studio gives the terminal back too, and loses nothing.
    // A word that no example on the page holds.
    studio.send("ewinks\u{1b}")
    #expect(studio.waitFor("winks"))
    studio.signal(SIGTERM)
    #expect(studio.wait { studio.hasEnded })
    _ = studio.wait { !studio.terminal.isAlternate && !studio.terminal.isCursorHidden }
    #expect(!studio.terminal.isAlternate && !studio.terminal.isCursorHidden)
    let again = try Self.open(folder, 100, 30)
    #expect(again.waitFor("winks"), "\(again.terminal.text)")
  }

  @Test func whereNothingCanBeSavedTheSessionGoesOnElsewhere() throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // A folder in the lock's place: like a folder that cannot be written, for root too.
    try FileManager.default.createDirectory(atPath: folder + "/s.mm2s.lock", withIntermediateDirectories: true)
    let studio = try Self.open(folder, 80, 24)
    #expect(studio.waitFor("not saved"), "\(studio.terminal.text)")
    studio.send("ewinks\u{1b}")
    #expect(studio.waitFor("winks"))
    studio.pump(0.2)
    studio.send("q")
    #expect(studio.waitFor("s save as"), "\(studio.terminal.text)")
    studio.send("s")
    #expect(studio.waitFor("Save as"), "\(studio.terminal.text)")
    studio.send("\u{15}kept\r")
    #expect(studio.waitFor("saved as kept.mm2s"), "\(studio.terminal.text)")
    studio.send("q")
    #expect(studio.wait { studio.hasEnded } && studio.exitStatus == 0)
    #expect(try String(contentsOfFile: folder + "/kept.mm2s", encoding: .utf8).contains("winks"))
  }

  @Test func aKilledStudioLosesNothingThatWasOnScreenASecondAgo() throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var written = ""
    var letters = Array("abcdefghijklmnopqrstuvwxyz").shuffled()[...]
    for round in 0..<(Self.isSlow ? 200 : 4) {
      let studio = try Self.open(folder, 80, 24)
      #expect(studio.waitFor("Timeline"), "round \(round): \(studio.terminal.text)")
      studio.send("e\u{1b}[1;5F")
      #expect(written.isEmpty || studio.waitFor(String(written.suffix(8))), "round \(round), missing \(written):\n\(studio.terminal.text)")
      // Three to eight times one letter, which the page holds nowhere else, killed at a moment that depends on the round.
      if letters.count < 2 { letters = Array("abcdefghijklmnopqrstuvwxyz").shuffled()[...] }
      let word = String(repeating: letters.removeFirst(), count: 3 + round % 6)
      studio.send(word)
      written = (written + word).count > 20 ? word : written + word
      if written == word { studio.send("\u{15}" + word) }
      #expect(studio.waitFor(written), "\(studio.terminal.text)")
      studio.pump(Double((round * 37) % 100) / 100 * 0.2 + 0.1)
      studio.signal(SIGKILL)
      #expect(studio.wait { studio.hasEnded })
    }
  }

  /// Whatever the locale, what is typed and pasted arrives: UTF-8 as it is, bytes that are none as Latin-1.
  @Test(arguments: ["C", "C.UTF-8"])
  func nothingTypedIsLostForItsBytes(_ locale: String) throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let studio = try Self.open(folder, 80, 24, ["LANG": locale, "LC_ALL": locale])
    #expect(studio.waitFor("Timeline"))
    studio.send("e")
    studio.send("naïve café don’t stop 😀 ok\u{1b}[B")
    studio.send("\u{1b}[200~xéy “quoted” – dash z\u{1b}[201~\u{1b}[B")
    studio.send(bytes: Array("Gr".utf8) + [0xFC, 0xDF] + Array("e vom Kopf".utf8))
    // A letter that comes in two pieces.
    studio.send(bytes: [0xC3])
    studio.pump(0.2)
    studio.send(bytes: [0xA4] + Array(" more".utf8))
    studio.pump(0.3)
    studio.send("\u{1b}")
    studio.pump(0.3)
    studio.send("q")
    #expect(studio.wait { studio.hasEnded })
    let saved = try String(contentsOfFile: folder + "/s.mm2s", encoding: .utf8)
    for text in ["naïve café don’t stop 😀 ok", "xéy “quoted” – dash z", "Grüße vom Kopfä more"] {
      #expect(saved.contains(text), "\(text): \(saved.prefix(600))")
    }
  }

  @Test func resizingWhilePlayingKeepsTheScreenWhole() throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let studio = try StudioProcess(
      [], columns: 120, rows: 40, folder: folder, program: ProgramUnderTest.path ?? "")
    #expect(studio.waitFor("Timeline"))
    studio.send(" ")
    var state: UInt64 = 7
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for _ in 0..<(Self.isSlow ? 200 : 40) {
      studio.resize(40 + next(161), 10 + next(51))
      studio.pump(0.02)
      #expect(!studio.hasEnded)
    }
    studio.resize(100, 30)
    #expect(studio.waitFor("Timeline") && studio.waitFor("mm2face"), "\(studio.terminal.text)")
    // The last row is the hint bar: nothing has scrolled.
    #expect(studio.wait { studio.terminal.lines.last?.contains("play") == true }, "\(studio.terminal.text)")
    studio.send("q")
    #expect(studio.wait { studio.hasEnded })
    #expect(studio.exitStatus == 0)
  }
}
