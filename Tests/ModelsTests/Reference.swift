import Foundation
import Models
import NeuralNet
import Synchronization
import Testing

/// The path of a file or folder of Tests/Fixtures/Models.
func fixturePath(_ name: String) -> String {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return folder.appendingPathComponent("Fixtures/Models/\(name)").path
}

/// What PyTorch made of a fixed input (training/fixtures): named tensors read from a safetensors file without the code under test.
struct Reference {
  struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]
    enum CodingKeys: String, CodingKey { case dtype, shape, dataOffsets = "data_offsets" }
  }

  private let bytes: Data
  private let start: Int
  private let entries: [String: Entry]

  init(path: String) throws {
    bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    start = 8 + length
    var header = try JSONSerialization.jsonObject(with: bytes[8..<start]) as? [String: Any] ?? [:]
    header["__metadata__"] = nil
    entries = try JSONDecoder().decode([String: Entry].self, from: JSONSerialization.data(withJSONObject: header))
  }

  var names: [String] { entries.keys.sorted() }
  func shape(_ name: String) throws -> [Int] { try #require(entries[name], "no \(name)").shape }

  func floats(_ name: String) throws -> [Float] { try numbers(name, "F32", Float.self) }
  func integers(_ name: String) throws -> [Int32] { try numbers(name, "I32", Int32.self) }

  func numbers<T>(_ name: String, _ dtype: String, _: T.Type) throws -> [T] {
    let entry = try #require(entries[name], "the reference has no \(name)")
    #expect(entry.dtype == dtype)
    let slice = bytes[start + entry.dataOffsets[0]..<start + entry.dataOffsets[1]]
    return slice.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<T>.stride).map { raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self) }
    }
  }
}

/// The largest absolute difference; infinite when the counts differ or a number is not one.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(Float(0)) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

extension Reference {
  /// Every tensor as weights.
  func weights(path: String) throws -> WeightStore {
    var tensors: [String: StoredTensor] = [:]
    for name in names { tensors[name] = StoredTensor(shape: try shape(name), values: try floats(name)) }
    return WeightStore(path: path, tensors: tensors)
  }
}

/// A tiny model of the fixtures: settings, weights, and what PyTorch made of it.
struct TinyModel {
  let configuration: ModelConfiguration
  let weights: WeightStore
  let reference: Reference

  init(_ name: String) throws { try self.init(folder: fixturePath(name)) }

  init(folder: String) throws {
    configuration = try ModelConfiguration(path: "\(folder)/config.json")
    let path = "\(folder)/model.safetensors"
    weights = try Reference(path: path).weights(path: path)
    reference = try Reference(path: "\(folder)/reference.safetensors")
  }
}

/// Compares every traced layer with the reference as it comes; says which layers differ and which were never heard.
final class LayerCheck: Sendable {
  private let found = Mutex<[String: [Float]]>([:])

  var trace: Trace { Trace { name, value in self.found.withLock { $0[name] = value.values } } }

  /// Reference tensors apart from inputs and those in `beside` must have been traced and lie within `tolerance`.
  func expect(_ reference: Reference, beside: Set<String>, tolerance: Float = 1e-4) throws {
    let heard = found.withLock { $0 }
    for name in reference.names where !name.hasPrefix("input.") && !beside.contains(name) {
      let values = try #require(heard[name], "the layer \(name) was not traced; heard \(heard.keys.sorted())")
      // The last rows of a convolution that no output row needs are not computed.
      let expected = try reference.floats(name)
      let difference = largestDifference(values, name.contains("conv_layers") ? Array(expected.prefix(values.count)) : expected)
      #expect(difference < tolerance, "\(name) differs by \(difference)")
    }
  }
}
