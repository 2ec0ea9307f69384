import Foundation
import Models
import NeuralNet
import Synchronization
import Tensor
import Testing

/// The tensors of a fixture as a store, read without the code under test.
func fixtureStore(_ folder: String) throws -> WeightStore {
  let path = fixturePath("\(folder)/model.safetensors")
  let file = try Reference(path: path)
  return WeightStore(
    path: path,
    tensors: try Dictionary(
      uniqueKeysWithValues: file.names.map { ($0, StoredTensor(shape: try file.shape($0), values: try file.floats($0))) }))
}

func fixtureConfig<T: Decodable>(_ folder: String, _: T.Type = T.self) throws -> T {
  try JSONDecoder().decode(T.self, from: Data(contentsOf: URL(fileURLWithPath: fixturePath("\(folder)/config.json"))))
}

extension Reference {
  func matrix(_ name: String) throws -> Matrix {
    let shape = try shape(name)
    return Matrix(rows: shape[0], columns: shape[1], values: try floats(name))
  }
}

@Suite struct TokenizerParityTests {
  let tokenizer: MotionTokenizer
  let reference: Reference

  init() throws {
    tokenizer = try MotionTokenizer(fixtureStore("tokenizer"), config: fixtureConfig("tokenizer"))
    reference = try Reference(path: fixturePath("tokenizer/reference.safetensors"))
  }

  @Test func lanesAreNamedInOrder() { #expect(tokenizer.lanes.map(\.name) == ["mouth.1", "mouth.2", "head"]) }

  @Test func encodesAsPyTorch() throws {
    let motion = try reference.matrix("motion")
    let outputs = Mutex([String: Matrix]())
    let tokens = tokenizer.encode(motion, trace: Trace { name, value in outputs.withLock { $0[name] = value } })
    for stream in 0..<2 {
      let name = "streams.\(stream).enc_out"
      let found = try #require(outputs.withLock { $0[name] })
      #expect(largestDifference(found.values, try reference.floats(name)) < 1e-4, "\(name)")
    }
    #expect(tokens == (try reference.integers("tokens")).map(Int.init))
  }

  @Test func decodesAsPyTorch() throws {
    let tokens = try reference.integers("tokens").map(Int.init)
    let decoded = tokenizer.decode(tokens)
    #expect(largestDifference(decoded.values, try reference.floats("decoded")) < 1e-4)
  }

  @Test(arguments: [1, 3, 8, 100])
  func incrementalDecodingEqualsWhole(_ batch: Int) throws {
    var random = RandomSource(seed: 3)
    let tokens = (0..<90).flatMap { _ in [random.index(16), random.index(16), random.index(12)] }
    let whole = tokenizer.decode(tokens)
    var decoder = IncrementalDecoder(tokenizer, batch: batch)
    var values: [Float] = []
    var waiting = 0
    for step in 0..<90 {
      values += decoder.append(Array(tokens[step * 3..<step * 3 + 3])).values
      waiting = max(waiting, step + 1 - decoder.finishedSteps)
    }
    #expect(waiting <= tokenizer.decodeContext + batch)
    values += decoder.finish().values
    #expect(largestDifference(values, whole.values) < 1e-5)
    #expect(decoder.finish().rows == 0)
  }

  @Test func longClipsDecodeAsShortOnes() {
    var random = RandomSource(seed: 4)
    let tokens = (0..<700).flatMap { _ in [random.index(16), random.index(16), random.index(12)] }
    let whole = tokenizer.decode(tokens)
    let part = tokenizer.decode(Array(tokens[200 * 3..<320 * 3]))
    let context = tokenizer.decodeContext
    #expect(context < 50)
    let inner = (200 + context) * 4..<(320 - context) * 4
    #expect(whole.rows(inner).largestDifference(to: part.rows(inner.lowerBound - 800..<inner.upperBound - 800)) < 1e-5)
    #expect(tokenizer.encode(Matrix(rows: 0, columns: 56)).isEmpty && tokenizer.decode([]).rows == 0)
  }
}

@Suite struct TransformerParityTests {
  static let folders = ["transformer", "transformer-pooled"]
  /// Of what each knows the length in steps: to the last step drawn, shorter, not at all.
  static let cases: [(name: String, text: Bool, audio: Bool, length: Int?)] = [
    ("both", true, true, 10), ("text", true, false, 7), ("audio", false, true, 10), ("none", false, false, nil),
  ]

