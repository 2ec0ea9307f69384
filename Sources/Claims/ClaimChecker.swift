import Foundation
import Motion

/// Holds claims against a clip's motion: an independent measure, which knows neither the score nor the performer.
public struct ClaimChecker: Sendable {
  public enum Verdict: Sendable, Hashable {
    case holds
    /// Why it does not hold: what was measured, and what was expected.
    case fails(String)
    /// Nothing in the channels can tell (how tightly lids are shut, how tasty a snack is).
    case unmeasured

    /// Why the claim does not hold; nil where it holds or nothing can tell.
    public var failure: String? {
      if case .fails(let why) = self { return why }
      return nil
    }
  }

  /// What is measured of one thing in a clip.
  public struct Measure: Codable, Sendable, Hashable {
    /// The greatest strength; 1 is the full movement. Head: 20 degrees; gaze: 0.4 rad.
    public var peak: Double
    public var peakLeft: Double
    public var peakRight: Double
    /// When the strength first reaches half of its peak, seconds.
    public var onset: Double
    /// When it is strongest, seconds.
    public var peakSeconds: Double
    public var count: Int?
  }

  public let reading: MotionReading
  /// Seconds that a movement may stray outside the span told.
  public var slack = 0.4

  public init(_ clip: Clip) { reading = MotionReading(clip) }

  /// Measures one thing, in its span when it has one.
  public func measure(_ what: Claim.What) -> Measure? {
    let values = reading.strength(of: what)
    let frames = frames(what)
    guard !values.isEmpty, !frames.isEmpty, let (at, peak) = frames.map({ ($0, values[$0]) }).max(by: { $0.1 < $1.1 }) else { return nil }
    let rate = reading.clip.framesPerSecond
    let base = values[frames.lowerBound]
    let half = base + 0.5 * (peak - base)
    let onset = frames.first { values[$0] >= half } ?? at
    var left = what
    left.side = .left
    var right = what
    right.side = .right
    func highest(_ what: Claim.What) -> Double {
      let values = reading.strength(of: what)
      return frames.map { values[$0] }.max() ?? 0
    }
    return Measure(
      peak: peak, peakLeft: highest(left), peakRight: highest(right), onset: Double(onset) / rate, peakSeconds: Double(at) / rate,
      count: reading.count(what, self.frames(what, slack: slack * 0.4)))
  }

  public func verdict(_ claim: Claim) -> Verdict {
    switch claim.relation {
    case .occurs: return occurs(claim.what)
    case .absent: return absent(claim.what)
    case .before:
      guard let other = claim.other, let first = measure(claim.what), let second = measure(other) else { return .unmeasured }
      for what in [claim.what, other] {
        if case .fails(let why) = occurs(Claim.What(what.kind, what.name, side: what.side, from: what.from, until: what.until)) {
          return .fails(why)
        }
      }
      return first.onset < second.onset + 0.12 || first.peakSeconds < second.peakSeconds
        ? .holds : .fails("\(claim.what.name) sets in at \(tenths(first.onset)) s, after \(other.name) at \(tenths(second.onset)) s")
    case .together:
      guard let other = claim.other else { return .unmeasured }
      let first = reading.strength(of: claim.what)
      let second = reading.strength(of: other)
      let limits = (reading.threshold(claim.what) * 0.75, reading.threshold(other) * 0.75)
      let both = first.indices.contains { first[$0] >= limits.0 && second[$0] >= limits.1 }
      return both || first.isEmpty ? .holds : .fails("\(claim.what.name) and \(other.name) are never seen at once")
    }
  }

  private func tenths(_ value: Double) -> String { String(format: "%.2f", value) }

  /// The frames in which a thing is looked for.
  private func frames(_ what: Claim.What, slack given: Double? = nil) -> Range<Int> {
    let slack = given ?? slack
    let rate = reading.clip.framesPerSecond
    let count = reading.clip.frameCount
    let first = what.from.map { max(0, Int((($0 - slack) * rate).rounded(.down))) } ?? 0
    let last = what.until.map { min(count, Int((($0 + slack) * rate).rounded(.up)) + 1) } ?? count
    return first < last ? first..<last : 0..<count
  }

  private func absent(_ what: Claim.What) -> Verdict {
    guard let measure = measure(what) else { return .unmeasured }
    return measure.peak < max(reading.threshold(what), 0.15)
      ? .holds : .fails("\(what.name) reaches \(tenths(measure.peak)) of full strength")
  }

