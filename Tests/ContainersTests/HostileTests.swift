import Containers
import Foundation
import TestSupport
import Testing

/// Ten thousand damaged copies of each kind of file: an error that names the file, or a valid result; no crash, little memory.
struct HostileTests {
  private func attack(_ base: [UInt8], seed: UInt64, _ read: (FileBytes) throws -> Void) {
    var hostile = Hostile(base, seed: seed)
    var survived = 0
    let growth = memoryGrowth { _ in
      for _ in 0..<2_000 {
        do {
          try read(FileBytes(path: "hostile", hostile.next()))
          survived += 1
        } catch let error as ContainerError {
          if !error.description.hasPrefix("hostile") { Issue.record("\(error)") }
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    #expect(survived < 9_500)
    #expect(growth < 256 << 20)
  }

  private func walk(_ value: Pickle.Value, _ depth: Int) throws {
    if depth == 0 { return }
    for member in value.members ?? [] { try walk(member.value, depth - 1) }
    for item in (value.items ?? []).prefix(50) { try walk(item, depth - 1) }
    _ = try? value.array()
  }

  @Test(arguments: ["flame-py3-p0", "flame-py3-p4", "flame-py2-p2"])
  func pickles(_ name: String) throws {
    let base = try FileBytes(reading: fixture("Containers/\(name).pkl")).contents
    attack(base, seed: 11) { file in try walk(Pickle.read(file), 3) }
  }

  @Test func archives() throws {
    let arrays: [(name: String, array: NPYArray)] = [
      ("motion", NPYArray(shape: [2, 56], [Float](repeating: 0.5, count: 112))), ("fps", NPYArray(shape: [], [25.0])),
      ("basis", NPYArray(text: "studio-50")),
    ]
    for compressed in [false, true] {
      attack(try NPZFile.encode(arrays, compressed: compressed), seed: 12) { file in
        let npz = try NPZFile(file)
        for name in npz.names { _ = try npz.array(name).floats }
      }
    }
  }

  @Test func headersOfArrays() {
    attack(NPYArray(shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float]).file, seed: 13) { _ = try NPYArray($0).doubles }
  }

  @Test func tensors() {
    var writer = SafetensorsWriter(metadata: ["head": "{}"])
    writer.add("a", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    writer.add("b", shape: [2], [1, 2] as [Int32])
    attack(writer.file, seed: 14) { file in
      let tensors = try SafetensorsFile(file)
      for name in tensors.names { _ = try? tensors.floats(name) }
    }
  }

  @Test func checkpoints() throws {
    let base = try FileBytes(reading: fixture("Containers/checkpoint.pth")).contents
    attack(base, seed: 15) { file in
      let checkpoint = try TorchCheckpoint(file)
      for name in checkpoint.names { _ = try? checkpoint.tensor(name) }
    }
  }
}
