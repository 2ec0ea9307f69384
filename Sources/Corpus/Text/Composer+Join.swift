/// Joining items in time: chunks of one to three items a sentence, with varied order words.
extension Composer {
  mutating func attempt(_ items: [LevelPlan.Item], _ frame: Frame) -> String? {
    switch frame {
    case .full(let form): return sentences(items, form: form, subjects: true)
    case .bare:
      guard let text = chain(items, Voice(person: person, form: .present)) else { return nil }
      return text
    case .command:
      let voice = Voice(person: .you, form: .base)
      return random.chance(0.7) ? chain(items, voice).map(Prose.sentence) : separate(items, voice)
    case .ask:
      guard let opening = draw("ask"), let text = chain(items, Voice(person: person, form: .base)) else { return nil }
      let object = random.chance(0.5) ? person.object : draw("subject.\(person.rawValue)") ?? person.object
      return opening.split(separator: "_", omittingEmptySubsequences: false).joined(separator: object) + " " + text
    case .gerund: return chain(items, Voice(person: person, form: .gerund))
    case .fragments: return fragments(items)
    }
  }

  // MARK: Sentences with subjects

  private mutating func sentences(_ items: [LevelPlan.Item], form: Voice.Form, subjects: Bool) -> String? {
    var result: [String] = []
    var index = 0
    while index < items.count {
      let left = items.count - index
      var size = left == 1 ? 1 : min(left, [1, 2, 3][random.weightedIndex([0.25, 0.55, 0.2])])
      if items[index].timeless || items[index].negative { size = 1 }
      if let stop = items[index..<index + size].dropFirst().firstIndex(where: { $0.timeless || $0.negative }) { size = stop - index }
      let chunk = Array(items[index..<index + size])
      let first = index == 0
      let last = index + size == items.count && !first
      if !first, chunk[0].negative, !items[index - 1].negative, random.chance(0.5), let words = without(chunk[0]), let before = result.last
      {
        result[result.count - 1] = Prose.sentence((before.hasSuffix(".") ? String(before.dropLast()) : before) + " " + words)
        index += size
        continue
      }
      guard var text = joined(chunk, form: form, subject: subject(first: first)) else { return nil }
      if !first {
        relate(items[index - 1], items[index])
        let timeless = items[index].timeless || items[index].negative
        let together = items[index - 1].overlaps(items[index])
        let role = timeless ? "besides" : together ? "meanwhile" : last && random.chance(0.5) ? "last" : "next"
        if let word = draw(role) { text = word + " " + text }
      } else if first, items.count > 1, size < items.count, !items[0].timeless, random.chance(0.3), let word = draw("first") {
        text = word + " " + text
      }
      result.append(Prose.sentence(text))
      index += size
    }
    return result.joined(separator: " ")
  }

  /// One sentence of one to three items.
  private mutating func joined(_ chunk: [LevelPlan.Item], form: Voice.Form, subject: String) -> String? {
    toldClause = false
    guard chunk.count > 1 else { return main(chunk[0], subject: subject, form: form) }
    if chunk.count == 3 { return triple(chunk, form: form, subject: subject) }
    let together = chunk[0].overlaps(chunk[1])
    relate(chunk[0], chunk[1])
    return together ? simultaneous(chunk[0], chunk[1], form, subject) : successive(chunk[0], chunk[1], form, subject)
  }

  /// A clause whose subject is the person, so that a participle beside it has the right owner.
  private mutating func acting(_ item: LevelPlan.Item, _ subject: String, _ form: Voice.Form) -> String? {
    part(item, .predicate, Voice(person: person, form: form)).map { "\(subject) \($0)" }
  }

  private mutating func successive(_ a: LevelPlan.Item, _ b: LevelPlan.Item, _ form: Voice.Form, _ subject: String) -> String? {
    let gerund = Voice(person: person, form: .gerund)
    switch random.weightedIndex([0.5, 0.16, 0.16, 0.08, 0.1]) {
    case 1:
      guard let one = acting(a, subject, form), let two = part(b, .predicate, gerund) else { return nil }
      return "\(one) before \(two)"
    case 2:
      guard let one = part(a, .predicate, gerund), let two = acting(b, subject, form) else { return nil }
      return "after \(one), \(two)"
    case 3:
      guard let one = main(a, subject: subject, form: form), let two = part(b, .phrase, gerund) else { return nil }
      return "\(one), followed by \(two)"
    case 4:
      guard let one = part(a, .predicate, gerund), let two = acting(b, subject, form) else { return nil }
      return "\(two) after \(one)"
    default:
      guard let one = main(a, subject: subject, form: form), let join = draw("then") else { return nil }
      guard let two = main(b, subject: random.chance(0.35) ? person.subject : nil, form: form) else { return nil }
      return "\(one)\(join) \(two)"
    }
  }

