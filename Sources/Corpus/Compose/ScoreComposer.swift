import Claims
import Foundation
import Tensor

/// Composes scores by chance: what kind of clip, which events, in which order, in which mood.
///
/// The same seed gives the same score.
public struct ScoreComposer: Sendable {
  /// The longest and shortest clip, seconds.
  static let longest = 8.0
  static let shortest = 1.12

  public init() {}

  /// A clip without sound: actions alone and in sequence, emotions, units, poses, gaze, several kinds in a row, nothing at all.
  public func text(seed: UInt64) -> Score {
    var plan = Plan(source: RandomSource(seed: seed).fork("score"))
    switch plan.source.weightedIndex([0.22, 0.19, 0.15, 0.15, 0.12, 0.14, 0.03]) {
    case 0: plan.actions(1, moodChance: 0.4)
    case 1: plan.actions(2 + (plan.source.chance(0.3) ? 1 : 0), moodChance: 0.3)
    case 2: plan.emotions()
    case 3: plan.units()
    case 4: plan.poses()
    case 5: plan.mixed()
    default: plan.nothing()
    }
    return plan.score()
  }

  /// A clip with a voice: the line, a mood, and what the face does around it.
  public func talk(_ text: String, voice: String, lineSeconds: Double, mood: Score.Mood?, seed: UInt64) -> Score {
    var plan = Plan(source: RandomSource(seed: seed).fork("score"))
    plan.talk(text, voice: voice, lineSeconds: lineSeconds, mood: mood)
    return plan.score()
  }

  /// The mood of a clip with a voice, which the voice must know before it speaks.
  public func mood(seed: UInt64) -> Score.Mood? {
    var source = RandomSource(seed: seed).fork("mood")
    guard source.chance(0.72) else { return nil }
    return Score.Mood(source.pick(Plan.emotions), source.pick([.slight, .medium, .medium, .strong]))
  }
}

/// A score in the making.
struct Plan {
  var source: RandomSource
  var events: [Event] = []
  var mood: Score.Mood?
  var line: Score.Line?
  /// Where the next event in sequence may start.
  var cursor = 0.0
  /// Room after the last event; 0 holds it to the end.
  var tail = 0.0

  static let poses: [PoseName] = [.turnLeft, .turnRight, .up, .down, .tiltLeft, .tiltRight]
  static let emotions: [EmotionName] = [.happy, .sad, .angry, .surprised, .fearful, .disgusted, .contempt]

  init(source: RandomSource) {
    self.source = source
    cursor = self.source.chance(0.25) ? 0.04 : self.source.uniform(0.15, 0.75)
    tail = self.source.chance(0.25) ? 0 : self.source.uniform(0.2, 0.9)
  }

  mutating func intensity() -> Intensity { source.pick([.slight, .medium, .medium, .strong]) }

  func score() -> Score {
    let last = max(events.map(\.end).max() ?? 0, line?.end ?? 0)
    // Whole groups of four frames: 0.16 s.
    let seconds = (((last + tail) / 0.16).rounded(.up) * 0.16).clamped(ScoreComposer.shortest, ScoreComposer.longest)
    var events = events.filter { $0.start < seconds - 0.3 }
    func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
    for index in events.indices {
      // An event that ends a moment before the clip does is held to the end.
      if seconds - events[index].end < 0.12 { events[index].end = seconds }
      events[index].start = hundredths(events[index].start)
      events[index].end = hundredths(events[index].end)
    }
    events.sort { ($0.start, $0.name) < ($1.start, $1.name) }
    return Score(seconds: hundredths(seconds), events: events, emotion: mood, speech: line)
  }

  /// Room left for another event.
  var room: Double { ScoreComposer.longest - cursor - 0.1 }

  mutating func anyPose(_ span: Range<Double>) -> Event { .pose(source.pick(Self.poses), intensity(), span) }

  mutating func anyGaze(_ span: Range<Double>) -> Event { .gaze(source.pick([.left, .right, .up, .down]), intensity(), span) }

  // MARK: Actions

  mutating func pickAction(avoiding used: Set<ActionName>, within room: Double) -> ActionName? {
    let mood = mood?.name
    let names = ActionName.allCases.filter { name in
      let traits = ActionTraits.of(name)
      guard !used.contains(name), traits.seconds.lowerBound <= room else { return false }
      guard let mood else { return true }
      return traits.moods.isEmpty || traits.moods.contains(mood)
    }
    guard !names.isEmpty else { return nil }
    return names[source.weightedIndex(names.map { ActionTraits.of($0).weight })]
  }

