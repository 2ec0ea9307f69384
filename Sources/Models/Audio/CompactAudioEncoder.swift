import Foundation
import NeuralNet
import Tensor

/// The small audio encoder of the shipped bundle: log-mel, three convolutions to 50 frames a second, transformer layers
/// that see `window` frames each way, 16 mouth classes and two mouth measures.
///
/// A motion frame's features are, in order: the mean of its two states (width), the class probabilities of its first and
/// of its second half (16 each), opening and rounding of the first and of the second half.
/// Every state depends on a bounded stretch of sound, so long sounds run in windows whose result is the same as at once.
/// Keys: c1, c2, c3 (convolutions), b.N.{n0,dw,n1,qkv,o,n2,f1,f2}, n (norm), out. Axis letters: F frames (50 a second), W width.
public struct CompactAudioEncoder: AudioEncoder {
  public struct Configuration: Sendable, Hashable {
    public var bands: Int
    public var width: Int
    public var layers: Int
    public var heads: Int
    /// Frames (50 a second) an attention layer sees each way.
    public var window: Int
    public var classes: [String]

    /// The classes of the shipped encoder: silence, then mouth shapes of ARPAbet phones.
    public static let standardClasses = ["SIL", "PBM", "FV", "TH", "TDN", "KG", "SZ", "SH", "R", "L", "W", "UU", "AO", "AA", "EH", "IY"]

    public init(_ file: ModelConfiguration) throws {
      bands = try file.integer("mels", in: LogMel.bands...LogMel.bands)
      width = try file.integer("width", in: 1...4096)
      layers = try file.integer("layers", in: 1...64)
      heads = try file.integer("heads", in: 1...64)
      window = try file.integer("window", in: 0...10_000)
      classes = Self.standardClasses
      guard width % heads == 0 else {
        throw ModelError.configuration(path: file.path, key: "heads", expected: "a divisor of the width \(width)", found: "\(heads)")
      }
    }
  }

  private struct Block: Sendable {
    let first, second, third: LayerNorm
    let depthwise: Conv1D
    let joined, out, up, down: Linear
  }

  /// Frames (50 a second) a window gives.
  static let windowFrames = 1000

  public let configuration: Configuration
  private let mel = LogMel()
  private let convolutions: [Conv1D]
  private let blocks: [Block]
  private let norm: LayerNorm
  private let head: Linear

  public var width: Int { configuration.width + 2 * (configuration.classes.count + 2) }

  /// Frames each way beyond which sound cannot change a state.
  private var reach: Int { configuration.layers * (configuration.window + 4) + 4 }

  public init(_ configuration: Configuration, weights: WeightStore) throws {
    self.configuration = configuration
    let width = configuration.width
    convolutions = [
      try Conv1D(weights.scoped("c1"), inputs: configuration.bands, outputs: width, taps: 5, padding: 2),
      try Conv1D(weights.scoped("c2"), inputs: width, outputs: width, taps: 4, stride: 2, padding: 1),
      try Conv1D(weights.scoped("c3"), inputs: width, outputs: width, taps: 3, padding: 1),
    ]
    blocks = try (0..<configuration.layers).map { index in
      let store = weights.scoped("b.\(index)")
      return Block(
        first: try LayerNorm(store.scoped("n0"), width: width), second: try LayerNorm(store.scoped("n1"), width: width),
        third: try LayerNorm(store.scoped("n2"), width: width),
        depthwise: try Conv1D(store.scoped("dw"), inputs: width, outputs: width, taps: 9, padding: 4, groups: width),
        joined: try Linear(store.scoped("qkv"), inputs: width, outputs: 3 * width),
        out: try Linear(store.scoped("o"), inputs: width, outputs: width),
        up: try Linear(store.scoped("f1"), inputs: width, outputs: 4 * width),
        down: try Linear(store.scoped("f2"), inputs: 4 * width, outputs: width))
    }
    norm = try LayerNorm(weights.scoped("n"), width: width)
    head = try Linear(weights.scoped("out"), inputs: width, outputs: configuration.classes.count + 2)
  }

  public func stream(_ sound: SoundSource, frames: Int?, trace: Trace?, to sink: (Matrix) throws -> Void) throws {
    try stream(sound, frames: frames, window: Self.windowFrames, trace: trace, to: sink)
  }

  /// All features in one window, however long the sound: what windows are tested against.
  package func wholeFeatures(_ samples: [Float]) throws -> Matrix {
    var values: [Float] = []
    try stream(SoundSource(samples), frames: nil, window: .max / 2, trace: nil) { values += $0.values }
    return Matrix(rows: values.count / width, columns: width, values: values)
  }