  private mutating func simultaneous(_ a: LevelPlan.Item, _ b: LevelPlan.Item, _ form: Voice.Form, _ subject: String) -> String? {
    let gerund = Voice(person: person, form: .gerund)
    switch random.weightedIndex([0.35, 0.15, 0.2, 0.15, 0.15]) {
    case 0:
      guard let one = acting(a, subject, form), let two = part(b, .predicate, gerund) else { return nil }
      return "\(one) while \(two)"
    case 1:
      guard let one = part(a, .predicate, gerund), let two = acting(b, subject, form) else { return nil }
      return "while \(one), \(two)"
    case 2:
      guard let one = main(a, subject: subject, form: form), let two = part(b, .phrase, gerund) else { return nil }
      return "\(one) with \(two)"
    case 3:
      guard let one = main(a, subject: subject, form: form), let two = main(b, subject: person.subject, form: form) else { return nil }
      return "\(one) as \(two)"
    default:
      guard let one = main(a, subject: subject, form: form), let two = main(b, subject: nil, form: form), let join = draw("same")
      else { return nil }
      return "\(one) and \(join) \(two)"
    }
  }

  private mutating func triple(_ chunk: [LevelPlan.Item], form: Voice.Form, subject: String) -> String? {
    relate(chunk[0], chunk[1])
    relate(chunk[1], chunk[2])
    guard let one = main(chunk[0], subject: subject, form: form) else { return nil }
    let firstTogether = chunk[0].overlaps(chunk[1])
    let secondTogether = chunk[1].overlaps(chunk[2])
    var text = one
    if firstTogether {
      guard let two = main(chunk[1], subject: person.subject, form: form) else { return nil }
      text += " while \(two)"
    } else {
      guard let two = main(chunk[1], subject: nil, form: form) else { return nil }
      text += random.chance(0.5) ? ", then \(two)" : ", \(two)"
    }
    if secondTogether {
      guard let three = main(chunk[2], subject: person.subject, form: form) else { return nil }
      return text + (firstTogether ? " and \(three)" : " while \(three)")
    }
    guard let three = main(chunk[2], subject: nil, form: form), let join = draw("lastJoin") else { return nil }
    return text + "\(join) \(three)"
  }

  // MARK: Without subjects

  /// Predicates in one form, in a row: commands, wishes, bare verbs.
  private mutating func chain(_ items: [LevelPlan.Item], _ voice: Voice) -> String? {
    var text = ""
    for (index, item) in items.enumerated() {
      if index > 0, item.negative, !items[index - 1].negative, random.chance(0.5), let words = without(item) {
        text += " " + words
        continue
      }
      guard let part = part(item, .predicate, voice) else { return nil }
      if index == 0 {
        text = part
        continue
      }
      relate(items[index - 1], item)
      if item.timeless || item.negative {
        text += (random.chance(0.5) ? ", " : " and ") + part
      } else if items[index - 1].overlaps(item) {
        let joint = random.weightedIndex([0.5, 0.25, 0.25])
        if joint == 0 {
          text += (index + 1 < items.count ? ", " : " and ") + part
        } else if joint == 1, voice.form != .gerund {
          text += (draw("same").map { " and \($0) " } ?? " and at the same time ") + part
        } else {
          text += " and at the same time " + part
        }
      } else {
        text += (draw("then") ?? ", then") + " " + part
      }
    }
    return text
  }

  /// A command a sentence.
  private mutating func separate(_ items: [LevelPlan.Item], _ voice: Voice) -> String? {
    var result: [String] = []
    for (index, item) in items.enumerated() {
      guard var part = part(item, .predicate, voice) else { return nil }
      if index > 0 {
        relate(items[index - 1], item)
        let told = item.timeless || item.negative ? "besides" : items[index - 1].overlaps(item) ? "meanwhile" : "next"
        if let word = draw(told) { part = word + " " + part }
      }
      result.append(Prose.sentence(part))
    }
    return result.joined(separator: " ")
  }

  private mutating func fragments(_ items: [LevelPlan.Item]) -> String? {
    var text = ""
    for (index, item) in items.enumerated() {
      guard let part = part(item, .phrase, Voice(person: person, form: .present)) else { return nil }
      if index == 0 {
        text = part
        continue
      }
      relate(items[index - 1], item)
      let together = items[index - 1].overlaps(item) || item.timeless || item.negative
      text +=
        (together
          ? random.pick([" with ", " plus ", ", "])
          : random.pick([", then ", " then ", " and then ", ", followed by ", " and after that "])) + part
    }
    return text
  }
}
