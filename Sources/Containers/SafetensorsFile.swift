/// A safetensors file read in place: the file is mapped, tensors are views of it.
///
/// Everything is checked when it is opened: header size, names, types, shapes, and that the tensors fill the data without gap or overlap.
/// Whether the numbers are finite is left to the reader of a tensor.
public final class SafetensorsFile: Sendable {
  public enum Element: String, Sendable, Hashable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case uint16 = "U16"
    case int16 = "I16"
    case uint32 = "U32"
    case int32 = "I32"
    case uint64 = "U64"
    case int64 = "I64"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case float32 = "F32"
    case float64 = "F64"

    public var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8: 1
      case .uint16, .int16, .float16, .bfloat16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      }
    }
  }

  /// One tensor; `bytes` are valid as long as the file object lives, and may be unaligned.
  public struct Tensor: @unchecked Sendable {
    public let element: Element
    public let shape: [Int]
    public let bytes: UnsafeRawBufferPointer
    public var count: Int { shape.reduce(1, *) }
  }

  public let file: FileBytes
  /// The `__metadata__` texts.
  public let metadata: [String: String]
  /// In the order of the data.
  public let names: [String]
  private let tensors: [String: Tensor]

  public var path: String { file.path }

  /// Maps and checks a file. Errors: `ContainerError.unreadable`, `.wrongKind`, `.truncated`, `.damaged`, `.unsupported`.
  public convenience init(path: String) throws { try self.init(FileBytes(mapping: path)) }

  public init(_ file: FileBytes) throws {
    self.file = file
    var reader = ByteReader(file)
    let length = try reader.number(UInt64.self, "header length")
    guard length <= 100 << 20 else {
      throw ContainerError.wrongKind(
        path: file.path, expected: "a safetensors file (header of at most 100 MB)", found: "\(length) bytes of header")
    }
    let text = try reader.take(Int(length), "header")
    guard text.first == UInt8(ascii: "{") else {
      throw ContainerError.wrongKind(path: file.path, expected: "a safetensors file (JSON header)", found: "other data")
    }
    let header = try JSONValue.whole(text, path: file.path, part: "header")
    let data = UnsafeRawBufferPointer(rebasing: file.bytes[reader.offset...])
    var metadata: [String: String] = [:]
    var placed: [(name: String, range: Range<Int>, tensor: Tensor)] = []
    for member in header.members ?? [] {
      if member.key == "__metadata__" {
        for item in member.value.members ?? [] {
          guard let value = item.value.text else {
            throw ContainerError.damaged(path: file.path, part: "__metadata__", expected: "texts", found: "another value under \(item.key)")
          }
          metadata[item.key] = value
        }
      } else {
        let (range, tensor) = try Self.tensor(member, data: data, path: file.path)
        placed.append((member.key, range, tensor))
      }
    }
    placed.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for item in placed {
      guard item.range.lowerBound == end else {
        throw ContainerError.damaged(
          path: file.path, part: "tensor \(item.name)", expected: "data from byte \(end) on", found: "from byte \(item.range.lowerBound) on"
        )
      }
      end = item.range.upperBound
    }
    guard end == data.count else {
      throw ContainerError.damaged(path: file.path, part: "data", expected: "\(end) bytes", found: "\(data.count)")
    }
    self.metadata = metadata
    names = placed.map(\.name)
    tensors = Dictionary(uniqueKeysWithValues: placed.map { ($0.name, $0.tensor) })
  }

  private static func tensor(_ member: JSONValue.Member, data: UnsafeRawBufferPointer, path: String) throws -> (Range<Int>, Tensor) {
    let part = "tensor \(member.key)"
    guard let type = member.value["dtype"]?.text, let sizes = member.value["shape"]?.elements,
      let offsets = member.value["data_offsets"]?.elements?.compactMap(\.int), offsets.count == 2
    else {
      throw ContainerError.damaged(path: path, part: part, expected: "dtype, shape and data_offsets", found: member.value.encoded)
    }
    guard let element = Element(rawValue: type) else {
      throw ContainerError.unsupported(
        path: path, part: part, found: "type \(type)", supported: Element.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let shape = sizes.compactMap(\.int)
    let (count, possible) = NPYArray.elementCount(shape)
    guard shape.count == sizes.count, possible else {
      throw ContainerError.damaged(path: path, part: part, expected: "a possible shape", found: member.value.encoded)
    }
    guard offsets[0] >= 0, offsets[1] >= offsets[0] else {
      throw ContainerError.damaged(path: path, part: part, expected: "rising data_offsets", found: "\(offsets)")
    }
    guard offsets[1] <= data.count else {
      throw ContainerError.truncated(path: path, part: part, expectedBytes: offsets[1], foundBytes: data.count)
    }
    guard offsets[1] - offsets[0] == count * element.byteCount else {
      throw ContainerError.damaged(
        path: path, part: part, expected: "\(count * element.byteCount) bytes for shape \(shape)", found: "\(offsets[1] - offsets[0])")
    }
    let range = offsets[0]..<offsets[1]
    return (range, Tensor(element: element, shape: shape, bytes: UnsafeRawBufferPointer(rebasing: data[range])))
  }

  public func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The tensor of that name in place. Errors: `ContainerError.missing`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw ContainerError.missing(path: path, entry: name, has: names) }
    return tensor
  }

  /// A tensor as floats (from F16, BF16, F32, F64). Errors: `ContainerError.missing`, `.type`, `.shape`.
  public func floats(_ name: String, shape: [Int]? = nil) throws -> [Float] {
    let tensor = try tensor(name)
    try check(tensor, name, shape)
    switch tensor.element {
    case .float32: return load(tensor, Float.self) { $0 }
    case .float16: return load(tensor, Float16.self) { Float($0) }
    case .bfloat16: return load(tensor, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float64: return load(tensor, Double.self) { Float($0) }
    default: throw ContainerError.type(path: path, entry: name, expected: "floating-point numbers", found: tensor.element.rawValue)
    }
  }

  /// A tensor as whole numbers. Errors: `ContainerError.missing`, `.type`, `.shape`.
  public func integers(_ name: String, shape: [Int]? = nil) throws -> [Int] {
    let tensor = try tensor(name)
    try check(tensor, name, shape)
    switch tensor.element {
    case .bool, .uint8: return load(tensor, UInt8.self) { Int($0) }
    case .int8: return load(tensor, Int8.self) { Int($0) }
    case .uint16: return load(tensor, UInt16.self) { Int($0) }
    case .int16: return load(tensor, Int16.self) { Int($0) }
    case .uint32: return load(tensor, UInt32.self) { Int($0) }
    case .int32: return load(tensor, Int32.self) { Int($0) }
    case .uint64: return load(tensor, UInt64.self) { Int(clamping: $0) }
    case .int64: return load(tensor, Int64.self) { Int($0) }
    default: throw ContainerError.type(path: path, entry: name, expected: "whole numbers", found: tensor.element.rawValue)
    }
  }

  private func check(_ tensor: Tensor, _ name: String, _ shape: [Int]?) throws {
    guard let shape, shape != tensor.shape else { return }
    throw ContainerError.shape(path: path, entry: name, expected: "\(shape)", found: tensor.shape)
  }

  private func load<S, T>(_ tensor: Tensor, _ type: S.Type, _ convert: (S) -> T) -> [T] {
    let size = MemoryLayout<S>.size
    return (0..<tensor.count).map { convert(tensor.bytes.loadUnaligned(fromByteOffset: $0 * size, as: S.self)) }
  }
}
