import Containers
import Foundation
import TestSupport
import Testing

struct ArrayTests {
  /// Arrays that numpy wrote: 0, 1, 2 … in every number type and byte order.
  @Test(arguments: ["arrays", "arrays-deflated"])
  func readsWhatNumpyWrites(_ name: String) throws {
    let file = try NPZFile(path: fixture("Containers/\(name).npz"))
    for key in ["f4", "f8", "big", "half", "i8", "u1", "u2", "u4", "u8"] {
      #expect(try file.array(key).doubles == [0, 1, 2, 3, 4, 5], "\(key)")
      #expect(try file.array(key).integers == [0, 1, 2, 3, 4, 5], "\(key)")
    }
    for key in ["i1", "i4"] { #expect(try file.array(key).integers == [-3, -2, -1, 0, 1, 2], "\(key)") }
    #expect(try file.array("bool").floats == [0, 1, 0, 1, 0, 1])
    #expect(try file.array("f4").shape == [2, 3])
    #expect(try file.array("fortran").shape == [2, 3, 4])
    #expect(try file.array("fortran").integers == Array(0..<24))
    #expect(try file.array("text").text == "studio-50")
    #expect(try file.array("bytes").text == "abc")
    #expect(try file.array("scalar").shape == [] && file.array("scalar").doubles == [25])
    #expect(try file.array("empty").shape == [0, 56])
  }

  @Test func objectsGoThroughTheRestrictedReader() throws {
    let file = try NPZFile(path: fixture("Containers/arrays-deflated.npz"))
    #expect(try file.isObject("object"))
    #expect(throws: ContainerError.self) { try file.array("object") }
    let value = try file.object("object")
    #expect(value["a"]?.int == 1)
    #expect(try value["b"]?.array().doubles == [0, 1, 2])
  }

  @Test func writesTheBytesNumpyWrites() throws {
    let source = try ZipArchive(FileBytes(reading: fixture("Containers/arrays.npz")))
    for name in ["f4", "f8", "i8", "u1", "scalar", "text", "empty", "bool"] {
      let wanted = try source.bytes("\(name).npy")
      #expect(try NPYArray(wanted).file == Array(wanted.bytes), "\(name)")
    }
  }

  @Test(arguments: [false, true])
  func archivesComeBack(compressed: Bool) throws {
    let ramp = (0..<1000).map { Float($0) / 7 }
    let arrays: [(name: String, array: NPYArray)] = [
      ("ramp", NPYArray(shape: [10, 100], ramp)), ("name", NPYArray(text: "Ünïcode 🙂")), ("none", NPYArray(shape: [0], [Float]())),
    ]
    let bytes = try NPZFile.encode(arrays, compressed: compressed)
    #expect(try NPZFile.encode(arrays, compressed: compressed) == bytes)
    let file = try NPZFile(FileBytes(path: "a.npz", bytes))
    for (name, array) in arrays { #expect(try file.array(name) == array) }
    #expect(try file.array("name").text == "Ünïcode 🙂")
  }

  @Test func damageIsNamed() throws {
    var bytes = try NPZFile.encode([("motion", NPYArray(shape: [4], [1, 2, 3, 4] as [Float]))])
    bytes[130] ^= 1
    let error = #expect(throws: ContainerError.self) { try NPZFile(FileBytes(path: "clip.npz", bytes)).array("motion") }
    #expect(error?.description.contains("clip.npz") == true && error?.description.contains("checksum") == true)
    let missing = #expect(throws: ContainerError.self) {
      try NPZFile(path: fixture("Containers/arrays.npz")).array("motion")
    }
    #expect(missing?.description.contains("motion is missing") == true && missing?.description.contains("f4") == true)
  }

  @Test func aBombDoesNotOpen() throws {
    let bomb = try FileBytes(reading: fixture("Containers/bomb.npz"))
    #expect(try NPZFile(bomb).array("motion").count == 1 << 17)
    // The same archive that claims to open up to 3 GiB.
    var bytes = Array(bomb.bytes)
    let central = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    bytes.replaceSubrange(central + 24..<central + 28, with: [0, 0, 0, 0xC0])
    let error = #expect(throws: ContainerError.self) { try NPZFile(FileBytes(path: "bomb.npz", bytes)) }
    guard case .tooLarge = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func gzipComesBack() throws {
    let bytes = Array("Timecode,BlendShapeCount\n".utf8) + [UInt8](repeating: 7, count: 200_000)
    let packed = try Gzip.compress(bytes, path: "x.gz")
    #expect(packed.count < 2000)
    #expect(try Gzip.inflate(FileBytes(path: "x.gz", packed)).contents == bytes)
    #expect(try Gzip.inflate(FileBytes(path: "x.gz", packed + packed)).contents == bytes + bytes)
    #expect(throws: ContainerError.self) { try Gzip.inflate(FileBytes(path: "x.gz", Array(packed.dropLast(30)))) }
  }
}
