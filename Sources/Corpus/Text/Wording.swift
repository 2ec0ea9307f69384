import Claims

/// One line of the sentence bank: words, and what must be true of the motion for them to be used.
public struct Wording: Sendable, Hashable {
  /// How the line is built, marked by its first character.
  public enum Shape: Sendable, Hashable {
    /// No mark: a predicate that lacks its subject, "[raise] {P} left eyebrow".
    case predicate
    /// `>`: a clause with a subject of its own, "{P} left eyebrow [go] up".
    case clause
    /// `~`: a noun phrase, "a slow nod".
    case phrase
    /// `=`: a whole utterance, used as it stands.
    case whole
  }
  /// What a line says about the side of the face.
  public enum SideMark: String, Sendable, Hashable, CaseIterable {
    case any = "*"
    case both, left, right
    /// Either side; the text names it through `{side}`.
    case one
  }
  /// What a line says about how often.
  public enum CountMark: Sendable, Hashable {
    case any
    /// `0`: the line says that it does not happen.
    case never
    case exactly(Int)
    /// `n`: two or more, named through `{n}` or `{times}`.
    case several
  }
  /// What a line says about how long a turn of the event takes.
  public enum Pace: String, Sendable, Hashable, CaseIterable {
    case any = "*"
    /// At most 0.8 s.
    case quick
    /// At least 1.8 s.
    case slow
  }
  public enum Register: String, Sendable, Hashable, CaseIterable {
    case any = "*"
    case annotator, everyday
  }

  public var name: String
  public var side: SideMark
  public var intensity: Intensity?
  public var count: CountMark
  public var pace: Pace
  public var register: Register
  /// The line's text as written, without its mark.
  public var text: String
  public var shape: Shape
  /// True for the 15 % of lines that only test clips may use.
  public var heldOut: Bool

  var pieces: [Piece]
  /// Whether the text names an angle.
  var tellsDegrees: Bool { pieces.contains(.slot("deg")) }

  enum Piece: Sendable, Hashable {
    case words(String)
    case verb(BankVerb)
    case slot(String)
  }

  static let slots: Set<String> = ["P", "O", "R", "S", "was", "side", "other", "n", "times", "deg"]

  /// Values for the slots that the event decides.
  public struct Values: Sendable, Hashable {
    public var side: Side = .both
    public var count = 1
    public var degrees: Double?
    public init(side: Side = .both, count: Int = 1, degrees: Double? = nil) {
      self.side = side
      self.count = count
      self.degrees = degrees
    }
  }

  /// The line put in a voice, or nil where that voice cannot be made of it (a clause has no gerund).
  public func put(_ voice: Voice, _ values: Values = Values()) -> String? {
    if shape == .clause, voice.form == .base || voice.form == .gerund { return nil }
    let verbs = pieces.filter { if case .verb = $0 { true } else { false } }.count
    if shape == .predicate, verbs == 0 { return nil }
    var result = ""
    var index = 0
    for piece in pieces {
      switch piece {
      case .words(let words): result += words
      case .verb(let verb):
        guard let put = voice.put(verb, index: index) else { return nil }
        index += 1
        result += put
      case .slot(let slot):
        guard let put = fill(slot, voice.person, values) else { return nil }
        result += put
      }
    }
    return result
  }

  private func fill(_ slot: String, _ person: Voice.Person, _ values: Values) -> String? {
    switch slot {
    case "P": return person.possessive
    case "O": return person.object
    case "R": return person.reflexive
    case "S": return person.subject
    case "was": return person == .they || person == .you ? "were" : "was"
    case "side": return values.side == .both ? nil : values.side.rawValue
    case "other": return values.side == .both ? nil : values.side == .left ? "right" : "left"
    case "n": return Self.numbers.indices.contains(values.count) ? Self.numbers[values.count] : "\(values.count)"
    case "times":
      return values.count == 1
        ? "once"
        : values.count == 2
          ? "twice" : (Self.numbers.indices.contains(values.count) ? Self.numbers[values.count] : "\(values.count)") + " times"
    case "deg": return values.degrees.map { "\(Int(($0.magnitude / 5).rounded()) * 5)" }
    default: return nil
    }
  }

  /// Whether the line says of its thing only that it happens: no side, strength, number, pace or angle.
  var isPlain: Bool { count == .any && side == .any && intensity == nil && pace == .any && !tellsDegrees }

  /// A plain line turned into its denial: "[raise] {P} brows" → "[not raise] {P} brows", "a broad smile" → "no broad smile"; nil for a whole
  /// utterance and for a line of several verbs, of which only the first would be denied.
  var denied: Wording? {
    guard isPlain else { return nil }
    var line = self
    line.count = .never
    switch shape {
    case .whole: return nil
    case .phrase:
      guard case .words(let words)? = pieces.first, !words.hasPrefix("no ") else { return nil }
      let article = ["a ", "an ", "the "].first { words.hasPrefix($0) } ?? ""
      line.pieces[0] = .words("no " + words.dropFirst(article.count))
    case .predicate, .clause:
      let verbs = pieces.indices.filter { if case .verb = pieces[$0] { true } else { false } }
      guard verbs.count == 1, case .verb(var verb) = pieces[verbs[0]], !verb.negated, verb.name != "can't" else { return nil }
      verb.negated = true
      line.pieces[verbs[0]] = .verb(verb)
    }
    return line
  }

