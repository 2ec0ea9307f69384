import StudioUI
import Tensor
import Testing

@Suite struct TextEditorTests {
  @Test(arguments: [
    ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("ก็", 1), ("a\u{200b}b", 2), ("한국어", 6), ("…", 1), ("ß", 1),
    ("नि", 2), ("क्ष", 2), ("स्त्री", 4), ("กำ", 2), ("\u{1112}\u{1161}\u{11ab}", 2), ("👍🏽", 2),
  ])
  func widthInCells(_ text: String, _ cells: Int) { #expect(DisplayWidth.of(text) == cells) }

  @Test(arguments: [
    ("hello world", 3, "he…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 3, "abc"), ("abc", 0, ""), ("日本", 1, "…"),
  ])
  func fittedTextNeverExceedsItsWidth(_ text: String, _ width: Int, _ wanted: String) {
    #expect(DisplayWidth.fitted(text, width) == wanted)
  }

  @Test func clustersAreOneStep() {
    var editor = TextEditor("a👩‍👩‍👧e\u{301}日")
    #expect(editor.cursor == 4)
    editor.backspace()
    editor.backspace()
    #expect(editor.text == "a👩‍👩‍👧")
    editor.left()
    editor.delete()
    #expect(editor.text == "a")
  }

  @Test func aMarkTypedLaterJoinsItsLetter() {
    var editor = TextEditor("e")
    editor.insert("\u{301}")
    #expect(editor.clusters == ["e\u{301}"])
    #expect(editor.cursor == 1)
    editor.insert("x")
    #expect(editor.text == "e\u{301}x")
  }

  @Test func wordsWrapAndTheCursorFollows() {
    var editor = TextEditor("one two three four")
    let rows = editor.rows(width: 9)
    #expect(rows.map { String(editor.clusters[$0.range]) } == ["one two ", "three ", "four"])
    editor.toStart()
    let down = editor.down(width: 9)
    #expect(down)
    #expect(editor.cursor == 8)
    #expect(editor.row(width: 9) == 1)
    #expect(!TextEditor("x").rows(width: 4).isEmpty)
    editor.toEnd()
    let beyond = editor.down(width: 9)
    let up = editor.up(width: 9)
    #expect(!beyond && up)
  }

  @Test func controlCharactersBecomeSpacesAndLineEndsOne() {
    var editor = TextEditor("")
    editor.insert("a\tb\u{1b}[31mc\r\nd\re\u{9b}")
    #expect(editor.text == "a b [31mc\nd\ne ")
    var line = TextEditor("", multiline: false)
    line.insert("a\nb\r\nc")
    #expect(line.text == "a b c")
  }

  @Test func wordMotionAndDeletion() {
    var editor = TextEditor("don't stop, now")
    editor.leftWord()
    #expect(editor.cursor == 12)
    editor.leftWord()
    editor.deleteWordBack()
    #expect(editor.text == "stop, now")
    editor.rightWord()
    editor.deleteToLineEnd()
    #expect(editor.text == "stop")
  }

  @Test func randomEditingKeepsItsInvariants() {
    var random = RandomSource(seed: 3)
    let pieces = ["a", " ", "é", "日", "👩‍👩‍👧", "\u{301}", "\n", "word ", "🇩", "🇪", "\u{200d}", "ی", "-"]
    for _ in 0..<300 {
      var editor = TextEditor("")
      let width = 2 + random.index(30)
      for _ in 0..<40 {
        switch random.index(12) {
        case 0...4: editor.insert(pieces[random.index(pieces.count)])
        case 5: editor.backspace()
        case 6: editor.delete()
        case 7: editor.left()
        case 8: _ = editor.up(width: width)
        case 9: _ = editor.down(width: width)
        case 10: editor.moveTo(row: random.index(5), column: random.index(40), width: width)
        default: editor.deleteWordBack()
        }
        #expect((0...editor.clusters.count).contains(editor.cursor))
        #expect(Array(editor.text) == editor.clusters)
        let rows = editor.rows(width: width)
        #expect(rows.first?.range.lowerBound == 0 && rows.last?.range.upperBound == editor.clusters.count)
        for row in rows {
          let text = String(editor.clusters[row.range])
          let trailing = text.hasSuffix(" ") ? 1 : 0
          #expect(DisplayWidth.of(text) <= max(2, width) + trailing, "\(text.debugDescription) at \(width)")
        }
      }
    }
  }
}

@Suite struct FuzzyTests {
  @Test func lettersInOrderMatchBestFirst() {
    let names = ["resample from here", "export the take", "theme", "redo", "sample a take"]
    #expect(Fuzzy.sorted("redo", names) { $0 }.first?.item == "redo")
    #expect(Fuzzy.sorted("st", names) { $0 }.map(\.item).contains("sample a take"))
    #expect(Fuzzy.match("xyz", "export") == nil)
    #expect(Fuzzy.match("ett", "export the take")?.places == [0, 7, 11])
  }
}
