import Claims
import Foundation
import Models
import Motion
import Speech
import Tensor

/// One running request.
///
/// Audio features arrive in order and are kept only as long as a window needs them. A window is what the transformer was trained on
/// (`maxSteps`); when it is full the next one begins `overlap` steps earlier and is handed those tokens, hears the audio around
/// them, and goes on: no seam, and memory that does not grow with the length.
final class GenerationRun {
  private struct Done: Error {}

  /// How many fillings of a span are tried, and how many kept steps after it judge them.
  static let fillings = 6
  static let judges = 6
  /// How many takes of a text that stands alone are drawn as the settings say; those after them insist.
  static let calm = 3

  let generator: Generator
  let plan: GenerationPlan
  private let model: MM2FaceTransformer
  private let samplers: [TokenSampler]
  private let cancelled: CancellationFlag
  private let report: (GenerationEvent) -> Void
  private let text: [MM2FaceTransformer.TextRows]
  private let conditions: [[Float]]
  private let hasAudio: Bool
  private let begun = ContinuousClock.now
  private let noiseSource: RandomSource

  private var audio: AudioWindow
  private var audioEnded: Bool
  private var state: TransformerState?
  /// The step at position 0 of the window.
  private var origin = 0
  private(set) var tokens: TokenSequence
  private var isDone = false
  private var reachedEnd = false
  private var isStarted = false
  private var promisedSteps: Int?
  /// The length in steps of the take at hand, drawn before its first token where neither request nor sound gives it.
  private var drawnSteps: Int?
  /// Logits of the lengths from 1 step on; nil where request or sound gives the length, or END decides.
  private let lengths: Matrix?
  /// What was made of the tokens when takes were compared.
  private var decoded: RivalTake.Decoded?
  /// What takes are held against; empty where there is no text or the bundle reads no claims.
  private let claims: [(level: Prompt.Level, reading: ClaimVerifier.Reading)]

  /// Checks the request and encodes its text; then `run`, then `finish`.
  init(_ generator: Generator, _ request: GenerationRequest, cancelled: CancellationFlag, report: @escaping (GenerationEvent) -> Void)
    throws
  {
    self.generator = generator
    self.cancelled = cancelled
    self.report = report
    plan = try GenerationPlan(request, generator: generator)
    model = try generator.bundle.transformer()
    noiseSource = RandomSource(seed: request.settings.seed)
    tokens = TokenSequence(lanes: generator.lanes.map(\.name))
    let rows: [MM2FaceTransformer.TextRows]
    (rows, conditions) = try Self.encode(request, generator, model)
    text = request.fusion.contains(.levels) ? rows : []
    let logits = try plan.steps == nil && request.audio == nil ? generator.bundle.length()?(rows.map { ($0.level, $0.states) }) : nil
    let kept = plan.drawn.lowerBound
    lengths = logits.flatMap { kept < $0.count ? Matrix(rows: 1, columns: $0.count, values: $0) : nil }
    let verifier = text.isEmpty ? nil : try generator.bundle.verifier()
    claims = ClaimVerifier.demanded(
      text.flatMap { rows in
        let level = Prompt.Level.allCases[rows.level]
        return verifier?.readings(of: rows.states, level: level).map { (level, $0) } ?? []
      })
    audio = AudioWindow(width: model.config.audioWidth)
    hasAudio = request.audio != nil
    audioEnded = !hasAudio
    samplers = TokenSampler.lanes(of: generator.bundle, settings: request.settings, heard: hasAudio)
  }

  /// Draws all tokens.
  func run() throws {
    try cancelled.check()
    guard let source = plan.request.audio else { return try advance() }
    let encoder = try generator.bundle.audio()
    let sound = try OpenedAudio(source)
    promisedSteps = sound.promisedSamples.map { (AudioFrames.count(samples: $0) + plan.rate - 1) / plan.rate }
    do {
      try encoder.stream(sound.source, frames: nil, trace: nil) { rows in
        try self.cancelled.check()
        self.audio.append(rows)
        try self.advance()
        if self.isDone { throw Done() }
      }
    } catch is Done {}
    audioEnded = true
    if audio.total == 0, plan.steps == nil { throw SpeechError.empty(path: source.name) }
    try advance()
  }

