import Containers
import Foundation
import Models
import NeuralNet
import Tensor
import Testing

/// Parity with transformers and PyTorch on tiny random networks: training/fixtures/encoders.py.
@Suite struct EncoderTests {
  @Test(arguments: ["distilbert", "bert"]) func textEncodersEqualTransformers(name: String) throws {
    let tiny = try TinyModel(name)
    let encoder = try BertEncoder(BertEncoder.Configuration(tiny.configuration), weights: tiny.weights)
    try tiny.weights.finish()
    let ids = try tiny.reference.integers("input.ids")
    let check = LayerCheck()
    let states = try encoder.states(ids, trace: check.trace)
    try check.expect(tiny.reference, beside: ["output"])
    #expect(largestDifference(states.values, try tiny.reference.floats("output")) < 1e-4)
    // Several texts at once are each what they are alone.
    let texts = [Array(ids.prefix(3)), ids, Array(ids.suffix(9)), [ids[0]]]
    let together = try encoder.states(texts, trace: nil)
    for (text, found) in zip(texts, together) {
      #expect(largestDifference(found.values, try encoder.states(text).values) < 1e-5)
    }
    #expect(throws: ModelError.self) { try encoder.states([]) }
    #expect(throws: ModelError.self) { try encoder.states([Int32](repeating: 1, count: 41)) }
    #expect(throws: ModelError.self) { try encoder.states([60]) }
    #expect(throws: ModelError.self) { try encoder.states([-1]) }
  }

  @Test(arguments: ["wav2vec2-base", "wav2vec2-large"]) func wav2Vec2EqualsTransformers(name: String) throws {
    let tiny = try TinyModel(name)
    let configuration = try Wav2Vec2.Configuration(tiny.configuration, normalizesInput: false)
    var encoder = try Wav2Vec2(configuration, weights: tiny.weights)
    try tiny.weights.finish()
    let audio = try tiny.reference.floats("input.audio")
    let check = LayerCheck()
    let features = try encoder.features(audio, trace: check.trace)
    try check.expect(tiny.reference, beside: ["output", "interpolated", "interpolatedEarly"])
    #expect(largestDifference(features.values, try tiny.reference.floats("interpolated")) < 1e-4)
    encoder.interpolation = .before
    #expect(largestDifference(try encoder.features(audio).values, try tiny.reference.floats("interpolatedEarly")) < 1e-4)
  }

  /// A checkpoint with a task head, in PyTorch's own container, with the older spelling of the weight norm.
  @Test func foldersOfTransformersAreRead() throws {
    let tiny = try TinyModel("wav2vec2-base")
    let audio = try tiny.reference.floats("input.audio")
    let new = try PretrainedFolder.audio(fixturePath("wav2vec2-base"))
    let old = try PretrainedFolder.audio(fixturePath("wav2vec2-base/old"))
    #expect(largestDifference(try new.features(audio).values, try old.features(audio).values) < 1e-6)
    let empty = fixturePath("")
    #expect(throws: ContainerError.self) { try PretrainedFolder.audio(empty) }
    #expect(throws: ModelError.self) { try PretrainedFolder.weights(empty) }
  }

  @Test func normalisingTheInputIgnoresGainAndOffset() throws {
    let tiny = try TinyModel("wav2vec2-base")
    let encoder = try Wav2Vec2(Wav2Vec2.Configuration(tiny.configuration), weights: tiny.weights)
    let audio = try tiny.reference.floats("input.audio")
    let loud = try encoder.features(audio.map { $0 * 3 + 0.2 })
    #expect(largestDifference(try encoder.features(audio).values, loud.values) < 1e-3)
  }

  @Test func compactEncoderEqualsItsTraining() throws {
    let tiny = try TinyModel("compact")
    let encoder = try CompactAudioEncoder(CompactAudioEncoder.Configuration(tiny.configuration), weights: tiny.weights)
    try tiny.weights.finish()
    let audio = try tiny.reference.floats("input.audio")
    let check = LayerCheck()
    let features = try encoder.features(audio, trace: check.trace)
    try check.expect(tiny.reference, beside: ["output", "features"])
    #expect(features.rows == 32 && features.columns == encoder.width)
    #expect(largestDifference(features.values, try tiny.reference.floats("features")) < 1e-4)
  }

