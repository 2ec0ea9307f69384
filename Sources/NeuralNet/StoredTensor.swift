import Tensor

/// A tensor as it lies in a checkpoint: element type, shape, bytes.
public struct StoredTensor: @unchecked Sendable {
  public enum Element: String, Sendable, Hashable {
    case fp32 = "F32"
    case fp16 = "F16"
    case bf16 = "BF16"

    public var byteCount: Int { self == .fp32 ? 4 : 2 }
  }

  public let element: Element
  public let shape: [Int]
  /// count × element bytes, little-endian, of any alignment.
  public let bytes: UnsafeRawBufferPointer
  /// Keeps the bytes alive.
  let owner: AnyObject?

  public init(element: Element, shape: [Int], bytes: UnsafeRawBufferPointer, owner: AnyObject?) {
    self.element = element
    self.shape = shape
    self.bytes = bytes
    self.owner = owner
  }

  /// A tensor in memory.
  public init(shape: [Int], values: [Float]) {
    let memory = WeightMemory(byteCount: values.count * 4)
    values.withUnsafeBytes { memory.base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory.base), byteCount: $0.count) }
    self.init(
      element: .fp32, shape: shape, bytes: UnsafeRawBufferPointer(start: memory.base, count: values.count * 4), owner: memory)
  }

  public var count: Int { shape.reduce(1, *) }

  /// Widens elements `range` into `target`; false when one of them is not finite.
  func widen(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    let first = base + range.lowerBound * element.byteCount
    switch element {
    case .fp32: return copyFinite(fp32: first, count: range.count, into: target)
    case .fp16: return copyFinite(fp16: first, count: range.count, into: target)
    case .bf16: return copyFinite(bf16: first, count: range.count, into: target)
    }
  }
}
