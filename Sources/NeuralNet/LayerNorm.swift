import Tensor

/// Normalises each row to mean 0 and variance 1, then scales and shifts. Keys: `weight`, `bias` (width).
public struct LayerNorm: Sendable {
  public let weight: [Float]
  public let bias: [Float]
  public let epsilon: Float

  public var width: Int { weight.count }

  public init(weight: [Float], bias: [Float], epsilon: Float = 1e-5) {
    precondition(weight.count == bias.count, "\(weight.count) weights and \(bias.count) biases")
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  public init(_ store: WeightStore, width: Int, epsilon: Float = 1e-5) throws {
    self.init(
      weight: try store.floats("weight", shape: [width]), bias: try store.floats("bias", shape: [width]), epsilon: epsilon)
  }

  /// Rows × width → rows × width.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == width, "a norm of \(width) got \(x.columns)")
    return Matrix(rows: x.rows, columns: width) { y in
      x.values.withUnsafeBufferPointer { values in
        if let base = values.baseAddress { apply(base, rows: x.rows, into: y) }
      }
    }
  }

  /// `rows` rows in memory of the caller; y may be x.
  public func apply(_ x: UnsafePointer<Float>, rows: Int = 1, into y: UnsafeMutablePointer<Float>) {
    weight.withUnsafeBufferPointer { weight in
      bias.withUnsafeBufferPointer { bias in
        guard let w = weight.baseAddress, let b = bias.baseAddress else { return }
        for row in 0..<rows {
          layerNorm(x + row * width, count: width, weight: w, bias: b, epsilon: epsilon, into: y + row * width)
        }
      }
    }
  }
}

/// GELU (erf form) of every number.
public func gelu(_ x: Matrix) -> Matrix {
  var y = x
  let count = y.values.count
  y.values.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { geluInPlace(base, count: count) } }
  return y
}

/// max(x, 0) of every number.
public func relu(_ x: Matrix) -> Matrix {
  var y = x
  let count = y.values.count
  y.values.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { reluInPlace(base, count: count) } }
  return y
}
