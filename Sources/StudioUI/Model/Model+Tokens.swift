import Studio
import Synthesis

extension Model {
  /// What the model weighed under the cursor.
  public var choice: LaneChoice? {
    guard let event = trace.last(where: { $0.position == step }), event.choices.indices.contains(lane) else { return nil }
    return event.choices[lane]
  }

  /// The token under the cursor.
  public var tokenHere: Int? {
    guard let tokens = document.current?.tokens, step < tokens.stepCount, lane < tokens.lanes.count else { return nil }
    return tokens[step, lane]
  }

  /// The alternative the cursor is on.
  public var alternativeHere: TokenAlternative? {
    guard let choice, !choice.alternatives.isEmpty else { return nil }
    return choice.alternatives[max(0, min(alternative, choice.alternatives.count - 1))]
  }

  mutating func performOnTokens(_ action: Action) -> [Effect] {
    switch action {
    case .laneUp: lane -= 1
    case .laneDown: lane += 1
    case .alternativeNext: alternative = min(alternative + 1, max(0, (choice?.alternatives.count ?? 1) - 1))
    case .alternativePrevious: alternative = max(0, alternative - 1)
    case .clearLocks: return edit(.setConstraints(TokenConstraints()))
    case .takeAlternative, .pinToken, .banToken, .lockSpan, .lockLane: return constrain(action)
    default: break
    }
    return []
  }

  private mutating func constrain(_ action: Action) -> [Effect] {
    guard let take = document.current, let tokens = take.tokens, tokens.lanes.indices.contains(lane) else {
      say(.warning, "perform a take first")
      return []
    }
    let name = tokens.lanes[lane]
    var constraints = document.constraints
    let here = min(step, max(0, tokens.stepCount - 1))
    var span = here..<here + 1
    if let selection = document.selection {
      span = selection.lowerBound / framesPerStep..<selection.upperBound / framesPerStep + 1
    }
    switch action {
    case .takeAlternative:
      guard let wanted = alternativeHere else {
        say(.warning, "no alternatives are known at this step")
        return []
      }
      // The alternative becomes a token of this take (one step of undo), and what follows is drawn anew under it.
      let effects = edit(.replaceToken(take.id, step: here, lane: lane, token: wanted.token))
      var keep = document.constraints
      keep.pinned.append(.init(wanted.token, lane: name, steps: here..<here + 1))
      alternative = 0
      return effects + sample(.fromHere, constraints: keep)
    case .pinToken:
      let before = constraints.pinned.count
      constraints.pinned.removeAll { $0.span.lane == name && $0.span.contains(step: here, lane: name) }
      if constraints.pinned.count == before, let token = tokenHere {
        constraints.pinned.append(.init(token, lane: name, steps: here..<here + 1))
      }
    case .banToken:
      if let token = alternativeHere?.token ?? tokenHere { constraints.banned.append(.init(token, lane: name, steps: here..<here + 1)) }
    case .lockSpan:
      if constraints.locked.contains(where: { $0.lane == nil && $0.from == span.lowerBound && $0.to == span.upperBound }) {
        constraints.locked.removeAll { $0.lane == nil && $0.from == span.lowerBound && $0.to == span.upperBound }
      } else {
        constraints.locked.append(.init(steps: span))
      }
    case .lockLane:
      let all = 0..<max(1, tokens.stepCount)
      if constraints.locked.contains(where: { $0.lane == name && $0.to >= all.upperBound }) {
        constraints.locked.removeAll { $0.lane == name }
      } else {
        constraints.locked.append(.init(lane: name, steps: all))
      }
    default: break
    }
    return edit(.setConstraints(constraints))
  }
}
