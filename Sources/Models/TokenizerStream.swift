import NeuralNet
import Tensor

/// A residual block of the tokenizer: x + conv₁(relu(conv₃(relu x))), the first dilated.
struct TokenizerBlock: Sendable {
  let conv1: Conv1D
  let conv2: Conv1D

  init(_ store: WeightStore, width: Int, dilation: Int) throws {
    conv1 = try Conv1D(store.scoped("conv1"), inputs: width, outputs: width, taps: 3, padding: dilation, dilation: dilation)
    conv2 = try Conv1D(store.scoped("conv2"), inputs: width, outputs: width, taps: 1)
  }

  func callAsFunction(_ x: Matrix) -> Matrix {
    var y = conv2(relu(conv1(relu(x))))
    y.add(x)
    return y
  }
}

/// One stream of the tokenizer: encoder, codebooks, decoder (T2M-GPT's VQ-VAE without norms; codebooks refine one another).
///
/// Axis letters: T frames, S = T / rate steps, C channels of the stream, W width, D code width.
struct TokenizerStream: Sendable {
  let config: MotionTokenizerConfig.Stream
  let codebooks: [VectorQuantizer]
  private let mean: [Float]
  private let deviation: [Float]
  private let encIn: Conv1D
  private let encDown: [Conv1D]
  private let encRes: [[TokenizerBlock]]
  private let encOut: Conv1D
  private let decIn: Conv1D
  private let decRes: [[TokenizerBlock]]
  private let decUp: [UpsampleConv1D]
  private let decMid: Conv1D
  private let decOut: Conv1D
  /// Steps on either side that a decoded frame depends on, at most.
  let decodeContext: Int
  /// Frames on either side that a code depends on, at most.
  let encodeContext: Int

  init(_ store: WeightStore, config: MotionTokenizerConfig.Stream, halvings: Int) throws {
    self.config = config
    let channels = config.channels.count, width = config.width, code = config.codeWidth
    func conv(_ name: String, _ inputs: Int, _ outputs: Int, taps: Int = 3, stride: Int = 1) throws -> Conv1D {
      try Conv1D(store.scoped(name), inputs: inputs, outputs: outputs, taps: taps, stride: stride, padding: 1)
    }
    let dilations = (0..<config.depth).map { block in
      (0..<config.depth - 1 - block).reduce(1) { product, _ in product * config.dilationGrowth }
    }
    func blocks(_ name: String) throws -> [TokenizerBlock] {
      try dilations.enumerated().map { try TokenizerBlock(store.scoped("\(name).\($0.offset)"), width: width, dilation: $0.element) }
    }
    mean = try store.floats("mean", shape: [channels])
    deviation = try store.floats("std", shape: [channels])
    codebooks = try (0..<config.codebooks).map { book in
      VectorQuantizer(
        codes: Matrix(
          rows: config.codes, columns: code, values: try store.floats("codebook.\(book)", shape: [config.codes, code])))
    }
    encIn = try conv("enc_in", channels, width)
    encDown = try (0..<halvings).map { try conv("enc_down.\($0)", width, width, taps: 4, stride: 2) }
    encRes = try (0..<halvings).map { try blocks("enc_res.\($0)") }
    encOut = try conv("enc_out", width, code)
    decIn = try conv("dec_in", code, width)
    decRes = try (0..<halvings).map { try blocks("dec_res.\($0)") }
    decUp = try (0..<halvings).map { UpsampleConv1D(try conv("dec_up.\($0)", width, width)) }
    decMid = try conv("dec_mid", width, width)
    decOut = try conv("dec_out", width, channels)

    let stack = dilations.reduce(0, +)
    var decode = 2
    for _ in 0..<halvings { decode = (decode + 2) / 2 + 1 + stack }
    decodeContext = decode + 1
    var encode = 1
    for _ in 0..<halvings { encode = (encode + stack) * 2 + 2 }
    encodeContext = encode + 1
  }

  /// T × C, T a multiple of the rate → the tokens of every codebook, S each.
  func encode(_ motion: Matrix, trace: Trace? = nil) -> [[Int]] {
    var x = motion
    let channels = config.channels.count
    for row in 0..<x.rows {
      for c in 0..<channels { x.values[row * channels + c] = (x.values[row * channels + c] - mean[c]) / deviation[c] }
    }
    x = relu(encIn(x))
    trace?("enc_in", x)
    for (level, (down, blocks)) in zip(encDown, encRes).enumerated() {
      x = blocks.reduce(down(x)) { $1($0) }
      trace?("enc_res.\(level)", x)
    }
    var rest = encOut(x)
    trace?("enc_out", rest)
    return codebooks.map { book in
      let found = book.nearest(rest)
      let vectors = book.vectors(found)
      for i in 0..<rest.values.count { rest.values[i] -= vectors.values[i] }
      return found
    }
  }

  /// The sum of the codes of each step, S × D; `tokens` holds S a codebook.
  func latents(_ tokens: [[Int]]) -> Matrix {
    var sum = codebooks[0].vectors(tokens[0])
    for (book, found) in zip(codebooks, tokens).dropFirst() { sum.add(book.vectors(found)) }
    return sum
  }

  /// S × D → T × C in the units of the motion.
  func decode(_ latents: Matrix, trace: Trace? = nil) -> Matrix {
    var x = relu(decIn(latents))
    trace?("dec_in", x)
    for (level, (blocks, up)) in zip(decRes, decUp).enumerated() {
      x = up(blocks.reduce(x) { $1($0) })
      trace?("dec_up.\(level)", x)
    }
    x = decOut(relu(decMid(x)))
    trace?("dec_out", x)
    let channels = config.channels.count
    for row in 0..<x.rows {
      for c in 0..<channels { x.values[row * channels + c] = x.values[row * channels + c] * deviation[c] + mean[c] }
    }
    return x
  }
}