  func model(_ folder: String, _ precision: WeightPrecision = .fp32) throws -> MM2FaceTransformer {
    try MM2FaceTransformer(fixtureStore(folder), config: fixtureConfig(folder), rate: 4, laneNames: ["a", "b", "c"], precision: precision)
  }

  @Test(arguments: folders, cases)
  func logitsMatchPyTorch(_ folder: String, _ variant: (name: String, text: Bool, audio: Bool, length: Int?)) throws {
    let model = try model(folder)
    let reference = try Reference(path: fixturePath("\(folder)/reference.safetensors"))
    let outputs = Mutex([String: Matrix]())
    let (state, tokens) = try start(model, reference, text: variant.text, audio: variant.audio, length: variant.length) { name, value in
      outputs.withLock { $0[name] = value }
    }
    for position in 0..<10 {
      if position > 0 { model.step(state, tokens: tokens[position - 1]) }
      for lane in 0..<3 {
        let logits = model.logits(state, lane: lane, drawn: Array(tokens[position][..<lane]))
        let expected = try reference.matrix("\(variant.name).logits.\(lane)").row(position)
        #expect(largestDifference(logits.values, Array(expected)) < 1e-4, "lane \(lane) at \(position)")
      }
      guard variant.name == "both" else { continue }
      for name in ["layers.0.self", "layers.0.cross", "layers.0.ffn", "layers.1.self", "layers.1.cross", "layers.1.ffn", "hidden"] {
        let found = try #require(outputs.withLock { $0["step.\(position).\(name)"] })
        let expected = try reference.matrix("both.\(name)").row(position)
        #expect(largestDifference(found.values, Array(expected)) < 1e-4, "\(name) at \(position)")
      }
    }
  }

  @Test func guidedSequencesEqualTwoSeparateOnes() throws {
    let model = try model("transformer")
    let reference = try Reference(path: fixturePath("transformer/reference.safetensors"))
    let memory = try memory(model, reference, text: true, audio: true)
    let state = model.begin(memory: memory, guided: true, length: 10)
    model.start(state, conditions: [model.condition(try reference.matrix("full").meanRow()), model.condition(nil)])
    let tokens = try self.tokens(reference)
    for position in 0..<10 {
      if position > 0 { model.step(state, tokens: tokens[position - 1]) }
      let logits = model.logits(state, lane: 1, drawn: [tokens[position][0]])
      let with = try reference.matrix("both.logits.1").row(position), without = try reference.matrix("audio.logits.1").row(position)
      #expect(largestDifference(Array(logits.row(0)), Array(with)) < 1e-4)
      #expect(largestDifference(Array(logits.row(1)), Array(without)) < 1e-4)
    }
  }

  @Test func audioHeardFromBeforeTheWindowShiftsTheMask() throws {
    let model = try model("transformer")
    let reference = try Reference(path: fixturePath("transformer/reference.safetensors"))
    let audio = try reference.matrix("audio")
    // The same audio with eight frames of something else in front, declared as such, is heard alike once these are out of earshot.
    let longer = Matrix(rows: audio.rows + 8, columns: audio.columns, values: audio.values[..<72].map { -$0 } + audio.values)
    let plain = model.begin(memory: model.memory(audio: .init(features: audio)))
    let shifted = model.begin(memory: model.memory(audio: .init(features: longer, firstFrame: -8)))
    for state in [plain, shifted] { model.start(state, conditions: [model.condition(nil)]) }
    #expect(plain.memory.audioRows.count + 8 == shifted.memory.audioRows.count)
    let far = [plain, shifted].map { state in model.logits(state, lane: 0, drawn: []).values }
    #expect(largestDifference(far[0], far[1]) > 1e-3, "step 0 hears four frames of what came before")
  }

  @Test func rewindingRepeatsTheSameNumbers() throws {
    let model = try model("transformer")
    let reference = try Reference(path: fixturePath("transformer/reference.safetensors"))
    let (state, tokens) = try start(model, reference, text: true, audio: true) { _, _ in }
    model.step(state, tokens: tokens[0])
    model.step(state, tokens: tokens[1])
    let first = model.logits(state, lane: 0, drawn: [])
    model.step(state, tokens: tokens[5])
    state.rewind(to: 2)
    model.step(state, tokens: tokens[1])
    #expect(model.logits(state, lane: 0, drawn: []) == first)
  }

  @Test(arguments: [WeightPrecision.fp16, .int8])
  func narrowWeightsStayClose(_ precision: WeightPrecision) throws {
    let reference = try Reference(path: fixturePath("transformer/reference.safetensors"))
    let model = try model("transformer", precision)
    let (state, _) = try start(model, reference, text: true, audio: true) { _, _ in }
    let logits = model.logits(state, lane: 0, drawn: [])
    let expected = try reference.matrix("both.logits.0").row(0)
    #expect(largestDifference(logits.values, Array(expected)) < (precision == .fp16 ? 0.02 : 0.3))
  }

