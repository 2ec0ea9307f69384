import Foundation
import Motion
import Speech

/// A checked request: which tokens are given, how long the clip becomes.
struct GenerationPlan {
  let request: GenerationRequest
  let lanes: [TokenLane]
  let rate: Int
  /// The length in steps when the request fixes it.
  let steps: Int?
  /// The length in frames when the request fixes it.
  let frames: Int?
  /// The most steps of a clip whose length the model chooses.
  let cap: Int
  /// The steps that are drawn; the others are kept from `base`.
  let drawn: Range<Int>

  /// Longest clip that may be asked for: 24 hours.
  static let longestSeconds = 86_400.0

  init(_ request: GenerationRequest, generator: Generator) throws {
    self.request = request
    lanes = generator.lanes
    rate = generator.framesPerStep
    if let complaint = request.settings.complaint { throw SynthesisError.settings(complaint) }
    let names = lanes.map(\.name)
    if let base = request.base { try generator.check(base) }
    let spans = request.constraints.locked + (request.constraints.pinned + request.constraints.banned).map(\.span)
    for case let lane? in spans.map(\.lane) where !names.contains(lane) { throw SynthesisError.unknownLane(lane, known: names) }
    for rule in request.constraints.pinned {
      for lane in lanes where rule.span.lane == nil || rule.span.lane == lane.name {
        guard (0..<lane.codes).contains(rule.token) else {
          throw SynthesisError.token(lane: lane.name, step: rule.span.from, codes: lane.codes, found: rule.token)
        }
      }
    }
    if !request.constraints.locked.isEmpty, request.base == nil { throw SynthesisError.noBase(what: "a lock") }

    let base = request.base?.stepCount ?? 0
    cap = max(generator.bundle.description.transformer.maxSteps, base)
    var fixedFrames: Int?
    if case .seconds(let seconds) = request.length {
      guard seconds > 0, seconds <= Self.longestSeconds else {
        throw SynthesisError.length("expected more than 0 and at most \(Int(Self.longestSeconds)) seconds, found \(seconds)")
      }
      fixedFrames = max(1, Int((seconds * Clip.modelFramesPerSecond).rounded()))
    }
    switch request.scope {
    case .everything:
      drawn = 0..<Int.max
    case .from(let step):
      guard request.base != nil else { throw SynthesisError.noBase(what: "going on from a step") }
      guard step >= 0, step <= base else { throw SynthesisError.scope(steps: base, from: step, to: base) }
      drawn = step..<Int.max
    case .span(let span):
      guard request.base != nil else { throw SynthesisError.noBase(what: "filling a span") }
      guard span.lowerBound >= 0, span.upperBound <= base, !span.isEmpty else {
        throw SynthesisError.scope(steps: base, from: span.lowerBound, to: span.upperBound)
      }
      drawn = span
      fixedFrames = min(fixedFrames ?? Int.max, base * generator.framesPerStep)
    }
    frames = fixedFrames
    let rate = generator.framesPerStep
    steps = fixedFrames.map { ($0 + rate - 1) / rate }
  }

  /// The token that stands at a place whatever the model says.
  func forced(step: Int, lane: Int) -> (token: Int, origin: LaneChoice.Origin)? {
    let name = lanes[lane].name
    if let token = request.constraints.pinned(step: step, lane: name) { return (token, .pinned) }
    guard let base = request.base, step < base.stepCount else { return nil }
    if !drawn.contains(step) || request.constraints.isLocked(step: step, lane: name) { return (base[step, lane], .locked) }
    return nil
  }
}
