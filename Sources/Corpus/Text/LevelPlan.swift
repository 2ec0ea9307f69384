import Tensor

/// Which events of a score each level's text tells, and in which relation.
struct LevelPlan: Sendable {
  /// One thing to tell: where its wordings stand in the bank, and what the sentence claims.
  struct Item: Sendable {
    var kind: SentenceBank.Kind
    /// Names in the bank, the most telling first.
    var names: [String]
    var side: Side
    var intensity: Intensity
    var count: Int
    var start: Double
    var end: Double
    var what: [Claim.What]
    var event: Event?
    /// True for something that does not happen.
    var negative = false
    /// A state of the whole clip: tells no time and no order.
    var timeless = false

    /// Whether the next item begins while this one lasts.
    func overlaps(_ other: Item) -> Bool {
      let shared = min(end, other.end) - max(start, other.start)
      return shared >= 0.6 * min(end - start, other.end - other.start)
    }
  }

  var score: Score
  var knowledge: TextWriter.Knowledge

  /// The emotion that the scenarios explain.
  var leadingEmotion: EmotionName {
    if let mood = score.emotion { return mood.name }
    let told = score.events.compactMap { event in event.emotion.map { ($0, event.duration) } }
    return told.max { $0.1 < $1.1 }?.0 ?? .neutral
  }

  func items(_ level: TextLevel, random: inout RandomSource) -> [Item] {
    switch level {
    case .action: return actionItems(&random)
    case .emotion: return doubled(emotionItems(), &random)
    case .expression: return expressionItems(&random)
    case .pose: return doubled(poseItems(), &random)
    case .scenario: return []
    }
  }

  private func actionItems(_ random: inout RandomSource) -> [Item] {
    var events = score.events.filter { $0.kind == .action }
    if let line = score.speech,
      !events.contains(where: { $0.action == .talk || $0.action == .shout || $0.action == .sing || $0.action == .read })
    {
      events.append(Event.action(.talk, .medium, line.start..<max(line.end, line.start + 0.1)))
    }
    if events.isEmpty {
      events = Array(score.events.filter { $0.kind == .unit || $0.kind == .pose || $0.kind == .gaze }.prefix(2))
    }
    if events.isEmpty, score.events.contains(where: { $0.kind == .emotion }) || score.emotion.map({ $0.name != .neutral }) ?? false {
      return emotionItems()
    }
    if events.isEmpty { return [state(.action, "nothing")] }
    return merged(events.sorted { $0.start < $1.start }.prefix(5).map(item))
  }

  /// A state of the whole clip is often told twice, in two ways.
  private func doubled(_ items: [Item], _ random: inout RandomSource) -> [Item] {
    guard items.count == 1, items[0].timeless || items[0].kind == .emotion, random.chance(0.6) else { return items }
    return [items[0], items[0]]
  }

  private func emotionItems() -> [Item] {
    let events = score.events.filter { $0.kind == .emotion }.sorted { $0.start < $1.start }
    if events.isEmpty {
      let mood = score.emotion ?? .init(.neutral)
      var told = state(.emotion, mood.name.rawValue)
      told.intensity = mood.intensity
      told.what = [Claim.What(.emotion, mood.name.rawValue)]
      return [told]
    }
    return events.prefix(3).map(item)
  }

  private func expressionItems(_ random: inout RandomSource) -> [Item] {
    let strong = (score.events + knowledge.realised).filter { $0.kind == .unit || $0.kind == .gaze }
    var unique: [Event] = []
    for event in strong.sorted(by: { $0.start < $1.start })
    where !unique.contains(where: { $0.name == event.name && $0.kind == event.kind && abs($0.start - event.start) < 0.3 }) {
      unique.append(event)
    }
    while unique.count > 5 {
      let weak = unique.indices.filter { unique[$0].intensity == .slight }
      unique.remove(at: weak.isEmpty ? random.index(unique.count) : random.pick(weak))
    }
    var items = unique.map(item)
    let mayDeny = !knowledge.absent.isEmpty
    if mayDeny, random.chance(items.isEmpty ? 0.5 : 0.15) {
      let what = random.pick(knowledge.absent)
      var negative = state(what.kind == .unit ? .unit : .action, what.name)
      negative.what = [what]
      negative.negative = true
      items.append(negative)
    }
    if items.isEmpty {
      let calm = score.events.allSatisfy { $0.kind == .pose || $0.kind == .gaze } && (score.emotion.map { $0.name == .neutral } ?? true)
      if calm { return [state(.unit, "none")] }
      let actions = score.events.filter { $0.kind == .action }
      return actions.isEmpty || score.events.contains { $0.kind == .emotion } ? emotionItems() : actions.prefix(3).map(item)
    }
    return items
  }

