import NeuralNet
import Tensor

/// What one running generation keeps between steps: cached keys and values of B sequences, and scratch.
///
/// B is 1, or 2 with guidance (the second reads no text). Sequences share the memory. Not for use from two threads at once.
public final class TransformerState {
  public let batch: Int
  public let memory: CrossMemory
  /// Which sequences see the text rows.
  let seesText: [Bool]
  /// How many steps the motion has, where it is known.
  let length: Int?
  /// Steps taken.
  public internal(set) var position = 0
  public var trace: Trace?

  let capacity: Int
  let width: Int
  let scoreStride: Int
  private let cache: WeightMemory
  private let scratch: WeightMemory

  init(_ model: MM2FaceTransformer, memory: CrossMemory, seesText: [Bool], length: Int?) {
    batch = seesText.count
    self.seesText = seesText
    self.length = length
    self.memory = memory
    width = model.config.width
    capacity = (model.config.maxSteps + 1 + 15) / 16 * 16
    cache = WeightMemory(byteCount: model.layers.count * batch * 2 * capacity * width * 4)
    scoreStride = (max(memory.rows, capacity) + 31) / 16 * 16
    let logits = (model.config.lanes.max() ?? 0) + 16
    let floats = batch * (width * 13 + model.config.headHidden + logits) + batch * model.config.heads * scoreStride + 256
    scratch = WeightMemory(byteCount: floats * 4)
    scratch.base.initializeMemory(as: UInt8.self, repeating: 0, count: floats * 4)
    let base = scratch.pointer(to: Float.self)
    x = base
    normed = base + batch * width
    qkv = base + batch * width * 2
    mixed = base + batch * width * 5
    added = base + batch * width * 6
    wide = base + batch * width * 7
    hidden = base + batch * width * 11
    drawn = base + batch * width * 12
    headHidden = base + batch * width * 13
    logitsBase = headHidden + batch * model.config.headHidden
    scores = logitsBase + batch * logits
  }

  /// B × W each, in this order: the residual stream, its norm, queries/keys/values (3W), mixed values, a sublayer's output, 4W, the final hidden state, hidden state plus drawn lanes.
  let x, normed, qkv, mixed, added, wide, hidden, drawn: UnsafeMutablePointer<Float>
  let headHidden, logitsBase, scores: UnsafeMutablePointer<Float>

  /// W × capacity of one layer and sequence.
  func keys(layer: Int, sequence: Int) -> UnsafeMutablePointer<Float> {
    cache.pointer(to: Float.self, atByte: (layer * batch + sequence) * 2 * capacity * width * 4)
  }

  /// capacity × W.
  func values(layer: Int, sequence: Int) -> UnsafeMutablePointer<Float> {
    cache.pointer(to: Float.self, atByte: ((layer * batch + sequence) * 2 + 1) * capacity * width * 4)
  }

  /// Goes back to an earlier position; what was cached after it is forgotten.
  public func rewind(to position: Int) {
    precondition(position >= 0 && position <= self.position, "cannot rewind from \(self.position) to \(position)")
    self.position = position
  }
}
