import Foundation
import NeuralNet
import Tensor

/// The network that judges motions (TMR, Petrovich et al. 2023): motion and condition (text or sound) embedded in one space.
///
/// Each side: rows projected to W, two learnt rows in front, sinusoidal positions, post-norm encoder layers; the first row
/// of the result is the embedding (the mean of a Gaussian whose deviation only training uses). The decoder half of a
/// checkpoint is not read.
/// Two spellings are known: the published checkpoints' (`motion_encoder.projection`, `tokens`, `seqTransEncoder`, for text also
/// `headpose_projection`) and our training's (`motion.project`, `rows`, `encoder`). Axis letters: T rows, I inputs, W width.
public struct RetrievalNetwork: Sendable {
  /// One of the two encoders.
  struct Side: Sendable {
    struct Layer: Sendable {
      let joined, out, up, down: Linear
      let first, second: LayerNorm
    }

    let projection: Linear
    /// 3 → its share of W, behind the projection's.
    let headPose: Linear?
    /// 2 × W
    let rows: Matrix
    let layers: [Layer]
    let heads: Int

    var width: Int { rows.columns }
  }

  private let motion: Side
  private let condition: Side
  /// What motions are standardised with, when the checkpoint brings it (I each).
  public let mean: [Float]?
  public let deviation: [Float]?

  /// Numbers of an embedding.
  public var width: Int { motion.width }
  /// Numbers a motion frame has: 56 parameters, or face vertices × 3.
  public var motionInputs: Int { motion.projection.inputs }
  /// Numbers a row of the condition's states has.
  public var conditionInputs: Int { condition.projection.inputs }
  /// Whether motions bring their head pose apart, as the published text network wants it.
  public var takesHeadPose: Bool { motion.headPose != nil }

  /// Reads a checkpoint; sizes are those of its tensors. `heads` is 4 in the paper and in our training.
  public init(weights: WeightStore, heads: Int = 4) throws {
    let store = weights.names.contains { $0.hasPrefix("vae.motion_encoder.") } ? weights.scoped("vae") : weights
    let published = store.contains("motion_encoder.tokens")
    motion = try Self.side(store.scoped(published ? "motion_encoder" : "motion"), published: published, heads: heads)
    condition = try Self.side(store.scoped(published ? "text_encoder" : "condition"), published: published, heads: heads)
    guard motion.width == condition.width else {
      throw ModelError.unsupported(
        path: weights.path, what: "embeddings of \(motion.width) and \(condition.width) numbers", expected: "one width")
    }
    if let shape = store.shape(of: "mean"), let inputs = shape.first, shape == [inputs] {
      mean = try store.floats("mean", shape: [inputs])
      deviation = try store.floats("std", shape: [inputs])
    } else {
      mean = nil
      deviation = nil
    }
  }

  private static func side(_ store: WeightStore, published: Bool, heads: Int) throws -> Side {
    let projectionName = published ? "projection" : "project"
    let rowsName = published ? "tokens" : "rows"
    let encoder = store.scoped(published ? "seqTransEncoder" : "encoder")
    guard let rowsShape = store.shape(of: rowsName), rowsShape.count == 2, rowsShape[0] == 2, rowsShape[1] % heads == 0,
      let projection = store.shape(of: "\(projectionName).weight"), projection.count == 2
    else {
      let expected = "\(store.key(projectionName)).weight and \(store.key(rowsName)) of a retrieval network"
      throw ModelError.unsupported(path: store.path, what: "this checkpoint", expected: expected)
    }
    let width = rowsShape[1]
    var layers: [Side.Layer] = []
    while let hidden = encoder.shape(of: "layers.\(layers.count).linear1.weight")?.first {
      let layer = encoder.scoped("layers.\(layers.count)")
      let attention = layer.scoped("self_attn")
      layers.append(
        Side.Layer(
          joined: Linear(
            weight: try attention.matrix("in_proj_weight", outputs: 3 * width, inputs: width),
            bias: try attention.floats("in_proj_bias", shape: [3 * width])),
          out: try Linear(attention.scoped("out_proj"), inputs: width, outputs: width),
          up: try Linear(layer.scoped("linear1"), inputs: width, outputs: hidden),
          down: try Linear(layer.scoped("linear2"), inputs: hidden, outputs: width),
          first: try LayerNorm(layer.scoped("norm1"), width: width), second: try LayerNorm(layer.scoped("norm2"), width: width)))
    }
    guard !layers.isEmpty else {
      throw ModelError.unsupported(path: store.path, what: "a retrieval network without layers", expected: encoder.key("layers.0"))
    }
    let share = width - projection[0]
    return Side(
      projection: try Linear(store.scoped(projectionName), inputs: projection[1], outputs: projection[0]),
      headPose: share > 0 ? try Linear(store.scoped("headpose_projection"), inputs: 3, outputs: share) : nil,
      rows: try store.table(rowsName, rows: 2, columns: width), layers: layers, heads: heads)
  }

  /// motion (T × I, standardised), head pose (T × 3 radians, when the network takes one) → W numbers.
  public func embed(motion frames: Matrix, headPose: Matrix? = nil) -> [Float] { motion(frames, headPose: headPose) }

  /// States of the text or sound (T × I) → W numbers.
  public func embed(condition states: Matrix) -> [Float] { condition(states, headPose: nil) }
}

extension RetrievalNetwork.Side {
  func callAsFunction(_ input: Matrix, headPose pose: Matrix?) -> [Float] {
    precondition((headPose != nil) == (pose != nil), "a head pose where there should be none, or none where there should be one")
    var x = front(projection(input), pose.flatMap { headPose?($0) })
    for layer in layers {
      let joined = layer.joined(x)
      let mixed = attention(queries: part(joined, 0), keys: part(joined, 1), values: part(joined, 2), heads: heads)
      x.add(layer.out(mixed))
      normalize(&x, layer.first)
      var hidden = layer.up(x)
      geluInParallel(&hidden)
      x.add(layer.down(hidden))
      normalize(&x, layer.second)
    }
    return Array(x.row(0))
  }

  /// The learnt rows, then the projected ones, positions added.
  private func front(_ projected: Matrix, _ pose: Matrix?) -> Matrix {
    var values = rows.values
    for row in 0..<projected.rows {
      values += projected.row(row)
      if let pose { values += pose.row(row) }
    }
    var x = Matrix(rows: projected.rows + 2, columns: width, values: values)
    for column in stride(from: 0, to: width, by: 2) {
      let rate = exp(Double(column) * -log(10_000) / Double(width))
      for row in 0..<x.rows {
        x[row, column] += Float(sin(Double(row) * rate))
        if column + 1 < width { x[row, column + 1] += Float(cos(Double(row) * rate)) }
      }
    }
    return x
  }

  /// One third of the columns.
  private func part(_ joined: Matrix, _ index: Int) -> Matrix {
    Matrix(rows: joined.rows, columns: width) { target in
      joined.values.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        for row in 0..<joined.rows { (target + row * width).update(from: base + (row * 3 + index) * width, count: width) }
      }
    }
  }
}