  private func poseItems() -> [Item] {
    let headActions: Set<ActionName> = [.nod, .shakeHead, .tiltHead, .bowHead, .wagHead, .turn, .lookAround]
    let events = score.events.filter { $0.kind == .pose || ($0.action.map(headActions.contains) ?? false) }.sorted { $0.start < $1.start }
    if events.isEmpty {
      // Emotions and actions carry the head along; only a face that moves alone has a still head.
      let calm = score.emotion.map { $0.name == .neutral } ?? true
      let quiet = calm && score.speech == nil && score.events.allSatisfy { $0.kind == .unit }
      var rest = state(.pose, quiet ? "still" : "forward")
      rest.what = [Claim.What(.pose, quiet ? "still" : "forward")]
      return [rest]
    }
    return merged(events.prefix(6).map(item))
  }

  private func state(_ kind: SentenceBank.Kind, _ name: String) -> Item {
    Item(
      kind: kind, names: [name], side: .both, intensity: .medium, count: 1, start: 0, end: score.seconds, what: [], event: nil,
      timeless: true)
  }

  /// An event as an item: sided poses share their wordings through `{side}`.
  private func item(_ event: Event) -> Item {
    let kind: SentenceBank.Kind
    var names = [event.name]
    var side = event.side
    switch event.kind {
    case .action: kind = .action
    case .emotion: kind = .emotion
    case .unit:
      kind = .unit
      if let found = ["jaw", "mouth"].first(where: { event.name == $0 + "Left" || event.name == $0 + "Right" }) {
        names.append(found + "Side")
        side = event.name.hasSuffix("Left") ? .left : .right
      }
    case .pose:
      kind = .pose
      if let found = ["turn", "tilt"].first(where: event.name.hasPrefix) {
        names.append(found)
        side = event.name.hasSuffix("Left") ? .left : .right
      }
    case .gaze:
      kind = .gaze
      if event.name == "left" || event.name == "right" {
        names.append("side")
        side = event.name == "left" ? .left : .right
      }
    }
    return Item(
      kind: kind, names: names, side: side, intensity: event.intensity, count: event.count, start: event.start, end: event.end,
      what: [Claim.What(event.kind, event.name)], event: event)
  }

  /// Two poses at once become one item that the bank may know as a whole ("turn+up").
  private func merged(_ items: [Item]) -> [Item] {
    var result: [Item] = []
    for item in items {
      if let last = result.last, last.kind == .pose, item.kind == .pose, last.what.count == 1, last.overlaps(item),
        let joined = joint(last, item)
      {
        result[result.count - 1] = joined
      } else {
        result.append(item)
      }
    }
    return result
  }

  private func joint(_ first: Item, _ second: Item) -> Item? {
    let order = ["turn", "tilt", "up", "down"]
    guard let a = first.names.last, let b = second.names.last, let i = order.firstIndex(of: a), let j = order.firstIndex(of: b), i != j
    else { return nil }
    let (lead, follow) = i < j ? (first, second) : (second, first)
    var name = "\(order[min(i, j)])+\(order[max(i, j)])"
    if name == "up+down" { return nil }
    if name == "turn+tilt" { name += lead.side == follow.side ? "Same" : "Other" }
    return Item(
      kind: .pose, names: [name], side: lead.side, intensity: lead.intensity, count: 1, start: min(first.start, second.start),
      end: max(first.end, second.end), what: first.what + second.what, event: nil)
  }
}
