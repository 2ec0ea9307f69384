import Tensor

/// y = W x + b. Keys: `weight` (O × I), `bias` (O) unless it has none.
public struct Linear: Sendable {
  public let weight: WeightMatrix
  public let bias: [Float]?

  public var outputs: Int { weight.outputs }
  public var inputs: Int { weight.inputs }

  public init(weight: WeightMatrix, bias: [Float]?) {
    precondition(bias.map { $0.count == weight.outputs } ?? true, "a bias of \(bias?.count ?? 0) for \(weight.outputs) outputs")
    self.weight = weight
    self.bias = bias
  }

  /// Reads the layer from a store scoped to it.
  public init(
    _ store: WeightStore, inputs: Int, outputs: Int, bias: Bool = true, precision: WeightPrecision = .fp32, packed: Bool = false
  ) throws {
    self.init(
      weight: try store.matrix("weight", outputs: outputs, inputs: inputs, precision: precision, packed: packed),
      bias: bias ? try store.floats("bias", shape: [outputs]) : nil)
  }

  /// Rows × I → rows × O.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == inputs, "a layer of \(inputs) inputs got \(x.columns)")
    return Matrix(rows: x.rows, columns: outputs) { y in
      x.values.withUnsafeBufferPointer { values in
        if let base = values.baseAddress { apply(base, rows: x.rows, into: y) }
      }
    }
  }

  /// Rows × I → rows × O in memory of the caller.
  public func apply(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    if rows <= 4 { return applyToFewRows(x, rows: rows, into: y) }
    if let bias {
      for row in 0..<rows { (y + row * outputs).update(from: bias, count: outputs) }
    }
    weight.applyToManyRows(x, xStride: inputs, rows: rows, y: y, yStride: outputs, accumulate: bias != nil)
  }

  /// As `apply`, by the kernels for few rows, with `then` run on each finished piece (pointer, count).
  public func applyToFewRows(
    _ x: UnsafePointer<Float>, rows: Int = 1, into y: UnsafeMutablePointer<Float>,
    then: ((UnsafeMutablePointer<Float>, Int) -> Void)? = nil
  ) {
    if let bias {
      bias.withUnsafeBufferPointer {
        weight.applyToFewRows(
          x, xStride: inputs, batch: rows, bias: $0.baseAddress, y: y, yStride: outputs, then: then)
      }
    } else {
      weight.applyToFewRows(x, xStride: inputs, batch: rows, bias: nil, y: y, yStride: outputs, then: then)
    }
  }
}

extension Linear {
  /// yᵀ: some outputs (each `yStride` numbers apart) × rows, so that a column is a row's result. By BLAS.
  public func applyTransposed(
    _ x: UnsafePointer<Float>, rows: Int, outputs range: Range<Int>, into y: UnsafeMutablePointer<Float>, yStride: Int
  ) {
    for (index, output) in range.enumerated() { (y + index * yStride).update(repeating: bias?[output] ?? 0, count: rows) }
    weight.withFloats(of: range) { w, part in
      Blas.multiplyTransposed(
        m: part.count, n: rows, k: inputs, a: w, aStride: inputs, b: x, bStride: inputs, beta: 1,
        c: y + (part.lowerBound - range.lowerBound) * yStride, cStride: yStride)
    }
  }

  /// Rows × some of the outputs. By BLAS.
  public func applyToManyRows(_ x: UnsafePointer<Float>, rows: Int, outputs range: Range<Int>, into y: UnsafeMutablePointer<Float>) {
    for row in 0..<rows {
      for (index, output) in range.enumerated() { y[row * range.count + index] = bias?[output] ?? 0 }
    }
    weight.withFloats(of: range) { w, part in
      Blas.multiplyTransposed(
        m: rows, n: part.count, k: inputs, a: x, aStride: inputs, b: w, bStride: inputs, beta: 1,
        c: y + part.lowerBound - range.lowerBound, cStride: range.count)
    }
  }
}