  private func stream(_ sound: SoundSource, frames: Int?, window: Int, trace: Trace?, to sink: (Matrix) throws -> Void) throws {
    var count = 0
    var energy = 0.0
    let read = try sound.open()
    while case let block = try read(1 << 16), !block.isEmpty {
      count += block.count
      energy += block.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let wanted = frames ?? AudioFrames.count(samples: count)
    guard wanted > 0 else { return }
    let gain = LogMel.gain(rms: (energy / Double(max(count, 1))).squareRoot())
    // A sound too short for one frame gets silence behind it.
    let melFrames = max(LogMel.frameCount(samples: count), 4)
    let total = melFrames / 2
    let means = try melMeans(sound, frames: melFrames, gain: gain)
    var sliding = try SlidingSound(sound)
    var sent = 0
    var last: [Float] = []
    for first in stride(from: 0, to: total, by: window) {
      let core = first..<min(first + min(window, total), total)
      let states = try states(core, of: total, melFrames: melFrames, &sliding, gain, means, trace)
      let rows = min(core.count / 2, wanted - sent)
      if rows > 0 {
        let features = features(states, rows: rows)
        last = Array(features.row(rows - 1))
        try sink(features)
        sent += rows
      }
    }
    // Frames asked for beyond the sound hold its last features.
    while sent < wanted {
      let rows = min(wanted - sent, 1000)
      try sink(Matrix(rows: rows, columns: width, values: (0..<rows).flatMap { _ in last }))
      sent += rows
    }
  }

  private func melMeans(_ sound: SoundSource, frames: Int, gain: Float) throws -> [Float] {
    var sums = [Double](repeating: 0, count: LogMel.bands)
    var sliding = try SlidingSound(sound)
    for first in stride(from: 0, to: frames, by: 4000) {
      let range = first..<min(first + 4000, frames)
      let means = LogMel.means(try melFrames(range, &sliding, gain))
      for band in sums.indices { sums[band] += Double(means[band]) * Double(range.count) }
    }
    return sums.map { Float($0 / Double(max(frames, 1))) }
  }

  private func melFrames(_ range: Range<Int>, _ sliding: inout SlidingSound, _ gain: Float) throws -> [Float] {
    let first = range.lowerBound * LogMel.hop - LogMel.lead
    try sliding.move(to: max(first, 0)..<max(range.upperBound * LogMel.hop + LogMel.window, 1))
    return mel.frames(range, of: sliding.samples, startingAt: sliding.start, gain: gain)
  }

  /// Final states of frames `core`, computed with what they can see on both sides.
  private func states(
    _ core: Range<Int>, of total: Int, melFrames count: Int, _ sliding: inout SlidingSound, _ gain: Float, _ means: [Float],
    _ trace: Trace?
  ) throws -> Matrix {
    let seen = max(0, core.lowerBound - reach)..<min(total, core.upperBound + reach)
    let melRange = 2 * seen.lowerBound..<(seen.upperBound == total ? count : 2 * seen.upperBound)
    var input = try melFrames(melRange, &sliding, gain)
    LogMel.normalize(&input, means: means)
    var x = Matrix(rows: melRange.count, columns: LogMel.bands, values: input)
    trace?("mel", x)
    x = convolutions[0](x)
    geluInParallel(&x)
    x = convolutions[1](x)
    geluInParallel(&x)
    var detail = convolutions[2](x)
    geluInParallel(&detail)
    x.add(detail)
    for (index, block) in blocks.enumerated() {
      apply(block, to: &x)
      trace?("b.\(index)", x)
    }
    normalize(&x, norm)
    trace?("n", x)
    return x.rows(core.lowerBound - seen.lowerBound..<core.upperBound - seen.lowerBound)
  }

  private func apply(_ block: Block, to x: inout Matrix) {
    x.add(block.depthwise(block.first(x)))
    let joined = block.joined(block.second(x))
    let width = configuration.width
    func part(_ index: Int) -> Matrix {
      Matrix(rows: x.rows, columns: width) { target in
        joined.values.withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return }
          for row in 0..<x.rows { (target + row * width).update(from: base + row * 3 * width + index * width, count: width) }
        }
      }
    }
    let mixed = attention(
      queries: part(0), keys: part(1), values: part(2), heads: configuration.heads, mask: .band(radius: configuration.window))
    x.add(block.out(mixed))
    var hidden = block.up(block.third(x))
    geluInParallel(&hidden)
    x.add(block.down(hidden))
  }

  /// states (2·rows or more × W) → rows × features.
  private func features(_ states: Matrix, rows: Int) -> Matrix {
    let heard = head(states)
    let classes = configuration.classes.count
    let inner = configuration.width
    var out = Matrix(rows: rows, columns: width)
    for row in 0..<rows {
      let base = row * width
      for column in 0..<inner { out.values[base + column] = 0.5 * (states[2 * row, column] + states[2 * row + 1, column]) }
      for half in 0..<2 {
        var logits = Array(heard.row(2 * row + half).prefix(classes))
        logits.withUnsafeMutableBufferPointer { if let first = $0.baseAddress { softmaxInPlace(first, count: classes) } }
        out.values.replaceSubrange(base + inner + half * classes..<base + inner + (half + 1) * classes, with: logits)
        for measure in 0..<2 {
          out.values[base + inner + 2 * classes + 2 * half + measure] = 1 / (1 + exp(-heard[2 * row + half, classes + measure]))
        }
      }
    }
    return out
  }
}
