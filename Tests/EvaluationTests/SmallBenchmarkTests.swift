import Containers
import Corpus
import Evaluation
import Foundation
import Head
import Models
import Motion
import NeuralNet
import Synthesis
import Testing

/// The text benchmark on 64 clips made on the spot, its figures held against recorded bounds.
///
/// After a new bundle or new retrieval networks: `RECORD_BOUNDS=1 swift test -c release --filter SmallBenchmarkTests` writes the bounds
/// anew and fails, so that a recording never passes for a check.
@Suite(.serialized) struct SmallBenchmarkTests {
  typealias Bounds = [String: [String: [Double]]]

  static var boundsPath: String { fixturePath("bounds.json") }

  /// 64 short clips without sound to judge, and 64 others to learn from.
  static func set() throws -> (test: [EvaluationItem], train: [EvaluationItem]) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("small-benchmark-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let bank = URL(fileURLWithPath: try AssetLocator.path("assets/corpus"))
    var settings = DatasetBuilder.Settings(clips: 220, seed: 64, folder: folder, bank: bank)
    settings.talkShare = 0
    _ = try DatasetBuilder(settings).build()
    let all = try MMHeadDataset(folder: folder).entries.map(\.name).sorted()
    let list = try JSONSerialization.data(withJSONObject: ["test": all])
    try list.write(to: folder.appendingPathComponent(MMHeadDataset.Subset.text.fileName))
    let items = try EvaluationDataset(folder: folder.path, task: .text).items.sorted {
      ($0.clip.frameCount, $0.name) < ($1.clip.frameCount, $1.name)
    }
    return (Array(items.prefix(64)), Array(items.dropFirst(64).prefix(64)))
  }

  /// The retrieval network over texts, when the program brings one along.
  static func judge(_ mesh: FaceMesh, _ bundle: ModelBundle) throws -> Judge? {
    guard let path = try? AssetLocator.path("assets/models/retrieval/text.safetensors") else { return nil }
    let network = try RetrievalNetwork(weights: WeightStore(checkpoint: path))
    let (vocabulary, encoder) = try bundle.text()
    return try Judge(
      text: Judge.TextSide(network: network, vocabulary: vocabulary, encoder: encoder), audio: nil,
      standard: Judge.Standard(mean: network.mean ?? [], deviation: network.deviation ?? []), faceVertices: mesh.faceCount)
  }

  /// Rows of 64 clips, with the shipped bundle.
  static func report() async throws -> EvaluationReport {
    let (test, train) = try set()
    let head = try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors"))
    let mesh = try FaceMesh(head)
    let bundle = try ModelBundle(folder: AssetLocator.path("assets/models/studio"))
    let model = Generator(bundle: bundle)
    let benchmark = try Benchmark(test, task: .text, judge: judge(mesh, bundle), mesh: mesh)
    let real = try await benchmark.realEmbeddings()
    let sources: [any MotionSource] = [
      RealMotion(), Reconstruction(model), GeneratedMotion("MM2Face", model: model, settings: SamplingSettings(seed: 1), task: .text),
      NearestText(training: train), RandomMotion(test, seed: 1), StillFace(),
    ]
    var rows: [RowResult] = []
    for source in sources { rows.append(try await benchmark.run(source, real: real)) }
    return EvaluationReport(
      corpus: "64 clips", task: .text, split: "test", head: head.name, model: model.modelName, clips: test.count, batchedClips: 64,
      faults: [], rows: rows, seconds: 0)
  }

  /// A fifth of the figure to either side, and never less than 0.08. A row that samples gets twice as much: other machines round
  /// otherwise, and sampling then goes other ways.
  static func bounds(of report: EvaluationReport) -> Bounds {
    var bounds: Bounds = [:]
    for row in report.rows {
      for (name, figure) in row.figures {
        let slack = (row.name == "MM2Face" ? 2 : 1) * max(0.08, 0.2 * abs(figure.mean))
        bounds[row.name, default: [:]][name] = [figure.mean - slack, figure.mean + slack]
      }
    }
    return bounds
  }

  @Test func figuresStayWithinTheirRecordedBounds() async throws {
    let report = try await Self.report()
    if ProcessInfo.processInfo.environment["RECORD_BOUNDS"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(Self.bounds(of: report)).write(to: URL(fileURLWithPath: Self.boundsPath))
      Issue.record("recorded \(Self.boundsPath); run again without RECORD_BOUNDS")
      return
    }
    let bounds = try JSONDecoder().decode(Bounds.self, from: Data(contentsOf: URL(fileURLWithPath: Self.boundsPath)))
    for row in report.rows {
      #expect(row.faults.isEmpty, "\(row.name): \(row.faults.first?.reason ?? "")")
      let known = try #require(bounds[row.name], "no bounds recorded for \(row.name)")
      for (name, figure) in row.figures.sorted(by: { $0.key < $1.key }) {
        guard let range = known[name], range.count == 2 else {
          Issue.record("\(row.name) \(name) = \(figure.mean): no bounds recorded")
          continue
        }
        #expect(figure.mean >= range[0] && figure.mean <= range[1], "\(row.name) \(name) = \(figure.mean), recorded \(range)")
      }
      for name in known.keys where row.figures[name] == nil { Issue.record("\(row.name) \(name) is no longer had") }
    }
    // What must hold whatever the bundle: texts are true of the real motion, and of no other row as often.
    func figure(_ row: String, _ name: String) -> Double { report.rows.first { $0.name == row }?.figures[name]?.mean ?? .nan }
    for level in ["adherence.action", "adherence.expression", "adherence.pose"] {
      #expect(figure("real motion", level) > 0.97)
      #expect(figure("real motion", level) > figure("random real motion", level))
    }
    #expect(report.rows.contains { $0.name == "still face" && ($0.figures["jitter"]?.mean ?? 1) < 1e-6 })
  }
}
