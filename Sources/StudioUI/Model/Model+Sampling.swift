import Motion
import Studio
import Synthesis

extension Model {
  /// Which steps a sampling draws.
  enum Wanted { case everything, sameSeed, fromHere, selection }

  /// Starts a sampling, or says why not.
  mutating func sample(_ wanted: Wanted, constraints: TokenConstraints? = nil) -> [Effect] {
    guard document.canSample else {
      say(.warning, "\(StudioError.nothingToSample)")
      return []
    }
    if let modelProblem {
      say(.bad, modelProblem)
      return []
    }
    var effects: [Effect] = []
    var scope = GenerationRequest.Scope.everything
    let base = document.current?.tokens
    var settings = document.settings
    switch wanted {
    case .everything:
      // The same words, sound and seed would only repeat a take: a fresh seed then.
      if alreadySampled(settings) {
        settings.seed = (document.takes.compactMap { $0.origin?.settings.seed }.max() ?? settings.seed) &+ 1
        effects += edit(.setSettings(settings))
      }
    case .sameSeed: if let seed = document.current?.origin?.settings.seed { settings.seed = seed }
    case .fromHere:
      guard base != nil else { return refuseWithoutTokens() }
      guard anythingIsOpen(in: step..<max(step + 1, base?.stepCount ?? 0), constraints) else { return [] }
      scope = .from(step)
      settings.seed &+= UInt64(document.takes.count)
    case .selection:
      guard let base else { return refuseWithoutTokens() }
      guard let selection = document.selection else {
        say(.warning, "select a span first: Shift with the arrows, or < and >")
        return []
      }
      let steps = selection.lowerBound / framesPerStep..<min(base.stepCount, selection.upperBound / framesPerStep + 1)
      guard !steps.isEmpty, anythingIsOpen(in: steps, constraints) else { return [] }
      scope = .span(steps)
      settings.seed &+= UInt64(document.takes.count)
    }
    return effects + start(settings, scope: scope, base: base, name: "", constraints: constraints)
  }

  /// Four seeds at once, side by side.
  mutating func sampleFour() -> [Effect] {
    guard document.canSample, modelProblem == nil else { return sample(.everything) }
    four = []
    let first = (document.takes.compactMap { $0.origin?.settings.seed }.max() ?? document.settings.seed) &+ 1
    return (0..<4).flatMap { k -> [Effect] in
      var settings = document.settings
      settings.seed = first &+ UInt64(k)
      return start(settings, scope: .everything, base: nil, name: "", constraints: TokenConstraints())
    }
  }

  /// Whether locks leave anything of the steps to draw; says so to the user where they do not.
  private mutating func anythingIsOpen(in steps: Range<Int>, _ constraints: TokenConstraints?) -> Bool {
    let locks = constraints ?? document.constraints
    let lanes = laneNames
    if steps.contains(where: { step in lanes.contains { !locks.isLocked(step: step, lane: $0) } }) { return true }
    let key = keys.key(for: .clearLocks, in: .tokens).map { "; \($0.label(ascii: ascii)) in Tokens clears the locks" } ?? ""
    say(.warning, "all of this is locked: nothing is left to draw\(key)")
    return false
  }

  private mutating func refuseWithoutTokens() -> [Effect] {
    say(.warning, "this take has no tokens to draw from; perform a new one")
    return []
  }

  private func alreadySampled(_ settings: SamplingSettings) -> Bool {
    document.takes.contains { take in
      take.origin?.prompt == document.prompt && take.origin?.settings == settings && take.origin?.audioName == document.audio?.path
    }
  }

  private mutating func start(
    _ settings: SamplingSettings, scope: GenerationRequest.Scope, base: TokenSequence?, name: String, constraints: TokenConstraints?
  ) -> [Effect] {
    let source = document.audio.map { AudioSource.file(path: $0.path, start: $0.trimStart, length: $0.trimLength) }
    let locks = constraints ?? document.constraints
    let request = GenerationRequest(
      prompt: document.prompt, audio: source, length: document.seconds.map { .seconds($0) } ?? .natural, settings: settings,
      base: scope == .everything && locks.isEmpty ? nil : base, scope: scope, constraints: base == nil ? TokenConstraints() : locks)
    let origin = Take.Origin(
      prompt: document.prompt, settings: settings, audioSHA256: document.audio?.sha256, audioName: document.audio?.path,
      model: summary?.name)
    let parent = request.base == nil ? nil : document.currentTake
    let job = SampleJob(id: nextJob, request: request, name: name, parent: parent, origin: origin)
    nextJob += 1
    runs.append(Run(job: job))
    return [.engine(.sample(job))]
  }

