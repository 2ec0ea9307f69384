import Tensor

/// A convolution over time. Keys: `weight` (O × I/groups × taps), `bias` (O).
///
/// Time lies in rows: T × I → T' × O with T' = (T + 2·padding − dilation·(taps − 1) − 1) / stride + 1. One matrix product a tap and group
/// (many narrow groups: see `gathered`), each reading the padded input at an offset, so nothing is unfolded in memory.
public struct Conv1D: Sendable {
  public let inputs: Int
  public let outputs: Int
  public let taps: Int
  public let stride: Int
  public let padding: Int
  public let dilation: Int
  public let groups: Int
  /// groups × taps × (O/groups) × (I/groups); for one channel a group, taps × channels; for gathered groups,
  /// groups × taps × (I/groups) × (O/groups).
  let weight: [Float]
  public let bias: [Float]?

  public init(
    weight: [Float], bias: [Float]?, inputs: Int, outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) {
    precondition(
      inputs % groups == 0 && outputs % groups == 0 && weight.count == outputs * (inputs / groups) * taps, "shapes of a convolution")
    self.inputs = inputs
    self.outputs = outputs
    self.taps = taps
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
    let fan = inputs / groups, share = outputs / groups
    let single = fan == 1 && share == 1
    let gathers = Conv1D.gathersGroups(fan: fan, share: share, taps: taps, stride: stride, dilation: dilation, groups: groups)
    var turned = [Float](repeating: 0, count: weight.count)
    for output in 0..<outputs {
      let group = output / share, o = output % share
      for i in 0..<fan {
        for tap in 0..<taps {
          let place = group * taps + tap
          let shared = gathers ? (place * fan + i) * share + o : (place * share + o) * fan + i
          turned[single ? tap * outputs + output : shared] = weight[(output * fan + i) * taps + tap]
        }
      }
    }
    self.weight = turned
  }

  public init(
    _ store: WeightStore, inputs: Int, outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true
  ) throws {
    self.init(
      weight: try store.floats("weight", shape: [outputs, inputs / groups, taps]),
      bias: bias ? try store.floats("bias", shape: [outputs]) : nil, inputs: inputs, outputs: outputs, taps: taps, stride: stride,
      padding: padding, dilation: dilation, groups: groups)
  }

  /// How many rows come out of `rows` rows.
  public func outputRows(_ rows: Int) -> Int {
    let span = rows + 2 * padding - dilation * (taps - 1) - 1
    return span < 0 ? 0 : span / stride + 1
  }

  /// T × I → T' × O.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == inputs, "a convolution of \(inputs) channels got \(x.columns)")
    let rows = outputRows(x.rows)
    guard rows > 0 else { return Matrix(rows: 0, columns: outputs) }
    return Matrix(rows: rows, columns: outputs) { y in
      if let bias {
        for row in 0..<rows { (y + row * outputs).update(from: bias, count: outputs) }
      } else {
        y.update(repeating: 0, count: rows * outputs)
      }
      accumulate(x, rows: rows, into: y)
    }
  }

  /// Adds the convolution to T' × O numbers.
  func accumulate(_ x: Matrix, rows: Int, into y: UnsafeMutablePointer<Float>) {
    x.values.withUnsafeBufferPointer { values in
      weight.withUnsafeBufferPointer { weight in
        guard let source = values.baseAddress, let w = weight.baseAddress else { return }
        if padding == 0 { return products(source, w, rows, y) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (x.rows + 2 * padding) * inputs) { padded in
          guard let base = padded.baseAddress else { return }
          base.update(repeating: 0, count: padding * inputs)
          (base + padding * inputs).update(from: source, count: x.rows * inputs)
          (base + (padding + x.rows) * inputs).update(repeating: 0, count: padding * inputs)
          products(base, w, rows, y)
        }
      }
    }
  }

  private func products(_ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ rows: Int, _ y: UnsafeMutablePointer<Float>) {
    let fan = inputs / groups, share = outputs / groups
    if fan == 1, share == 1 { return depthwise(x, w, rows, y) }
    if Conv1D.gathersGroups(fan: fan, share: share, taps: taps, stride: stride, dilation: dilation, groups: groups) {
      return gathered(x, w, rows, y)
    }
    for group in 0..<groups {
      for tap in 0..<taps {
        Blas.multiplyTransposed(
          m: rows, n: share, k: fan, a: x + tap * dilation * inputs + group * fan, aStride: stride * inputs,
          b: w + (group * taps + tap) * share * fan, bStride: fan, beta: 1, c: y + group * share, cStride: outputs)
      }
    }
  }

  private func depthwise(_ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ rows: Int, _ y: UnsafeMutablePointer<Float>) {
    for row in 0..<rows {
      for tap in 0..<taps {
        multiplyAdd(y + row * outputs, x + (row * stride + tap * dilation) * inputs, w + tap * outputs, count: outputs)
      }
    }
  }
}
