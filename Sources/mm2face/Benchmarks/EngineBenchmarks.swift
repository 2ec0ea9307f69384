import Containers
import Foundation
import Models
import NeuralNet
import Synthesis
import Tensor

/// The benchmarks of the networks, with random weights of the right shapes.
enum EngineBenchmarks {
  struct Shape {
    var width = 256, layers = 6, heads = 8, memory = 250
    var label: String {
      switch (width, layers, heads) {
      case (256, 6, 8): "S"
      case (1024, 9, 16): "L"
      default: "\(width)x\(layers)"
      }
    }
  }

  /// Tokens drawn in one run: 8 s of motion.
  static let tokens = 50

  /// One token of the transformer with its key/value cache: the median step of several runs of 50, greedy, whole memory visible.
  static func token(_ shape: Shape, _ precision: WeightPrecision, repeats: Int) throws -> BenchmarkLine {
    let config = MM2FaceTransformerConfig(
      width: shape.width, layers: shape.layers, heads: shape.heads, maxSteps: 63, textWidth: 0, audioWidth: 0, start: .token,
      audioBias: false, headHidden: 0, lanes: [512])
    let model = try MM2FaceTransformer(WeightStore.random(seed: 1), config: config, rate: 4, precision: precision)
    let rows = memory(shape)
    var steps: [Double] = [], prefill: [Double] = []
    for run in 0..<repeats + 1 {
      let clock = ContinuousClock.now
      let state = model.begin(memory: model.memory(rows: rows))
      let prefilled = ContinuousClock.now
      var token = -1
      for _ in 0..<tokens {
        let start = ContinuousClock.now
        if token < 0 { model.start(state) } else { model.step(state, tokens: [token]) }
        token = greedy(model.logits(state, lane: 0, drawn: []))
        if run > 0 { steps.append((ContinuousClock.now - start) / .milliseconds(1)) }
      }
      if run > 0 { prefill.append((prefilled - clock) / .milliseconds(1)) }
    }
    return BenchmarkLine(
      "token-\(shape.label)-\(precision.rawValue)", milliseconds: steps, extra: ["prefillMs": prefill.sorted()[prefill.count / 2]])
  }

  /// 50 tokens → 200 frames by the paper's decoder (512 wide).
  static func decode(repeats: Int) throws -> BenchmarkLine {
    let config = BundleTemplate.paper.description(name: "", vocabulary: 1).tokenizer
    let tokenizer = try MotionTokenizer(WeightStore.random(seed: 2), config: config)
    let tokens = (0..<Self.tokens).map { ($0 * 37) % 512 }
    return BenchmarkLine("decode", milliseconds: timed(repeats) { _ = tokenizer.decode(tokens) })
  }

  /// DistilBERT (or its size), five texts of 32 tokens.
  static func distilbert(repeats: Int) throws -> BenchmarkLine {
    guard let part = BundleTemplate.paper.description(name: "", vocabulary: 30_522).text else {
      return BenchmarkLine("distilbert", milliseconds: [])
    }
    let settings = try BertEncoder.Configuration(ModelConfiguration(part.config.mapValues(\.untyped), path: "distilbert"), kind: part.kind)
    let encoder = try BertEncoder(settings, weights: WeightStore.random(seed: 3))
    let texts: [[Int32]] = (0..<5).map { text in (0..<32).map { place -> Int32 in Int32(1000 + text * 997 + place * 131) } }
    return BenchmarkLine("distilbert", milliseconds: try timed(repeats) { _ = try encoder.states(texts, trace: nil) })
  }

  /// wav2vec 2.0 base on 8 s of sound.
  static func wav2vec2(repeats: Int) throws -> BenchmarkLine {
    guard let part = BundleTemplate.paper.description(name: "", vocabulary: 1).audio else {
      return BenchmarkLine("wav2vec2", milliseconds: [])
    }
    let settings = try Wav2Vec2.Configuration(ModelConfiguration(part.config.mapValues(\.untyped), path: "wav2vec2"))
    let encoder = try Wav2Vec2(settings, weights: WeightStore.random(seed: 4))
    var random = RandomSource(seed: 5)
    let sound = (0..<128_000).map { _ in Float(random.normal() * 0.1) }
    return BenchmarkLine("wav2vec2", milliseconds: try timed(repeats) { _ = try encoder.features(sound) })
  }

  /// Process start to the first token: writes random weights of size S, then starts this program on them again and again.
  static func start(repeats: Int) throws -> BenchmarkLine {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-bench-\(getpid())").path
    try Unfinished.makeFolder(folder)
    defer { Unfinished.remove(folder) }
    let settings = FirstToken.Settings(dim: 256, layers: 6, heads: 8, codes: 512, block: 64)
    try AtomicFile.write(JSONEncoder().encode(settings), to: "\(folder)/config.json")
    let store = WeightStore.random(seed: 6)
    _ = try MM2FaceTransformer(store, config: settings.transformer, rate: 4)
    try store.writeMade(to: "\(folder)/model.safetensors")
    guard let program = Bundle.main.executableURL else { return BenchmarkLine("start", milliseconds: []) }
    return BenchmarkLine(
      "start",
      milliseconds: try timed(repeats) {
        let process = Process()
        process.executableURL = program
        process.arguments = ["bench", "--first", folder]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        _ = try pipe.fileHandleForReading.read(upToCount: 5)
      })
  }

  private static func memory(_ shape: Shape) -> Matrix {
    var random = RandomSource(seed: 7)
    return Matrix(
      rows: shape.memory, columns: shape.width, values: (0..<shape.memory * shape.width).map { _ in Float(random.normal()) })
  }

  /// The likeliest code, END left out.
  static func greedy(_ logits: Matrix) -> Int {
    logits.values.withUnsafeBufferPointer { values in
      var best = 0
      for index in 1..<values.count - 1 where values[index] > values[best] { best = index }
      return best
    }
  }
}

/// One process that reads a transformer and draws one token: what `bench start` measures.
enum FirstToken {
  struct Settings: Codable {
    var dim, layers, heads, codes, block: Int

    var transformer: MM2FaceTransformerConfig {
      MM2FaceTransformerConfig(
        width: dim, layers: layers, heads: heads, maxSteps: block - 1, textWidth: 0, audioWidth: 0, start: .token, audioBias: false,
        headHidden: 0, lanes: [codes])
    }
  }

  static func run(_ folder: String, precision: WeightPrecision) throws {
    let settings = try JSONFile.read(Settings.self, path: "\(folder)/config.json")
    let model = try MM2FaceTransformer(
      WeightStore(safetensors: "\(folder)/model.safetensors"), config: settings.transformer, rate: 4, precision: precision)
    let rows = Matrix(rows: 250, columns: settings.dim, repeating: 0.1)
    let state = model.begin(memory: model.memory(rows: rows))
    model.start(state)
    _ = EngineBenchmarks.greedy(model.logits(state, lane: 0, drawn: []))
    print("FIRST")
    fflush(nil)
  }
}