  /// Stops whatever runs.
  mutating func cancelRuns() -> [Effect] {
    guard !runs.isEmpty else { return [] }
    let ids = runs.map(\.job.id)
    runs = []
    say(.warning, "stopped")
    return ids.map { .engine(.cancel($0)) }
  }

  /// News of a job.
  mutating func hearJob(_ message: EngineMessage) -> [Effect] {
    switch message {
    case .samplingStarted(let id, let steps, let framesPerStep):
      guard let i = index(id) else { return [] }
      runs[i].steps = steps
      runs[i].framesPerStep = max(1, framesPerStep)
      runs[i].beginTry()
    case .step(let id, let event):
      guard let i = index(id) else { return [] }
      if runs[i].started == nil { runs[i].started = now }
      runs[i].events.append(event)
    case .partialMotion(let id, let clip):
      guard let i = index(id) else { return [] }
      let first = runs[i].clip == nil
      runs[i].clip = clip
      if first, i == runs.count - 1 {
        // The face begins to perform with the first tokens.
        let at: Int = if case .from(let step) = runs[i].job.request.scope { step * runs[i].framesPerStep } else { 0 }
        clock.setFrameCount(clip.frameCount, at: now)
        clock.seek(to: at, at: now)
        clock.play(at: now)
        return sound()
      }
    case .sampled(let id, let take, let clip, let missing):
      let many = runs.count > 1 || !four.isEmpty
      guard let i = index(id) else { return [] }
      runs.remove(at: i)
      let effects = edit(.addTake(take))
      if let added = document.currentTake {
        decoded[added] = Decoded(tokens: take.tokens, clip: clip)
        takeRow = document.takeTree.firstIndex { $0.take.id == added } ?? 0
        if many { four.append(added) }
        if four.count > 4 { four.removeFirst() }
      }
      if runs.isEmpty {
        let ready = "\(document.current?.name ?? "take") is ready: \(clip.frameCount) frames"
        if missing.isEmpty { say(.good, ready) } else { say(.warning, "\(ready); not seen: \(missing.joined(separator: ", "))") }
      }
      if !clock.isPlaying { return effects + play(from: 0) }
      return effects
    case .cancelled(let id): if let i = index(id) { runs.remove(at: i) }
    case .failed(let id, let reason):
      if let id, let i = index(id) { runs.remove(at: i) }
      exporting = nil
      say(.bad, reason)
    default: break
    }
    return []
  }

  private func index(_ id: JobID) -> Int? { runs.firstIndex { $0.job.id == id } }
}

// Time.
extension Model {
  /// The sound from the playhead on, when something plays.
  func sound() -> [Effect] {
    guard clock.isPlaying, canPlaySound, let audio = document.audio, clock.speed == 1 else { return [] }
    return [.engine(.playSound(audio, from: clock.position(at: now) / clock.framesPerSecond))]
  }

  mutating func play(from frame: Int) -> [Effect] {
    _ = refreshMotion()
    clock.seek(to: frame, at: now)
    clock.play(at: now)
    return sound()
  }

  mutating func togglePlay() -> [Effect] {
    if clock.isPlaying {
      clock.pause(at: now)
      return [.engine(.stopSound)]
    }
    guard clock.frameCount > 0 else {
      say(.warning, "nothing to play yet: write a text or choose a sound, then Enter")
      return []
    }
    clock.play(at: now)
    return sound()
  }

  mutating func seek(to frame: Int) -> [Effect] {
    let playing = clock.isPlaying
    clock.seek(to: frame, at: now)
    return playing ? [.engine(.stopSound)] + sound() : []
  }

  /// Moves the playhead and drags the selection along.
  mutating func extend(by frames: Int) -> [Effect] {
    guard clock.frameCount > 0 else { return [] }
    clock.pause(at: now)
    let anchor = document.selection == nil ? frame : selectionAnchor ?? frame
    selectionAnchor = anchor
    clock.seek(to: frame + frames, at: now)
    return edit(.select(min(anchor, frame)...max(anchor, frame))) + [.engine(.stopSound)]
  }
}