  private func tokens(_ reference: Reference) throws -> [[Int]] {
    let flat = try reference.integers("tokens").map(Int.init)
    return stride(from: 0, to: flat.count, by: 3).map { Array(flat[$0..<$0 + 3]) }
  }

  private func memory(_ model: MM2FaceTransformer, _ reference: Reference, text: Bool, audio: Bool, trace: Trace? = nil) throws
    -> CrossMemory
  {
    let rows =
      text
      ? try [(0, 1.0), (1, 2.5), (4, 0.5)].map { level, weight in
        MM2FaceTransformer.TextRows(level: level, states: try reference.matrix("states.\(level)"), weight: weight)
      } : []
    return model.memory(text: rows, audio: audio ? .init(features: try reference.matrix("audio")) : nil, trace: trace)
  }

  private func start(
    _ model: MM2FaceTransformer, _ reference: Reference, text: Bool, audio: Bool, length: Int? = 10,
    _ record: @escaping @Sendable (String, Matrix) -> Void
  ) throws -> (TransformerState, [[Int]]) {
    let state = model.begin(memory: try memory(model, reference, text: text, audio: audio), length: length)
    state.trace = Trace(record)
    model.start(state, conditions: [model.condition(text ? try reference.matrix("full").meanRow() : nil)])
    return (state, try tokens(reference))
  }
}

@Suite struct ClaimReaderParityTests {
  private struct Sizes: Decodable { var width, layers, heads, events, marks, levels: Int }

  private func reader(layers: Int? = nil, heads: Int? = nil, marks: Int? = nil) throws -> ClaimReader {
    let sizes: Sizes = try fixtureConfig("claims")
    return try ClaimReader(
      weights: fixtureStore("claims"), width: sizes.width, levels: sizes.levels, layers: layers ?? sizes.layers,
      heads: heads ?? sizes.heads, events: sizes.events, marks: marks ?? sizes.marks)
  }

  @Test func readsAsPyTorch() throws {
    let reference = try Reference(path: fixturePath("claims/reference.safetensors"))
    let states = try reference.matrix("states")
    let found = try reader()(states, level: 2)
    #expect(largestDifference(found.events, try reference.floats("events")) < 1e-4)
    #expect(largestDifference(found.marks, try reference.floats("marks")) < 1e-4)
    #expect(found.spans.rows == ClaimReader.spans)
    #expect(largestDifference(found.spans.values, try reference.floats("spans")) < 1e-4)
    #expect(largestDifference(try reader()(states, level: 1).marks, try reference.floats("marks")) > 0.01, "levels are told apart")
    #expect(largestDifference(try reader(heads: 4)(states, level: 2).marks, try reference.floats("marks")) > 0.01)
    #expect(largestDifference(try reader(layers: 1)(states, level: 2).marks, try reference.floats("marks")) > 0.01)
  }

  @Test func otherSizesAreNamed() {
    #expect(throws: NeuralNetError.self) { try reader(marks: 6) }
    #expect(throws: NeuralNetError.self) { try reader(layers: 3) }
  }
}

@Suite struct LengthPredictorParityTests {
  private struct Sizes: Decodable { var width, heads, hidden, steps, levels: Int }

  private func predictor(steps: Int? = nil) throws -> LengthPredictor {
    let sizes: Sizes = try fixtureConfig("length")
    return try LengthPredictor(
      weights: fixtureStore("length"), width: sizes.width, levels: sizes.levels, heads: sizes.heads, hidden: sizes.hidden,
      steps: steps ?? sizes.steps)
  }

  @Test func tellsWhatPyTorchTells() throws {
    let reference = try Reference(path: fixturePath("length/reference.safetensors"))
    let texts = try [1, 3].map { (level: $0, states: try reference.matrix("states.\($0)")) }
    let predictor = try predictor()
    #expect(largestDifference(predictor(texts), try reference.floats("steps")) < 1e-4)
    #expect(largestDifference(predictor(texts.reversed()), try reference.floats("steps")) < 1e-4, "rows have no order")
    #expect(largestDifference(predictor([]), try reference.floats("steps.none")) < 1e-4)
  }

  @Test func otherSizesAreNamed() { #expect(throws: NeuralNetError.self) { try predictor(steps: 10) } }
}
