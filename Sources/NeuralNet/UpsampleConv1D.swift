import Tensor

/// Repeats every row twice, then convolves with three taps (padding 1), folded into two two-tap products on the rows before repeating.
///
/// With u[2t] = u[2t+1] = x[t]: y[2t] = W₀x[t−1] + (W₁+W₂)x[t] and y[2t+1] = (W₀+W₁)x[t] + W₂x[t+1]; a third less work.
public struct UpsampleConv1D: Sendable {
  public let inputs: Int
  public let outputs: Int
  /// Four matrices O × I: even before, even here, odd here, odd after.
  private let weight: [Float]
  private let bias: [Float]?

  public init(_ conv: Conv1D) {
    precondition(conv.taps == 3 && conv.stride == 1 && conv.padding == 1 && conv.dilation == 1 && conv.groups == 1, "three plain taps")
    inputs = conv.inputs
    outputs = conv.outputs
    bias = conv.bias
    let size = inputs * outputs
    let w = conv.weight
    var folded = [Float](repeating: 0, count: 4 * size)
    for i in 0..<size {
      folded[i] = w[i]
      folded[size + i] = w[size + i] + w[2 * size + i]
      folded[2 * size + i] = w[i] + w[size + i]
      folded[3 * size + i] = w[2 * size + i]
    }
    weight = folded
  }

  /// T × I → 2T × O.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == inputs, "a convolution of \(inputs) channels got \(x.columns)")
    let rows = x.rows
    guard rows > 0 else { return Matrix(rows: 0, columns: outputs) }
    return Matrix(rows: 2 * rows, columns: outputs) { y in
      for row in 0..<2 * rows {
        if let bias {
          (y + row * outputs).update(from: bias, count: outputs)
        } else {
          (y + row * outputs).update(repeating: 0, count: outputs)
        }
      }
      x.values.withUnsafeBufferPointer { values in
        weight.withUnsafeBufferPointer { weight in
          guard let x = values.baseAddress, let w = weight.baseAddress else { return }
          func add(_ matrix: Int, from source: Int, to row: Int, count: Int) {
            Blas.multiplyTransposed(
              m: count, n: outputs, k: inputs, a: x + source * inputs, aStride: inputs, b: w + matrix * inputs * outputs, bStride: inputs,
              beta: 1, c: y + row * outputs, cStride: 2 * outputs)
          }
          add(1, from: 0, to: 0, count: rows)
          add(0, from: 0, to: 2, count: rows - 1)
          add(2, from: 0, to: 1, count: rows)
          add(3, from: 1, to: 1, count: rows - 1)
        }
      }
    }
  }
}