  mutating func event(_ name: ActionName, at start: Double, within room: Double) -> Event {
    let traits = ActionTraits.of(name)
    var length = source.uniform(traits.seconds.lowerBound, traits.seconds.upperBound)
    var count = 1
    if let beat = traits.beat, traits.most > 1 {
      count = 1 + source.index(traits.most)
      while count > 1, beat.lowerBound * 1.1 * Double(count) + 0.1 > room { count -= 1 }
      if count > 1 { length = (0..<count).reduce(0.1) { sum, _ in sum + source.uniform(beat.lowerBound, beat.upperBound) } }
    }
    length = min(length, max(room, traits.seconds.lowerBound))
    var side: Side = traits.sided ? source.pick([.left, .right]) : .both
    if name == .sneer, source.chance(0.4) { side = .both }
    if [ActionName.smile, .raiseBrows].contains(name), source.chance(0.15) { side = source.pick([.left, .right]) }
    return Event.action(name, intensity(), side: side, count: count, start..<start + length)
  }

  mutating func actions(_ count: Int, moodChance: Double) {
    if source.chance(moodChance) { mood = Score.Mood(source.pick(Self.emotions + [.happy]), intensity()) }
    var used: Set<ActionName> = []
    for index in 0..<count {
      let share = index + 1 < count ? min(room * 0.6, 4.5) : min(room, 6)
      guard let name = pickAction(avoiding: used, within: share) else { break }
      used.insert(name)
      let event = event(name, at: cursor, within: share)
      events.append(event)
      overlay(on: event, name)
      cursor = event.end + source.uniform(0.08, 0.55)
    }
    if events.isEmpty { nothing() }
  }

  /// Sometimes the head or the eyes do something else at the same time.
  private mutating func overlay(on event: Event, _ action: ActionName) {
    guard source.chance(0.22), event.duration > 0.9 else { return }
    let regions = ActionTraits.of(action).regions
    if !regions.contains(.head) {
      let start = event.start + source.uniform(0, 0.3) * event.duration
      events.append(anyPose(start..<event.end + source.uniform(0, 0.3)))
    } else if !regions.contains(.gaze), !regions.contains(.eyes) {
      events.append(anyGaze(event.start + 0.1..<event.end))
    }
  }

  /// What people ask for in one breath: two or three things of any kind, one after another.
  mutating func mixed() {
    if source.chance(0.15) { mood = Score.Mood(source.pick(Self.emotions), .slight) }
    var actions: Set<ActionName> = []
    // A wink is short: it comes as an action.
    var units: Set<UnitName> = [.wink]
    let count = source.chance(0.3) ? 3 : 2
    for index in 0..<count {
      let share = index + 1 < count ? min(room * 0.6, 3.5) : min(room, 5)
      guard share > 0.9 else { break }
      let span = cursor..<cursor + min(source.uniform(0.9, 2), share)
      switch source.weightedIndex([0.4, 0.27, 0.23, 0.1]) {
      case 0:
        guard let name = pickAction(avoiding: actions, within: share) else { continue }
        actions.insert(name)
        events.append(event(name, at: cursor, within: share))
      case 1:
        let unit = source.pick(UnitName.allCases.filter { !units.contains($0) })
        units.insert(unit)
        let side: Side = unit.isSided && source.chance(0.35) ? source.pick([.left, .right]) : .both
        events.append(.unit(unit, intensity(), side: side, span))
      case 2: events.append(anyPose(span))
      default: events.append(anyGaze(span))
      }
      cursor = (events.last?.end ?? cursor) + source.uniform(0.08, 0.5)
    }
    if events.isEmpty { nothing() }
  }

  // MARK: Emotions

