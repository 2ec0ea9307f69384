import Foundation
import NeuralNet
import Tensor

/// The seven convolutions of wav2vec 2.0 that turn 16 kHz samples into 50 frames a second, in pieces of bounded memory.
///
/// Time lies in rows, so the taps of a filter that start `stride` rows apart are one product whose rows overlap nothing:
/// a filter is cut into pieces of at most `stride` taps, and nothing is unfolded.
/// Axis letters: T rows, C channels.
struct Wav2Vec2Convolutions: Sendable {
  struct Layer: Sendable {
    let inputs, outputs, taps, stride: Int
    /// outputs × (taps · inputs), or taps × outputs in the first layer.
    let weight: [Float]
    let bias: [Float]?
    let norm: LayerNorm?
  }

  /// First-layer weights of one sound: with a group norm its statistics are folded into them.
  struct First: Sendable {
    /// taps × C
    var weight: [Float]
    /// C
    var bias: [Float]
  }

  let layers: [Layer]
  /// Scale and shift of the first layer's norm over time (group norm, a group a channel), in the base architecture.
  let groupNorm: LayerNorm?

  init(_ configuration: Wav2Vec2.Configuration, weights: WeightStore) throws {
    var layers: [Layer] = []
    var inputs = 1
    for (index, outputs) in configuration.channels.enumerated() {
      let store = weights.scoped("conv_layers.\(index)")
      let taps = configuration.taps[index]
      let stored = try store.floats("conv.weight", shape: [outputs, inputs, taps])
      var turned = [Float](repeating: 0, count: stored.count)
      for output in 0..<outputs {
        for input in 0..<inputs {
          for tap in 0..<taps {
            let target = index == 0 ? tap * outputs + output : (output * taps + tap) * inputs + input
            turned[target] = stored[(output * inputs + input) * taps + tap]
          }
        }
      }
      layers.append(
        Layer(
          inputs: inputs, outputs: outputs, taps: taps, stride: configuration.strides[index], weight: turned,
          bias: configuration.convolutionBias ? try store.floats("conv.bias", shape: [outputs]) : nil,
          norm: configuration.layerNormed ? try LayerNorm(store.scoped("layer_norm"), width: outputs) : nil))
      inputs = outputs
    }
    self.layers = layers
    groupNorm =
      configuration.layerNormed ? nil : try LayerNorm(weights.scoped("conv_layers.0.layer_norm"), width: configuration.channels[0])
  }

  /// Frames of a sound of that many samples.
  func frames(samples: Int) -> Int { layers.reduce(samples) { $0 < $1.taps ? 0 : ($0 - $1.taps) / $1.stride + 1 } }

  /// Rows of layer `index`'s input that its output rows need.
  private func needed(_ rows: Range<Int>, _ index: Int) -> Range<Int> {
    let layer = layers[index]
    return rows.lowerBound * layer.stride..<(rows.upperBound - 1) * layer.stride + layer.taps
  }

  /// Samples that frames `range` need.
  func samples(for range: Range<Int>) -> Range<Int> { layers.indices.reversed().reduce(range) { needed($0, $1) } }

  /// The first layer's weights for a sound whose windows have these moments.
  func first(_ moments: WindowMoments) -> First {
    let layer = layers[0]
    let channels = layer.outputs
    let bias = layer.bias ?? [Float](repeating: 0, count: channels)
    guard let norm = groupNorm else { return First(weight: layer.weight, bias: bias) }
    var result = First(weight: layer.weight, bias: bias)
    for channel in 0..<channels {
      let filter = (0..<layer.taps).map { Double(layer.weight[$0 * channels + channel]) }
      let (mean, variance) = moments.response(filter)
      let scale = Double(norm.weight[channel]) / (max(variance, 0) + Double(norm.epsilon)).squareRoot()
      for tap in 0..<layer.taps { result.weight[tap * channels + channel] = Float(filter[tap] * scale) }
      // The filter's own bias is taken off with the mean.
      result.bias[channel] = Float(Double(norm.bias[channel]) - mean * scale)
    }
    return result
  }

  /// Samples that exactly `frames` frames need → frames × C.
  func callAsFunction(_ samples: [Float], frames: Int, first: First, trace: Trace?) -> Matrix {
    var rows = [0..<frames]
    for index in layers.indices.reversed() { rows.append(needed(rows[rows.count - 1], index)) }
    rows.reverse()
    precondition(samples.count == rows[0].count, "\(frames) frames need \(rows[0].count) samples, found \(samples.count)")
    var x = initial(samples, rows: rows[1].count, first)
    trace?("conv_layers.0", x)
    for index in 1..<layers.count {
      x = apply(layers[index], to: x, rows: rows[index + 1].count)
      trace?("conv_layers.\(index)", x)
    }
    return x
  }