  /// Decodes the tokens and writes the records.
  func finish() throws -> GenerationResult {
    try cancelled.check()
    var (clip, findings) = try decoded ?? decode(tokens)
    let frames = plan.frames ?? (hasAudio ? audio.total : clip.frameCount)
    if frames < clip.frameCount { clip.values.removeLast((clip.frameCount - frames) * Clip.channels) }
    clip.provenance = provenance(findings)
    return GenerationResult(tokens: tokens, clip: clip, reachedEnd: reachedEnd, findings: findings, provenance: clip.provenance)
  }

  // MARK: - Steps

  /// Draws steps as far as the audio that is known allows.
  private func advance() throws {
    if tokens.stepCount == 0, !isDone {
      drawnSteps = drawLength(noise: noiseSource)
      if compares, let memory = try memory(from: 0) { return try choose(memory) }
    }
    while let event = try drawNext() { report(.step(event)) }
  }

  /// Draws one step and appends it; nil when the motion is done or the audio that is known does not reach further.
  private func drawNext() throws -> StepEvent? {
    while !isDone {
      let step = tokens.stepCount
      if let total, step >= total {
        isDone = true
        reachedEnd = lengths != nil
        return nil
      }
      guard try prepareWindow(for: step) else { return nil }
      if !isStarted { announce(total ?? (hasAudio ? promisedSteps : nil)) }
      isStarted = true
      if step == plan.drawn.lowerBound, try fill() { continue }
      guard let event = try draw(step, noise: noiseSource) else {
        reachedEnd = true
        isDone = true
        return nil
      }
      tokens.append(event.tokens)
      return event
    }
    return nil
  }

  /// Says that a motion begins, of so many steps where that is known.
  private func announce(_ steps: Int?) {
    report(.started(steps: steps, framesPerStep: plan.rate, secondsToEncode: seconds(since: begun)))
  }

  /// Whether several takes are drawn and compared: there are claims to hold them against, and one window holds the motion.
  private var compares: Bool {
    if case .span = plan.request.scope { return false }
    return plan.request.settings.tries > 1 && !claims.isEmpty && total.map { $0 <= model.config.maxSteps } ?? false
  }

  /// Draws takes until one does all that the texts claim, else keeps the one that does most of it; the first is the one that is drawn where there
  /// are no tries. As many are drawn at once as there are threads, and looked at in order: which is kept does not depend on the threads.
  /// Each is reported, the first of those drawn at once step by step, and the best again when it was not the last.
  private func choose(_ memory: CrossMemory) throws {
    let tries = plan.request.settings.tries, atOnce = ThreadPool.shared.threads
    var best: (score: Double, take: RivalTake)?
    var last: RivalTake?
    drawing: for first in stride(from: 0, to: tries, by: atOnce) {
      let rivals = (first..<min(first + atOnce, tries)).map { rival($0, memory) }
      announce(rivals[0].total)
      ThreadPool.shared.run(chunks: rivals.count) { perform(rivals[$0], live: $0 == 0) }
      for (index, rival) in rivals.enumerated() {
        if let failure = rival.failure { throw failure }
        if index > 0 { tell(rival) }
        last = rival
        let decoded = try decode(rival.tokens)
        rival.decoded = decoded
        let score = decoded.findings.kept
        if score > best?.score ?? -1 { best = (score, rival) }
        if score == 1 { break drawing }
      }
    }
    guard let best else { return }
    if last?.tokens != best.take.tokens { tell(best.take) }
    (tokens, reachedEnd, isDone, decoded) = (best.take.tokens, best.take.reachedEnd, true, best.take.decoded)
  }

