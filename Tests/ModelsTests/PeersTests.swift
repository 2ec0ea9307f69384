import Foundation
import Models
import NeuralNet
import Tensor
import Testing

/// Full-size weights with PyTorch's greedy tokens, written by a script outside the project; `MM2FACE_PEERS` names their folder.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MM2FACE_PEERS"] != nil)) struct PeersTests {
  struct Shape: Decodable { var dim, layers, heads, codes, block: Int }

  let folder = ProcessInfo.processInfo.environment["MM2FACE_PEERS"] ?? ""

  @Test(arguments: ["ar_S", "ar_L"])
  func greedyTokensAreThoseOfPyTorch(_ name: String) throws {
    let shape = try JSONDecoder().decode(Shape.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)/config.json")))
    let config = MM2FaceTransformerConfig(
      width: shape.dim, layers: shape.layers, heads: shape.heads, maxSteps: shape.block - 1, textWidth: 0, audioWidth: 0, start: .token,
      audioBias: false, headHidden: 0, lanes: [shape.codes])
    let reference = try WeightStore(safetensors: "\(folder)/\(name)/reference.safetensors")
    let memory = Matrix(rows: 250, columns: shape.dim, values: try reference.floats("input.mem", shape: [1, 250, shape.dim]))
    let logits = Matrix(rows: 50, columns: shape.codes + 1, values: try reference.floats("logits", shape: [1, 50, shape.codes + 1]))
    let expected = (0..<50).map { step in
      (0..<shape.codes).reduce(0) { logits[step, $1] > logits[step, $0] ? $1 : $0 }
    }
    for precision in WeightPrecision.allCases {
      let model = try MM2FaceTransformer(
        WeightStore(safetensors: "\(folder)/\(name)/model.safetensors"), config: config, rate: 4, precision: precision)
      let state = model.begin(memory: model.memory(rows: memory))
      var agreed = 0
      var largest: Float = 0
      for step in 0..<50 {
        // The tokens of PyTorch are put in, so that one difference does not hide the rest.
        if step == 0 { model.start(state) } else { model.step(state, tokens: [expected[step - 1]]) }
        let found = model.logits(state, lane: 0, drawn: [])
        let best = (0..<shape.codes).reduce(0) { found[0, $1] > found[0, $0] ? $1 : $0 }
        if best == expected[step] { agreed += 1 }
        largest = max(largest, largestDifference(found.values, Array(logits.row(step))))
      }
      print("\(name) \(precision.rawValue): \(agreed) of 50 tokens, largest difference \(largest)")
      if precision == .fp32 {
        #expect(agreed == 50)
        #expect(largest < 2e-3)
      }
    }
  }

  @Test func decoderMatchesPyTorch() throws {
    let store = try WeightStore(safetensors: "\(folder)/vq/model.safetensors")
    let reference = try WeightStore(safetensors: "\(folder)/vq/reference.safetensors")
    // The same network under the keys of a one-stream tokenizer.
    var tensors: [String: StoredTensor] = [
      "streams.0.mean": StoredTensor(shape: [56], values: [Float](repeating: 0, count: 56)),
      "streams.0.std": StoredTensor(shape: [56], values: [Float](repeating: 1, count: 56)),
    ]
    for (name, tensor) in store.all { tensors["streams.0.\(name == "codebook.weight" ? "codebook.0" : name)"] = tensor }
    let config = MotionTokenizerConfig(streams: [
      .init(name: "motion", channels: Array(0..<56), width: 512, codeWidth: 512, codes: 512)
    ])
    let tokenizer = try MotionTokenizer(WeightStore(path: "vq", tensors: tensors), config: config)
    let expected = try reference.floats("output", shape: [1, 200, 56])
    let file = try Reference(path: "\(folder)/vq/reference.safetensors")
    let tokens = try file.wide("input.ids")
    #expect(largestDifference(tokenizer.decode(tokens).values, expected) < 1e-4)
  }
}

extension Reference {
  /// 64-bit whole numbers.
  func wide(_ name: String) throws -> [Int] { try numbers(name, "I64", Int64.self).map(Int.init) }
}
