import Containers
import Foundation
import TestSupport
import Testing

struct SafetensorsTests {
  @Test func readsWhatThePackageWrites() throws {
    let file = try SafetensorsFile(path: fixture("Containers/tensors.safetensors"))
    #expect(file.metadata == ["format": "pt"])
    #expect(Set(file.names) == ["weight", "half", "index"])
    #expect(try file.floats("weight", shape: [2, 3]) == [0, 1, 2, 3, 4, 5])
    #expect(try file.floats("half") == [0, 1, 2, 3])
    #expect(try file.integers("index") == [0, 1, 2])
    #expect(throws: ContainerError.self) { try file.floats("weight", shape: [3, 2]) }
    #expect(throws: ContainerError.self) { try file.floats("index") }
  }

  @Test func comesBackAndIsTheSameEveryTime() throws {
    var writer = SafetensorsWriter(metadata: ["b": "2", "a": "1"])
    writer.add("floats", shape: [2, 2], [1.5, -2, .pi, 0] as [Float])
    writer.add("halves", shape: [2], halves: [0.5, 2])
    writer.add("numbers", shape: [3], [1, -2, 3] as [Int32])
    writer.add("bytes", shape: [2], [7, 255] as [UInt8])
    let file = try SafetensorsFile(FileBytes(path: "x", writer.file))
    #expect(file.names == ["floats", "halves", "numbers", "bytes"])
    #expect(try file.floats("floats") == [1.5, -2, .pi, 0])
    #expect(try file.floats("halves") == [0.5, 2])
    #expect(try file.integers("numbers") == [1, -2, 3])
    #expect(try file.integers("bytes") == [7, 255])
    #expect(writer.file == writer.file && writer.file[0] % 8 == 0)
  }

  /// Headers that must not pass: what is wrong, and the header's text for eight bytes of data.
  @Test(arguments: [
    ("a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#),
    ("an overlap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
    ("data left over", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#),
    ("too much", #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#),
    ("a wrong size", #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#),
    ("a huge shape", #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#),
    ("a negative shape", #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#),
    ("an unknown type", #"{"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}}"#),
    ("a name twice", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
    ("backwards", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#), ("no JSON", #"{"a":"#), ("a list", "[1]"),
    ("deep nesting", String(repeating: "{\"a\":", count: 5000)),
  ])
  func wrongHeadersAreRefused(_ what: String, _ header: String) {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 8)
    let error = #expect(throws: ContainerError.self, "\(what)") { try SafetensorsFile(FileBytes(path: "x.safetensors", bytes)) }
    #expect(error?.description.hasPrefix("x.safetensors") == true)
  }

  @Test func foldersPipesAndMissingFilesAreNamed() {
    for path in ["/tmp", "/dev/null", "/nonexistent/x"] {
      let error = #expect(throws: ContainerError.self) { try SafetensorsFile(path: path) }
      #expect(error?.description.hasPrefix(path) == true)
    }
  }
}
