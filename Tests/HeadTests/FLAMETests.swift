import Containers
import Foundation
import Head
import Motion
import TestSupport
import Testing

/// Heads in FLAME's layout, and where `smplx` (PyPI) puts their vertices; see training/fixtures/flame.py.
struct FLAMETests {
  private func largestDifference(_ folder: String, _ file: String) throws -> Float {
    let posed = try NPZFile(path: "\(folder)/flame-posed.npz")
    func floats(_ name: String) throws -> [Float] { try #require(try posed.array(name).floats) }
    let flame = try FLAMEFile(path: "\(folder)/\(file)", identity: floats("identity"))
    let head = HeadModel(flame, name: "test", basis: .flame2020)
    let (expression, pose, wanted) = (try floats("expression"), try floats("pose"), try floats("vertices"))
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    var worst: Float = 0
    for frame in 0..<expression.count / 50 {
      var told = PoseParameters(expression: Array(expression[frame * 50..<frame * 50 + 50]))
      func joint(_ index: Int) -> SIMD3<Float> {
        SIMD3(pose[frame * 15 + index * 3], pose[frame * 15 + index * 3 + 1], pose[frame * 15 + index * 3 + 2])
      }
      (told.global, told.neck, told.jaw, told.leftEye, told.rightEye) = (joint(0), joint(1), joint(2), joint(3), joint(4))
      poser.pose(told, into: &vertices)
      #expect(vertices.count * expression.count / 50 == wanted.count)
      for (index, value) in vertices.enumerated() { worst = max(worst, abs(value - wanted[frame * vertices.count + index])) }
    }
    return worst
  }

  @Test(arguments: ["flame.npz", "flame.pkl"])
  func agreesWithTheReferenceImplementation(_ file: String) throws {
    let folder = (fixture("Head/flame.npz") as NSString).deletingLastPathComponent
    let worst = try largestDifference(folder, file)
    #expect(worst < 1e-6, "largest difference \(worst) m")
  }

  /// FLAME's own size, written on the spot where Python with smplx is at hand.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] != nil && ProcessInfo.processInfo.environment["MM2FACE_PYTHON"] != nil))
  func agreesAtFullSize() throws {
    let folder = NSTemporaryDirectory() + "mm2face-flame-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(ProcessInfo.processInfo.environment["MM2FACE_PYTHON"]))
    process.arguments = [fixture("../../training/fixtures/flame.py"), "--full", folder]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for file in ["flame.npz", "flame.pkl"] {
      let worst = try largestDifference(folder, file)
      #expect(worst < 1e-5, "\(file): largest difference \(worst) m")
    }
  }

  @Test func aHeadFileMadeOfItIsTheSameHead() throws {
    let flame = try FLAMEFile(path: fixture("Head/flame.pkl"), identity: [1, -0.5])
    let path = NSTemporaryDirectory() + "mm2face-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try flame.headFile(name: "mine", basis: .flame2023).write(to: path)
    let head = try HeadModel(path: path)
    #expect(head.name == "mine" && head.basis == .flame2023 && head.vertexCount == 12 && head.eyeLook == nil)
    let clip = Clip(basis: .flame2023, values: (0..<56).map { Float($0) / 100 })
    var (first, second) = (HeadPoser(head), HeadPoser(HeadModel(flame, name: "mine", basis: .flame2023)))
    var (a, b): ([Float], [Float]) = ([], [])
    first.pose(clip.frame(0), into: &a)
    second.pose(clip.frame(0), into: &b)
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-7 })
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(throws: ContainerError.self) { try FLAMEFile(path: fixture("Containers/attack.pkl")) }
    let tooMany = #expect(throws: HeadError.self) {
      try FLAMEFile(path: fixture("Head/flame.npz"), identity: [Float](repeating: 0, count: 11))
    }
    #expect(tooMany?.description.contains("at most 10") == true)
    // A head whose triangle names a vertex that is not there, and one with a number that is not finite.
    let source = try NPZFile(path: fixture("Head/flame.npz"))
    func changed(_ name: String, _ array: NPYArray) throws -> FileBytes {
      FileBytes(path: "x.npz", try NPZFile.encode(source.names.map { ($0, $0 == name ? array : try source.array($0)) }))
    }
    let index = #expect(throws: HeadError.self) { try FLAMEFile(changed("f", NPYArray(shape: [1, 3], [0, 1, 12] as [Int32]))) }
    #expect(index == .index(path: "x.npz", part: "f", found: 12, vertices: 12))
    let nan = #expect(throws: HeadError.self) {
      try FLAMEFile(changed("posedirs", NPYArray(shape: [12, 3, 36], [Float](repeating: .nan, count: 1296))))
    }
    #expect(nan == .notFinite(path: "x.npz", part: "posedirs"))
    #expect(throws: HeadError.self) { try FLAMEFile(changed("weights", NPYArray(shape: [12, 5], [Float](repeating: 0.1, count: 60)))) }
  }

  @Test func damagedFilesEndInAnErrorOrAHead() throws {
    for (name, seed) in [("flame.npz", UInt64(31)), ("flame.pkl", 32)] {
      var hostile = Hostile(try FileBytes(reading: fixture("Head/\(name)")).contents, seed: seed)
      for _ in 0..<1000 {
        do { _ = try FLAMEFile(FileBytes(path: "hostile", hostile.next())) } catch {
          if !"\(error)".contains("hostile") { Issue.record("\(error)") }
        }
      }
    }
  }
}
