import Foundation
import Motion
import Speech
import Synthesis
import Tensor
import Testing

/// A tiny random bundle, made once.
enum TinyBundle {
  static let folder: String = {
    let path = "\(place)/tiny"
    _ = try? ModelBundle.makeRandom(.tiny, seed: 7, folder: path)
    return path
  }()

  /// Where it and its copies stand; it goes away when the tests end.
  private static let place: String = {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-tiny-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: TinyBundle.place) }
    return path
  }()

  static func generator() throws -> Generator { try Generator(folder: folder) }

  /// A copy of its folder, to be damaged or described otherwise.
  static func copy(describedAs change: ((inout BundleDescription) -> Void)? = nil) throws -> String {
    let path = "\(place)/copy-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: folder, toPath: path)
    if let change {
      var description = try ModelBundle(folder: path).description
      change(&description)
      try description.write(to: path)
    }
    return path
  }

  static func voice(seconds: Double, seed: UInt64 = 1) -> AudioSource {
    var random = RandomSource(seed: seed)
    let samples = (0..<Int(seconds * 16_000)).map { index -> Float in
      let time = Double(index)
      let hum: Double = 0.2 * sin(time * 0.05) * sin(time * 0.0007)
      return Float(hum + random.uniform(-0.02, 0.02))
    }
    return .waveform(Waveform(samples: samples), name: "hum")
  }
}

extension ModelBundle {
  /// Token states of a text alone.
  func states(of text: String) throws -> Matrix {
    let (vocabulary, encoder) = try self.text()
    return try #require(try encoder.states([vocabulary.encode(text, maximum: encoder.maximumTokens)], trace: nil).first)
  }
}

/// Runs a task's work on a thread that no other task uses.
final class OwnThread: TaskExecutor {
  private let queue = DispatchQueue(label: "mm2face.test")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

@Suite struct GeneratorTests {
  let generator: Generator
  let prompt = Prompt(action: "she nods twice", emotion: "happy")

  init() throws { generator = try TinyBundle.generator() }

  @Test func makesTheLengthAskedForAndReportsEveryStep() async throws {
    let request = GenerationRequest(prompt: prompt, length: .seconds(1.5), settings: SamplingSettings(seed: 3))
    var steps: [StepEvent] = []
    let result = try await generator.result(of: request) { steps.append($0) }
    #expect(result.clip.frameCount == 38 && result.tokens.stepCount == 10)
    #expect(steps.map(\.position) == Array(0..<10) && steps.map(\.tokens) == (0..<10).map { result.tokens[step: $0] })
    for choice in steps.flatMap(\.choices) {
      #expect(choice.origin == .sampled && choice.probability > 0 && choice.probability <= 1 && choice.entropy >= 0)
      #expect(choice.alternatives.count == 8)
      #expect(zip(choice.alternatives, choice.alternatives.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    }
    #expect(result.provenance["seed"] == "3" && result.provenance["model"] == generator.modelName)
    #expect(try JSONDecoder().decode(Prompt.self, from: Data((result.provenance["prompt"] ?? "").utf8)) == prompt)
    #expect(result.clip.values.allSatisfy { $0.isFinite })
  }

  @Test func theEndIsDrawnAsTrainedWhateverTheSettings() async throws {
    var chances: [Double] = []
    for (temperature, guidance) in [(1, 1), (0.3, 1), (0, 6), (0.9, 3.5), (2, 8)] {
      let settings = SamplingSettings(temperature: temperature, guidance: guidance, seed: 5)
      let request = GenerationRequest(prompt: prompt, length: .seconds(0.5), settings: settings)
      _ = try await generator.result(of: request) { if $0.position == 0 { chances.append($0.endProbability) } }
    }
    #expect(chances.count == 5 && chances[0] > 0 && chances[0] < 1)
    #expect(Set(chances).count == 1, "\(chances)")
  }

  @Test func motionsEndAsOftenAsTheirStepsSay() async throws {
    // Of 200 free motions as many must end at the second step as the model says on average, within four deviations.
    var expected = 0.0
    var variance = 0.0
    var ended = 0
    for seed in 0..<200 as Range<UInt64> {
      var settings = SamplingSettings.usual
      settings.seed = seed
      // The chance of END at the second step, from a motion that starts alike and may not end.
      var chance = 0.0
      let fixed = GenerationRequest(prompt: prompt, length: .seconds(0.5), settings: settings)
      _ = try await generator.result(of: fixed) { if $0.position == 1 { chance = $0.endProbability } }
      expected += chance
      variance += chance * (1 - chance)
      let free = try await generator.result(of: GenerationRequest(prompt: prompt, settings: settings)) { _ in }
      ended += free.tokens.stepCount == 1 ? 1 : 0
    }
    #expect(expected > 1, "\(expected)")
    #expect(abs(Double(ended) - expected) <= 4 * variance.squareRoot() + 1, "\(ended) ended, \(expected) expected")
  }

  @Test func sameSeedSameBytesWithAnyNumberOfThreads() async throws {
    // BLAS keeps its threads here: with others it adds long clips up in another order, and tests beside this one decode such clips.
    let before = ThreadPool.shared.threads
    defer { ThreadPool.shared.use(threads: before) }
    var results: [GenerationResult] = []
    for threads in [1, 2, 1] {
      ThreadPool.shared.use(threads: threads)
      let request = GenerationRequest(
        prompt: prompt, audio: TinyBundle.voice(seconds: 3), settings: SamplingSettings(topP: 0.9, guidance: 2, seed: 11))
      results.append(try await TinyBundle.generator().result(of: request))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    var other = GenerationRequest(prompt: prompt, audio: TinyBundle.voice(seconds: 3), settings: SamplingSettings(guidance: 2, seed: 12))
    #expect(try await generator.result(of: other).tokens != results[0].tokens)
    other.prompt = Prompt(action: "she shakes her head")
    #expect(try await generator.result(of: other).tokens != results[0].tokens)
  }

  @Test(arguments: [0.02, 0.5, 1.23, 8, 21.7])
  func audioSetsTheLength(_ seconds: Double) async throws {
    let result = try await generator.result(of: GenerationRequest(audio: TinyBundle.voice(seconds: seconds)))
    #expect(result.clip.frameCount == max(1, Int((seconds * 25).rounded())))
  }

  @Test func hostileAudioIsAnswered() async throws {
    for samples: [Float] in [[0], [.nan], [Float](repeating: 0, count: 9000), [Float](repeating: .infinity, count: 4000)] {
      let result = try await generator.result(of: GenerationRequest(audio: .waveform(Waveform(samples: samples), name: "odd")))
      #expect(result.clip.frameCount >= 1 && result.clip.values.allSatisfy { $0.isFinite })
    }
    await #expect(throws: SpeechError.empty(path: "nothing")) {
      try await generator.result(of: GenerationRequest(audio: .waveform(Waveform(samples: []), name: "nothing")))
    }
  }

  @Test func longClipsGoOnWithoutASeam() async throws {
    let result = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(40)))
    #expect(result.clip.frameCount == 1000 && result.tokens.stepCount == 250)
    // Decoding the tokens at once gives the same motion: nothing was cut or joined.
    #expect(try generator.decode(result.tokens).values == result.clip.values)
  }

