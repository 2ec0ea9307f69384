import Claims
import Foundation
import Models
import Motion
import NeuralNet
import Tensor

/// Says whether a motion does what a text tells: it reads the text's claims, each with a probability, and holds the motion against them.
///
/// It chooses among the takes of a request (best of n by a verifier, Cobbe et al. 2021). What it measures of a motion is fixed
/// (`ClaimChecker`); what it makes of words is learnt.
public struct ClaimVerifier: Sendable {
  /// A claim that a text may make, and how probable it is that it does (0–1).
  public struct Reading: Sendable, Hashable {
    public var claim: Claim
    public var probability: Double

    public init(_ claim: Claim, probability: Double) {
      self.claim = claim
      self.probability = probability
    }
  }

  /// How sure the reader may be of what it reads at a level: on sentences nobody learnt from, a logit x above 0 is right with probability
  /// 1 / (1 + e^−(scale · x + shift)) (Platt 1999; for networks Guo et al. 2017).
  public struct Calibration: Sendable, Hashable, Codable {
    public var scale: Double
    public var shift: Double

    public init(scale: Double, shift: Double) {
      self.scale = scale
      self.shift = shift
    }
  }

  /// A claim held against a motion.
  public struct Finding: Sendable, Hashable, Codable {
    /// The level whose text claims it.
    public var level: Prompt.Level
    public var claim: Claim
    /// How probable it is that the text claims it (0–1).
    public var probability: Double
    /// What was measured instead; nil where the motion does it.
    public var failure: String?
  }

  /// Claims less probable than this are left alone.
  static let least = 0.2
  /// How many claims that are none may be expected among those that a take is held against when several levels speak.
  static let mistaken = 1.0

  private let reader: ClaimReader
  private let calibration: [Calibration]
  private let events: [Claim.What]
  private let marks: [Claim]

  /// Errors: weights that do not fit, and names of events or marks that are none; `path` names the bundle.
  init(_ part: BundleDescription.ClaimPart, weights: WeightStore, width: Int, path: String) throws {
    let levels = Prompt.Level.allCases.count
    reader = try ClaimReader(
      weights: weights, width: width, levels: levels, layers: part.layers, heads: part.heads, events: part.events.count,
      marks: part.marks.count)
    func known<T>(_ name: String, _ key: String, _ read: (String) -> T?) throws -> T {
      guard let value = read(name) else {
        throw SynthesisError.bundle(path: path, key: "claims.\(key)", expected: "names like action.nod, unit.smile.left", found: name)
      }
      return value
    }
    calibration = part.calibration ?? Array(repeating: Calibration(scale: 1, shift: 0), count: levels)
    guard calibration.count == levels, calibration.allSatisfy({ $0.scale.isFinite && $0.scale > 0 && $0.shift.isFinite }) else {
      throw SynthesisError.bundle(
        path: path, key: "claims.calibration", expected: "a scale above 0 and a shift for each of \(levels) levels",
        found: "scale and shift " + calibration.map { "\($0.scale) \($0.shift)" }.joined(separator: ", "))
    }
    events = try part.events.map { try known($0, "events", Claim.What.init(event:)) }
    marks = try part.marks.map { try known($0, "marks", Claim.init(mark:)) }
  }

  /// What a level's text may claim (token states N × width), of what is claimed often enough to be known.
  public func readings(of states: Matrix, level: Prompt.Level) -> [Reading] {
    let logits = reader(states, level: Prompt.index(level)), calibration = calibration[Prompt.index(level)]
    var found: [Reading] = []
    var likely: [(what: Claim.What, probability: Double, centre: Double)] = []
    for (index, what) in events.enumerated() {
      let probability = calibration.chance(Double(logits.events[index]))
      guard probability >= Self.least else { continue }
      found.append(Reading(Claim(.occurs, what), probability: probability))
      let spans = (0..<ClaimReader.spans).map { Double(logits.spans[$0, index]) }
      let top = spans.max() ?? 0
      let weights = spans.map { exp($0 - top) }
      let centre = zip(weights.indices, weights).reduce(0.0) { $0 + Double($1.0) * $1.1 } / weights.reduce(0, +)
      likely.append((what, probability, centre))
    }
    for (index, claim) in marks.enumerated() {
      let probability = calibration.chance(Double(logits.marks[index]))
      if probability >= Self.least { found.append(Reading(claim, probability: probability)) }
    }
    for first in likely {
      for second in likely where second.centre > first.centre {
        // As trained: an order that is told puts the centres at least one span apart.
        let probability = first.probability * second.probability * sigmoid(2 * (second.centre - first.centre) - 2)
        if probability >= Self.least { found.append(Reading(Claim(.before, first.what, second.what), probability: probability)) }
      }
    }
    return found
  }

