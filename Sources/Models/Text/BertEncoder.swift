import Foundation
import NeuralNet
import Tensor

/// BERT's encoder (Devlin et al. 2018) and DistilBERT's (Sanh et al. 2019), which is the same without token types.
///
/// x = norm(word + position (+ type 0)); per layer x = norm(x + attention(x)); x = norm(x + down(gelu(up(x)))).
/// Several texts run as one matrix; only attention looks at them one by one, so no padding is computed.
/// Axis letters: N tokens of all texts, W width.
public struct BertEncoder: TextEncoder {
  /// Which names a checkpoint uses.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case distilbert, bert }

  /// Sizes, from a config.json of transformers.
  public struct Configuration: Sendable, Hashable {
    public var kind: Kind
    public var vocabulary: Int
    public var width: Int
    public var layers: Int
    public var heads: Int
    public var hidden: Int
    public var positions: Int
    public var tokenTypes: Int
    public var epsilon: Float

    /// Reads the sizes; `kind` nil takes the file's "model_type".
    public init(_ file: ModelConfiguration, kind: Kind? = nil) throws {
      let name = try file.text("model_type", fallback: kind?.rawValue ?? "")
      guard let found = kind ?? Kind(rawValue: name) else {
        throw ModelError.unsupported(path: file.path, what: "\"model_type\": \"\(name)\"", expected: "\"distilbert\" or \"bert\"")
      }
      self.kind = found
      vocabulary = try file.integer("vocab_size")
      width = try file.integer("dim", "hidden_size", in: 1...8192)
      layers = try file.integer("n_layers", "num_hidden_layers", in: 1...96)
      heads = try file.integer("n_heads", "num_attention_heads", in: 1...128)
      hidden = try file.integer("hidden_dim", "intermediate_size", in: 1...65_536)
      positions = try file.integer("max_position_embeddings", in: 1...65_536)
      tokenTypes = found == .bert ? try file.integer("type_vocab_size", fallback: 2) : 0
      epsilon = Float(try file.number("layer_norm_eps", in: 0...1, fallback: 1e-12))
      try file.require(found == .bert ? "hidden_act" : "activation", "gelu")
      try file.require("position_embedding_type", "absolute")
      guard width % heads == 0 else {
        throw ModelError.configuration(path: file.path, key: "heads", expected: "a divisor of the width \(width)", found: "\(heads)")
      }
    }
  }

  private struct Layer: Sendable {
    let query, key, value, out: Linear
    let attentionNorm, outputNorm: LayerNorm
    let up, down: Linear
  }

  public let configuration: Configuration
  private let words, positions: Embedding
  private let tokenType: [Float]?
  private let norm: LayerNorm
  private let layers: [Layer]
  private let layerName: String

  public var width: Int { configuration.width }
  public var maximumTokens: Int { configuration.positions }

  /// Reads the weights; names may stand under `distilbert.` or `bert.` as in checkpoints with a task head.
  public init(_ configuration: Configuration, weights: WeightStore) throws {
    self.configuration = configuration
    let kind = configuration.kind
    let scoped = weights.contains("\(kind.rawValue).embeddings.word_embeddings.weight") ? weights.scoped(kind.rawValue) : weights
    let width = configuration.width
    let epsilon = configuration.epsilon
    let embeddings = scoped.scoped("embeddings")
    words = try Embedding(embeddings.scoped("word_embeddings"), count: configuration.vocabulary, width: width)
    positions = try Embedding(embeddings.scoped("position_embeddings"), count: configuration.positions, width: width)
    tokenType =
      kind == .bert
      ? Array(try embeddings.scoped("token_type_embeddings").floats("weight", shape: [configuration.tokenTypes, width]).prefix(width)) : nil
    norm = try LayerNorm(embeddings.scoped("LayerNorm"), width: width, epsilon: epsilon)
    layerName = kind == .bert ? "encoder.layer" : "transformer.layer"
    let prefix = layerName
    layers = try (0..<configuration.layers).map { index in
      let store = scoped.scoped("\(prefix).\(index)")
      func linear(_ distilbert: String, _ bert: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
        try Linear(store.scoped(kind == .bert ? bert : distilbert), inputs: inputs, outputs: outputs)
      }
      func layerNorm(_ distilbert: String, _ bert: String) throws -> LayerNorm {
        try LayerNorm(store.scoped(kind == .bert ? bert : distilbert), width: width, epsilon: epsilon)
      }
      return Layer(
        query: try linear("attention.q_lin", "attention.self.query", width, width),
        key: try linear("attention.k_lin", "attention.self.key", width, width),
        value: try linear("attention.v_lin", "attention.self.value", width, width),
        out: try linear("attention.out_lin", "attention.output.dense", width, width),
        attentionNorm: try layerNorm("sa_layer_norm", "attention.output.LayerNorm"),
        outputNorm: try layerNorm("output_layer_norm", "output.LayerNorm"),
        up: try linear("ffn.lin1", "intermediate.dense", width, configuration.hidden),
        down: try linear("ffn.lin2", "output.dense", configuration.hidden, width))
    }
  }

  public func states(_ texts: [[Int32]], trace: Trace?) throws -> [Matrix] {
    for ids in texts {
      guard ids.count <= maximumTokens, !ids.isEmpty else { throw ModelError.tokens(found: ids.count, limit: maximumTokens) }
      if let odd = ids.first(where: { $0 < 0 || Int($0) >= configuration.vocabulary }) {
        throw ModelError.token(id: Int(odd), vocabulary: configuration.vocabulary)
      }
    }
    var x = embed(texts)
    trace?("embeddings", x)
    for (index, layer) in layers.enumerated() {
      apply(layer, to: &x, lengths: texts.map(\.count))
      trace?("\(layerName).\(index)", x)
    }
    var first = 0
    return texts.map { ids in
      defer { first += ids.count }
      return x.rows(first..<first + ids.count)
    }
  }

  private func embed(_ texts: [[Int32]]) -> Matrix {
    let ids = texts.joined().map(Int.init)
    var x = words(ids)
    let places = positions(texts.flatMap { Array($0.indices) })
    x.add(places)
    if let tokenType {
      x.values.withUnsafeMutableBufferPointer { x in
        tokenType.withUnsafeBufferPointer { type in
          guard let x = x.baseAddress, let type = type.baseAddress else { return }
          for row in 0..<ids.count { addInPlace(x + row * width, type, count: width) }
        }
      }
    }
    return norm(x)
  }

  private func apply(_ layer: Layer, to x: inout Matrix, lengths: [Int]) {
    let mixed = attend(layer.query(x), layer.key(x), layer.value(x), lengths)
    x.add(layer.out(mixed))
    normalize(&x, layer.attentionNorm)
    var hidden = layer.up(x)
    geluInParallel(&hidden)
    x.add(layer.down(hidden))
    normalize(&x, layer.outputNorm)
  }

  private func attend(_ queries: Matrix, _ keys: Matrix, _ values: Matrix, _ lengths: [Int]) -> Matrix {
    let heads = configuration.heads
    if lengths.count == 1 { return attention(queries: queries, keys: keys, values: values, heads: heads) }
    var mixed: [Float] = []
    mixed.reserveCapacity(queries.values.count)
    var first = 0
    for length in lengths {
      let rows = first..<first + length
      mixed += attention(queries: queries.rows(rows), keys: keys.rows(rows), values: values.rows(rows), heads: heads).values
      first += length
    }
    return Matrix(rows: queries.rows, columns: width, values: mixed)
  }
}
