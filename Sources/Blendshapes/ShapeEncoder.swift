import NeuralNet
import Tensor

/// A convolutional encoder of geometry images: three convolutions of stride 2, leaky ReLU, one linear layer; no biases anywhere.
///
/// Axes: N images, G cells along a side. Without biases rest gives weights of exactly 0, and a deformation of twice the size gives
/// twice the weights. Keys: `conv.0…2.weight` (O × I × 3 × 3), `out.weight` (shapes × 64·(G/8)²), as PyTorch keeps them.
struct ShapeEncoder: Sendable {
  static let widths = [3, 16, 32, 64]
  static let slope: Float = 0.2

  let side: Int
  let shapes: Int
  /// One a layer: O × (3 · 3 · I), the channel last.
  private let kernels: [[Float]]
  /// shapes × (G/8 · G/8 · 64), the channel last.
  private let out: [Float]

  init(_ store: WeightStore, side: Int, shapes: Int) throws {
    self.side = side
    self.shapes = shapes
    kernels = try (0..<3).map { layer in
      let (inputs, outputs) = (Self.widths[layer], Self.widths[layer + 1])
      let weight = try store.floats("conv.\(layer).weight", shape: [outputs, inputs, 3, 3])
      var turned = [Float](repeating: 0, count: weight.count)
      for o in 0..<outputs {
        for i in 0..<inputs {
          for tap in 0..<9 { turned[(o * 9 + tap) * inputs + i] = weight[(o * inputs + i) * 9 + tap] }
        }
      }
      return turned
    }
    let cells = (side / 8) * (side / 8)
    let width = Self.widths[3]
    let weight = try store.floats("out.weight", shape: [shapes, width * cells])
    var turned = [Float](repeating: 0, count: weight.count)
    for shape in 0..<shapes {
      for channel in 0..<width {
        for cell in 0..<cells { turned[(shape * cells + cell) * width + channel] = weight[(shape * width + channel) * cells + cell] }
      }
    }
    out = turned
  }

  /// N images (each G × G × 3) as rows → N × shapes.
  func callAsFunction(_ images: Matrix) -> Matrix {
    let count = images.rows
    var x = images.values
    var size = side
    for (layer, kernel) in kernels.enumerated() {
      let (inputs, outputs) = (Self.widths[layer], Self.widths[layer + 1])
      let patches = Self.patches(x, count: count, size: size, channels: inputs)
      size /= 2
      let rows = count * size * size
      x =
        Matrix(rows: rows, columns: outputs) { y in
          Blas.multiplyTransposed(
            m: rows, n: outputs, k: 9 * inputs, a: patches, aStride: 9 * inputs, b: kernel, bStride: 9 * inputs, c: y, cStride: outputs)
          for index in 0..<rows * outputs { y[index] = max(y[index], Self.slope * y[index]) }
        }.values
    }
    let features = x.count / max(count, 1)
    return Matrix(rows: count, columns: shapes) { y in
      Blas.multiplyTransposed(m: count, n: shapes, k: features, a: x, aStride: features, b: out, bStride: features, c: y, cStride: shapes)
    }
  }

  /// The 3 × 3 surroundings of every second cell, zeros outside: (N · (G/2)²) × (9 · channels).
  private static func patches(_ x: [Float], count: Int, size: Int, channels: Int) -> [Float] {
    let half = size / 2
    let width = 9 * channels
    return [Float](unsafeUninitializedCapacity: count * half * half * width) { target, filled in
      filled = count * half * half * width
      guard var at = target.baseAddress, filled > 0 else { return }
      x.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for image in 0..<count {
          let first = source + image * size * size * channels
          for row in 0..<half {
            for column in 0..<half {
              for dy in -1...1 {
                for dx in -1...1 {
                  let (v, u) = (2 * row + dy, 2 * column + dx)
                  if v >= 0, v < size, u >= 0, u < size {
                    at.initialize(from: first + (v * size + u) * channels, count: channels)
                  } else {
                    at.initialize(repeating: 0, count: channels)
                  }
                  at += channels
                }
              }
            }
          }
        }
      }
    }
  }
}