  private func occurs(_ what: Claim.What) -> Verdict {
    if what.kind == .pose, what.name == "still" || what.name == "forward" { return resting(what) }
    var seen = what
    if what.kind != .unit || what.side == .both { seen.side = what.kind == .action && what.side != .both ? what.side : nil }
    guard let measure = measure(seen) else { return .unmeasured }
    guard measure.peak >= reading.threshold(what) else {
      return .fails("\(what.name) reaches only \(tenths(measure.peak)) of \(tenths(reading.threshold(what)))")
    }
    if what.kind == .gaze, what.name == GazeName.around.rawValue || what.kind == .action && what.name == ActionName.lookAround.rawValue {
      let span = frames(what)
      let range = (reading.gazeSide[span].max() ?? 0) - (reading.gazeSide[span].min() ?? 0)
      if range < 0.25 { return .fails("the eyes travel only \(tenths(range)) rad") }
    }
    if let side = what.side, let fault = sideFault(what, side) { return .fails(fault) }
    if let count = what.count, count > 0, let counted = measure.count, counted != count {
      return .fails("\(what.name) is seen \(counted) times, told \(count)")
    }
    if let degrees = what.degrees {
      let angle = measure.peak * 20
      if abs(angle - degrees.magnitude) > max(4, 0.2 * degrees.magnitude) {
        return .fails("\(what.name) is \(tenths(angle)) degrees, told \(tenths(degrees))")
      }
    }
    if let intensity = what.intensity { return strong(what, seen, measure, intensity) }
    return .holds
  }

  private func resting(_ what: Claim.What) -> Verdict {
    let span = frames(what)
    let ranges = [reading.pitch, reading.yaw, reading.roll].map { ($0[span].max() ?? 0) - ($0[span].min() ?? 0) }
    let middle = [reading.pitch, reading.yaw, reading.roll].map { abs($0[span].sorted()[span.count / 2]) }
    if what.name == "still" { return ranges.allSatisfy { $0 < 7 } ? .holds : .fails("the head moves \(tenths(ranges.max() ?? 0)) degrees") }
    return middle.allSatisfy { $0 < 12 } ? .holds : .fails("the head rests \(tenths(middle.max() ?? 0)) degrees off")
  }

  private func sideFault(_ what: Claim.What, _ side: Side) -> String? {
    guard what.kind == .unit, let unit = UnitName(rawValue: what.name), unit.isSided else { return nil }
    let sides = reading.sides(of: unit)
    let span = frames(what)
    let difference = span.map { sides.left[$0] - sides.right[$0] }
    let (most, least) = (difference.max() ?? 0, difference.min() ?? 0)
    switch side {
    case .left: return most >= 0.12 && most > -least ? nil : "\(what.name): left exceeds right by \(tenths(most)) at most"
    case .right: return least <= -0.12 && -least > most ? nil : "\(what.name): right exceeds left by \(tenths(-least)) at most"
    case .both:
      if unit == .wink { return nil }
      let even = span.contains { min(sides.left[$0], sides.right[$0]) >= max(0.5 * max(sides.left[$0], sides.right[$0]), 0.15) }
      return even ? nil : "\(what.name): the sides are never even"
    }
  }

  /// Whether the strength lies in the band of its word. Bands overlap, since words do.
  private func strong(_ what: Claim.What, _ seen: Claim.What, _ measure: Measure, _ intensity: Intensity) -> Verdict {
    guard let bands = Self.bands(what) else { return .unmeasured }
    let values = reading.strength(of: seen)
    let span = frames(what)
    // What the movement adds to the state it starts from counts too: a slight smile on a smiling face.
    let rise = measure.peak - values[span.lowerBound]
    let band = bands[intensity] ?? 0...2
    if band.contains(measure.peak) || band.contains(rise) { return .holds }
    return .fails("\(what.name) is \(tenths(measure.peak)) (rise \(tenths(rise))), told \(intensity.rawValue)")
  }

  private static func bands(_ what: Claim.What) -> [Intensity: ClosedRange<Double>]? {
    switch what.kind {
    case .unit:
      switch UnitName(rawValue: what.name) {
      case .eyeClose, .wink, .lipsPart, .tongueOut, nil: return nil
      default: return [.slight: 0.15...0.56, .medium: 0.36...0.95, .strong: 0.62...2]
      }
    case .pose:
      switch PoseName(rawValue: what.name) {
      case .turnLeft, .turnRight: return [.slight: 0.2...0.78, .medium: 0.6...1.4, .strong: 1.15...4]
      case .straight, nil: return nil
      default: return [.slight: 0.2...0.65, .medium: 0.45...0.98, .strong: 0.8...3]
      }
    case .gaze:
      switch GazeName(rawValue: what.name) {
      case .left, .right, .down: return [.slight: 0.25...0.75, .medium: 0.55...1.1, .strong: 0.85...2]
      case .up: return [.slight: 0.25...0.7, .medium: 0.45...1, .strong: 0.7...2]
      default: return nil
      }
    case .emotion:
      return what.name == EmotionName.neutral.rawValue ? nil : [.slight: 0.1...0.6, .medium: 0.25...1, .strong: 0.42...2]
    case .action: return nil
    }
  }
}