  private static let numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
}

extension Wording {
  /// A line from the columns of a bank file, or the reason why it is not one.
  static func parse(_ columns: [String]) throws(WordingFault) -> Wording {
    guard columns.count == 7 else { throw .columns(columns.count) }
    guard let side = SideMark(rawValue: columns[1]) else { throw .value("side", columns[1], "*, both, left, right or one") }
    let intensity = Intensity(rawValue: columns[2])
    guard intensity != nil || columns[2] == "*" else { throw .value("intensity", columns[2], "*, slight, medium or strong") }
    let count: CountMark
    switch columns[3] {
    case "*": count = .any
    case "n": count = .several
    case "0": count = .never
    default:
      guard let number = Int(columns[3]), number > 0 else { throw .value("count", columns[3], "*, n, 0 or a number") }
      count = .exactly(number)
    }
    guard let pace = Pace(rawValue: columns[4]) else { throw .value("pace", columns[4], "*, quick or slow") }
    guard let register = Register(rawValue: columns[5]) else { throw .value("register", columns[5], "*, annotator or everyday") }
    var body = Substring(columns[6])
    let shape: Shape
    switch body.first {
    case ">": shape = .clause
    case "~": shape = .phrase
    case "=": shape = .whole
    default: shape = .predicate
    }
    if shape != .predicate { body = body.dropFirst() }
    let text = String(body)
    let pieces = try split(text, ownSubject: shape == .clause)
    var hasVerb = false
    var named: Set<String> = []
    for piece in pieces {
      if case .verb = piece { hasVerb = true }
      if case .slot(let slot) = piece { named.insert(slot) }
    }
    if shape == .predicate || shape == .clause, !hasVerb { throw .noVerb }
    if side == .one, !named.contains("side") { throw .slot("{side}", "side one") }
    if side != .one, named.contains("side") || named.contains("other") { throw .slotWithout("{side}", "side one") }
    if count == .several, !named.contains("n"), !named.contains("times") { throw .slot("{n} or {times}", "count n") }
    if count != .several, named.contains("n") || named.contains("times") { throw .slotWithout("{n} or {times}", "count n") }
    return Wording(
      name: columns[0], side: side, intensity: intensity, count: count, pace: pace, register: register, text: text, shape: shape,
      heldOut: Wording.isHeldOut(text), pieces: pieces)
  }

  /// FNV-1a of the words decides: the split needs no list and adding lines moves no other line.
  static func isHeldOut(_ text: String) -> Bool {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.lowercased().utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    // FNV's high bits mix poorly over short texts; one multiply–shift round spreads them.
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 33
    return (hash >> 40) % 100 < 15
  }

  private static func split(_ text: String, ownSubject: Bool) throws(WordingFault) -> [Piece] {
    guard !text.isEmpty else { throw .empty }
    var pieces: [Piece] = []
    var words = ""
    var rest = Substring(text)
    while let first = rest.popFirst() {
      guard first == "[" || first == "{" else {
        if first == "]" || first == "}" { throw .brackets }
        words.append(first)
        continue
      }
      guard let end = rest.firstIndex(of: first == "[" ? "]" : "}") else { throw .brackets }
      var inside = String(rest[rest.startIndex..<end])
      rest = rest[rest.index(after: end)...]
      if !words.isEmpty { pieces.append(.words(words)) }
      words = ""
      if first == "{" {
        guard slots.contains(inside) else { throw .value("slot", inside, slots.sorted().joined(separator: ", ")) }
        pieces.append(.slot(inside))
      } else {
        var verb = BankVerb(name: "", ownSubject: ownSubject)
        if inside.hasSuffix("+") {
          inside.removeLast()
          verb.plural = true
          verb.ownSubject = true
        }
        if inside.hasPrefix("not ") {
          inside.removeFirst(4)
          verb.negated = true
        }
        guard !inside.isEmpty, inside.allSatisfy({ $0.isLetter || $0 == "'" || $0 == "-" }) else {
          throw .value("verb", inside, "one verb in its base form")
        }
        verb.name = inside
        pieces.append(.verb(verb))
      }
    }
    if !words.isEmpty { pieces.append(.words(words)) }
    return pieces
  }
}

/// What is wrong with a line of the bank; `SentenceBankError` adds the file and the line.
enum WordingFault: Error, Sendable, Hashable {
  case columns(Int)
  case value(String, String, String)
  case slot(String, String)
  case slotWithout(String, String)
  case noVerb, brackets, empty
}
