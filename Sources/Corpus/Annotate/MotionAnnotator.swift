import Claims
import Foundation
import Motion
import Tensor

/// MMHead's annotation (§3.2, A.2) without a language model: motion → events in time → five texts and three scenarios.
public struct MotionAnnotator: Sendable {
  public let bank: SentenceBank

  public init(bank: SentenceBank) { self.bank = bank }

  /// What was found and what was written of it.
  public struct Answer: Codable, Sendable {
    public var score: Score
    public var texts: ClipTexts
    public var measured: Annotation
  }

  /// Annotates a clip of the basis studio-50 (`LandmarkReader` makes one of another head's); the seed varies the words, never what they say.
  ///
  /// - Parameter speaks: whether there is a voice; nil finds out from the jaw.
  public func annotate(_ clip: Clip, speaks: Bool? = nil, seed: UInt64 = 0) throws(AnnotationError) -> Answer {
    guard clip.basis == .studio50 else { throw .basis(clip.basis.rawValue) }
    guard clip.frameCount >= 10 else { throw .short(clip.frameCount) }
    let (score, knowledge) = read(clip, speaks: speaks)
    let writer = TextWriter(bank: bank, heldOut: false)
    let texts = writer.write(score, knowing: knowledge, register: .annotator, random: RandomSource(seed: seed))
    return Answer(score: score, texts: texts, measured: Annotation(clip))
  }

  /// The score that a clip's motion amounts to.
  public func read(_ clip: Clip, speaks: Bool? = nil) -> (score: Score, knowledge: TextWriter.Knowledge) {
    let detector = EventDetector(clip)
    let speech = speaks == false ? nil : detector.speech() ?? (speaks == true ? 0..<clip.frameCount : nil)
    let units = detector.units(speaking: speech != nil)
    let swings = detector.swings()
    let poses = detector.poses(besides: swings.map(\.frames))
    let mood = Self.mood(detector.reading)
    var events = swings.map(\.event) + poses.events + detector.gazes() + detector.blinks()
    events += Self.actions(units, detector, speech: speech, mood: mood)
    let score = Score(seconds: clip.seconds, events: events.sorted { $0.start < $1.start }, emotion: mood)
    var absent: [Claim.What] = []
    for unit in [UnitName.smile, .browsUp, .browDown, .frownMouth] where (detector.reading.either(unit).max() ?? 0) < 0.1 {
      absent.append(Claim.What(.unit, unit.rawValue))
    }
    return (score, TextWriter.Knowledge(realised: units, degrees: poses.degrees, absent: absent))
  }

  /// The emotion whose signs are strongest, when they are plain.
  static func mood(_ reading: MotionReading) -> Score.Mood? {
    func high(_ values: [Double]) -> Double {
      // The level held for a quarter of the clip.
      let sorted = values.sorted()
      return sorted.isEmpty ? 0 : sorted[Int(Double(sorted.count - 1) * 0.75)]
    }
    func level(_ unit: UnitName) -> Double { high(reading.either(unit)) }
    let smile = level(.smile)
    let browDown = level(.browDown)
    let inner = level(.browInnerUp)
    let signs: [(EmotionName, Double)] = [
      (.happy, smile + 0.3 * level(.cheekRaise)),
      (.sad, 0.5 * level(.frownMouth) + 0.6 * inner - 0.5 * level(.browOuterUp) - smile),
      (.angry, browDown - 0.5 * level(.noseWrinkle) - smile - 0.5 * inner),
      (.surprised, 0.5 * level(.browsUp) + 0.5 * level(.eyeWide) - 0.5 * browDown - 0.5 * level(.mouthStretch)),
      (.fearful, 0.35 * inner + 0.35 * level(.eyeWide) + 0.5 * level(.mouthStretch) - smile),
      (.disgusted, level(.noseWrinkle) + 0.3 * level(.upperLipRaise) - smile),
      (.contempt, 0.9 * high(reading.strength(of: Claim.What(.emotion, EmotionName.contempt.rawValue)))),
    ]
    guard let best = signs.max(by: { $0.1 < $1.1 }), best.1 > 0.22 else { return nil }
    return Score.Mood(best.0, best.1 < 0.46 ? .slight : best.1 < 0.8 ? .medium : .strong)
  }

  /// What the units amount to, in the vocabulary of actions.
  private static func actions(_ units: [Event], _ detector: EventDetector, speech: Range<Int>?, mood: Score.Mood?) -> [Event] {
    let rate = detector.reading.clip.framesPerSecond
    var events: [Event] = []
    func add(_ name: ActionName, like unit: Event, side: Side = .both) {
      events.append(Event(kind: .action, name: name.rawValue, side: side, intensity: unit.intensity, start: unit.start, end: unit.end))
    }
    if let speech {
      let laughing = mood?.name == .happy && units.contains { $0.unit == .smile && $0.intensity == .strong }
      events.append(
        .action(laughing ? .laugh : .talk, .medium, Double(speech.lowerBound) / rate..<Double(speech.upperBound) / rate))
    }
    for unit in units {
      switch unit.unit {
      case .smile where speech == nil: add(.smile, like: unit, side: unit.side)
      case .wink: add(.wink, like: unit, side: unit.side)
      case .eyeClose where unit.side == .both: add(.closeEyes, like: unit)
      case .browDown where unit.side == .both && unit.duration > 0.6: add(.frown, like: unit)
      case .browsUp: add(.raiseBrows, like: unit, side: unit.side)
      case .tongueOut: add(.stickTongueOut, like: unit)
      case .cheekPuff: add(.puffCheeks, like: unit)
      case .pucker where unit.intensity != .slight && unit.duration < 1.5: add(.kiss, like: unit)
      case .mouthOpenWide
      where unit.duration > 0.9 && units.contains { $0.unit == .eyeClose && $0.end > unit.start && $0.start < unit.end }:
        add(.yawn, like: unit)
      case .eyeSquint where unit.intensity == .strong && mood == nil: add(.squint, like: unit, side: unit.side)
      case .noseWrinkle where unit.side != .both: add(.sneer, like: unit, side: unit.side)
      default: break
      }
    }
    return events
  }
}

/// Why a clip cannot be annotated.
public enum AnnotationError: Error, Sendable, Hashable, CustomStringConvertible {
  case basis(String)
  case short(Int)

  public var description: String {
    switch self {
    case .basis(let found):
      "the clip is in basis \(found), annotation reads the shapes of studio-50: name the head it was made for by --head, or convert the clip first"
    case .short(let frames): "the clip has \(frames) frames; annotation needs at least 10"
    }
  }
}
