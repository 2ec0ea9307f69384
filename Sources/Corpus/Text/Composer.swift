import Claims
import Tensor

/// Chooses wordings for the items of one level and joins them in time.
struct Composer {
  /// How a whole text is put.
  enum Frame: Sendable, Hashable {
    /// "She raises her brows, then she nods."
    case full(Voice.Form)
    /// "raises her brows then nods".
    case bare
    /// "Raise your brows, then nod."
    case command
    /// "make her raise her brows and then nod".
    case ask
    /// "raising her brows, then nodding".
    case gerund
    /// "raised brows, then a nod".
    case fragments
  }

  var bank: SentenceBank
  var heldOut: Bool
  var register: Wording.Register
  var person: Voice.Person
  var degrees: [Event: Double]
  var random: RandomSource
  /// Length of the clip; 0 keeps times out of the text.
  var seconds = 0.0
  var claims: [Claim] = []
  var used: [String] = []
  /// Whether the clause last told has a subject of its own.
  var toldClause = false

  init(
    bank: SentenceBank, heldOut: Bool, register: Wording.Register, person: Voice.Person, degrees: [Event: Double], random: RandomSource
  ) {
    self.bank = bank
    self.heldOut = heldOut
    self.register = register
    self.person = person
    self.degrees = degrees
    self.random = random
  }

  /// The text of the items; `claims` and `used` then hold what it says and of which lines it is made.
  mutating func compose(_ items: [LevelPlan.Item]) -> String {
    guard !items.isEmpty else { return "" }
    let items = register == .everyday ? shortened(items) : items
    if items.count == 1, random.chance(register == .everyday ? (items[0].kind == .pose ? 0.08 : 0.16) : 0.03), let text = alone(items[0]) {
      return text
    }
    for _ in 0..<5 {
      claims = []
      used = []
      if let text = attempt(items, frame()) { return timed(text, items) }
    }
    // Something has no line that fits the frames drawn: tell what can be told, one sentence each.
    claims = []
    used = []
    var sentences: [String] = []
    for item in items {
      if let part = main(item, subject: subject(first: sentences.isEmpty), form: .present) {
        sentences.append(Prose.sentence(part))
      } else if let text = alone(item) {
        sentences.append(text)
      } else if let part = part(item, .phrase, Voice(person: person, form: .present)) {
        sentences.append(Prose.sentence(part))
      }
    }
    return sentences.joined(separator: " ")
  }

  private mutating func frame() -> Frame {
    if register == .annotator {
      return .full([.present, .past, .progressive][random.weightedIndex([0.65, 0.17, 0.18])])
    }
    switch random.weightedIndex([0.3, 0.17, 0.16, 0.2, 0.07, 0.1]) {
    case 0: return .command
    case 1: return .ask
    case 2: return .bare
    case 3: return .full([.present, .past, .progressive, .future][random.weightedIndex([0.7, 0.1, 0.12, 0.08])])
    case 4: return .gerund
    default: return .fragments
    }
  }

  /// What someone at a keyboard bothers to type: rarely more than two or three things, and not the faint ones.
  private mutating func shortened(_ items: [LevelPlan.Item]) -> [LevelPlan.Item] {
    guard items.count > 2, random.chance(0.7) else { return items }
    var kept = items
    let most = random.chance(0.6) ? 2 : 3
    while kept.count > most {
      let faint = kept.indices.filter { kept[$0].intensity == .slight && !kept[$0].negative }
      kept.remove(at: faint.isEmpty ? random.index(kept.count) : random.pick(faint))
    }
    return kept
  }

  /// The text of one or two items, often with when or how long: "for about two seconds", "at the end".
  private mutating func timed(_ text: String, _ items: [LevelPlan.Item]) -> String {
    guard items.count <= 2, let item = items.last, !item.timeless, !item.negative, seconds > 0,
      random.chance(items.count == 1 ? (item.kind == .pose ? 0.75 : 0.5) : 0.2)
    else { return text }
    let length = item.end - item.start
    var roles: [String] = []
    if items.count == 1, seconds >= 2 {
      if item.end < seconds * 0.5 { roles.append("tail.start") }
      if item.start > seconds * 0.5 { roles.append("tail.late") }
      if item.start > seconds * 0.3, item.end < seconds * 0.75 { roles.append("tail.middle") }
    }
    if item.kind != .action {
      if length < 0.95 { roles.append("tail.brief") }
      if item.end >= seconds - 0.05, length > 1.2 { roles.append("tail.hold") }
    }
    for whole in 1...5 where item.count == 1 && abs(length - Double(whole)) < 0.2 { roles.append("tail.seconds.\(whole)") }
    guard !roles.isEmpty, let tail = draw(random.pick(roles)) else { return text }
    return text.hasSuffix(".") ? "\(text.dropLast()) \(tail)." : "\(text) \(tail)"
  }

  private mutating func alone(_ item: LevelPlan.Item) -> String? {
    guard let wording = pick(item, [.whole]), let text = wording.put(Voice(person: person, form: .present), values(item)) else {
      return nil
    }
    note(wording, item)
    return Prose.sentence(text)
  }

  // MARK: Parts

  /// A wording of the item in one shape, put in a voice; notes its claims.
  mutating func part(_ item: LevelPlan.Item, _ shape: Wording.Shape, _ voice: Voice) -> String? {
    guard let wording = pick(item, [shape]), let text = wording.put(voice, values(item)) else { return nil }
    note(wording, item)
    return text
  }