  private func rival(_ index: Int, _ memory: CrossMemory) -> RivalTake {
    let noise = index == 0 ? noiseSource : noiseSource.fork("take \(index)")
    drawnSteps = drawLength(noise: noise)
    let state = model.begin(memory: memory, guided: conditions.count > 1, length: lengthOfWindow)
    // Where several levels speak, what was not done is too often what was misread, and insisting on that goes against what the others tell.
    let insists = index >= Self.calm && text.count == 1
    let samplers = insists ? TokenSampler.lanes(of: generator.bundle, settings: plan.request.settings.insistent, heard: hasAudio) : samplers
    return RivalTake(total: total ?? 0, noise: noise, samplers: samplers, state: state, tokens: tokens.prefix(0))
  }

  /// Draws all of a take.
  private func perform(_ take: RivalTake, live: Bool) {
    do {
      model.start(take.state, conditions: conditions)
      for step in 0..<take.total {
        let start = ContinuousClock.now
        if step > 0 { model.step(take.state, tokens: take.tokens[step: step - 1]) }
        guard let event = try draw(step, take.state, noise: take.noise, samplers: take.samplers, since: start) else {
          take.reachedEnd = true
          return
        }
        take.tokens.append(event.tokens)
        take.events.append(event)
        if live { report(.step(event)) }
      }
      take.reachedEnd = lengths != nil
    } catch {
      take.failure = error
    }
  }

  private func tell(_ take: RivalTake) {
    announce(take.total)
    for event in take.events { report(.step(event)) }
  }

  /// The motion of tokens, and what it does of what each level claims; nothing where that cannot be said.
  private func decode(_ tokens: TokenSequence) throws -> RivalTake.Decoded {
    let clip = try generator.decode(tokens)
    guard !claims.isEmpty, (1...model.config.maxSteps).contains(tokens.stepCount) else { return (clip, []) }
    let checker = ClaimChecker(clip)
    return (clip, claims.map { $0.reading.held(against: checker, level: $0.level) })
  }

  /// The length in steps, as far as it is known.
  private var total: Int? {
    if let steps = plan.steps { return steps }
    if hasAudio { return audioEnded ? (audio.total + plan.rate - 1) / plan.rate : nil }
    return drawnSteps ?? plan.cap
  }

  private var mayEnd: Bool { plan.steps == nil && !hasAudio && lengths == nil }

  /// A length by its probability, as trained, and longer than what is kept; at temperature 0 the median.
  private func drawLength(noise: RandomSource) -> Int? {
    guard let lengths else { return nil }
    var random = noise.fork("length")
    let draw = TokenSampler(settings: SamplingSettings()).draw(
      lengths, codes: lengths.columns, hasEnd: false, allowsEnd: false, forced: nil, banned: Array(0..<plan.drawn.lowerBound),
      noise: plan.request.settings.temperature == 0 ? 0.5 : random.unit())
    return draw.map { $0.choice.token + 1 }
  }

  private func draw(_ step: Int, noise: RandomSource) throws -> StepEvent? {
    let start = ContinuousClock.now
    guard let state = seek(step) else { preconditionFailure("a window is prepared before a step is drawn") }
    return try draw(step, state, noise: noise, samplers: samplers, since: start)
  }

  /// Draws the step that a state predicts; nil when END was drawn. `start` is when work on the step began.
  private func draw(
    _ step: Int, _ state: TransformerState, noise: RandomSource, samplers: [TokenSampler], since start: ContinuousClock.Instant
  ) throws -> StepEvent? {
    try cancelled.check()
    var choices: [LaneChoice] = []
    var end = 0.0
    let noise = noise.fork("step \(step)")
    for (lane, description) in generator.lanes.enumerated() {
      var random = noise.fork(description.name)
      let forced = plan.forced(step: step, lane: lane)
      let logits = model.logits(state, lane: lane, drawn: choices.map(\.token))
      guard
        let draw = samplers[lane].draw(
          logits, codes: description.codes, hasEnd: lane == 0, allowsEnd: mayEnd && step > 0 && forced == nil, forced: forced,
          banned: plan.request.constraints.banned(step: step, lane: description.name), noise: random.unit())
      else { throw SynthesisError.nothingLeft(lane: description.name, step: step) }
      if lane == 0 { end = draw.endProbability }
      if draw.ended { return nil }
      choices.append(draw.choice)
    }
    return StepEvent(position: step, choices: choices, endProbability: end, seconds: seconds(since: start))
  }

