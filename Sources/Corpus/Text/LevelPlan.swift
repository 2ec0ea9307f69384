import Claims
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
    if let denials = denials(level, &random) { return denials }
    switch level {
    case .action: return denying(actionItems(&random), level, chance: 0.14, &random)
    case .emotion: return doubled(emotionItems(), &random)
    case .expression: return expressionItems(&random)
    case .pose: return denying(doubled(poseItems(), &random), level, chance: 0.12, &random)
    case .scenario: return []
    }
  }

  /// What does not happen, of the things that a level's texts speak of.
  private func absent(_ level: TextLevel) -> [Claim.What] {
    knowledge.absent.filter { what in
      switch level {
      case .action: what.kind == .action || what.kind == .unit
      case .emotion: what.kind == .emotion
      case .expression: what.kind == .unit || what.name == ActionName.smile.rawValue
      case .pose: what.kind == .pose || what.kind == .action && ActionName(rawValue: what.name).map(Self.headActions.contains) ?? false
      case .scenario: false
      }
    }
  }

  /// By chance one or two things that do not happen, and nothing else: "do not smile" is a whole wish.
  private func denials(_ level: TextLevel, _ random: inout RandomSource) -> [Item]? {
    let known = absent(level)
    guard knowledge.deniesAlone > 0, !known.isEmpty, random.chance(knowledge.deniesAlone) else { return nil }
    let first = random.pick(known)
    let others = known.filter { $0 != first }
    return [denial(of: first)] + (others.isEmpty || random.chance(0.7) ? [] : [denial(of: random.pick(others))])
  }

  private func actionItems(_ random: inout RandomSource) -> [Item] {
    var events = score.events.filter { $0.kind == .action }
    if let line = score.speech,
      !events.contains(where: { $0.action == .talk || $0.action == .shout || $0.action == .sing || $0.action == .read })
    {
      events.append(Event.action(.talk, .medium, line.start..<max(line.end, line.start + 0.1)))
    }
    let others = score.events.filter(Self.isMovement)
    if events.isEmpty {
      events = Array(others.prefix(random.chance(0.5) ? 3 : 2))
    } else if random.chance(0.5) {
      // People tell in one line what happens, of whatever kind.
      events += others
    }
    if events.isEmpty, score.events.contains(where: { $0.kind == .emotion }) || score.emotion.map({ $0.name != .neutral }) ?? false {
      return doubled(emotionItems(), &random)
    }
    if events.isEmpty { return doubled([state(.action, "nothing")], &random) }
    // Who picks a voice need not write that someone talks.
    if score.speech != nil, events.count > 1, random.chance(0.3) { events.removeAll { $0.action == .talk } }
    let told = merged(events.sorted { $0.start < $1.start }.prefix(4).map(item))
    return told.count == 1 && score.speech != nil ? told + companion(of: told[0], &random) : told
  }

  /// What a speaker does or feels while speaking: speech alone says little.
  private func companion(of item: Item, _ random: inout RandomSource) -> [Item] {
    let beside = (score.events + knowledge.realised).filter { event in
      let told = self.item(event)
      return Self.isMovement(event) && (item.overlaps(told) || event.start >= item.start)
    }
    if !beside.isEmpty, random.chance(0.6) {
      let other = self.item(random.pick(beside))
      return [other].filter { $0.start >= item.start }
    }
    return random.chance(0.94) ? emotionItems().filter(\.timeless) : []
  }

  /// A state of the whole clip is mostly told twice, in two ways: there are far more clips in a calm state than ways to say so once.
  private func doubled(_ items: [Item], _ random: inout RandomSource) -> [Item] {
    guard items.count == 1, items[0].timeless || items[0].kind == .emotion else { return items }
    let mood = EmotionName(rawValue: items[0].names[0]) ?? .neutral
    return random.chance(mood == .neutral ? 0.94 : 0.72) ? [items[0], items[0]] : items
  }

  /// The items and, by chance, something that does not happen.
  private func denying(_ items: [Item], _ level: TextLevel, chance: Double, _ random: inout RandomSource) -> [Item] {
    let known = absent(level)
    guard !known.isEmpty, !items.isEmpty, items.count < 3, random.chance(chance) else { return items }
    if level == .action, knowledge.isHeadStill, random.chance(0.3) {
      var still = state(.pose, "still")
      still.what = [Claim.What(.pose, "still")]
      return items + [still]
    }
    return items + [denial(of: random.pick(known))]
  }

  private func denial(of what: Claim.What) -> Item {
    var negative = state(.init(what.kind), what.name)
    negative.what = [what]
    negative.negative = true
    return negative
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
    let absent = absent(.expression)
    let mayDeny = !absent.isEmpty
    if mayDeny, random.chance(items.isEmpty ? 0.55 : 0.22) { items.append(denial(of: random.pick(absent))) }
    if items.count == 1, items[0].negative {
      let others = absent.filter { $0.name != items[0].names[0] }
      if !others.isEmpty { items.append(denial(of: random.pick(others))) }
    }
    if items.isEmpty {
      let calm = score.events.allSatisfy { $0.kind == .pose || $0.kind == .gaze } && (score.emotion.map { $0.name == .neutral } ?? true)
      if calm { return doubled([state(.unit, "none")], &random) }
      let actions = score.events.filter { $0.kind == .action }
      if actions.isEmpty || score.events.contains(where: { $0.kind == .emotion }) { return doubled(emotionItems(), &random) }
      items = actions.prefix(3).map(item)
      if items.count == 1, mayDeny { items.append(denial(of: random.pick(absent))) }
    }
    return items
  }

  /// Whether a part of the face, the head or the eyes moves somewhere, which is less than an action.
  private static func isMovement(_ event: Event) -> Bool {
    (event.kind == .unit || event.kind == .pose || event.kind == .gaze) && event.pose != .straight
  }

  private static let headActions: Set<ActionName> = [.nod, .shakeHead, .tiltHead, .bowHead, .wagHead, .turn, .lookAround]

  private func poseItems() -> [Item] {
    let moves = score.events.filter { $0.kind == .pose || ($0.action.map(Self.headActions.contains) ?? false) }
    let events = moves.sorted { $0.start < $1.start }
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
    var names = [event.name]
    var side = event.side
    switch event.kind {
    case .action, .emotion: break
    case .unit:
      if let found = ["jaw", "mouth"].first(where: { event.name == $0 + "Left" || event.name == $0 + "Right" }) {
        names.append(found + "Side")
        side = event.name.hasSuffix("Left") ? .left : .right
      }
    case .pose:
      if let found = ["turn", "tilt"].first(where: event.name.hasPrefix) {
        names.append(found)
        side = event.name.hasSuffix("Left") ? .left : .right
      }
    case .gaze:
      if event.name == "left" || event.name == "right" {
        names.append("side")
        side = event.name == "left" ? .left : .right
      }
    }
    return Item(
      kind: .init(event.kind), names: names, side: side, intensity: event.intensity, count: event.count, start: event.start, end: event.end,
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
