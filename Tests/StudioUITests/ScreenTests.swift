import Foundation
import Raster
import StudioUI
import Tensor
import TestSupport
import Testing

@Suite struct GoldenScreenTests {
  @Test(arguments: [
    ("empty-80x24", 80, 24, false, ""), ("demo-80x24", 80, 24, false, ""), ("demo-120x40", 120, 40, false, ""),
    ("demo-200x60", 200, 60, false, ""), ("demo-ascii-80x24", 80, 24, true, ""), ("prompt-80x24", 80, 24, false, "e down"),
    ("tokens-80x24", 80, 24, false, "A-3 0 right right"), ("takes-120x40", 120, 40, false, "A-7 up"),
    ("help-80x24", 80, 24, false, "?"), ("palette-80x24", 80, 24, false, ": \"resam\""), ("settings-80x24", 80, 24, false, "S"),
    ("selection-120x40", 120, 40, false, "0 > > > > > > > L"), ("zoomed-tokens-80x24", 80, 24, false, "A-3 z"),
    ("compared-120x40", 120, 40, false, "A-7 up c"),
  ])
  func screenIsAsRecorded(_ name: String, _ width: Int, _ height: Int, _ ascii: Bool, _ keys: String) {
    var stage = name.hasPrefix("empty") ? Stage(width, height) : Stage.demo(width, height, ascii: ascii)
    stage.keys(keys)
    let problem = Snapshot.difference(stage.screen, module: "StudioUI", name: "\(name).txt")
    #expect(problem == nil, "\(problem ?? "")")
  }
}

@Suite struct PainterTests {
  @Test(arguments: ColourDepth.allCases)
  func whatIsPaintedIsTheScreen(_ depth: ColourDepth) {
    var random = RandomSource(seed: 5)
    var stage = Stage.demo(100, 30)
    var painter = ScreenPainter(
      abilities: TerminalAbilities(colours: depth, synchronised: random.chance(0.5), lineFeeds: random.chance(0.5)))
    var terminal = VirtualTerminal(100, 30) { DisplayWidth.of($0) }
    let keys = ["e", "A-3", "tab", "down", "right", "?", "esc", ":", "esc", "z", "z", "space", "S", "esc", "\"ab日é\"", "A-7", "x", "C-_"]
    for _ in 0..<60 {
      stage.keys(keys[random.index(keys.count)])
      stage.send(.tick(stage.model.now + 0.04))
      let screen = StudioView().draw(stage.model, nil)
      terminal.feed(painter.paint(screen))
      for y in 0..<30 {
        for x in 0..<100 where !(y == 29 && x == 99) {
          #expect(terminal.cells[y][x] == screen.text(x, y), "cell \(x),\(y)")
        }
      }
      #expect(terminal.unknown.isEmpty)
      if let cursor = screen.cursor { #expect(terminal.x == cursor.x && terminal.y == cursor.y) }
    }
  }

  @Test func nothingChangedWritesNothing() {
    let stage = Stage.demo(80, 24)
    var painter = ScreenPainter(abilities: TerminalAbilities())
    let screen = StudioView().draw(stage.model, nil)
    #expect(!painter.paint(screen).isEmpty)
    #expect(painter.paint(screen).isEmpty)
  }

  @Test func withoutColoursNoColourIsWritten() {
    let stage = Stage.demo(80, 24)
    var painter = ScreenPainter(abilities: TerminalAbilities(colours: .mono))
    let text = String(decoding: painter.paint(StudioView().draw(stage.model, nil)), as: UTF8.self)
    // Every style sequence holds emphasis only.
    for sequence in text.matches(of: /\u{1b}\[([0-9;]*)m/) {
      let numbers = sequence.1.split(separator: ";").compactMap { Int($0) }
      #expect(numbers.allSatisfy { $0 < 30 }, "\(numbers)")
    }
  }

  @Test func asciiScreensAreAscii() {
    let stage = Stage.demo(120, 40, ascii: true)
    let screen = StudioView().draw(stage.model, nil)
    for line in screen.lines { #expect(line.unicodeScalars.allSatisfy { $0.value < 0x80 }, "\(line)") }
  }
}