  mutating func emotions() {
    let first = source.pick(Self.emotions)
    switch source.index(5) {
    case 0, 1:
      mood = Score.Mood(first, intensity())
      if source.chance(0.4) {
        let end = cursor + source.uniform(1, 2.6)
        events.append(anyPose(cursor..<end))
        tail = source.uniform(0.3, 1.5)
      } else {
        tail = source.uniform(1.6, 5)
      }
    case 2:
      // An emotion that comes and goes.
      let end = cursor + source.uniform(1.4, 3.4)
      events.append(.emotion(first, intensity(), cursor..<end))
      tail = source.uniform(0.3, 1)
      if source.chance(0.35) { events.append(anyPose(cursor + 0.2..<end)) }
    case 3:
      // One becomes another.
      let second = source.pick(Self.emotions.filter { $0 != first })
      let start = source.chance(0.6) ? 0 : cursor
      let change = start + source.uniform(1.4, 2.8)
      events.append(.emotion(first, intensity(), start..<change + 0.2))
      events.append(.emotion(second, intensity(), change..<change + source.uniform(1.5, 3)))
      tail = 0
    default:
      // Two at once.
      let pairs: [(EmotionName, EmotionName)] = [
        (.happy, .surprised), (.sad, .angry), (.sad, .fearful), (.angry, .disgusted), (.surprised, .fearful), (.happy, .sad),
        (.disgusted, .surprised), (.contempt, .happy), (.angry, .surprised), (.sad, .disgusted),
      ]
      let pair = source.pick(pairs)
      let end = cursor + source.uniform(1.8, 3.6)
      events.append(.emotion(pair.0, intensity(), cursor..<end))
      events.append(.emotion(pair.1, intensity(), cursor + source.uniform(0, 0.3)..<end))
    }
  }

  // MARK: Units, poses, gaze

  mutating func units() {
    let groups = source.weightedIndex([0.45, 0.35, 0.2]) + 1
    var used: Set<UnitName> = []
    for _ in 0..<groups {
      let length = min(source.uniform(0.8, 2.4), room)
      guard length > 0.6 else { break }
      var taken: ActionTraits.Regions = []
      for _ in 0...source.weightedIndex([0.55, 0.3, 0.15]) {
        let choices = UnitName.allCases.filter { !used.contains($0) && taken.isDisjoint(with: ActionTraits.regions(of: $0)) }
        guard !choices.isEmpty else { break }
        let unit = source.pick(choices)
        used.insert(unit)
        taken.formUnion(ActionTraits.regions(of: unit))
        let oneSided = unit == .wink || (unit.isSided && source.chance(0.38))
        let side: Side = oneSided ? source.pick([.left, .right]) : .both
        let span = cursor + source.uniform(0, 0.15)..<cursor + (unit == .wink ? min(length, source.uniform(0.6, 0.9)) : length)
        events.append(.unit(unit, intensity(), side: side, span))
      }
      if source.chance(0.15) { events.append(anyPose(cursor..<cursor + length)) }
      cursor += length + source.uniform(0.1, 0.5)
    }
  }

  mutating func poses() {
    for _ in 0...source.weightedIndex([0.35, 0.35, 0.3]) {
      guard room > 1.1 else { break }
      let span = cursor..<cursor + min(source.uniform(0.9, 2.2), room)
      let length = span.upperBound - span.lowerBound
      switch source.index(10) {
      case 0...3: events.append(anyPose(span))
      case 4, 5: combinedPose(span)
      case 6: events.append(event(source.pick([.nod, .shakeHead]), at: cursor, within: length + 0.4))
      case 7: events.append(event(source.pick([.wagHead, .tiltHead, .turn, .bowHead]), at: cursor, within: length + 0.4))
      default: events.append(.gaze(source.pick([.left, .right, .up, .down, .around]), intensity(), span))
      }
      cursor = events.last?.end ?? cursor
      // Straight on to the next, or home first.
      if source.chance(0.5), room > 0.9 {
        if events.last?.kind == .pose { events.append(.pose(.straight, .medium, cursor..<cursor + 0.5)) }
        cursor += source.uniform(0.5, 0.8)
      }
    }
    if source.chance(0.25) { mood = Score.Mood(source.pick([.happy, .sad, .angry, .contempt]), intensity()) }
  }

  mutating func combinedPose(_ span: Range<Double>) {
    events.append(.pose(source.pick([.turnLeft, .turnRight]), intensity(), span))
    events.append(.pose(source.pick([.up, .down, .tiltLeft, .tiltRight]), intensity(), span))
  }

  /// Nothing happens: a calm face that breathes and blinks.
  mutating func nothing() {
    events = []
    mood = nil
    tail = source.uniform(1.2, 5.5)
  }
}
