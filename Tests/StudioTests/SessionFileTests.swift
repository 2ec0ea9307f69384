import Foundation
import Studio
import Synthesis
import Tensor
import Testing

struct SessionFileTests {
  /// A folder of its own for each test, removed afterwards.
  final class Folder {
    let path: String
    init() throws {
      path = NSTemporaryDirectory() + "studio-tests-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
  }

  /// Runs edits against a history and a file as the studio does.
  static func play(_ edits: Int, seed: UInt64, history: inout History, file: SessionFile, undo: Bool = true) async throws {
    var source = RandomSource(seed: seed)
    for step in 0..<edits {
      if undo, source.chance(0.2) {
        let backwards = source.chance(0.6)
        if (backwards ? history.undoStep() : history.redoStep()) != nil {
          try await file.record(backwards ? .undo : .redo, undoCount: history.undo.count)
        }
        continue
      }
      let edit = RandomEdits.edit(&source, for: history.document)
      guard let change = try? history.apply(edit, at: Double(step) * 0.7), change != .none else { continue }
      try await file.record(
        .change(label: edit.label, joined: change == .joined, document: history.document), undoCount: history.undo.count)
    }
  }

  static func reopened(_ path: String) async throws -> SessionFile.Opened {
    let file = SessionFile(path: path)
    let opened = try await file.open()
    try await file.close()
    return opened
  }

  @Test func comesBackAsItWasLeft() async throws {
    let folder = try Folder()
    for seed in 0..<30 {
      let path = folder.file("a\(seed).mm2s")
      let file = SessionFile(path: path)
      var history = try await file.open().history
      try await Self.play(40, seed: UInt64(seed), history: &history, file: file)
      try await file.close()
      let again = try await Self.reopened(path)
      #expect((again.history.document == history.document) as Bool)
      #expect((again.history.undo == history.undo) as Bool)
      #expect((again.history.redo == history.redo) as Bool)
      #expect(again.notes.isEmpty, "\(again.notes)")
    }
  }

