import Foundation
import Motion
import Speech
import Studio
import Synthesis
import Testing

struct StudioEngineTests {
  /// Words collected from several tasks.
  final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private var words: Set<String> = []
    var all: Set<String> { lock.withLock { words } }
    func insert(_ word: String) { _ = lock.withLock { words.insert(word) } }
  }

  static func job(_ id: Int) -> SampleJob {
    let prompt = Prompt(action: "nod")
    return SampleJob(
      id: id, request: GenerationRequest(prompt: prompt), name: "nod", parent: nil, origin: .init(prompt: prompt, settings: .init()))
  }

  /// Messages until one fits, at most for some minutes.
  ///
  /// Whatever waits is run again only when a thread is free, and on a machine of few cores other tests may hold them all for long.
  static func collect(_ engine: StudioEngine, until last: @escaping @Sendable (EngineMessage) -> Bool) async -> [EngineMessage] {
    let collecting = Task {
      var found: [EngineMessage] = []
      for await message in engine.messages {
        found.append(message)
        if last(message) { break }
      }
      return found
    }
    let limit = Task {
      try? await Task.sleep(for: .seconds(200))
      collecting.cancel()
    }
    let found = await collecting.value
    limit.cancel()
    return found
  }

  @Test func samplingReportsEveryStepAndATake() async throws {
    let engine = StudioEngine(session: nil, loadModel: { ScriptedModel() })
    await engine.start()
    await engine.perform(.sample(Self.job(1)))
    let messages = await Self.collect(engine) { if case .sampled = $0 { true } else { false } }
    let positions = messages.compactMap { if case .step(1, let step) = $0 { step.position } else { nil } }
    #expect(positions == Array(0..<10))
    guard case .sampled(1, let take, let clip, _) = try #require(messages.last) else { return }
    #expect(take.trace.count == 10 && take.tokens?.stepCount == 10 && clip.frameCount == 40)
    #expect(messages.contains { if case .partialMotion(1, let clip) = $0 { clip.frameCount >= 4 } else { false } })
  }

  /// The steps would go on for hours; only a cancelled job ends.
  @Test func aCancelledJobStopsAtOnce() async throws {
    let engine = StudioEngine(session: nil, loadModel: { ScriptedModel(steps: 1_000_000, pause: .milliseconds(20)) })
    await engine.start()
    await engine.perform(.sample(Self.job(7)))
    let before = await Self.collect(engine) { if case .step(7, let step) = $0 { step.position == 3 } else { false } }
    #expect(before.contains { if case .step(7, _) = $0 { true } else { false } })
    await engine.perform(.cancel(7))
    let messages = await Self.collect(engine) { if case .cancelled(7) = $0 { true } else { false } }
    guard case .cancelled(7) = try #require(messages.last) else {
      Issue.record("no word of the cancellation")
      return
    }
    #expect(!messages.contains { if case .sampled = $0 { true } else { false } })
  }

  @Test func failuresAreSaidInWords() async throws {
    let engine = StudioEngine(session: nil, loadModel: { ScriptedModel(failingStep: 3) })
    await engine.start()
    await engine.perform(.sample(Self.job(1)))
    let messages = await Self.collect(engine) { if case .failed = $0 { true } else { false } }
    guard case .failed(1, let text) = try #require(messages.last) else { return }
    #expect(text == "step failed")
  }

  @Test func withoutAModelEverythingElseWorks() async throws {
    struct Missing: Error, CustomStringConvertible { var description: String { "no bundle" } }
    let engine = StudioEngine(session: nil, loadModel: { throw Missing() })
    await engine.start()
    let wav = NSTemporaryDirectory() + "engine-\(UUID().uuidString).wav"
    defer { try? FileManager.default.removeItem(atPath: wav) }
    try WavFile.write(Waveform(samples: (0..<16000).map { Float(sin(Double($0) * 0.05)) * 0.3 }), to: wav)
    await engine.perform(.loadAudio(AudioReference(path: wav)))
    await engine.perform(.loadAudio(AudioReference(path: wav + ".gone")))
    let seen = Seen()
    _ = await Self.collect(engine) { message in
      switch message {
      case .modelMissing(let text): seen.insert(text)
      case .audioLoaded(let track): seen.insert("loaded \(track.overview.seconds) \(track.reference.sha256?.count ?? 0)")
      case .audioFailed(let reference, _): seen.insert("failed \(reference.path.hasSuffix(".gone"))")
      default: break
      }
      return seen.all.count == 3
    }
    #expect(seen.all == ["no bundle", "loaded 1.0 64", "failed true"])
  }

  @Test func twoTakesAreBlendedAndAmountsGoThroughTheBlend() async throws {
    let engine = StudioEngine(
      session: nil, loadModel: { ScriptedModel() },
      blender: { speech, expression, amounts in
        var clip = speech
        let (a, b) = (Float(amounts.speech), Float(amounts.expression))
        for i in clip.values.indices { clip.values[i] = a * speech.values[i] + b * expression.values[i] }
        return clip
      })
    await engine.start()
    let flat = { (value: Float) in Clip(values: [Float](repeating: value, count: 3 * Clip.channels)) }
    let voice = Take(id: 4, name: "voice", origin: nil, tokens: nil, imported: flat(0.25))
    var face = Take(id: 5, name: "face", origin: nil, tokens: nil, imported: flat(0.25))
    face.layers = LayerAmounts(head: 2, mouth: 2, expression: 2, blinks: 2)
    await engine.perform(.blend(speech: voice, expression: face))
    let first = await Self.collect(engine) { if case .blended = $0 { true } else { false } }
    guard case .blended(var take) = try #require(first.last) else { return }
    #expect(take.name == "voice + face" && take.parent == 4 && take.imported == flat(0.75))
    #expect(take.blend == Take.Blend(speech: flat(0.25), expression: flat(0.5)))

    take.id = 6
    take.layers = LayerAmounts(head: 0, mouth: 0.5, expression: 1)
    await engine.perform(.blendAgain(take))
    let second = await Self.collect(engine) { if case .blendedAgain = $0 { true } else { false } }
    guard case .blendedAgain(_, let clip) = try #require(second.last) else { return }
    #expect(clip == flat(0.625))
    // Mouth and expression are in the blend already; the head's amount is not.
    let performed = take.performed(clip)
    #expect(performed[0, StudioShape.mouthPucker.rawValue] == 0.625 && performed[0, 50] == 0)
  }

  @Test func layersAndOffsetsGoOnTop() throws {
    var clip = Clip(frames: 100)
    for frame in 0..<100 {
      clip[frame, .eyeBlinkLeft] = 0.5
      clip[frame, .mouthClose] = 0.2
      clip[frame, 53] = 0.068
      clip[frame, 51] = 0.1
    }
    var take = Take(id: 1, name: "a", origin: nil, tokens: TokenSequence(lanes: ["a"]))
    take.layers = LayerAmounts(head: 0, mouth: 2, blinks: 0.5)
    take.offsets.add(0.3, channel: 51, frames: 40...60, ease: 5)
    let performed = take.performed(clip)
    #expect(performed[10, .eyeBlinkLeft] == 0.25)
    // The jaw and mouthClose grow together, so the lips stay sealed.
    #expect(abs(performed[10, 53] / 0.34 - performed[10, .mouthClose]) < 1e-6)
    #expect(performed[10, 51] == 0)
    #expect(performed[50, 51] == 0.3)
    #expect(clip[50, 51] == 0.1)
  }

  /// What could not be saved at the end is said to whoever ends the studio: nobody listens to messages any more.
  @Test func aLastSaveThatFailsIsThrown() async throws {
    let folder = try SessionFileTests.Folder()
    let file = SessionFile(path: folder.file("gone/a.mm2s"))
    try FileManager.default.createDirectory(atPath: folder.file("gone"), withIntermediateDirectories: true)
    var history = try await file.open().history
    let engine = StudioEngine(session: file, loadModel: { ScriptedModel() })
    try history.apply(.setSeconds(3), at: 0)
    await engine.perform(.record(.change(label: "length", joined: false, document: history.document), undoCount: 1))
    try FileManager.default.removeItem(atPath: folder.file("gone"))
    await engine.perform(.saveNow)
    let error = await #expect(throws: StudioError.self) { try await engine.shutDown() }
    #expect("\(try #require(error))".contains("gone/a.mm2s"))
  }

  @Test func aSaveThatFailedIsTriedAgain() async throws {
    let folder = NSTemporaryDirectory() + "mm2face-retry-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { for path in [folder, folder + "-away"] { try? FileManager.default.removeItem(atPath: path) } }
    let session = SessionFile(path: folder + "/s.mm2s")
    var history = try await session.open().history
    var times = StudioEngine.SaveTimes()
    (times.afterChange, times.afterFailure) = (.milliseconds(10), .milliseconds(50))
    let engine = StudioEngine(session: session, loadModel: { ScriptedModel() }, saveTimes: times)
    // The folder is away, as when a network drive drops out, and comes back.
    try FileManager.default.moveItem(atPath: folder, toPath: folder + "-away")
    _ = try history.apply(.setText(.action, "nods"), at: 0)
    await engine.perform(.record(.change(label: "text", joined: false, document: history.document), undoCount: 1))
    let failures = await Self.collect(engine) { if case .saveFailed = $0 { true } else { false } }
    #expect(failures.count == 1)
    try FileManager.default.moveItem(atPath: folder + "-away", toPath: folder)
    let messages = await Self.collect(engine) { if case .saved = $0 { true } else { false } }
    guard case .saved = try #require(messages.last) else { return }
    #expect(await !session.hasUnsavedChanges)
  }

  @Test func whatIsEditedAfterSavingAsBelongsToTheNewFile() async throws {
    let folder = NSTemporaryDirectory() + "mm2face-as-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = SessionFile(path: folder + "/a.mm2s")
    var history = try await session.open().history
    let engine = StudioEngine(session: session, loadModel: { ScriptedModel() })
    func write(_ text: String, at seconds: Double) async throws {
      _ = try history.apply(.setText(.action, text), at: seconds)
      await engine.perform(
        .record(.change(label: "text", joined: false, document: history.document), undoCount: history.undo.count))
    }
    try await write("nods", at: 0)
    await engine.perform(.saveAs(path: folder + "/nowhere/b.mm2s"))
    await engine.perform(.saveAs(path: folder + "/b.mm2s"))
    try await write("winks", at: 100)
    try await engine.shutDown()
    let messages = await Self.collect(engine) { _ in false }
    let said = messages.compactMap { message -> String? in
      switch message {
      case .failed(nil, _): "failed"
      case .savedAs(let path): path
      case .saveFailed: "saving failed"
      default: nil
      }
    }
    #expect(said == ["failed", folder + "/b.mm2s"])
    for (name, text) in [("a", "nods"), ("b", "winks")] {
      let opened = try await SessionFile(path: "\(folder)/\(name).mm2s").open()
      #expect(opened.history.document.prompt[.action].texts == [text] && opened.notes.isEmpty, "\(name): \(opened.notes)")
    }
  }
}
