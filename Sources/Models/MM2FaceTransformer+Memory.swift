import Foundation
import NeuralNet
import Tensor

/// What cross-attention reads: keys and values of every layer, and which rows are what.
///
/// Row 0 is the null row; text rows follow, then audio rows. Keys lie transposed (W × capacity a layer), values row by row (N × W a layer).
public final class CrossMemory: @unchecked Sendable {
  public let rows: Int
  /// Text rows, between the null row and the audio rows.
  public let textRows: Range<Int>
  public let audioRows: Range<Int>
  /// The frame of the first audio row, counted from the first frame of step 0 (negative when it hears what came before).
  public let firstFrame: Int
  /// Added to the logits of the rows before the audio rows: the logarithm of a level's weight.
  let offsets: [Float]
  let capacity: Int
  let width: Int
  private let memory: WeightMemory

  init(rows: Int, textRows: Range<Int>, audioRows: Range<Int>, firstFrame: Int, offsets: [Float], layers: Int, width: Int) {
    self.rows = rows
    self.textRows = textRows
    self.audioRows = audioRows
    self.firstFrame = firstFrame
    self.offsets = offsets
    self.width = width
    capacity = (rows + 15) / 16 * 16
    memory = WeightMemory(byteCount: layers * 2 * capacity * width * 4)
  }

  /// W × capacity.
  func keys(layer: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer(to: Float.self, atByte: layer * 2 * capacity * width * 4)
  }

  /// N × W.
  func values(layer: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer(to: Float.self, atByte: (layer * 2 + 1) * capacity * width * 4)
  }
}

extension MM2FaceTransformer {
  /// The states of one text level: tokens × text width.
  public struct TextRows: Sendable {
    /// 0…4: action, emotion, expression, pose, scenario.
    public var level: Int
    public var states: Matrix
    public var weight: Double

    public init(level: Int, states: Matrix, weight: Double = 1) {
      self.level = level
      self.states = states
      self.weight = weight
    }
  }

  /// Audio features, one row per frame at 25 fps, from `firstFrame` on (see `CrossMemory.firstFrame`).
  public struct AudioRows: Sendable {
    public var features: Matrix
    public var firstFrame: Int

    public init(features: Matrix, firstFrame: Int = 0) {
      self.features = features
      self.firstFrame = firstFrame
    }
  }

  /// Text and audio → memory rows (after `memory_norm`) → keys and values of every layer.
  public func memory(text: [TextRows] = [], audio: AudioRows? = nil, trace: Trace? = nil) -> CrossMemory {
    guard let conditions else { preconditionFailure("this transformer takes memory rows as they are: use memory(rows:)") }
    let width = config.width
    var values = conditions.nullMemory
    var offsets: [Float] = [0]
    for part in text where part.weight > 0 {
      let states =
        config.textMemory == .pooled ? Matrix(rows: 1, columns: config.textWidth, values: part.states.meanRow()) : part.states
      let projected = conditions.textProjection(states)
      let level = Array(conditions.levels.row(part.level))
      for row in 0..<projected.rows {
        for column in 0..<width { values.append(projected[row, column] + level[column]) }
        if let places = conditions.places {
          let place = min(row, places.rows - 1), first = values.count - width
          for column in 0..<width { values[first + column] += places[place, column] }
        }
        offsets.append(Float(log(part.weight)))
      }
    }
    let textRows = 1..<values.count / width
    if let audio, let projection = conditions.audioProjection {
      var projected = projection(audio.features)
      for row in 0..<projected.rows {
        for column in 0..<width { projected.values[row * width + column] += conditions.audioEmbedding[column] }
      }
      values += projected.values
    }
    let all = values.count / width
    let rows = conditions.memoryNorm(Matrix(rows: all, columns: width, values: values))
    trace?("memory", rows)
    return memory(
      rows: rows, textRows: textRows, audioRows: textRows.upperBound..<all, firstFrame: audio?.firstFrame ?? 0, offsets: offsets)
  }

  /// Memory rows as they are (N × W), all of them visible from every step.
  public func memory(rows: Matrix) -> CrossMemory {
    memory(
      rows: rows, textRows: min(1, rows.rows)..<rows.rows, audioRows: rows.rows..<rows.rows, firstFrame: 0,
      offsets: [Float](repeating: 0, count: rows.rows))
  }

  private func memory(rows: Matrix, textRows: Range<Int>, audioRows: Range<Int>, firstFrame: Int, offsets: [Float]) -> CrossMemory {
    let width = config.width
    let memory = CrossMemory(
      rows: rows.rows, textRows: textRows, audioRows: audioRows, firstFrame: firstFrame, offsets: offsets, layers: layers.count,
      width: width)
    for (index, layer) in layers.enumerated() {
      layer.crossKV.applyTransposed(
        rows.values, rows: rows.rows, outputs: 0..<width, into: memory.keys(layer: index), yStride: memory.capacity)
      layer.crossKV.applyToManyRows(rows.values, rows: rows.rows, outputs: width..<2 * width, into: memory.values(layer: index))
    }
    return memory
  }

  /// The condition token of a text: its mean token state (text width) → W; the learned null without a text.
  public func condition(_ meanState: [Float]?) -> [Float] {
    guard let conditions else { preconditionFailure("this transformer starts with a token") }
    guard let meanState else { return conditions.nullCondition }
    return conditions.textCondition(Matrix(rows: 1, columns: config.textWidth, values: meanState)).values
  }
}