  /// Brings the state to where it predicts `step`, feeding known tokens.
  private func seek(_ step: Int) -> TransformerState? {
    guard let state else { return nil }
    let target = step - origin + 1
    if state.position > target { state.rewind(to: max(target - 1, 0)) }
    if state.position == 0 { model.start(state, conditions: conditions) }
    while state.position < target { model.step(state, tokens: tokens[step: origin + state.position - 1]) }
    return state
  }

  // MARK: - Windows

  /// Makes sure a window holds `step`; false when audio it needs has not arrived yet.
  private func prepareWindow(for step: Int, from wanted: Int? = nil) throws -> Bool {
    let length = model.config.maxSteps
    if wanted == nil, state != nil, step - origin < length { return true }
    let overlap = min(length / 3, length - 1)
    guard let memory = try memory(from: wanted ?? (state == nil ? 0 : step - overlap)) else { return false }
    state = model.begin(memory: memory, guided: conditions.count > 1, length: lengthOfWindow)
    return true
  }

  /// Begins a window at a step; what it is told, or nil when audio it needs has not arrived yet.
  private func memory(from step: Int) throws -> CrossMemory? {
    let length = model.config.maxSteps, look = model.config.lookAround, rate = plan.rate
    let frames = max(0, (step - look) * rate)..<(step + length + look) * rate
    if !audioEnded, audio.total < frames.upperBound { return nil }
    try cancelled.check()
    origin = step
    audio.forget(before: frames.lowerBound)
    let heard = hasAudio ? audio.rows(frames) : nil
    return model.memory(text: text, audio: heard.map { .init(features: $0, firstFrame: frames.lowerBound - step * rate) })
  }

  /// How many steps the motion has from the window's first step on, where that is decided and the window reaches the end.
  private var lengthOfWindow: Int? {
    guard !mayEnd, let total, total - origin <= model.config.maxSteps else { return nil }
    return total - origin
  }

  // MARK: - Filling a span

  /// Draws a span that kept steps follow: tries several fillings and keeps the one after which those steps are most likely.
  private func fill() throws -> Bool {
    guard let base = plan.request.base, plan.drawn.upperBound < base.stepCount else { return false }
    let span = plan.drawn
    let judged = span.upperBound..<min(span.upperBound + Self.judges, base.stepCount)
    if judged.upperBound - origin > model.config.maxSteps {
      let next = max(0, span.lowerBound - model.config.maxSteps / 3)
      guard judged.upperBound - next <= model.config.maxSteps, next >= origin, try prepareWindow(for: span.lowerBound, from: next)
      else { return false }
    }
    var best: (score: Double, events: [StepEvent])?
    for filling in 0..<Self.fillings {
      let noise = filling == 0 ? noiseSource : noiseSource.fork("filling \(filling)")
      tokens = tokens.prefix(span.lowerBound)
      var events: [StepEvent] = []
      for step in span {
        guard let event = try draw(step, noise: noise) else { preconditionFailure("a span that is filled has no END") }
        tokens.append(event.tokens)
        events.append(event)
      }
      var score = 0.0
      for step in judged {
        score += try likelihood(of: base[step: step], at: step)
        tokens.append(base[step: step])
      }
      if score > best?.score ?? -.infinity { best = (score, events) }
      // The next filling starts from the same cache.
      tokens = tokens.prefix(span.lowerBound)
      state?.rewind(to: min(state?.position ?? 0, span.lowerBound - origin))
    }
    for event in best?.events ?? [] {
      tokens.append(event.tokens)
      report(.step(event))
    }
    return best != nil
  }

  private func likelihood(of step: [Int], at position: Int) throws -> Double {
    try cancelled.check()
    guard let state = seek(position) else { return 0 }
    return step.indices.reduce(0) { sum, lane in
      sum + samplers[lane].logProbability(model.logits(state, lane: lane, drawn: Array(step[..<lane])), of: step[lane])
    }
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }
}