  /// A long sound in windows against the same sound at once.
  @Test func compactWindowsHaveNoSeam() throws {
    let tiny = try TinyModel("compact")
    let encoder = try CompactAudioEncoder(CompactAudioEncoder.Configuration(tiny.configuration), weights: tiny.weights)
    var random = RandomSource(seed: 5)
    let count = 61 * 16_000 + 333
    let audio = (0..<count).map { index -> Float in
      let swell = 1 + sin(Double(index) * 1e-4)
      let tone = sin(Double(index) * 0.05) * 0.2
      return Float(tone + random.normal() * 0.02 * swell)
    }
    let windowed = try encoder.features(audio)
    #expect(windowed.rows == AudioFrames.count(samples: count))
    let whole = try encoder.wholeFeatures(audio)
    #expect(largestDifference(windowed.values, whole.values) < 1e-4)
  }

  @Test func wav2Vec2WindowsCoverLongSounds() throws {
    let tiny = try TinyModel("wav2vec2-base")
    let encoder = try Wav2Vec2(Wav2Vec2.Configuration(tiny.configuration), weights: tiny.weights)
    var random = RandomSource(seed: 6)
    let count = 70 * 16_000
    let audio = (0..<count).map { _ in Float(random.normal() * 0.1) }
    var rows = 0
    var largest = 0
    try encoder.stream(SoundSource(audio), frames: nil, trace: nil) { piece in
      rows += piece.rows
      largest = max(largest, piece.rows)
      #expect(piece.values.allSatisfy { $0.isFinite })
    }
    #expect(rows == 1750)
    #expect(largest < 800, "windows bound what is held at once")
  }

  @Test(arguments: [0, 1, 100, 399, 400, 641, 1280, 2000]) func shortSoundsGiveWholeFrames(count: Int) throws {
    let compact = try TinyModel("compact")
    let wav2Vec2 = try TinyModel("wav2vec2-large")
    let encoders: [any AudioEncoder] = [
      try CompactAudioEncoder(CompactAudioEncoder.Configuration(compact.configuration), weights: compact.weights),
      try Wav2Vec2(Wav2Vec2.Configuration(wav2Vec2.configuration), weights: wav2Vec2.weights),
    ]
    for encoder in encoders {
      for audio in [[Float](repeating: 0, count: count), (0..<count).map { Float($0 % 7) * 0.1 }] {
        let features = try encoder.features(audio)
        #expect(features.rows == AudioFrames.count(samples: count))
        #expect(features.values.allSatisfy { $0.isFinite })
        if count > 0 { #expect(try encoder.features(audio, frames: 5).rows == 5) }
      }
    }
  }

  @Test func wrongSettingsAreFaults() throws {
    func configuration(_ changes: [String: Any], _ name: String) throws -> ModelConfiguration {
      let data = try Data(contentsOf: URL(fileURLWithPath: fixturePath("\(name)/config.json")))
      var values = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
      for (key, value) in changes { values[key] = value }
      return ModelConfiguration(values, path: "x/config.json")
    }
    let cases: [([String: Any], String)] = [
      (["dim": -1], "distilbert"), (["dim": "wide"], "distilbert"), (["n_heads": 5], "distilbert"), (["model_type": "gpt2"], "distilbert"),
      (["hidden_act": "relu"], "bert"), (["vocab_size": 1e12], "bert"), (["num_hidden_layers": 1.5], "bert"),
    ]
    for (changes, name) in cases {
      let error = #expect(throws: ModelError.self) { try BertEncoder.Configuration(configuration(changes, name)) }
      #expect(error?.description.contains("x/config.json") == true)
    }
    let audio: [[String: Any]] = [
      ["conv_dim": []], ["conv_kernel": [1, 2]], ["conv_stride": [50, 2, 2, 2, 2, 2, 2]], ["feat_extract_norm": "batch"],
      ["hidden_size": 33],
    ]
    for changes in audio {
      #expect(throws: ModelError.self) { try Wav2Vec2.Configuration(configuration(changes, "wav2vec2-base")) }
    }
    // Sizes that do not fit the weights are found by name and shape.
    let tiny = try TinyModel("bert")
    let wide = try BertEncoder.Configuration(configuration(["hidden_size": 64], "bert"))
    #expect(throws: NeuralNetError.self) { try BertEncoder(wide, weights: tiny.weights) }
  }
}
