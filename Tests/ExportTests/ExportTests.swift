import Containers
import Export
import Foundation
import Head
import Motion
import Speech
import Synchronization
import Tensor
import Testing

struct ExportTests {
  static let everyFormat = [
    "a.npz", "a.glb", "a.usda", "a.csv", "a.json", "a.pc2", "b.mdd", "a.tsv", "a.xml", "a.dat", "a.cast", "a.gif", "a.png",
  ]

  @Test func everyFormatIsWrittenAndNothingIsOverwritten() throws {
    let folder = try ExportSupport.Folder()
    let take = ExportTake(name: "take", clip: ExportSupport.clip(frames: 10))
    var exporter = try ExportSupport.exporter {
      $0.previewColumns = 40; $0.previewRows = 20
    }
    for name in Self.everyFormat {
      _ = try exporter.write([take], to: folder.file(name))
      #expect(FileManager.default.fileExists(atPath: folder.file(name)), "\(name)")
      #expect(throws: (any Error).self, "\(name) was overwritten") { try exporter.write([take], to: folder.file(name)) }
    }
    #expect(!folder.names.contains { $0.contains(".tmp") })
    exporter.options.overwrite = true
    for name in Self.everyFormat {
      let before = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
      _ = try exporter.write([take], to: folder.file(name))
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) == before, "\(name) differs from run to run")
    }
  }

  @Test func filesWrittenTogetherEqualFilesWrittenAlone() throws {
    let (together, alone) = (try ExportSupport.Folder(), try ExportSupport.Folder())
    let take = ExportTake(name: "take", clip: ExportSupport.clip(frames: 10))
    let exporter = try ExportSupport.exporter {
      $0.previewColumns = 40; $0.previewRows = 20
    }
    // A .pc2 and a .mdd of one name share their .obj.
    let names = Self.everyFormat.map { $0 == "b.mdd" ? "a.mdd" : $0 }
    let told = Mutex(0)
    let report = try exporter.write([take], toAll: names.map(together.file)) { done, _ in told.withLock { $0 = max($0, done) } }
    for name in names { _ = try exporter.write([take], to: alone.file(name)) }
    #expect(together.names == alone.names && told.withLock { $0 } >= 10 * 5)
    #expect(report.paths.first == together.file("a.npz") && report.paths.last == together.file("a.png"))
    for name in alone.names {
      let (one, other) = (FileManager.default.contents(atPath: together.file(name)), FileManager.default.contents(atPath: alone.file(name)))
      #expect(one != nil && one == other, "\(name)")
    }
    // One that cannot be written is said; the others are there.
    let one = [together.file("none/a.tsv"), together.file("c.tsv")]
    #expect(throws: (any Error).self) { try exporter.write([take], toAll: one) { _, _ in } }
    #expect(together.names.contains("c.tsv") && !together.names.contains { $0.contains(".tmp") })
  }

  @Test func foldersAreWrittenWhole() throws {
    let folder = try ExportSupport.Folder()
    let take = ExportTake(name: "take", clip: ExportSupport.clip(frames: 3))
    let exporter = try ExportSupport.exporter()
    _ = try exporter.write([take], to: folder.file("flame"), format: "flame-folder")
    _ = try exporter.write([take], to: folder.file("meshes"), format: "obj")
    #expect(folder.names == ["flame", "meshes"])
    let frames = try FileManager.default.contentsOfDirectory(atPath: folder.file("flame/flame_param")).sorted()
    #expect(frames == ["00000.npz", "00001.npz", "00002.npz"])
    let one = try NPZFile(path: folder.file("flame/flame_param/00001.npz"))
    #expect(try one.array("expr").shape == [1, 100] && one.array("jaw_pose").shape == [1, 3] && one.array("eyes_pose").shape == [1, 6])
    struct Stop: Error {}
    #expect(throws: Stop.self) { try exporter.write([take], to: folder.file("half"), format: "obj") { _, _ in throw Stop() } }
    #expect(throws: (any Error).self) { try exporter.write([take], to: folder.file("missing/meshes"), format: "obj") }
    #expect(folder.names == ["flame", "meshes"])
  }

  @Test func npzComesBackBitForBit() throws {
    let folder = try ExportSupport.Folder()
    let clip = ExportSupport.clip(frames: 20)
    _ = try ExportSupport.exporter().write([ExportTake(name: "a", clip: clip)], to: folder.file("a.npz"))
    let back = try ClipFile.read(folder.file("a.npz"))
    #expect((back.values == clip.values) as Bool)
    #expect(back.basis == clip.basis && back.framesPerSecond == 25 && back.provenance["prompt"] == clip.provenance["prompt"])
    // What GaussianAvatars asks of its motion_path.
    let npz = try NPZFile(path: folder.file("a.npz"))
    for (name, shape) in [
      ("expr", [20, 100]), ("rotation", [20, 3]), ("neck_pose", [20, 3]), ("jaw_pose", [20, 3]), ("eyes_pose", [20, 6]),
      ("translation", [20, 3]), ("shape", [300]),
    ] {
      let array = try npz.array(name)
      #expect(array.shape == shape && array.element == .float32, "\(name)")
    }
    #expect(npz.contains("static_offset") && npz.contains("dynamic_offset"))
  }

  /// The rules of Epic's importer: columns 0 and 1, equal row lengths, 60 fps when a frame number above 30 occurs.
  static func epic(_ text: String) -> (rate: Double, rows: [[String]], faults: [String]) {
    let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    var faults: [String] = []
    if lines.first?.prefix(2) != ["Timecode", "BlendShapeCount"] { faults.append("header") }
    if lines.contains(where: { $0.count != lines[0].count }) { faults.append("row length") }
    let numbers = lines.dropFirst().compactMap { Double($0[0].split(separator: ":").last.map(String.init) ?? "") }
    return (numbers.contains { $0 > 30 } ? 60 : 30, Array(lines.dropFirst()), faults)
  }

  @Test(arguments: [30.0, 60.0])
  func liveLinkGoesRound(rate: Double) throws {
    let folder = try ExportSupport.Folder()
    var clip = ExportSupport.clip(frames: 150, framesPerSecond: rate)
    for frame in 0..<clip.frameCount { clip[frame, .browInnerUpRight] = clip[frame, .browInnerUpLeft] }
    _ = try ExportSupport.exporter().write([ExportTake(name: "a", clip: clip)], to: folder.file("a.csv"))
    let read = Self.epic(try String(contentsOfFile: folder.file("a.csv"), encoding: .utf8))
    #expect(read.faults.isEmpty && read.rate == rate && read.rows.count == 150)
    #expect(read.rows[0].count == 63)
    var options = ClipFile.Options()
    options.framesPerSecond = nil
    let back = try ClipFile.read(folder.file("a.csv"), options: options)
    #expect(back.frameCount == 150 && back.framesPerSecond == rate)
    let worst = zip(back.values, clip.values).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-3, "largest difference \(worst)")
  }

  @Test func aModelsClipPlaysAtItsOwnSpeedInUnreal() throws {
    let folder = try ExportSupport.Folder()
    let clip = ExportSupport.clip(frames: 100)
    _ = try ExportSupport.exporter().write([ExportTake(name: "a", clip: clip)], to: folder.file("a.csv"))
    let read = Self.epic(try String(contentsOfFile: folder.file("a.csv"), encoding: .utf8))
    #expect(abs(Double(read.rows.count) / read.rate - 4) < 0.05)
    #expect(throws: ExportError.self) {
      try ExportSupport.exporter { $0.framesPerSecond = 24 }.write([ExportTake(name: "a", clip: clip)], to: folder.file("b.csv"))
    }
  }

  @Test func vertexCachesHoldThePosedHead() throws {
    let folder = try ExportSupport.Folder()
    let clip = ExportSupport.clip(frames: 4)
    let exporter = try ExportSupport.exporter()
    _ = try exporter.write([ExportTake(name: "a", clip: clip)], to: folder.file("a.pc2"))
    _ = try exporter.write([ExportTake(name: "a", clip: clip)], to: folder.file("b.mdd"))
    let head = try ExportSupport.head.get()
    let pc2 = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.pc2")))
    #expect(pc2.prefix(12) == Data("POINTCACHE2\0".utf8))
    let header = pc2.withUnsafeBytes { bytes in [12, 16, 28].map { bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self) } }
    #expect(header == [1, Int32(head.vertexCount), 4])
    let posed = HeadPoser(head).poseAll(clip)
    #expect(pc2.dropFirst(32) == posed.withUnsafeBytes { Data($0) })
    let mdd = try Data(contentsOf: URL(fileURLWithPath: folder.file("b.mdd")))
    let big = mdd.withUnsafeBytes { bytes in (0..<6).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self).bigEndian } }
    #expect(big[0] == 4 && big[1] == UInt32(head.vertexCount) && Float(bitPattern: big[3]) == 0.04)
    #expect(mdd.count == 8 + 16 + posed.count * 4)
    let obj = try String(contentsOfFile: folder.file("a.obj"), encoding: .utf8).split(separator: "\n")
    #expect(obj.filter { $0.hasPrefix("v ") }.count == head.vertexCount)
  }

  @Test func mouthCuesFollowPhonesAndLips() throws {
    let phones = [("pau", 0.0, 0.2), ("m", 0.2, 0.3), ("aa1", 0.3, 0.5), ("p", 0.5, 0.54), ("f", 0.54, 0.7), ("uw", 0.7, 0.9)]
      .map { TimedPhone(phone: $0.0, start: $0.1, end: $0.2) }
    let cues = MouthCues(phones: phones, duration: 1.2).cues
    #expect(String(cues.map(\.shape)) == "XADAGFX")
    #expect(zip(cues, cues.dropFirst()).allSatisfy { abs($0.end - $1.start) < 1e-9 } && cues.last?.end == 1.2)
    var clip = Clip(frames: 50)
    for frame in 10..<40 {
      let jaw = frame % 10 == 5 || frame % 10 == 6 ? Float(0.1) : 0.8
      clip[frame, 53] = jaw * Float(JawConvention.openRadians)
      if jaw < 0.5 { clip[frame, .mouthClose] = 0.12 }
    }
    let seen = String(try MouthCues(clip, head: ExportSupport.head.get()).cues.map(\.shape))
    #expect(seen == "XDADADADX", "\(seen)")
  }

  @Test func weightsOutsideTheirRangeAreClampedAndCounted() throws {
    let folder = try ExportSupport.Folder()
    var clip = Clip(frames: 10)
    clip[3, .mouthSmileLeft] = 1.2
    clip[4, .mouthPucker] = -0.1
    let report = try ExportSupport.exporter().write([ExportTake(name: "a", clip: clip)], to: folder.file("a.json"))
    #expect(report.notes.contains { $0.hasPrefix("2 of 500") })
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.json")))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try #require(object["weightMat"] as? [[Double]])
    #expect(object["numFrames"] as? Int == 10 && object["numPoses"] as? Int == 52 && (object["facsNames"] as? [String])?.count == 52)
    #expect(rows.count == 10 && rows.allSatisfy { $0.count == 52 && $0.allSatisfy { (0...1).contains($0) } })
  }

  @Test(arguments: [("a.xyz", "xyz"), ("plain", "flame-folder or obj"), ("a", "ambiguous")])
  func unknownNamesAreExplained(_ name: String, _ word: String) throws {
    let folder = try ExportSupport.Folder()
    let error = #expect(throws: ExportError.self) {
      try ExportSupport.exporter().write([ExportTake(name: "a", clip: Clip(frames: 1))], to: folder.file(name))
    }
    if word != "ambiguous" { #expect("\(try #require(error))".contains(word)) }
  }

  @Test func severalTakesNeedNames() throws {
    let folder = try ExportSupport.Folder()
    let takes = ["one", "two/2"].map { ExportTake(name: $0, clip: Clip(frames: 2)) }
    #expect(throws: ExportError.self) { try ExportSupport.exporter().write(takes, to: folder.file("a.json")) }
    _ = try ExportSupport.exporter().write(takes, to: folder.file("{take}.json"))
    #expect(folder.names == ["one.json", "two_2.json"])
  }

  @Test func otherBasesAndEmptyClipsAreRefused() throws {
    let folder = try ExportSupport.Folder()
    let flame = ExportTake(name: "a", clip: Clip(basis: .flame2020, frames: 2))
    for name in ["a.glb", "a.csv", "a.pc2", "a.tsv", "a.png"] {
      #expect(throws: ExportError.self, "\(name)") { try ExportSupport.exporter().write([flame], to: folder.file(name)) }
    }
    #expect(throws: ExportError.self) {
      try ExportSupport.exporter().write([ExportTake(name: "a", clip: Clip(frames: 0))], to: folder.file("a.npz"))
    }
    #expect(folder.names.isEmpty)
    #expect(throws: (any Error).self) {
      try ExportSupport.exporter().write([ExportTake(name: "a", clip: Clip(frames: 1))], to: folder.file("no/such/folder/a.npz"))
    }
  }
}