  /// Each position is told how many steps are left, in the window that reaches the end; before it nothing is known of the end.
  @Test func aKnownLengthIsToldToTheWindowThatReachesTheEnd() async throws {
    func tokens(_ length: GenerationRequest.Length) async throws -> TokenSequence {
      try await generator.result(of: GenerationRequest(prompt: prompt, length: length, settings: SamplingSettings(seed: 5))).tokens
    }
    let three = try await tokens(.seconds(3)), four = try await tokens(.seconds(4)), open = try await tokens(.natural)
    #expect(three != four.prefix(three.stepCount) && three.prefix(1) != open.prefix(1))
    let long = try await tokens(.seconds(20)), longer = try await tokens(.seconds(30))
    #expect(long.prefix(50) == longer.prefix(50) && long != longer.prefix(long.stepCount))
  }

  /// Where there is a voice, the mouth's lanes are drawn as trained; the others, and all lanes without one, follow the text harder.
  @Test func aVoiceLeadsTheMouth() async throws {
    func first(_ guidance: Double, _ audio: AudioSource?) async throws -> [LaneChoice] {
      var steps: [StepEvent] = []
      let settings = SamplingSettings(temperature: 0, guidance: guidance)
      let request = GenerationRequest(prompt: prompt, audio: audio, length: .seconds(1), settings: settings)
      _ = try await generator.result(of: request) { steps.append($0) }
      return steps[0].choices
    }
    let mouth = generator.lanes.indices.filter { generator.lanes[$0].stream == "mouth" }
    let voice = TinyBundle.voice(seconds: 1)
    let led = try await (first(1, voice), first(6, voice)), free = try await (first(1, nil), first(6, nil))
    #expect(mouth.count == 2 && mouth.allSatisfy { abs(led.0[$0].entropy - led.1[$0].entropy) < 1e-3 })
    #expect(mouth.allSatisfy { abs(free.0[$0].entropy - free.1[$0].entropy) > 0.01 })
    #expect(zip(led.0, led.1).contains { abs($0.entropy - $1.entropy) > 0.01 }, "lanes of upper face and head are guided")
  }

