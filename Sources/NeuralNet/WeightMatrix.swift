import Synchronization
import Tensor

/// How weights are kept for products: 32-bit floats, 16 bits with a fraction of 10 (see `PackedRows`), or 8 bits; the last two with a
/// factor an output.
public enum WeightPrecision: String, Sendable, Hashable, Codable, CaseIterable {
  case fp32, fp16, int8
}

/// Hands out pieces of a few large huge-page blocks.
public final class WeightArena: Sendable {
  private let slab: Mutex<(memory: WeightMemory, used: Int)?> = Mutex(nil)

  public init() {}

  /// `byteCount` bytes aligned to 64, and the block that keeps them alive.
  public func allocate(byteCount: Int) -> (pointer: UnsafeMutableRawPointer, owner: WeightMemory) {
    let padded = (byteCount + 63) / 64 * 64
    let unit = 4 << 20
    if padded >= unit { return own(padded) }
    return slab.withLock { slab in
      if let (memory, used) = slab, used + padded <= memory.byteCount {
        slab = (memory, used + padded)
        return (memory.base + used, memory)
      }
      let memory = WeightMemory(byteCount: unit)
      slab = (memory, padded)
      return (memory.base, memory)
    }
  }

  private func own(_ byteCount: Int) -> (pointer: UnsafeMutableRawPointer, owner: WeightMemory) {
    let memory = WeightMemory(byteCount: byteCount)
    return (memory.base, memory)
  }
}

/// The weights of a linear map, O outputs × I inputs, in one of three number formats.
public struct WeightMatrix: @unchecked Sendable {
  enum Storage {
    case fp32(UnsafePointer<Float>)
    case packed(PackedRows)
  }

  public let outputs: Int
  public let inputs: Int
  let storage: Storage
  private let owners: [AnyObject]