  /// The process dies at any moment: what was recorded comes back from the journal, whatever of it was torn.
  @Test func survivesDyingAtAnyMoment() async throws {
    let folder = try Folder()
    var source = RandomSource(seed: 77)
    for seed in 0..<60 {
      let path = folder.file("k\(seed).mm2s")
      let file = SessionFile(path: path)
      var history = try await file.open().history
      try await Self.play(source.index(30), seed: UInt64(seed), history: &history, file: file)
      if source.chance(0.5) {
        try await file.save()
        try await Self.play(source.index(10), seed: UInt64(seed) + 1000, history: &history, file: file)
      }
      // A copy of the files is what a killed process leaves: no closing, no last save.
      let copy = folder.file("copy\(seed).mm2s")
      for suffix in ["", ".journal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      let whole = try await Self.reopened(copy)
      #expect((whole.history.document == history.document) as Bool)
      #expect((whole.history.undo == history.undo) as Bool)
      try await file.close()
    }
  }

  /// Changes go on while the session is saved; what the file does not have yet is in the journal, and nothing is played twice.
  @Test func survivesDyingWhileItSaves() async throws {
    let folder = try Folder()
    for seed in 0..<20 {
      let path = folder.file("s\(seed).mm2s")
      let file = SessionFile(path: path)
      var history = try await file.open().history
      var saves: [Task<Void, any Error>] = []
      for part in 0..<12 {
        saves.append(
          Task {
            try await file.save()
            try await file.sync()
          })
        try await Self.play(10, seed: UInt64(seed * 12 + part) + 500, history: &history, file: file)
      }
      for save in saves { try await save.value }
      try await Self.play(seed % 3, seed: UInt64(seed) + 900, history: &history, file: file)
      let copy = folder.file("copy\(seed).mm2s")
      for suffix in ["", ".journal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      let opened = try await Self.reopened(copy)
      #expect((opened.history.document == history.document) as Bool)
      #expect((opened.history.undo == history.undo) as Bool)
      #expect((opened.history.redo == history.redo) as Bool)
      try await file.close()
      #expect(!FileManager.default.fileExists(atPath: path + ".journal"))
      #expect((try await Self.reopened(path).history.document == history.document) as Bool)
    }
  }

  @Test func aTornJournalLosesOnlyItsLastLine() async throws {
    let folder = try Folder()
    let path = folder.file("torn.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    for (index, text) in ["one", "two", "three"].enumerated() {
      try history.apply(.setText(.action, text), at: Double(index) * 100)
      try await file.record(.change(label: "write action", joined: false, document: history.document), undoCount: history.undo.count)
    }
    let journal = try Data(contentsOf: URL(fileURLWithPath: path + ".journal"))
    for cut in stride(from: 2, to: 200, by: 7) {
      let copy = folder.file("torn\(cut).mm2s")
      try journal.dropLast(cut).write(to: URL(fileURLWithPath: copy + ".journal"))
      let opened = try await Self.reopened(copy)
      #expect(opened.history.document.prompt[.action].texts == ["two"])
      #expect(opened.notes.contains { $0.contains("damaged journal line") })
    }
  }

  /// Edits that follow a torn line, in the same journal, are not torn with it.
  @Test func editsAfterATornLineAreKept() async throws {
    let folder = try Folder()
    let path = folder.file("after.mm2s"), journal = folder.file("after.mm2s.journal")
    var history = History()
    for text in ["one", "two", "three"] {
      let file = SessionFile(path: path)
      history = try await file.open().history
      try history.apply(.setText(.action, text), at: 0)
      try await file.record(.change(label: "write action", joined: false, document: history.document), undoCount: history.undo.count)
      // Killed in the middle of the next line: what was written stays, as a copy that the next studio opens.
      let left = try Data(contentsOf: URL(fileURLWithPath: journal))
      try await file.close()
      try? FileManager.default.removeItem(atPath: path)
      try (left + Data("\n12ab {\"sequence\": 9, \"op".utf8)).write(to: URL(fileURLWithPath: journal))
    }
    let opened = try await Self.reopened(path)
    #expect(opened.history.document.prompt[.action].texts == ["three"])
    #expect(opened.history.undo.map { $0.document.prompt[.action].texts } == [[], ["one"], ["two"]])
  }

  /// The disk is full for a while: what was edited then is in the journal with the next edit that fits.
  @Test func whatAFullDiskRefusedIsMadeUpFor() async throws {
    let folder = try Folder()
    for seed in 0..<20 {
      let path = folder.file("full\(seed).mm2s")
      let file = SessionFile(path: path)
      var history = try await file.open().history
      try await Self.play(8, seed: UInt64(seed), history: &history, file: file)
      let descriptor = try #require(
        (3..<1024).first { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path + ".journal" })
      let own = dup(Int32(descriptor)), full = open("/dev/full", O_WRONLY)
      dup2(full, Int32(descriptor))
      await #expect(throws: StudioError.self) { try await Self.play(12, seed: UInt64(seed) + 100, history: &history, file: file) }
      dup2(own, Int32(descriptor))
      close(own)
      close(full)
      if seed % 2 == 0 {
        try history.apply(.setText(.pose, "looks up"), at: 1000)
        try await file.record(.change(label: "write pose", joined: false, document: history.document), undoCount: history.undo.count)
      } else {
        #expect(history.undoStep() != nil)
        try await file.record(.undo, undoCount: history.undo.count)
      }
      try await Self.play(5, seed: UInt64(seed) + 200, history: &history, file: file)
      let copy = folder.file("copy\(seed).mm2s")
      try FileManager.default.copyItem(atPath: path + ".journal", toPath: copy + ".journal")
      let opened = try await Self.reopened(copy)
      #expect((opened.history.document == history.document) as Bool)
      #expect((opened.history.undo == history.undo) as Bool)
      #expect((opened.history.redo == history.redo) as Bool)
      try await file.close()
    }
  }

  /// However many saves were asked for, a session that is closed is no longer written to, and another studio finds it as it was left.
  @Test func closingWaitsForEverySave() async throws {
    let folder = try Folder()
    for seed in 0..<40 {
      let path = folder.file("c\(seed).mm2s")
      let file = SessionFile(path: path)
      var history = try await file.open().history
      try history.apply(.setText(.pose, "looks up"), at: 0)
      try await file.record(.change(label: "write pose", joined: false, document: history.document), undoCount: history.undo.count)
      try await Self.play(6, seed: UInt64(seed), history: &history, file: file)
      let saves = (0..<4).map { _ in Task { try? await file.save() } }
      if seed % 2 == 0 { await Task.yield() }
      try await file.close()
      let inode = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
      for save in saves { _ = await save.value }
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == inode)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("c\(seed).") && $0.contains("tmp") }.isEmpty)
      let again = try await Self.reopened(path)
      #expect((again.history.document == history.document) as Bool)
      #expect(again.notes.isEmpty, "\(again.notes)")
    }
  }

  @Test func aDamagedFileOpensWhatCanBeSaved() async throws {
    let folder = try Folder()
    let path = folder.file("whole.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    try await Self.play(60, seed: 3, history: &history, file: file, undo: false)
    try await file.close()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for part in 1..<12 {
      let cut = folder.file("cut\(part).mm2s")
      try bytes.prefix(bytes.count * part / 12).write(to: URL(fileURLWithPath: cut))
      let opened = try await Self.reopened(cut)
      #expect(opened.notes.contains { $0.contains("damaged at byte") })
      #expect(try Data(contentsOf: URL(fileURLWithPath: cut + ".damaged")) == bytes.prefix(bytes.count * part / 12))
    }
    // Half a file holds the document and loses old undo steps at most; its texts must be there.
    let opened = try await Self.reopened(folder.file("cut11.mm2s"))
    #expect((opened.history.document.prompt == history.document.prompt) as Bool)
  }

  /// Whole JSON whose parts are damaged: what was lost is said, and its bytes are kept before anything is saved over them.
  @Test func damagedPartsAreSaidAndKept() async throws {
    let folder = try Folder()
    let path = folder.file("whole.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    try await Self.play(60, seed: 3, history: &history, file: file, undo: false)
    try await file.close()
    let json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    let parts: [(String, Any)] = [("document", NSNull()), ("document", [String: Any]()), ("document", 5), ("tokens", NSNull())]
    for (index, (key, value)) in parts.enumerated() {
      var damaged = json
      damaged[key] = value
      let other = folder.file("part\(index).mm2s")
      let bytes = try JSONSerialization.data(withJSONObject: damaged)
      try bytes.write(to: URL(fileURLWithPath: other))
      let opened = try await Self.reopened(other)
      #expect(opened.notes.contains { $0.contains("not readable") }, "\(key) \(value): \(opened.notes)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: other + ".damaged")) == bytes)
    }
    for schema in ["99", 1e300, NSNull()] as [Any] {
      var damaged = json
      damaged["schema"] = schema
      try JSONSerialization.data(withJSONObject: damaged).write(to: URL(fileURLWithPath: path))
      await #expect(throws: StudioError.self, "\(schema)") { _ = try await SessionFile(path: path).open() }
    }
  }

  @Test func survivesMutations() async throws {
    let folder = try Folder()
    let path = folder.file("base.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    try await Self.play(12, seed: 8, history: &history, file: file)
    try await file.close()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var source = RandomSource(seed: 4)
    for _ in 0..<400 {
      var mutated = bytes
      for _ in 0...source.index(4) { mutated[source.index(mutated.count)] = UInt8(truncatingIfNeeded: source.next()) }
      let target = folder.file("m.mm2s")
      try Data(mutated).write(to: URL(fileURLWithPath: target))
      do { _ = try await SessionFile(path: target, readOnly: true).open() } catch {}
    }
  }

  @Test func aSecondStudioIsTurnedAway() async throws {
    let folder = try Folder()
    let path = folder.file("locked.mm2s")
    let first = SessionFile(path: path)
    _ = try await first.open()
    await #expect(throws: StudioError.self) { _ = try await SessionFile(path: path).open() }
    let reader = try await SessionFile(path: path, readOnly: true).open()
    #expect(reader.isReadOnly)
    try await first.close()
    _ = try await Self.reopened(path)
  }

  @Test(arguments: [
    (#"{"format":"mm2face-session","schema":99}"#, "schema 99"), ("hello", "not JSON"), ("", "an empty file"),
    (#"{"format":"other"}"#, "other"), ("[1,2]", "another kind"),
  ])
  func refusesWhatItDoesNotKnow(_ text: String, _ named: String) async throws {
    let folder = try Folder()
    let path = folder.file("x.mm2s")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let error = await #expect(throws: StudioError.self) { _ = try await SessionFile(path: path).open() }
    #expect("\(try #require(error))".contains(named))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
  }

  @Test func othersChangesAreKept() async throws {
    let folder = try Folder()
    let path = folder.file("shared.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    try history.apply(.setSeconds(3), at: 0)
    try await file.record(.change(label: "length", joined: false, document: history.document), undoCount: 1)
    #expect(try await file.save() == nil)
    try FileManager.default.removeItem(atPath: path)
    #expect(try await file.save()?.contains("had been removed") == true)
    try Data("theirs".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try await file.save()?.contains("someone else") == true)
    #expect(try String(contentsOfFile: path + ".other", encoding: .utf8) == "theirs")
    try await file.close()
    #expect(try await Self.reopened(path).history.document.seconds == 3)
  }

  @Test func aFileThatCameMeanwhileIsKept() async throws {
    let folder = try Folder()
    let path = folder.file("new.mm2s")
    let file = SessionFile(path: path)
    var history = try await file.open().history
    try history.apply(.setSeconds(3), at: 0)
    try await file.record(.change(label: "length", joined: false, document: history.document), undoCount: 1)
    try Data("theirs".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try await file.save()?.contains("someone else") == true)
    #expect(try String(contentsOfFile: path + ".other", encoding: .utf8) == "theirs")
    // What cannot be kept is not overwritten.
    try Data("theirs again".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.removeItem(atPath: path + ".other")
    try FileManager.default.createDirectory(atPath: path + ".other/folder", withIntermediateDirectories: true)
    await #expect(throws: StudioError.self) { try await file.save() }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs again")
    try FileManager.default.removeItem(atPath: path + ".other")
    try await file.close()
  }

  @Test func aReadOnlyFolderIsSaidAndNothingIsLost() async throws {
    guard getuid() != 0 else { return }
    let folder = try Folder()
    chmod(folder.path, 0o555)
    defer { chmod(folder.path, 0o755) }
    let file = SessionFile(path: folder.file("ro.mm2s"))
    let opened = try await file.open()
    #expect(opened.isReadOnly && opened.notes.contains { $0.contains("cannot be written") })
    await #expect(throws: StudioError.self) { try await file.save() }
  }

  @Test func aSessionGoesOnUnderAnotherName() async throws {
    let folder = try Folder()
    let file = SessionFile(path: folder.file("a.mm2s"))
    var history = try await file.open().history
    for text in ["nods", "winks"] {
      _ = try history.apply(.setText(.action, text), at: text == "nods" ? 0 : 100)
      try await file.record(.change(label: "text", joined: false, document: history.document), undoCount: history.undo.count)
    }
    let other = try await file.saved(as: folder.file("b.mm2s"))
    // Both hold everything, and only the new one is edited and locked.
    _ = try history.apply(.setText(.action, "smiles"), at: 200)
    try await other.record(.change(label: "text", joined: false, document: history.document), undoCount: history.undo.count)
    let old = try await SessionFile(path: folder.file("a.mm2s")).open()
    #expect(old.history.document.prompt[.action].texts == ["winks"] && old.history.undo.count == 2 && old.notes.isEmpty)
    await #expect(throws: StudioError.self) { try await SessionFile(path: folder.file("b.mm2s")).open() }
    try await other.close()
    let new = try await SessionFile(path: folder.file("b.mm2s")).open()
    #expect(new.history.document.prompt[.action].texts == ["smiles"] && new.history.undo.count == 3 && new.notes.isEmpty)
  }

  @Test func savingUnderATakenNameOrInNoFolderChangesNothing() async throws {
    let folder = try Folder()
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.file("taken.mm2s")))
    let file = SessionFile(path: folder.file("a.mm2s"))
    var history = try await file.open().history
    _ = try history.apply(.setText(.action, "nods"), at: 0)
    try await file.record(.change(label: "text", joined: false, document: history.document), undoCount: 1)
    for name in ["taken.mm2s", "nowhere/b.mm2s", "a.mm2s"] {
      await #expect(throws: StudioError.self, "\(name)") { try await file.saved(as: folder.file(name)) }
    }
    #expect(try String(contentsOfFile: folder.file("taken.mm2s"), encoding: .utf8) == "mine")
    #expect(await !file.isReadOnly)
    try await file.close()
    #expect(try await SessionFile(path: folder.file("a.mm2s")).open().history.document.prompt[.action].texts == ["nods"])
  }
}