  /// A sound leaves little open about what lips do: where there is a voice the mouth's lanes are drawn at half the temperature.
  @Test func theMouthIsDrawnSurerWithAVoice() async throws {
    // By how much the likeliest token is ahead of the second, as a logarithm: the difference of their logits over the temperature.
    func leads(_ temperature: Double, _ audio: AudioSource?) async throws -> [Double] {
      var steps: [StepEvent] = []
      let settings = SamplingSettings(temperature: temperature, topK: 1)
      let request = GenerationRequest(audio: audio, length: .seconds(1), settings: settings)
      _ = try await generator.result(of: request) { steps.append($0) }
      return steps[0].choices.map { log($0.alternatives[0].probability / $0.alternatives[1].probability) }
    }
    // At temperature 0 events tell the probabilities of temperature 1.
    for (audio, surer) in [(TinyBundle.voice(seconds: 1), 2.0), (nil, 1)] {
      let plain = try await leads(0, audio), warm = try await leads(1, audio)
      for (lane, description) in generator.lanes.enumerated() {
        let expected = description.stream == "mouth" ? surer : 1
        #expect(abs(warm[lane] - expected * plain[lane]) < 1e-3 * (1 + plain[lane]), "\(description.name)")
      }
    }
  }

  @Test func tokensAndMotionGoBothWays() async throws {
    let tokens = try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(2))).tokens
    let clip = try generator.decode(tokens)
    let again = try generator.encode(clip)
    #expect(again.stepCount == tokens.stepCount && again.lanes == generator.lanes.map(\.name))
    var wrong = clip
    wrong.basis = .flame2020
    #expect(throws: SynthesisError.self) { try generator.encode(wrong) }
    wrong = clip
    wrong.framesPerSecond = 30
    #expect(throws: SynthesisError.self) { try generator.encode(wrong) }
  }

  /// What is measured runs on a thread of its own: those that tests share may all be held by others for longer than a minute takes.
  @Test func cancellingStopsAtOnce() async throws {
    let (generator, prompt, thread, clock) = (generator, prompt, OwnThread(), ContinuousClock())
    func result(_ seconds: Double, onStep: (StepEvent) -> Void = { _ in }) async throws -> GenerationResult {
      try await generator.result(of: GenerationRequest(prompt: prompt, length: .seconds(seconds)), onStep: onStep)
    }
    let measured = Task(executorPreference: thread) {
      let minute = try await clock.measure { _ = try await result(60) }
      let hour = Task(executorPreference: thread) {
        try await result(3600) { step in
          if step.position == 3 { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }
      let start = clock.now
      await #expect(throws: CancellationError.self) { try await hour.value }
      // The generator is free again.
      let frames = try await result(0.2).clip.frameCount
      return (minute, clock.now - start, frames)
    }
    let (minute, rest, frames) = try await measured.value
    #expect(frames == 5)
    // An hour takes sixty times as long as a minute.
    #expect(rest < minute * 20, "a minute \(minute), cancelled \(rest)")
  }

  @Test func wrongRequestsSayWhatIsWrong() async throws {
    let base = TokenSequence(lanes: generator.lanes.map(\.name), values: [Int](repeating: 0, count: 16))
    let requests: [GenerationRequest] = [
      .init(prompt: prompt, length: .seconds(-1)), .init(prompt: prompt, length: .seconds(.nan)),
      .init(prompt: prompt, length: .seconds(1e9)),
      .init(prompt: prompt, settings: SamplingSettings(temperature: -1)),
      .init(prompt: prompt, scope: .from(3)), .init(prompt: prompt, base: base, scope: .from(5)),
      .init(prompt: prompt, base: base, scope: .span(2..<9)),
      .init(prompt: prompt, base: TokenSequence(lanes: ["a"], values: [0])),
      .init(prompt: prompt, base: TokenSequence(lanes: generator.lanes.map(\.name), values: [0, 0, 0, 99])),
      .init(prompt: prompt, constraints: TokenConstraints(locked: [.init(steps: 0..<2)])),
      .init(prompt: prompt, constraints: TokenConstraints(pinned: [.init(1, lane: "nose", steps: 0..<2)])),
      .init(prompt: prompt, constraints: TokenConstraints(pinned: [.init(77, lane: "head", steps: 0..<2)])),
      .init(prompt: prompt, constraints: TokenConstraints(banned: (0..<16).map { .init($0, lane: "head", steps: 1..<2) })),
    ]
    for request in requests {
      let error = await #expect(throws: SynthesisError.self) { try await generator.result(of: request) }
      #expect((error?.description.count ?? 0) > 20)
    }
  }
}
