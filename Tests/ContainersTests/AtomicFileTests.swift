import Containers
import Foundation
import Testing

struct AtomicFileTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "mm2face-atomic-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test func aFileAppearsWholeOrNotAtAll() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a.bin"
    do {
      let file = try AtomicFile(path)
      try file.write([UInt8](repeating: 1, count: 1 << 20))
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    try AtomicFile.write([1, 2, 3], to: path)
    #expect(throws: ContainerError.exists(path: path)) { try AtomicFile.write([4], to: path, replacing: false) }
    #expect(try FileBytes(reading: path).contents == [1, 2, 3])
    try AtomicFile.write("text", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "text")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
  }

  @Test func earlierBytesCanBeCorrected() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = try AtomicFile(folder + "/b.bin")
    try file.write([UInt8](repeating: 0, count: 600_000))
    try [UInt8]([9, 9]).withUnsafeBytes { try file.patch($0, at: 299_999) }
    try file.write([5])
    #expect(file.offset == 600_001)
    try file.commit()
    let bytes = try FileBytes(reading: folder + "/b.bin").contents
    #expect(bytes[299_998] == 0 && bytes[299_999] == 9 && bytes[300_000] == 9 && bytes[600_000] == 5)
  }

  @Test func placesThatCannotBeWrittenAreNamed() {
    let error = #expect(throws: ContainerError.self) { try AtomicFile.write([1], to: "/nonexistent/folder/x") }
    #expect(error?.description.hasPrefix("/nonexistent/folder/x: cannot be written") == true)
    #expect(throws: ContainerError.self) { try AtomicFile.write([1], to: "/tmp") }
  }

  @Test func aFullDiskLeavesNothing() {
    // /dev/full takes no byte; a device is written directly.
    #expect(throws: ContainerError.self) { try AtomicFile.write([UInt8](repeating: 1, count: 1 << 19), to: "/dev/full") }
  }
}
