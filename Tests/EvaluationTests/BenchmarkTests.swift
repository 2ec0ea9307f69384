import Containers
import Corpus
import Evaluation
import Foundation
import Head
import Models
import Motion
import NeuralNet
import Tensor
import Testing

@Suite struct BenchmarkTests {
  /// Random weights with the names of our training: 56 parameters, states of `inputs`, 2 layers of 16.
  static func network(inputs: Int, seed: UInt64) throws -> RetrievalNetwork {
    var random = RandomSource(seed: seed)
    var tensors: [String: StoredTensor] = [:]
    func add(_ name: String, _ shape: [Int], _ scale: Double) {
      let count = shape.reduce(1, *)
      let centre = name.hasSuffix("norm1.weight") || name.hasSuffix("norm2.weight") ? 1.0 : 0
      tensors[name] = StoredTensor(shape: shape, values: (0..<count).map { _ in Float(centre + random.normal() * scale) })
    }
    for (side, columns) in [("motion", 56), ("condition", inputs)] {
      add("\(side).project.weight", [16, columns], 0.3)
      add("\(side).project.bias", [16], 0.1)
      add("\(side).rows", [2, 16], 1)
      for layer in 0..<2 {
        let prefix = "\(side).encoder.layers.\(layer)"
        add("\(prefix).self_attn.in_proj_weight", [48, 16], 0.3)
        add("\(prefix).self_attn.in_proj_bias", [48], 0.1)
        add("\(prefix).self_attn.out_proj.weight", [16, 16], 0.3)
        add("\(prefix).self_attn.out_proj.bias", [16], 0.1)
        add("\(prefix).linear1.weight", [32, 16], 0.3)
        add("\(prefix).linear1.bias", [32], 0.1)
        add("\(prefix).linear2.weight", [16, 32], 0.3)
        add("\(prefix).linear2.bias", [16], 0.1)
        for norm in ["norm1", "norm2"] {
          add("\(prefix).\(norm).weight", [16], 0.1)
          add("\(prefix).\(norm).bias", [16], 0.1)
        }
      }
    }
    return try RetrievalNetwork(weights: WeightStore(path: "memory", tensors: tensors))
  }

  /// A text encoder that needs no weights: each token is a fixed random row.
  struct HashedText: TextEncoder {
    let width = 12
    let maximumTokens = 300
    func states(_ texts: [[Int32]], trace: Trace?) throws -> [Matrix] {
      texts.map { ids in
        Matrix(
          rows: ids.count, columns: width,
          values: ids.flatMap { id in
            var random = RandomSource(seed: UInt64(id))
            return (0..<12).map { _ in Float(random.normal()) }
          })
      }
    }
  }

  static func items(_ count: Int) -> [EvaluationItem] {
    var random = RandomSource(seed: 9)
    return (0..<count).map { index in
      var clip = Clip(frames: 20 + index % 7)
      let open = Float(random.uniform(0.05, 0.3))
      let smile = Float(random.unit())
      for frame in 0..<clip.frameCount {
        clip[frame, .mouthSmileLeft] = smile
        clip[frame, .eyeBlinkLeft] = frame == 5 ? 1 : 0
        clip[frame, .eyeBlinkRight] = frame == 5 ? 1 : 0
        clip[frame, Clip.jawRange.lowerBound] = open
        clip[frame, Clip.neckRange.lowerBound + 1] = 0.3
      }
      let score = Score(seconds: clip.seconds, events: [.pose(.turnLeft, .medium, 0..<0.5), .pose(.up, .medium, 0..<0.5)])
      return EvaluationItem(
        name: "clip\(index)", texts: [.action: "word\(index % 11) smile", .pose: "turn \(index % 5)"], clip: clip,
        phones: [Phone("p", 0.1, 0.2), Phone("aa", 0.2, 0.4)], score: score)
    }
  }

