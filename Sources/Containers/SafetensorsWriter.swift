/// Writes safetensors files: tensors in the order given, header padded to 8 bytes, the same content the same bytes.
public struct SafetensorsWriter: Sendable {
  private struct Item {
    let name: String
    let element: SafetensorsFile.Element
    let shape: [Int]
    let bytes: [UInt8]
  }

  private var items: [Item] = []
  /// Written as `__metadata__`, keys sorted.
  public var metadata: [String: String]

  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds raw bytes (little-endian, C order).
  public mutating func add(_ name: String, element: SafetensorsFile.Element, shape: [Int], bytes: [UInt8]) {
    precondition(shape.reduce(1, *) * element.byteCount == bytes.count, "tensor \(name) of shape \(shape) got \(bytes.count) bytes")
    precondition(!items.contains { $0.name == name }, "tensor \(name) was added before")
    items.append(Item(name: name, element: element, shape: shape, bytes: bytes))
  }

  public mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
    add(name, element: .float32, shape: shape, bytes: littleEndian(values))
  }

  /// Adds floats rounded to 16 bits.
  public mutating func add(_ name: String, shape: [Int], halves values: [Float]) {
    add(name, element: .float16, shape: shape, bytes: littleEndian(values.map { Float16($0) }))
  }

  public mutating func add(_ name: String, shape: [Int], _ values: [Int32]) {
    add(name, element: .int32, shape: shape, bytes: littleEndian(values))
  }

  public mutating func add(_ name: String, shape: [Int], _ values: [UInt8]) {
    add(name, element: .uint8, shape: shape, bytes: values)
  }

  /// The whole file.
  public var file: [UInt8] {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty { members.append(.init("__metadata__", JSONValue(texts: metadata))) }
    var offset = 0
    for item in items {
      members.append(
        .init(
          item.name,
          [
            "dtype": .string(item.element.rawValue), "shape": .array(item.shape.map { .integer($0) }),
            "data_offsets": .array([.integer(offset), .integer(offset + item.bytes.count)]),
          ]))
      offset += item.bytes.count
    }
    var header = Array(JSONValue.object(members).encoded.utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    var result: [UInt8] = []
    result.reserveCapacity(8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { result.append(contentsOf: $0) }
    result += header
    for item in items { result += item.bytes }
    return result
  }

  /// Writes the file at once. Errors: `ContainerError.unwritable`, `.exists`.
  public func write(to path: String, replacing: Bool = true) throws { try AtomicFile.write(file, to: path, replacing: replacing) }
}
