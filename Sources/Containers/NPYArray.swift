/// An array as numpy stores it, kept in C order and little-endian.
public struct NPYArray: Sendable, Hashable {
  public enum Element: Sendable, Hashable {
    case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64
    /// Text of a fixed number of UTF-32 characters (`<U9`).
    case unicode(Int)
    /// A fixed number of bytes (`S9`).
    case bytes(Int)

    public var byteCount: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .int16, .uint16, .float16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      case .unicode(let count): count * 4
      case .bytes(let count): count
      }
    }

    /// How numpy writes the type of a little-endian array.
    public var description: String {
      switch self {
      case .bool: "|b1"
      case .int8: "|i1"
      case .uint8: "|u1"
      case .int16: "<i2"
      case .int32: "<i4"
      case .int64: "<i8"
      case .uint16: "<u2"
      case .uint32: "<u4"
      case .uint64: "<u8"
      case .float16: "<f2"
      case .float32: "<f4"
      case .float64: "<f8"
      case .unicode(let count): "<U\(count)"
      case .bytes(let count): "|S\(count)"
      }
    }

    /// The type numpy calls `code` (kind and size without byte order), or nil.
    init?(code: some StringProtocol) {
      let known: [String: Element] = [
        "b1": .bool, "?": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
        "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
      ]
      if let element = known[String(code)] {
        self = element
      } else if let kind = code.first, let count = Int(code.dropFirst()), (0...(1 << 24)).contains(count) {
        switch kind {
        case "U": self = .unicode(count)
        case "S", "a": self = .bytes(count)
        default: return nil
        }
      } else {
        return nil
      }
    }
  }

  public let element: Element
  /// Empty for a single number.
  public let shape: [Int]
  /// count × element bytes, C order, little-endian.
  public let bytes: [UInt8]

  public init(element: Element, shape: [Int], bytes: [UInt8]) {
    precondition(shape.reduce(1, *) * element.byteCount == bytes.count, "an array of shape \(shape) needs other than \(bytes.count) bytes")
    self.element = element
    self.shape = shape
    self.bytes = bytes
  }

  public init(shape: [Int], _ values: [Float]) { self.init(element: .float32, shape: shape, bytes: littleEndian(values)) }
  public init(shape: [Int], _ values: [Double]) { self.init(element: .float64, shape: shape, bytes: littleEndian(values)) }
  public init(shape: [Int], _ values: [Int32]) { self.init(element: .int32, shape: shape, bytes: littleEndian(values)) }
  public init(shape: [Int], _ values: [Int64]) { self.init(element: .int64, shape: shape, bytes: littleEndian(values)) }

  /// A text as an array of no dimensions, as `numpy.array("…")`.
  public init(text: String) {
    let scalars = text.unicodeScalars.map(\.value)
    self.init(element: .unicode(max(scalars.count, 1)), shape: [], bytes: littleEndian(scalars.isEmpty ? [0] : scalars))
  }

  public var count: Int { shape.reduce(1, *) }

  /// The numbers as floats; nil for text.
  public var floats: [Float]? { numbers(Float.self, integer: { Float($0) }, unsigned: { Float($0) }, real: { Float($0) }, single: { $0 }) }

  /// The numbers as doubles; nil for text.
  public var doubles: [Double]? {
    numbers(Double.self, integer: { Double($0) }, unsigned: { Double($0) }, real: { $0 }, single: { Double($0) })
  }

  /// The numbers as whole numbers; nil for text and for numbers that are not whole.
  public var integers: [Int]? {
    var whole = true
    func exact(_ value: Double) -> Int {
      if let result = Int(exactly: value) { return result }
      whole = false
      return 0
    }
    let result = numbers(
      Int.self, integer: { Int($0) }, unsigned: { Int(clamping: $0) }, real: { exact($0) }, single: { exact(Double($0)) })
    return whole ? result : nil
  }

  /// The text of an array with one text in it; nil otherwise.
  public var text: String? {
    guard count == 1 else { return nil }
    switch element {
    case .unicode:
      var result = String.UnicodeScalarView()
      for start in stride(from: 0, to: bytes.count, by: 4) {
        let value = bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self)) }
        guard let scalar = UnicodeScalar(value) else { return nil }
        result.append(scalar)
      }
      while result.last?.value == 0 { result.removeLast() }
      return String(result)
    case .bytes: return String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
    default: return nil
    }
  }

  private func numbers<T>(
    _ type: T.Type, integer: (Int64) -> T, unsigned: (UInt64) -> T, real: (Double) -> T, single: (Float) -> T
  ) -> [T]? {
    switch element {
    case .bool: load(UInt8.self) { unsigned($0 == 0 ? 0 : 1) }
    case .int8: load(Int8.self) { integer(Int64($0)) }
    case .int16: load(Int16.self) { integer(Int64($0)) }
    case .int32: load(Int32.self) { integer(Int64($0)) }
    case .int64: load(Int64.self) { integer($0) }
    case .uint8: load(UInt8.self) { unsigned(UInt64($0)) }
    case .uint16: load(UInt16.self) { unsigned(UInt64($0)) }
    case .uint32: load(UInt32.self) { unsigned(UInt64($0)) }
    case .uint64: load(UInt64.self) { unsigned($0) }
    case .float16: load(Float16.self) { single(Float($0)) }
    case .float32: load(Float.self) { single($0) }
    case .float64: load(Double.self) { real($0) }
    case .unicode, .bytes: nil
    }
  }

  private func load<S, T>(_ type: S.Type, _ convert: (S) -> T) -> [T] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<S>.size, as: S.self)) }
    }
  }
}

/// The memory of numbers as little-endian bytes (every machine this runs on is little-endian).
func littleEndian<T>(_ values: [T]) -> [UInt8] {
  values.withUnsafeBytes { Array($0) }
}