  /// What a take is held against, surest first: all that a text may claim when it stands alone; where several levels speak, as much as brings
  /// no more than `mistaken` claims that are none, for what is misread in one text goes against what the others tell.
  static func demanded(_ readings: [(level: Prompt.Level, reading: Reading)]) -> [(level: Prompt.Level, reading: Reading)] {
    let sorted = readings.sorted { $0.reading.probability > $1.reading.probability }
    guard Set(readings.map(\.level)).count > 1 else { return sorted }
    var doubt = 0.0
    return Array(
      sorted.prefix {
        doubt += 1 - $0.reading.probability
        return doubt <= mistaken
      })
  }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

extension ClaimVerifier.Calibration {
  /// How probable a claim is that the reader gives this logit. What it holds for less probable than not stays as it is.
  func chance(_ logit: Double) -> Double { sigmoid(logit > 0 ? scale * logit + shift : logit) }
}

extension ClaimVerifier.Reading {
  /// Whether a motion does it; what cannot be measured counts as done.
  func held(against checker: ClaimChecker, level: Prompt.Level) -> ClaimVerifier.Finding {
    ClaimVerifier.Finding(level: level, claim: claim, probability: probability, failure: checker.verdict(claim).failure)
  }
}

extension [ClaimVerifier.Finding] {
  /// How probable it is that the motion does all that the texts claim (0–1), claims taken as independent; 1 where it does all that was read.
  public var kept: Double { reduce(1) { $1.failure == nil ? $0 : $0 * (1 - $1.probability) } }

  /// What the texts probably claim and the motion does not do, surest first; of claims about one thing the surest.
  public var missing: [ClaimVerifier.Finding] {
    var named: Set<String> = []
    return filter { $0.failure != nil && $0.probability >= 0.5 }.sorted { $0.probability > $1.probability }
      .filter { named.insert("\($0.level) \($0.claim.what.name)").inserted }
  }
}

extension Claim.What {
  /// `action.nod`, `unit.smile.left`; nil for anything else.
  init?(event name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 3, let kind = EventKind(rawValue: parts[0]) else { return nil }
    let isKnown =
      switch kind {
      case .action: ActionName(rawValue: parts[1]) != nil
      case .unit: UnitName(rawValue: parts[1]) != nil
      case .pose: PoseName(rawValue: parts[1]) != nil || parts[1] == "still" || parts[1] == "forward"
      case .gaze: GazeName(rawValue: parts[1]) != nil
      case .emotion: EmotionName(rawValue: parts[1]) != nil
      }
    let side = parts.count == 3 ? Side(rawValue: parts[2]) : nil
    guard isKnown, parts.count == 2 || side != nil else { return nil }
    self.init(kind, parts[1], side: side)
  }
}

extension Claim {
  /// `action.nod 2`, `unit.smile.left slight`, `emotion.happy absent`; nil for anything else.
  init?(mark name: String) {
    let parts = name.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, var what = What(event: parts[0]) else { return nil }
    if parts[1] == Relation.absent.rawValue {
      self.init(.absent, what)
      return
    }
    what.count = Int(parts[1])
    what.intensity = Intensity(rawValue: parts[1])
    guard what.count != nil || what.intensity != nil else { return nil }
    self.init(.occurs, what)
  }
}
