import NeuralNet
import Tensor

/// The transformer of wav2vec 2.0: projection, positions by a grouped convolution, layers.
///
/// Axis letters: F frames, C convolution channels, W width.
struct Wav2Vec2Transformer: Sendable {
  private struct Layer: Sendable {
    let query, key, value, out: Linear
    let norm, finalNorm: LayerNorm
    let up, down: Linear
  }

  private let configuration: Wav2Vec2.Configuration
  private let featureNorm: LayerNorm
  private let projection: Linear
  private let positions: Conv1D
  private let norm: LayerNorm
  private let layers: [Layer]

  init(_ configuration: Wav2Vec2.Configuration, weights: WeightStore) throws {
    self.configuration = configuration
    let width = configuration.width
    let epsilon = configuration.epsilon
    let channels = configuration.channels[configuration.channels.count - 1]
    featureNorm = try LayerNorm(weights.scoped("feature_projection.layer_norm"), width: channels, epsilon: epsilon)
    projection = try Linear(weights.scoped("feature_projection.projection"), inputs: channels, outputs: width)
    positions = try Self.positions(configuration, weights.scoped("encoder.pos_conv_embed.conv"))
    norm = try LayerNorm(weights.scoped("encoder.layer_norm"), width: width, epsilon: epsilon)
    layers = try (0..<configuration.layers).map { index in
      let store = weights.scoped("encoder.layers.\(index)")
      func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
        try Linear(store.scoped(name), inputs: inputs, outputs: outputs)
      }
      return Layer(
        query: try linear("attention.q_proj", width, width), key: try linear("attention.k_proj", width, width),
        value: try linear("attention.v_proj", width, width), out: try linear("attention.out_proj", width, width),
        norm: try LayerNorm(store.scoped("layer_norm"), width: width, epsilon: epsilon),
        finalNorm: try LayerNorm(store.scoped("final_layer_norm"), width: width, epsilon: epsilon),
        up: try linear("feed_forward.intermediate_dense", width, configuration.hidden),
        down: try linear("feed_forward.output_dense", configuration.hidden, width))
    }
  }

  /// The positional convolution; its weight is g·v/|v| with one length a tap, spelled in either of PyTorch's two ways, or plain.
  private static func positions(_ configuration: Wav2Vec2.Configuration, _ store: WeightStore) throws -> Conv1D {
    let width = configuration.width
    let groups = configuration.positionGroups
    let taps = configuration.positionTaps
    let shape = [width, width / groups, taps]
    var weight: [Float]
    if store.contains("weight") {
      weight = try store.floats("weight", shape: shape)
    } else {
      let new = store.contains("parametrizations.weight.original0")
      let lengths = try store.floats(new ? "parametrizations.weight.original0" : "weight_g", shape: [1, 1, taps])
      weight = try store.floats(new ? "parametrizations.weight.original1" : "weight_v", shape: shape)
      var squares = [Double](repeating: 0, count: taps)
      for (index, value) in weight.enumerated() { squares[index % taps] += Double(value) * Double(value) }
      let scales = zip(lengths, squares).map { Float(Double($0) / max($1, 1e-30).squareRoot()) }
      for index in weight.indices { weight[index] *= scales[index % taps] }
    }
    return Conv1D(
      weight: weight, bias: try store.floats("bias", shape: [width]), inputs: width, outputs: width, taps: taps, padding: taps / 2,
      groups: groups)
  }

  /// features (F × C) → F × W.
  func callAsFunction(_ features: Matrix, trace: Trace?) -> Matrix {
    var x = projection(featureNorm(features))
    trace?("feature_projection", x)
    // An even filter makes one row too many; the last is dropped.
    var place = positions(x).rows(0..<x.rows)
    geluInParallel(&place)
    trace?("encoder.pos_conv_embed", place)
    x.add(place)
    if !configuration.stable { normalize(&x, norm) }
    for (index, layer) in layers.enumerated() {
      apply(layer, to: &x)
      trace?("encoder.layers.\(index)", x)
    }
    if configuration.stable { normalize(&x, norm) }
    return x
  }

  private func apply(_ layer: Layer, to x: inout Matrix) {
    if configuration.stable {
      x.add(attend(layer, layer.norm(x)))
      x.add(feedForward(layer, layer.finalNorm(x)))
    } else {
      x.add(attend(layer, x))
      normalize(&x, layer.norm)
      x.add(feedForward(layer, x))
      normalize(&x, layer.finalNorm)
    }
  }

  private func attend(_ layer: Layer, _ x: Matrix) -> Matrix {
    layer.out(attention(queries: layer.query(x), keys: layer.key(x), values: layer.value(x), heads: configuration.heads))
  }

  private func feedForward(_ layer: Layer, _ x: Matrix) -> Matrix {
    var hidden = layer.up(x)
    geluInParallel(&hidden)
    return layer.down(hidden)
  }
}
