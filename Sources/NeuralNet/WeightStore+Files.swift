import Containers
import Foundation
import Tensor

extension WeightStore {
  /// Maps a safetensors file; tensors stay where they lie. Errors: `ContainerError`.
  public init(safetensors path: String) throws {
    try self.init(safetensors: SafetensorsFile(path: path))
  }

  public init(safetensors file: SafetensorsFile) throws {
    var tensors: [String: StoredTensor] = [:]
    var foreign: [String: String] = [:]
    for name in file.names {
      let tensor = try file.tensor(name)
      if let element = StoredTensor.Element(rawValue: tensor.element.rawValue) {
        tensors[name] = StoredTensor(element: element, shape: tensor.shape, bytes: tensor.bytes, owner: file)
      } else {
        foreign[name] = tensor.element.rawValue
      }
    }
    self.init(path: file.path, tensors: tensors, foreign: foreign)
  }

  /// Reads a PyTorch checkpoint (zip with a restricted pickle); floats are copied. Errors: `ContainerError`.
  public init(torch path: String) throws {
    let file = try TorchCheckpoint(path: path)
    var tensors: [String: StoredTensor] = [:]
    var foreign: [String: String] = [:]
    for name in file.names {
      let tensor = try file.tensor(name)
      if tensor.array.floats != nil, tensor.floats.count == tensor.shape.reduce(1, *) {
        tensors[name] = StoredTensor(shape: tensor.shape, values: tensor.floats)
      } else {
        foreign[name] = "numbers that are not floats"
      }
    }
    self.init(path: path, tensors: tensors, foreign: foreign)
  }

  /// Reads a checkpoint by its ending: `.safetensors`, or PyTorch's `.bin`, `.pt`, `.pth`.
  public init(checkpoint path: String) throws {
    if ["bin", "pt", "pth"].contains((path as NSString).pathExtension.lowercased()) {
      try self.init(torch: path)
    } else {
      try self.init(safetensors: path)
    }
  }

  /// Writes everything a random store made, sorted by name.
  public func writeMade(to path: String) throws { try Self.write(made, to: path) }

  /// Writes tensors as a safetensors file, sorted by name.
  public static func write(
    _ tensors: [String: StoredTensor], to path: String, metadata: [String: String] = [:], replacing: Bool = true
  ) throws {
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard let element = SafetensorsFile.Element(rawValue: tensor.element.rawValue) else { continue }
      writer.add(name, element: element, shape: tensor.shape, bytes: Array(tensor.bytes))
    }
    try writer.write(to: path, replacing: replacing)
  }

  /// Every tensor of this scope under its name without the scope's prefix.
  public var all: [String: StoredTensor] {
    Dictionary(uniqueKeysWithValues: names.compactMap { name in stored(name).map { (name, $0) } })
  }
}
