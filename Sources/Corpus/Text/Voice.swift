/// Who a sentence is about and how its verbs are put.
public struct Voice: Sendable, Hashable {
  /// The person spoken about; decides pronouns and agreement.
  public enum Person: String, Sendable, CaseIterable, Codable {
    case she, he, they, you, i, it

    var subject: String { rawValue == "i" ? "I" : rawValue }
    var object: String { ["she": "her", "he": "him", "they": "them", "you": "you", "i": "me", "it": "it"][rawValue] ?? "them" }
    var possessive: String { ["she": "her", "he": "his", "they": "their", "you": "your", "i": "my", "it": "its"][rawValue] ?? "their" }
    var reflexive: String {
      ["she": "herself", "he": "himself", "they": "themselves", "you": "yourself", "i": "myself", "it": "itself"][rawValue] ?? "themselves"
    }
    var singular: Bool { self == .she || self == .he || self == .it }
  }

  /// How the leading verb is put; later verbs of the same predicate follow it.
  public enum Form: Sendable, Hashable, CaseIterable {
    /// "raises", agreeing with the person.
    case present
    /// "is raising".
    case progressive
    /// "raised".
    case past
    /// "will raise".
    case future
    /// "raise": commands, and after "make her".
    case base
    /// "raising".
    case gerund
  }

  public var person: Person
  public var form: Form

  public init(person: Person, form: Form) {
    self.person = person
    self.form = form
  }

  /// One verb of a predicate: `index` 0 is the leading one. A plural subject other than the person takes `plural`.
  func put(_ verb: BankVerb, index: Int) -> String? {
    let name = verb.name
    let singular = verb.ownSubject ? !verb.plural : person.singular
    if name == "can't" { return cannot(singular: singular) }
    if verb.negated {
      guard index == 0 else { return negated(name, form: form == .gerund || form == .progressive ? .gerund : .base, singular: singular) }
      return negated(name, form: form, singular: singular)
    }
    switch form {
    case .present: return present(name, singular: singular, first: person == .i && !verb.ownSubject)
    case .past: return name == "be" && !singular && !(person == .i && !verb.ownSubject) ? "were" : Inflector.past(name)
    case .progressive:
      if stative.contains(name) { return present(name, singular: singular, first: person == .i && !verb.ownSubject) }
      let helper = present("be", singular: singular, first: person == .i && !verb.ownSubject)
      return index == 0 || verb.ownSubject ? "\(helper) \(Inflector.gerund(name))" : Inflector.gerund(name)
    case .future: return index == 0 ? "will \(name)" : name
    case .base: return name
    case .gerund: return Inflector.gerund(name)
    }
  }

  private func present(_ name: String, singular: Bool, first: Bool) -> String {
    if name == "be" { return first ? "am" : singular ? "is" : "are" }
    return singular ? Inflector.third(name) : name
  }

  private func cannot(singular: Bool) -> String? {
    switch form {
    case .present, .progressive: "can't"
    case .past: "couldn't"
    case .gerund: "unable to"
    case .future, .base: nil
    }
  }

  private func negated(_ name: String, form: Form, singular: Bool) -> String {
    let first = person == .i
    switch form {
    case .present:
      if name == "be" { return "\(present("be", singular: singular, first: first)) not" }
      return singular ? "does not \(name)" : "do not \(name)"
    case .progressive:
      return stative.contains(name)
        ? negated(name, form: .present, singular: singular)
        : "\(present("be", singular: singular, first: first)) not \(Inflector.gerund(name))"
    case .past: return name == "be" ? (singular || first ? "was not" : "were not") : "did not \(name)"
    case .future: return "will not \(name)"
    case .base: return person == .you ? "do not \(name)" : "not \(name)"
    case .gerund: return "not \(Inflector.gerund(name))"
    }
  }

  /// Verbs of state, which English does not put in the progressive.
  private var stative: Set<String> { ["be", "have", "seem", "know", "mean", "want", "believe", "own", "resemble", "remain"] }
}

/// A verb slot of a bank line: `[raise]`, `[not smile]`, `[go]` or `[go+]` after a subject of its own.
struct BankVerb: Sendable, Hashable {
  var name: String
  var negated = false
  /// True in lines with a subject of their own ("{P} left eyebrow [go] up").
  var ownSubject = false
  /// `+`: that subject is plural.
  var plural = false
}