  static func benchmark(_ items: [EvaluationItem], repeats: Int = 2) throws -> Benchmark {
    let head = try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors"))
    let mesh = try FaceMesh(head)
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789".flatMap { [String($0), "##\($0)"] }
    let vocabulary = try WordPiece(bytes: Array((["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + letters).joined(separator: "\n").utf8))
    let side = Judge.TextSide(network: try network(inputs: 12, seed: 1), vocabulary: vocabulary, encoder: HashedText())
    let judge = try Judge(text: side, audio: nil, standard: Judge.Standard(parametersOf: items.map(\.clip)), faceVertices: mesh.faceCount)
    return try Benchmark(items, task: .talking, judge: judge, mesh: mesh, repeats: repeats)
  }

  @Test func rowsBehaveAsTheyMust() async throws {
    let items = Self.items(64)
    let benchmark = try Self.benchmark(items)
    let real = try #require(try await benchmark.realEmbeddings())
    let own = try await benchmark.run(RealMotion(), real: real)
    #expect(abs(own.figures["FID"]?.mean ?? 1) < 1e-6)
    #expect(own.figures["LVE"] == nil)
    #expect(own.figures["pose"]?.mean == 0.5, "half of the poses asked for are shown")
    #expect((own.figures["blinks"]?.mean ?? 0) > 30)
    #expect(own.figures["seal"]?.mean == 0 && own.figures["falseSeal"]?.mean == 0, "an open jaw never seals")
    let still = try await benchmark.run(StillFace(), real: real)
    #expect((still.figures["LVE"]?.mean ?? 0) > 0.5)
    #expect((still.figures["FVE"]?.mean ?? 9) < (still.figures["LVE"]?.mean ?? 0))
    #expect((still.figures["FID"]?.mean ?? 0) > 0.1)
    #expect(still.figures["pose"]?.mean == 0)
    let random = try await benchmark.run(RandomMotion(items, seed: 2), real: real)
    #expect(random.repeats == 2)
    #expect((random.figures["LVE"]?.mean ?? 9) < (still.figures["LVE"]?.mean ?? 0))
    let others = Array(Self.items(70).suffix(6))
    var drawn: [[Float]] = []
    for item in items.prefix(6) {
      let clip = try await RandomMotion(items, from: others, seed: 2, whole: true).clip(for: item, repetition: 1)
      #expect(others.contains { $0.clip.values == clip.values }, "a whole clip is neither cut nor held")
      drawn.append(clip.values)
      let fitted = try await RandomMotion(items, seed: 2).clip(for: item, repetition: 1)
      #expect(fitted.frameCount == item.clip.frameCount && fitted.values != item.clip.values, "another clip's motion")
    }
    #expect(Set(drawn).count == 6, "no clip is drawn twice")
    let again = AnotherPerformance(seed: 3)
    #expect(AnotherPerformance.fits(items) && !AnotherPerformance.fits([]))
    let performed = try await again.clip(for: items[0], repetition: 0)
    #expect(performed.frameCount == items[0].clip.frameCount && (performed.values.map(abs).max() ?? 0) > 0.1)
    #expect(try await again.clip(for: items[0], repetition: 0) == performed)
    #expect(try await again.clip(for: items[0], repetition: 1).values != performed.values)
    var voiced = items[0]
    voiced.score?.speech = Score.Line(text: "hello", voice: "a", start: 0, end: 0.5)
    #expect(!AnotherPerformance.fits([items[1], voiced]))
    await #expect(throws: DatasetFault.self) { try await again.clip(for: voiced, repetition: 0) }
    let nearest = try await benchmark.run(NearestText(training: items), real: real)
    #expect(nearest.faults.isEmpty)
    #expect(try await benchmark.run(RandomMotion(items, seed: 2), real: real) == random, "the same seed gives the same figures")
  }

  /// The real motion at first, then a still face.
  struct Tiring: MotionSource {
    let name = "tiring"
    let isRandom = true
    func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
      try await repetition == 0 ? item.clip : StillFace().clip(for: item, repetition: repetition)
    }
  }

  @Test func repeatsAreHeldAgainstOneAnother() async throws {
    let benchmark = try Self.benchmark(Self.items(64))
    let real = try #require(try await benchmark.realEmbeddings())
    let (still, tiring) = (try await benchmark.run(StillFace(), real: real), try await benchmark.run(Tiring(), real: real))
    #expect(still.figures["FID.takes"] == nil, "one pass has nothing to be held against")
    let distance = try #require(still.figures["FID"]?.mean)
    #expect(abs(try #require(tiring.figures["FID.takes"]?.mean) - distance) < 1e-6 * distance)
  }

  struct Failing: MotionSource {
    let name = "failing"
    let isRandom = false
    func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
      if item.name == "clip3" { throw DatasetFault(file: item.name, reason: "no luck") }
      var clip = item.clip
      if item.name == "clip4" { clip.values[0] = .nan }
      return clip
    }
  }

  @Test func failuresAreCountedNotAveragedInSilently() async throws {
    let benchmark = try Self.benchmark(Self.items(33))
    let row = try await benchmark.run(Failing(), real: nil)
    #expect(row.faults.map(\.file) == ["clip3", "clip4"])
    #expect(row.clips == 31)
    let few = try await Self.benchmark(Self.items(31)).run(RealMotion(), real: nil)
    #expect(few.figures["R1"] == nil && few.figures["diversity"] == nil, "31 clips fill no batch")
  }

  @Test func theTableSaysWhereItsNumbersComeFrom() throws {
    let row = RowResult(
      name: "real motion", clips: 64, repeats: 1,
      figures: ["R1": [0.5], "seal": [0.9]].compactMapValues { Figure($0) }, faults: [])
    let report = EvaluationReport(
      corpus: "somewhere", task: .talking, split: "test", head: "studio", model: nil, clips: 65, batchedClips: 64,
      faults: [DatasetFault(file: "a.wav", reason: "it is missing")], complaints: ["too few"], rows: [row], seconds: 1)
    let text = ResultTable.text(report)
    for part in ["somewhere", "0.500", "0.843", "paper", "a.wav", "64 in full batches", "note: too few", "p/b/m sealed"] {
      #expect(text.contains(part), "\(part)")
    }
    let markdown = ResultTable.markdown(report)
    for part in ["| real motion | 0.500 |", "*0.843*", "| --: |", "0.900"] { #expect(markdown.contains(part), "\(part)") }
    #expect(Figure([1, 2, 3]).map { abs($0.interval - 1.1316) < 1e-3 } == true)
  }

  @Test func otherBasesAreRefused() throws {
    var items = Self.items(2)
    items[1].clip.basis = .flame2020
    #expect(throws: EvaluationError.self) { try Self.benchmark(items) }
  }
}