  /// One channel in: every output row is a few rows of weights, scaled by samples, and its GELU follows while it is hot.
  private func initial(_ samples: [Float], rows: Int, _ first: First) -> Matrix {
    let layer = layers[0]
    let channels = layer.outputs
    return Matrix(rows: rows, columns: channels) { out in
      samples.withUnsafeBufferPointer { samples in
        first.weight.withUnsafeBufferPointer { weight in
          first.bias.withUnsafeBufferPointer { bias in
            guard let x = samples.baseAddress, let w = weight.baseAddress, let b = bias.baseAddress else { return }
            overRows(rows, cost: channels * layer.taps) { range in
              for row in range {
                let target = out + row * channels
                filterRow(x + row * layer.stride, taps: layer.taps, weight: w, bias: b, channels: channels, into: target)
                if let norm = layer.norm { norm.apply(target, into: target) }
                geluInPlace(target, count: channels)
              }
            }
          }
        }
      }
    }
  }

  private func apply(_ layer: Layer, to x: Matrix, rows: Int) -> Matrix {
    Matrix(rows: rows, columns: layer.outputs) { out in
      x.values.withUnsafeBufferPointer { source in
        layer.weight.withUnsafeBufferPointer { weight in
          guard let x = source.baseAddress, let w = weight.baseAddress else { return }
          let reach = layer.taps * layer.inputs
          if let bias = layer.bias {
            for row in 0..<rows { (out + row * layer.outputs).update(from: bias, count: layer.outputs) }
          }
          for tap in Swift.stride(from: 0, to: layer.taps, by: layer.stride) {
            let count = min(layer.stride, layer.taps - tap)
            Blas.multiplyTransposed(
              m: rows, n: layer.outputs, k: count * layer.inputs, a: x + tap * layer.inputs, aStride: layer.stride * layer.inputs,
              b: w + tap * layer.inputs, bStride: reach, beta: tap > 0 || layer.bias != nil ? 1 : 0, c: out, cStride: layer.outputs)
          }
          overRows(rows, cost: layer.outputs) { range in
            let part = out + range.lowerBound * layer.outputs
            layer.norm?.apply(part, rows: range.count, into: part)
            geluInPlace(part, count: range.count * layer.outputs)
          }
        }
      }
    }
  }
}

/// out[c] = bias[c] + Σ_tap x[tap] · weight[tap][c]; the count of channels is any.
func filterRow(
  _ x: UnsafePointer<Float>, taps: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, channels: Int,
  into out: UnsafeMutablePointer<Float>
) {
  out.update(from: bias, count: channels)
  mixRows(x, span: 0..<taps, values: weight, stride: channels, depth: channels, into: out)
}

/// First and second moments of a sound's windows of `taps` samples, `stride` apart, gathered block by block.
///
/// They give mean and variance over time of any filter's response without computing it: with window x and filter w the
/// response is w·x, its mean w·E[x], its variance wᵀ Cov[x] w. That is how a norm over the whole sound is had while streaming.
struct WindowMoments {
  let taps: Int
  let stride: Int
  private(set) var windows = 0
  private var sums: [Double]
  private var products: [Double]
  /// Samples not yet used, the first of them the next window's.
  private var rest: [Float] = []

  init(taps: Int, stride: Int) {
    self.taps = taps
    self.stride = stride
    sums = [Double](repeating: 0, count: taps)
    products = [Double](repeating: 0, count: taps * taps)
  }

  mutating func add(_ samples: [Float]) {
    rest += samples
    var first = 0
    while first + taps <= rest.count {
      for a in 0..<taps {
        let x = Double(rest[first + a])
        sums[a] += x
        for b in a..<taps { products[a * taps + b] += x * Double(rest[first + b]) }
      }
      windows += 1
      first += stride
    }
    rest.removeFirst(min(first, rest.count))
  }

  /// Mean and variance of filter · window.
  func response(_ filter: [Double]) -> (mean: Double, variance: Double) {
    let count = Double(max(windows, 1))
    var mean = 0.0
    var variance = 0.0
    for a in 0..<taps {
      mean += filter[a] * sums[a] / count
      for b in a..<taps {
        let covariance = products[a * taps + b] / count - sums[a] / count * (sums[b] / count)
        variance += filter[a] * filter[b] * covariance * (a == b ? 1 : 2)
      }
    }
    return (mean, variance)
  }
}
