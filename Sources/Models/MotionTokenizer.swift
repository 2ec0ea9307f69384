import NeuralNet
import Tensor

/// Motion ⇄ tokens: one network a stream, one token a codebook and step.
///
/// Axis letters: T frames, S steps, L lanes, N numbers a frame (56). Keys: `streams.<i>.` as in `TokenizerStream`.
public struct MotionTokenizer: Sendable {
  public let config: MotionTokenizerConfig
  /// Numbers a frame.
  public let channels: Int
  let streams: [TokenizerStream]

  /// Steps decoded at a time in long clips.
  static let block = 256

  public init(_ store: WeightStore, config: MotionTokenizerConfig, channels: Int = 56) throws {
    try config.validate(path: store.path, channels: channels)
    self.config = config
    self.channels = channels
    streams = try config.streams.enumerated().map {
      try TokenizerStream(store.scoped("streams.\($0.offset)"), config: $0.element, halvings: config.halvings)
    }
    try store.finish()
  }

  public var lanes: [(name: String, stream: Int, codes: Int)] { config.lanes }

  /// Steps on either side of a step that its frames depend on, at most.
  public var decodeContext: Int { streams.map(\.decodeContext).max() ?? 0 }

  /// T × N → S × L tokens; a last step that is not full is filled with the last frame.
  public func encode(_ motion: Matrix, trace: Trace? = nil) -> [Int] {
    precondition(motion.columns == channels, "frames of \(channels) numbers, found \(motion.columns)")
    guard motion.rows > 0 else { return [] }
    let steps = (motion.rows + config.rate - 1) / config.rate
    let context = ((streams.map(\.encodeContext).max() ?? 0) + config.rate - 1) / config.rate
    var tokens: [Int] = []
    tokens.reserveCapacity(steps * lanes.count)
    for first in stride(from: 0, to: steps, by: Self.block * 4) {
      let last = min(first + Self.block * 4, steps)
      let from = max(0, first - context), to = min(steps, last + context)
      let columns = streams.enumerated().flatMap { index, stream in
        let part = frames(from * config.rate..<to * config.rate, of: motion, channels: stream.config.channels)
        return stream.encode(part, trace: trace?.scoped("streams.\(index)"))
      }
      for step in first - from..<last - from { tokens.append(contentsOf: columns.map { $0[step] }) }
    }
    return tokens
  }

  /// S × L tokens (each below its lane's codes) → S·rate × N.
  public func decode(_ tokens: [Int], trace: Trace? = nil) -> Matrix {
    let count = lanes.count
    precondition(tokens.count % count == 0, "\(tokens.count) tokens do not fill steps of \(count) lanes")
    let steps = tokens.count / count
    if steps <= Self.block { return decode(tokens, window: 0..<steps, keep: 0..<steps, trace: trace) }
    var values: [Float] = []
    values.reserveCapacity(steps * config.rate * channels)
    for first in stride(from: 0, to: steps, by: Self.block) {
      let last = min(first + Self.block, steps)
      let window = max(0, first - decodeContext)..<min(steps, last + decodeContext)
      values += decode(tokens, window: window, keep: first..<last, trace: nil).values
    }
    return Matrix(rows: steps * config.rate, columns: channels, values: values)
  }

  /// Decodes the steps of `window` and returns the frames of `keep`.
  func decode(_ tokens: [Int], window: Range<Int>, keep: Range<Int>, trace: Trace?) -> Matrix {
    let count = lanes.count
    var motion = Matrix(rows: keep.count * config.rate, columns: channels)
    var lane = 0
    for (index, stream) in streams.enumerated() {
      let books = (lane..<lane + stream.codebooks.count).map { lane in window.map { tokens[$0 * count + lane] } }
      lane += stream.codebooks.count
      let part = stream.decode(stream.latents(books), trace: trace?.scoped("streams.\(index)"))
      let offset = (keep.lowerBound - window.lowerBound) * config.rate
      for row in 0..<motion.rows {
        for (c, channel) in stream.config.channels.enumerated() { motion[row, channel] = part[row + offset, c] }
      }
    }
    return motion
  }

  private func frames(_ range: Range<Int>, of motion: Matrix, channels: [Int]) -> Matrix {
    var part = Matrix(rows: range.count, columns: channels.count)
    for (row, frame) in range.enumerated() {
      for (c, channel) in channels.enumerated() { part[row, c] = motion[min(frame, motion.rows - 1), channel] }
    }
    return part
  }
}

/// Decodes tokens as they fall; the frames it hands out equal those of decoding everything at once.
///
/// A frame waits until `decodeContext` later steps are known. Holds only the steps it still needs.
public struct IncrementalDecoder: Sendable {
  private let tokenizer: MotionTokenizer
  private let batch: Int
  private var tokens: [Int] = []
  /// The step of `tokens[0]`.
  private var origin = 0
  /// Steps handed out.
  public private(set) var finishedSteps = 0

  /// - Parameter batch: decode when this many steps have become final.
  public init(_ tokenizer: MotionTokenizer, batch: Int = 8) {
    self.tokenizer = tokenizer
    self.batch = max(batch, 1)
  }

  /// Adds one step of L tokens; returns the frames that became final (often none), rows × N.
  public mutating func append(_ step: [Int]) -> Matrix {
    tokens.append(contentsOf: step)
    let ready = origin + tokens.count / tokenizer.lanes.count - tokenizer.decodeContext
    return ready - finishedSteps >= batch ? emit(upTo: ready) : Matrix(rows: 0, columns: tokenizer.channels)
  }

  /// The frames still held back.
  public mutating func finish() -> Matrix { emit(upTo: origin + tokens.count / tokenizer.lanes.count) }

  private mutating func emit(upTo step: Int) -> Matrix {
    let count = tokenizer.lanes.count
    let steps = tokens.count / count
    guard step > finishedSteps else { return Matrix(rows: 0, columns: tokenizer.channels) }
    let frames = tokenizer.decode(tokens, window: 0..<steps, keep: finishedSteps - origin..<step - origin, trace: nil)
    finishedSteps = step
    let drop = max(0, finishedSteps - tokenizer.decodeContext - origin)
    tokens.removeFirst(drop * count)
    origin += drop
    return frames
  }
}
