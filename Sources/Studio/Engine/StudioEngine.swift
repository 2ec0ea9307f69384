import Blendshapes
import Foundation
import Motion
import Speech
import Synthesis

/// The one actor behind the studio: it owns the session file and runs every slow thing as a cancellable job.
///
/// Commands never block the caller; answers come through `messages`.
public actor StudioEngine {
  /// Loads the model; called once, in the background, so that the studio opens at once.
  public typealias ModelLoader = @Sendable () throws -> any MotionGenerating
  /// Writes clips to files and reports progress; returns the paths written and notes.
  public typealias Exporter = @Sendable (ExportJob, @Sendable (_ done: Int, _ of: Int) -> Void) throws -> (paths: [String], notes: [String])
  /// Reads a clip file of any known format.
  public typealias Importer = @Sendable (_ path: String) throws -> Clip

  /// Blends a speech and an expression clip so that lips that close stay closed.
  public typealias Blender = @Sendable (_ speech: Clip, _ expression: Clip, LayerBlender.Amounts) throws -> Clip

  public nonisolated let messages: AsyncStream<EngineMessage>
  private let send: AsyncStream<EngineMessage>.Continuation
  private var session: SessionFile?
  private let loadModel: ModelLoader
  private let exporter: Exporter?
  private let importer: Importer?
  private let blender: Blender?
  private let player: AudioPlayer?
  private var model: Task<any MotionGenerating, any Error>?
  private var jobs: [JobID: Task<Void, Never>] = [:]
  private var saver: Task<Void, Never>?
  private var isSyncing = false
  private var hasUnsynced = false

  /// When the session file is written.
  public struct SaveTimes: Sendable {
    /// Between a change and the next whole save; the journal has the change at once.
    public var afterChange = Duration.seconds(5)
    /// Between a save that failed and the next attempt.
    public var afterFailure = Duration.seconds(30)
    public init() {}
  }
  private let saveTimes: SaveTimes

  public init(
    session: SessionFile?, loadModel: @escaping ModelLoader, exporter: Exporter? = nil, importer: Importer? = nil, blender: Blender? = nil,
    saveTimes: SaveTimes = SaveTimes()
  ) {
    (messages, send) = AsyncStream.makeStream(of: EngineMessage.self, bufferingPolicy: .unbounded)
    self.session = session
    self.loadModel = loadModel
    self.exporter = exporter
    self.importer = importer
    self.blender = blender
    self.saveTimes = saveTimes
    player = AudioPlayer.find().map { AudioPlayer(program: $0) }
  }

  /// True when the machine can play sound.
  public nonisolated var canPlaySound: Bool { player != nil }

  /// Begins to load the model; answers `modelLoaded` or `modelMissing`.
  public func start() {
    let load = loadModel
    let task = Task.detached(priority: .userInitiated) { try load() }
    model = task
    Task {
      do {
        let model = try await task.value
        send.yield(.modelLoaded(ModelSummary(name: model.modelName, lanes: model.lanes, framesPerStep: model.framesPerStep)))
      } catch {
        send.yield(.modelMissing("\(error)"))
      }
    }
  }

  public func perform(_ command: EngineCommand) async {
    switch command {
    case .record(let operation, let undoCount): await record(operation, undoCount: undoCount)
    case .saveNow: Task { await save() }
    case .saveAs(let path): await save(as: path)
    case .loadAudio(let reference): load(reference)
    case .previewAudio(let path): preview(path)
    case .embedAudio(let reference): embed(reference)
    case .speak(let line): speak(line)
    case .sample(let job): sample(job)
    case .decode(let take, let tokens): decode(take, tokens)
    case .blend(let speech, let expression): blend(speech, expression)
    case .blendAgain(let take): blendAgain(take)
    case .export(let id, let job): export(id, job)
    case .importClip(let path): importClip(path)
    case .cancel(let id): cancel(id)
    case .cancelAll: for id in Array(jobs.keys) { cancel(id) }
    case .playSound(let reference, let seconds): play(reference, from: seconds)
    case .stopSound: player?.stop()
    }
  }

  /// Stops every job, saves, and closes the session.
  ///
  /// - Throws: what kept the session from being saved; its journal stays.
  public func shutDown() async throws(StudioError) {
    defer { send.finish() }
    for id in Array(jobs.keys) { cancel(id) }
    saver?.cancel()
    player?.stop()
    try await session?.close()
  }

  /// Where spoken lines are stored: beside the session, or in the temporary folder without one.
  var soundFolder: String {
    guard let session else { return NSTemporaryDirectory() + "mm2face-sounds" }
    return (session.path as NSString).deletingPathExtension + "-sounds"
  }

  nonisolated var messageSink: AsyncStream<EngineMessage>.Continuation { send }
  nonisolated var soundPlayer: AudioPlayer? { player }

  // MARK: Saving

  private func record(_ operation: SessionFile.Operation, undoCount: Int) async {
    guard let session else { return }
    do { try await session.record(operation, undoCount: undoCount) } catch { send.yield(.saveFailed("\(error)")) }
    Task { await sync() }
    saveLater(saveTimes.afterChange)
  }

  /// Saves after a while, unless a save is awaited already.
  private func saveLater(_ delay: Duration) {
    guard saver == nil else { return }
    saver = Task {
      try? await Task.sleep(for: delay)
      if !Task.isCancelled { await save() }
    }
  }

  /// Hands the journal to the disk, one wait for as many changes as were written during the one before.
  private func sync() async {
    hasUnsynced = true
    guard let session, !isSyncing else { return }
    isSyncing = true
    while hasUnsynced {
      hasUnsynced = false
      do { try await session.sync() } catch { send.yield(.saveFailed("\(error)")) }
    }
    isSyncing = false
  }

  private func save() async {
    saver?.cancel()
    saver = nil
    guard let session, await session.hasUnsavedChanges, await !session.isReadOnly else {
      send.yield(.saved(note: nil))
      return
    }
    do { send.yield(.saved(note: try await session.save())) } catch {
      send.yield(.saveFailed("\(error)"))
      saveLater(saveTimes.afterFailure)
    }
  }

  /// Commands that follow wait: what is changed next belongs to the new file.
  private func save(as path: String) async {
    guard let session else { return }
    do {
      self.session = try await session.saved(as: path)
      send.yield(.savedAs(path: path))
    } catch {
      // The session goes on being saved where it was.
      send.yield(.failed(nil, "\(error)"))
    }
  }

  // MARK: Jobs

  /// Runs work off the actor under an id; a job of the same id is cancelled first.
  private func run(_ id: JobID, _ work: @escaping @Sendable (AsyncStream<EngineMessage>.Continuation) async throws -> Void) {
    jobs[id]?.cancel()
    let send = send
    jobs[id] = Task.detached(priority: .userInitiated) { [weak self] in
      do {
        try await work(send)
        if Task.isCancelled { send.yield(.cancelled(id)) }
      } catch is CancellationError {
        send.yield(.cancelled(id))
      } catch {
        send.yield(Task.isCancelled ? .cancelled(id) : .failed(id, "\(error)"))
      }
      await self?.finished(id)
    }
  }

  private func finished(_ id: JobID) { jobs[id] = nil }

  private func cancel(_ id: JobID) { jobs[id]?.cancel() }

  private func loadedModel() async throws -> any MotionGenerating {
    guard let model else { throw StudioError.noModel(reason: "the studio was started without one") }
    return try await model.value
  }

  private func sample(_ job: SampleJob) {
    run(job.id) { send in
      let model = try await self.loadedModel()
      func fresh() -> PartialDecoder { PartialDecoder(model: model, base: job.request.base, scope: job.request.scope) }
      var decoder = fresh()
      var trace: [StepEvent] = []
      for try await event in model.generate(job.request) {
        try Task.checkCancellation()
        switch event {
        case .started(let steps, let framesPerStep, _):
          // Another try begins.
          if !trace.isEmpty { (decoder, trace) = (fresh(), []) }
          send.yield(.samplingStarted(job.id, steps: steps, framesPerStep: framesPerStep))
        case .step(let step):
          trace.append(step)
          send.yield(.step(job.id, step))
          if let clip = await decoder.add(step) { send.yield(.partialMotion(job.id, clip)) }
        case .finished(let result):
          let take = Take(id: 0, parent: job.parent, name: job.name, origin: job.origin, tokens: result.tokens, trace: trace)
          send.yield(.sampled(job.id, take, result.clip, missing: result.findings.missing.map(\.claim.words)))
        }
      }
    }
  }

  private func decode(_ take: Take.ID, _ tokens: TokenSequence) {
    // Negative ids keep decoding jobs apart from those the interface numbers.
    run(-take) { send in
      let model = try await self.loadedModel()
      send.yield(.decoded(take, tokens, try model.decode(tokens)))
    }
  }

  private func blend(_ speech: Take, _ expression: Take) {
    guard let blender else { return }
    run(Int.min + 1) { send in
      let parts = Take.Blend(speech: try await self.performed(speech), expression: try await self.performed(expression))
      try Task.checkCancellation()
      let clip = try blender(parts.speech, parts.expression, LayerBlender.Amounts())
      var take = Take(
        id: 0, parent: speech.id, name: "\(speech.name) + \(expression.name)", origin: speech.origin, tokens: nil, imported: clip)
      take.blend = parts
      send.yield(.blended(take))
    }
  }

  /// A take as it is seen, decoded where it has tokens.
  private func performed(_ take: Take) async throws -> Clip {
    if let clip = take.imported {
      guard let blender, let parts = take.blend, let amounts = take.blendAmounts else { return take.performed(clip) }
      return take.performed(try blender(parts.speech, parts.expression, amounts))
    }
    guard let tokens = take.tokens else { throw StudioError.refused(edit: "blend", reason: "\(take.name) has no motion") }
    return take.performed(try await loadedModel().decode(tokens))
  }

  private func blendAgain(_ take: Take) {
    guard let blender, let parts = take.blend, let amounts = take.blendAmounts else { return }
    // Of the amounts a hand on a slider passes only the last matters: the job of the same id before it is cancelled.
    run(-take.id) { send in
      try Task.checkCancellation()
      let clip = try blender(parts.speech, parts.expression, amounts)
      try Task.checkCancellation()
      send.yield(.blendedAgain(take, clip))
    }
  }

  private func export(_ id: JobID, _ job: ExportJob) {
    guard let exporter else {
      send.yield(.failed(id, "this build cannot export"))
      return
    }
    run(id) { send in
      let result = try exporter(job) { done, total in send.yield(.exporting(id, done: done, of: total)) }
      send.yield(.exported(id, paths: result.paths, notes: result.notes))
    }
  }

  private func importClip(_ path: String) {
    guard let importer else { return }
    run(Int.min) { send in
      let clip = try importer(path)
      let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
      send.yield(.imported(Take(id: 0, name: name, origin: nil, tokens: nil, imported: clip)))
    }
  }
}
