import Motion
import Synthesis

/// Decodes the steps drawn so far while sampling goes on, never more often than the screen shows.
actor PartialDecoder {
  private let model: any MotionGenerating
  private var tokens: TokenSequence
  private var last = ContinuousClock.now - .seconds(1)

  /// Motion is refreshed at most this often.
  private static let interval = Duration.milliseconds(40)

  init(model: any MotionGenerating, base: TokenSequence?, scope: GenerationRequest.Scope) {
    self.model = model
    let names = model.lanes.map(\.name)
    switch scope {
    case .everything: tokens = TokenSequence(lanes: names)
    case .from(let step): tokens = base?.prefix(step) ?? TokenSequence(lanes: names)
    case .span: tokens = base ?? TokenSequence(lanes: names)
    }
  }

  /// The motion with a new step, or nil when it was refreshed a moment ago.
  func add(_ step: StepEvent) -> Clip? {
    if step.position < tokens.stepCount {
      tokens[step: step.position] = step.tokens
    } else if step.position == tokens.stepCount {
      tokens.append(step.tokens)
    } else {
      return nil
    }
    let now = ContinuousClock.now
    guard now - last >= Self.interval else { return nil }
    last = now
    return try? model.decode(tokens)
  }
}
