import Foundation
import Raster
import StudioUI
import Testing

private func library() throws -> ThemeLibrary {
  var library = ThemeLibrary()
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("themes")
  for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".toml") {
    let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    library.add(name: String(file.dropLast(5)), file: file, text: text)
  }
  return library
}

@Suite struct ThemeTests {
  @Test func allShippedThemesLoad() throws {
    let library = try library()
    #expect(Set(library.names).isSuperset(of: ["dark", "light", "high-contrast", "colour-blind", "terminal"]))
    for name in library.names { _ = try library.theme(name) }
  }

  /// Every text must stand out from what it is written on.
  @Test(arguments: ["dark", "light", "high-contrast", "colour-blind"])
  func textIsLegible(_ name: String) throws {
    let theme = try library().theme(name)
    for key in Theme.Key.allCases where ![.rule, .muted, .wave].contains(key) {
      guard let ink = theme[key].ink.colour, let ground = theme[key].ground.colour else {
        Issue.record("\(name) \(key.rawValue) has no exact colours")
        continue
      }
      #expect(abs(ink.lightness - ground.lightness) > 0.2, "\(name): \(key.rawValue)")
    }
  }

  @Test func terminalThemeUsesOnlyTheUsersColours() throws {
    let theme = try library().theme("terminal")
    for key in Theme.Key.allCases { #expect(theme[key].ink.colour == nil && theme[key].ground.colour == nil) }
    for gradient in Theme.Gradient.allCases { for level in 0..<8 { #expect(theme[gradient, level].colour == nil) } }
  }

  @Test func keysFallBackToTheirBeginning() throws {
    var library = ThemeLibrary()
    library.add(name: "t", file: "t.toml", text: "[palette]\nx = \"#102030\"\n[styles]\ntext = \"#ffffff\"\ntitle = \"x\"\n")
    let theme = try library.theme("t")
    #expect(theme[.titleFocused].ink == .exact(Colour(hex: 0x102030)))
    #expect(theme[.dim].ink == .exact(Colour(hex: 0xffffff)))
  }

  @Test(arguments: [
    ("inherits = \"dark\"\n[styles]\ntext = \"#12345\"\n", "t.toml, line 3"), ("[styles]\n\ntxt = \"red\"\n", "t.toml, line 3"),
    ("[styles]\ntext = { ink = \"red\", emphasis = [\"loud\"] }\n", "t.toml, line 2"), ("[gradients]\nmeter = []\n", "t.toml, line 2"),
    ("ink = \"grey\"\n", "t.toml, line 1"), ("[styles\n", "t.toml, line 1"), ("\ninherits = \"nowhere\"\n", "t.toml, line 2"),
    ("\n\ninherits = \"t\"\n", "t.toml, line 3"), ("[palette]\na = 3\n", "t.toml, line 2"), ("colour = 1\n", "t.toml, line 1"),
  ])
  func faultsNameFileAndLine(_ text: String, _ place: String) throws {
    var library = try library()
    library.add(name: "t", file: "t.toml", text: text)
    do {
      _ = try library.theme("t")
      Issue.record("no fault in \(text.debugDescription)")
    } catch {
      #expect("\(error)".hasPrefix(place), "\(error)")
    }
  }

  @Test func emphasisAloneTellsWhatIsChosen() {
    let mono = Theme.mono
    #expect(mono[.selection] != mono[.text] && mono[.tokenCursor] != mono[.token] && mono[.overlayChosen] != mono[.overlay])
    for key in Theme.Key.allCases { #expect(mono[key].ink == .standard && mono[key].ground == .standard) }
  }
}

@Suite struct KeyTableTests {
  @Test func noKeyMeansTwoThingsInOnePlace() {
    for context in KeyContext.allCases {
      var seen: [Key: Action] = [:]
      for binding in KeyTable.standard.bindings where binding.context == context {
        for key in binding.keys {
          #expect(
            seen[key] == nil, "\(context.rawValue): \(key.label(ascii: true)) is \(binding.action) and \(String(describing: seen[key]))")
          seen[key] = binding.action
        }
      }
    }
  }

  @Test func everyActionIsInTheTable() {
    let known = Set(KeyTable.standard.bindings.map(\.action))
    for action in Action.allCases { #expect(known.contains(action), "\(action)") }
  }

  @Test(arguments: ["C-r", "A-left", "S-up", "f5", "space", "?", "C-A-x", "-", "A--", "esc"])
  func keysAreReadByName(_ name: String) { #expect(Key(name) != nil) }

  @Test(arguments: ["", "C-", "Q-x", "f99", "leftt", "ab"])
  func nonsenseIsNoKey(_ name: String) { #expect(Key(name) == nil) }

  @Test func theUsersKeysWin() throws {
    var table = KeyTable.standard
    try table.apply(file: "keys.toml", text: "[stage]\nundo = [\"p\", \"C-u\"]\nplay = \"u\"\n")
    #expect(table.action(.character("p"), in: .viewport) == .undo)
    #expect(table.action(.character("u"), in: .viewport) == .play)
    #expect(table.key(for: .undo, in: .viewport) == .character("p"))
  }

  @Test(arguments: [
    ("[stage]\nundo = [\"C-\"]\n", "keys.toml, line 2"), ("\n[stagee]\nundo = \"u\"\n", "keys.toml, line 2"),
    ("[stage]\n\nundoo = \"u\"\n", "keys.toml, line 3"), ("[stage]\nundo = \n", "keys.toml, line 2"),
  ])
  func faultsNameFileAndLine(_ text: String, _ place: String) {
    var table = KeyTable.standard
    do {
      try table.apply(file: "keys.toml", text: text)
      Issue.record("no fault")
    } catch {
      #expect("\(error)".hasPrefix(place), "\(error)")
    }
  }
}