  /// A finite clause with its subject.
  mutating func main(_ item: LevelPlan.Item, subject: String?, form: Voice.Form) -> String? {
    guard let wording = pick(item, [.predicate, .clause]) else { return nil }
    guard let text = wording.put(Voice(person: person, form: form), values(item)) else { return nil }
    note(wording, item)
    // After "his chin dips", "then turns" would turn the chin: such a verb gets its own subject.
    let needed = subject ?? (toldClause ? person.subject : nil)
    toldClause = wording.shape == .clause
    return wording.shape == .clause || needed == nil ? text : "\(needed ?? "") \(text)"
  }

  mutating func subject(first: Bool) -> String {
    if first ? random.chance(0.65) : random.chance(0.12), let noun = draw("subject.\(person.rawValue)") { return noun }
    return person.subject
  }

  mutating func draw(_ role: String) -> String? {
    guard let choices = bank.connectives[role], !choices.isEmpty else { return nil }
    return random.pick(choices)
  }

  // MARK: Choosing

  private func values(_ item: LevelPlan.Item) -> Wording.Values {
    Wording.Values(side: item.side, count: item.count, degrees: item.event.flatMap { degrees[$0] })
  }

  private mutating func pick(_ item: LevelPlan.Item, _ shapes: Set<Wording.Shape>) -> Wording? {
    var candidates: [Wording] = []
    var weights: [Double] = []
    for strict in [true, false] where candidates.isEmpty {
      for name in item.names {
        for wording in lines(item, name) where shapes.contains(wording.shape) {
          guard !used.contains(wording.text), let weight = weight(wording, item) else { continue }
          if strict, register != wording.register, wording.register != .any { continue }
          if wording.tellsDegrees, item.event.flatMap({ degrees[$0] }) == nil { continue }
          candidates.append(wording)
          weights.append(weight)
        }
      }
    }
    guard !candidates.isEmpty else { return nil }
    return candidates[random.weightedIndex(weights)]
  }

  /// The lines that may tell an item; a denial is also put through the lines that tell the thing itself.
  private func lines(_ item: LevelPlan.Item, _ name: String) -> [Wording] {
    let written = bank.wordings(item.kind, name, heldOut: heldOut)
    return item.negative ? written + written.compactMap(\.denied) : written
  }

  /// How well a line fits an item; nil when it would say something untrue.
  private func weight(_ wording: Wording, _ item: LevelPlan.Item) -> Double? {
    var weight = 1.0
    if item.negative {
      guard wording.count == .never else { return nil }
      return 1
    }
    switch (wording.side, item.side) {
    case (.any, .both): break
    case (.any, _):
      // One side alone is what matters: leave it out rarely, and never as the only thing said.
      if wording.shape == .whole { return nil }
      weight *= 0.008
    case (.both, .both): weight *= 1.5
    case (.left, .left), (.right, .right), (.one, .left), (.one, .right): weight *= 2
    default: return nil
    }
    if let intensity = wording.intensity {
      guard intensity == item.intensity else { return nil }
      weight *= item.intensity == .medium ? 1.5 : 4
    }
    switch wording.count {
    case .any: weight *= item.count > 1 ? 0.5 : 1
    case .never: return nil
    case .exactly(let count):
      guard count == item.count else { return nil }
      weight *= 2
    case .several:
      guard item.count >= 2 else { return nil }
      weight *= 2
    }
    let turn = (item.end - item.start) / Double(max(1, item.count))
    switch wording.pace {
    case .any: break
    case .quick: if turn > 0.8 || item.timeless { return nil }
    case .slow: if turn < 1.8 || item.timeless { return nil }
    }
    return weight
  }

  /// "without raising her brows": a negative item put through a plain positive line.
  mutating func without(_ item: LevelPlan.Item) -> String? {
    var plain: [(Wording, String)] = []
    for name in item.names {
      for wording in bank.wordings(item.kind, name, heldOut: heldOut)
      where wording.shape == .predicate && wording.isPlain && wording.register != .annotator && !used.contains(wording.text)
        && wording.text.split(separator: " ").count <= 6
      {
        if let text = wording.put(Voice(person: person, form: .gerund)) { plain.append((wording, text)) }
      }
    }
    guard !plain.isEmpty else { return nil }
    let (wording, text) = plain[random.index(plain.count)]
    note(wording, item)
    return "without \(text)"
  }

  private mutating func note(_ wording: Wording, _ item: LevelPlan.Item) {
    used.append(wording.text)
    for (index, what) in item.what.enumerated() {
      var told = what
      if item.negative {
        claims.append(Claim(.absent, told))
        continue
      }
      if wording.side != .any, item.event?.side != nil { told.side = item.event?.side }
      if index == 0 { told.intensity = wording.intensity }
      if case .exactly(let count) = wording.count { told.count = count }
      if case .several = wording.count { told.count = item.count }
      if wording.tellsDegrees { told.degrees = item.event.flatMap { degrees[$0] } }
      if let event = item.event {
        told.from = event.start
        told.until = event.end
      }
      claims.append(Claim(.occurs, told))
    }
  }

  /// Notes that one item was told to come before, or together with, another.
  mutating func relate(_ first: LevelPlan.Item, _ second: LevelPlan.Item) {
    guard !first.timeless, !second.timeless, let a = first.what.first, let b = second.what.first else { return }
    func spanned(_ what: Claim.What, _ item: LevelPlan.Item) -> Claim.What {
      var result = what
      result.from = item.event?.start ?? item.start
      result.until = item.event?.end ?? item.end
      return result
    }
    claims.append(Claim(first.overlaps(second) ? .together : .before, spanned(a, first), spanned(b, second)))
  }
}