  /// Reads a stored matrix; `arena` nil leaves 32-bit weights where they lie (as far as they are aligned), otherwise they are packed for
  /// one-row products.
  init(
    _ stored: StoredTensor, outputs: Int, inputs: Int, precision: WeightPrecision, arena: WeightArena?,
    notFinite: (Int) -> NeuralNetError
  ) throws {
    self.outputs = outputs
    self.inputs = inputs
    let count = outputs * inputs
    if precision == .fp32, stored.element == .fp32, arena == nil, let base = stored.bytes.baseAddress, Int(bitPattern: base) % 4 == 0 {
      guard isFinite(fp32: base, count: count) else { throw notFinite(Self.firstBad(stored)) }
      storage = .fp32(base.assumingMemoryBound(to: Float.self))
      owners = stored.owner.map { [$0] } ?? []
      return
    }
    let keepsRows = arena == nil, arena = arena ?? WeightArena()
    var owners: [AnyObject] = []
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
      let (pointer, owner) = arena.allocate(byteCount: byteCount)
      owners.append(owner)
      return pointer
    }
    let failed = Atomic<Bool>(false)
    let block = max(1, min(outputs, (64 << 10) / max(inputs, 1)))
    let blocks = (outputs + block - 1) / block
    func eachBlock(_ body: (Range<Int>) -> Bool) {
      let group = (blocks + 255) / 256
      ThreadPool.shared.run(chunks: (blocks + group - 1) / group) { chunk in
        for index in chunk * group..<min((chunk + 1) * group, blocks) {
          if !body(index * block..<min((index + 1) * block, outputs)) { failed.store(true, ordering: .relaxed) }
        }
      }
    }
    if precision == .fp32, keepsRows {
      let target = take(count * 4).assumingMemoryBound(to: Float.self)
      eachBlock { stored.widen($0.lowerBound * inputs..<$0.upperBound * inputs, into: target + $0.lowerBound * inputs) }
      storage = .fp32(target)
    } else {
      let kind: PackedRows.Kind =
        switch precision {
        case .fp32: .single
        case .fp16: .half
        case .int8: .byte
        }
      let rest = inputs - PackedRows.wholeInputs(kind, inputs: inputs)
      let packed = PackedRows(
        kind: kind, inputs: inputs,
        lanes: take(PackedRows.laneCount(kind, outputs: outputs, inputs: inputs) * 4).assumingMemoryBound(to: UInt32.self),
        scales: take(outputs * 4).assumingMemoryBound(to: Float.self), rest: take(outputs * rest * 4).assumingMemoryBound(to: Float.self))
      eachBlock { rows in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * inputs) { scratch in
          guard let base = scratch.baseAddress else { return true }
          guard stored.widen(rows.lowerBound * inputs..<rows.upperBound * inputs, into: base) else { return false }
          for (index, row) in rows.enumerated() { packed.pack(base + index * inputs, at: row) }
          return true
        }
      }
      storage = .packed(packed)
    }
    self.owners = owners
    if failed.load(ordering: .relaxed) { throw notFinite(Self.firstBad(stored)) }
  }

  /// A matrix of 32-bit weights in memory, for tests and random models.
  public init(_ matrix: Matrix, precision: WeightPrecision = .fp32) throws {
    try self.init(
      StoredTensor(shape: [matrix.rows, matrix.columns], values: matrix.values), outputs: matrix.rows, inputs: matrix.columns,
      precision: precision, arena: WeightArena()
    ) { .notFinite(file: "memory", tensor: "weight", index: $0) }
  }

  private static func firstBad(_ stored: StoredTensor) -> Int {
    var value: Float = 0
    return (0..<stored.count).first { !stored.widen($0..<$0 + 1, into: &value) } ?? 0
  }

  /// Bytes one product reads.
  public var byteCount: Int {
    switch storage {
    case .fp32: outputs * inputs * 4
    case .packed(let w): PackedRows.laneCount(w.kind, outputs: outputs, inputs: inputs) * 4 + outputs * ((inputs - w.whole) * 4 + 4)
    }
  }

  /// One row as floats.
  public func row(_ index: Int, into target: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < outputs, "row \(index) of \(outputs)")
    switch storage {
    case .fp32(let w): target.update(from: w + index * inputs, count: inputs)
    case .packed(let w): w.unpack(index, into: target)
    }
  }

  /// y[b] = W x[b] + bias for few rows, with `then` run on each finished block of outputs (row, first output, count).
  ///
  /// Large matrices are cut into blocks of outputs that the thread pool shares; each output is summed in the same order either way.
  func applyToFewRows(
    _ x: UnsafePointer<Float>, xStride: Int, batch: Int, bias: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, yStride: Int,
    then: ((UnsafeMutablePointer<Float>, Int) -> Void)? = nil
  ) {
    func part(_ range: Range<Int>) {
      switch storage {
      case .fp32(let w):
        gemv(fp32: w, outputs: range, inputs: inputs, x: x, xStride: xStride, batch: batch, bias: bias, y: y, yStride: yStride)
      case .packed(let w):
        gemv(packed: w, outputs: range, x: x, xStride: xStride, batch: batch, bias: bias, y: y, yStride: yStride)
      }
      if let then { for b in 0..<batch { then(y + b * yStride + range.lowerBound, range.count) } }
    }
    let threads = ThreadPool.shared.threads
    if threads == 1 || outputs * inputs < 96 << 10 { return part(0..<outputs) }
    let chunks = min(outputs / 16, max(threads * 2, min(byteCount >> 18, 64)))
    ThreadPool.shared.run(chunks: chunks) { chunk in
      let from = outputs / 16 * chunk / chunks * 16
      let to = chunk + 1 == chunks ? outputs : outputs / 16 * (chunk + 1) / chunks * 16
      if from < to { part(from..<to) }
    }
  }

  /// y (M × O) = x (M × I) Wᵀ (+ y when `accumulate`) for many rows, by BLAS.
  func applyToManyRows(
    _ x: UnsafePointer<Float>, xStride: Int, rows: Int, y: UnsafeMutablePointer<Float>, yStride: Int, accumulate: Bool
  ) {
    withFloats(of: 0..<outputs) { w, range in
      Blas.multiplyTransposed(
        m: rows, n: range.count, k: inputs, a: x, aStride: xStride, b: w, bStride: inputs, beta: accumulate ? 1 : 0,
        c: y + range.lowerBound, cStride: yStride)
    }
  }

  /// Calls `body` with rows of W as floats: all at once for 32-bit weights, block by block for narrow ones.
  func withFloats(of range: Range<Int>, _ body: (UnsafePointer<Float>, Range<Int>) -> Void) {
    if case .fp32(let w) = storage { return body(w + range.lowerBound * inputs, range) }
    let block = max(1, min(range.count, (256 << 10) / max(inputs, 1)))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block * inputs) { scratch in
      guard let base = scratch.baseAddress else { return }
      for from in stride(from: range.lowerBound, to: range.upperBound, by: block) {
        let part = from..<min(from + block, range.upperBound)
        for (index, output) in part.enumerated() { row(output, into: base + index * inputs) }
        body(base, part)
      }
    }
  }
}
