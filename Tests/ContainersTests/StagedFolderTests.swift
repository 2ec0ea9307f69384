import Containers
import Foundation
import Testing

struct StagedFolderTests {
  private let root: String

  init() throws {
    root = NSTemporaryDirectory() + "mm2face-staged-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  private func names(_ folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []).sorted()
  }

  private func stage(_ name: String, _ existing: StagedFolder.Existing, _ files: [String], commit: Bool = true) throws {
    let folder = try StagedFolder("\(root)/\(name)", existing: existing, files: files)
    for file in files { try AtomicFile.write("new", to: "\(folder.path)/\(file)") }
    if commit { try folder.commit() }
  }

  @Test func aNewFolderAppearsWholeOrNotAtAll() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    for existing in [StagedFolder.Existing.refuse, .replace, .add, .overwrite] {
      try stage("a", existing, ["x"], commit: false)
      #expect(names().isEmpty)
      try stage("a/", existing, ["x", "y"])
      #expect(names() == ["a"] && names("a") == ["x", "y"])
      try FileManager.default.removeItem(atPath: root + "/a")
    }
    // Folders above that are missing are made only with it, and only where files are added.
    try stage("b/c", .add, ["x"], commit: false)
    #expect(names().isEmpty)
    try stage("b/c", .add, ["x"])
    #expect(names() == ["b"] && names("b") == ["c"] && names("b/c") == ["x"])
    #expect(throws: ContainerError.self) { try stage("no/c", .refuse, ["x"]) }
    #expect(names() == ["b"])
  }

  @Test func whatStandsThereIsTreatedAsSaid() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try stage("a", .add, ["x", "y"])
    #expect(throws: ContainerError.exists(path: root + "/a")) { try stage("a", .refuse, ["z"]) }
    #expect(throws: ContainerError.exists(path: root + "/a/y")) { try stage("a", .add, ["z", "y"]) }
    #expect(names() == ["a"] && names("a") == ["x", "y"])
    try stage("a", .add, ["z"])
    #expect(names("a") == ["x", "y", "z"])
    try AtomicFile.write("old", to: root + "/a/y")
    try stage("a", .overwrite, ["y"])
    #expect(names("a") == ["x", "y", "z"] && FileManager.default.contents(atPath: root + "/a/y") == Data("new".utf8))
    try stage("a", .replace, ["w"], commit: false)
    #expect(names() == ["a"] && names("a") == ["x", "y", "z"])
    try stage("a", .replace, ["w"])
    #expect(names() == ["a"] && names("a") == ["w"])
    #expect(throws: ContainerError.unwritable(path: root + "/a/w", reason: "it is not a folder")) { try stage("a/w", .add, ["x"]) }
  }
}
