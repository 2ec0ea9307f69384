import Claims
import Tensor

/// Writes the five texts of a score from the sentence bank: only what the score holds, in an annotator's or an everyday voice.
///
/// The same bank, score and random stream give the same texts.
public struct TextWriter: Sendable {
  public var bank: SentenceBank
  /// True: only held-out lines (test clips). False: only the others.
  public var heldOut: Bool

  public init(bank: SentenceBank, heldOut: Bool) {
    self.bank = bank
    self.heldOut = heldOut
  }

  /// What the writer may know beyond the score.
  public struct Knowledge: Sendable {
    /// Unit events that the performer added for emotions and actions, or that were measured: the expression text may tell them.
    public var realised: [Event] = []
    /// Peak angle of a pose event, degrees.
    public var degrees: [Event: Double] = [:]
    /// Things that certainly do not happen; a negative sentence may name them.
    public var absent: [Claim.What] = []
    /// The chance that a level says nothing but what does not happen: none where texts are to describe a motion.
    public var deniesAlone = 0.0
    /// The head certainly keeps still.
    public var isHeadStill = false
    public init(
      realised: [Event] = [], degrees: [Event: Double] = [:], absent: [Claim.What] = [], deniesAlone: Double = 0, isHeadStill: Bool = false
    ) {
      self.realised = realised
      self.degrees = degrees
      self.absent = absent
      self.deniesAlone = deniesAlone
      self.isHeadStill = isHeadStill
    }
  }

  /// The texts of a score. `register` nil draws one: 40 % annotator, 60 % everyday.
  public func write(
    _ score: Score, knowing knowledge: Knowledge = Knowledge(), register: Wording.Register? = nil, random source: RandomSource
  ) -> ClipTexts {
    var random = source.fork("text")
    var texts = ClipTexts()
    let person = random.pick([Voice.Person.she, .he, .they, .she, .he])
    // Only what the bank can deny in this split.
    var knowledge = knowledge
    knowledge.absent.removeAll { what in
      !bank.wordings(.init(what.kind), what.name, heldOut: heldOut).contains { $0.count == .never || $0.denied != nil }
    }
    let plan = LevelPlan(score: score, knowledge: knowledge)
    for level in [TextLevel.action, .emotion, .expression, .pose] {
      let drawn = register ?? (random.chance(0.4) ? .annotator : .everyday)
      var composer = Composer(
        bank: bank, heldOut: heldOut, register: drawn, person: person, degrees: knowledge.degrees, random: random.fork(level.rawValue))
      composer.seconds = score.seconds
      var text = composer.compose(plan.items(level, random: &composer.random))
      if drawn == .everyday { text = EverydayHand.write(text, random: &composer.random) }
      switch level {
      case .action: texts.action = text
      case .emotion: texts.emotion = text
      case .expression: texts.expression = text
      default: texts.pose = text
      }
      texts.claims[level] = composer.claims
      texts.wordings += composer.used
    }
    texts.scenarios = scenarios(of: plan.leadingEmotion, person: person, texts: &texts, random: random.fork("scenario"))
    if register != .annotator, random.chance(0.04) { confuseBoxes(&texts, &random) }
    return texts
  }

  private func scenarios(of emotion: EmotionName, person: Voice.Person, texts: inout ClipTexts, random source: RandomSource) -> [String] {
    var random = source
    var pool = (bank.scenarios[emotion.rawValue] ?? []).filter { $0.heldOut == heldOut }
    var lines: [String] = []
    while lines.count < 3, !pool.isEmpty {
      let scenario = pool.remove(at: random.index(pool.count))
      let who = random.chance(0.3) ? Voice.Person.i : random.chance(0.15) ? .you : person
      let voice = Voice(person: who, form: random.chance(0.5) ? .past : .present)
      guard var text = scenario.wording.put(voice) else { continue }
      texts.wordings.append(scenario.text)
      // A few situations stand alone, as people type them.
      if !random.chance(0.04) {
        let placed = random.pick([(true, false), (false, true), (true, true), (true, true), (true, true)])
        for (isBefore, isWanted) in [(true, placed.0), (false, placed.1)] where isWanted {
          let settings = bank.settings.filter { $0.isBefore == isBefore && $0.wording.heldOut == heldOut }
          guard !settings.isEmpty, let words = random.pick(settings).wording.put(voice) else { continue }
          text = isBefore ? "\(words) \(text)" : words.hasPrefix(",") ? text + words : "\(text) \(words)"
        }
      }
      lines.append(random.chance(0.35) ? EverydayHand.write(Prose.sentence(text), random: &random) : Prose.sentence(text))
    }
    return lines
  }

  /// People type into the wrong box: one level's text moves behind another's.
  private func confuseBoxes(_ texts: inout ClipTexts, _ random: inout RandomSource) {
    if random.chance(0.5) {
      texts.action += (texts.action.hasSuffix(".") ? " " : ", ") + texts.pose
      texts.claims[.action, default: []] += texts.claims[.pose] ?? []
    } else {
      texts.emotion += (texts.emotion.hasSuffix(".") ? " " : ", ") + texts.expression
      texts.claims[.emotion, default: []] += texts.claims[.expression] ?? []
    }
  }
}

/// Sentence-level spelling.
enum Prose {
  /// Capital first letter, full stop, single blanks.
  static func sentence(_ text: String) -> String {
    let trimmed = text.split(separator: " ").joined(separator: " ")
    guard let first = trimmed.first else { return "" }
    let body = first.uppercased() + trimmed.dropFirst()
    return body.last.map { ".!?".contains($0) } ?? false ? body : body + "."
  }
}
