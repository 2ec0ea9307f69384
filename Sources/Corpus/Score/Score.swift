import Claims

/// What happens in a performance, and when: the plan a performer turns into motion and a writer into text.
///
/// Times are seconds from the start of the clip. Events may overlap; their order in the list is the order of their starts.
public struct Score: Codable, Sendable, Hashable {
  public var seconds: Double
  public var events: [Event]
  /// The mood of the whole clip; nil is neutral.
  public var emotion: Mood?
  /// What is said aloud, in a clip of the talking subset.
  public var speech: Line?

  public init(seconds: Double, events: [Event] = [], emotion: Mood? = nil, speech: Line? = nil) {
    self.seconds = seconds
    self.events = events
    self.emotion = emotion
    self.speech = speech
  }

  /// An emotion held over a stretch of time, with its strength.
  public struct Mood: Codable, Sendable, Hashable {
    public var name: EmotionName
    public var intensity: Intensity
    public init(_ name: EmotionName, _ intensity: Intensity = .medium) {
      self.name = name
      self.intensity = intensity
    }
  }

  /// A spoken line: its words, the voice that says it, and when the voice starts and stops.
  public struct Line: Codable, Sendable, Hashable {
    public var text: String
    public var voice: String
    public var start: Double
    public var end: Double
    public init(text: String, voice: String, start: Double, end: Double) {
      self.text = text
      self.voice = voice
      self.start = start
      self.end = end
    }
  }
}

/// One thing the face does.
public struct Event: Codable, Sendable, Hashable {
  public var kind: EventKind
  /// A name of the kind's vocabulary: `ActionName`, `UnitName`, `PoseName`, `GazeName` or `EmotionName` as text.
  public var name: String
  /// The face's own side.
  public var side: Side
  public var intensity: Intensity
  /// How often the movement repeats within the event (nods, shakes, blinks, coughs …).
  public var count: Int
  public var start: Double
  public var end: Double

  public init(
    kind: EventKind, name: String, side: Side = .both, intensity: Intensity = .medium, count: Int = 1, start: Double, end: Double
  ) {
    self.kind = kind
    self.name = name
    self.side = side
    self.intensity = intensity
    self.count = count
    self.start = start
    self.end = end
  }

  public static func action(_ name: ActionName, _ intensity: Intensity = .medium, side: Side = .both, count: Int = 1, _ span: Range<Double>)
    -> Event
  {
    Event(
      kind: .action, name: name.rawValue, side: side, intensity: intensity, count: count, start: span.lowerBound, end: span.upperBound)
  }

  public static func unit(_ name: UnitName, _ intensity: Intensity = .medium, side: Side = .both, _ span: Range<Double>) -> Event {
    Event(kind: .unit, name: name.rawValue, side: side, intensity: intensity, start: span.lowerBound, end: span.upperBound)
  }

  public static func pose(_ name: PoseName, _ intensity: Intensity = .medium, _ span: Range<Double>) -> Event {
    Event(kind: .pose, name: name.rawValue, intensity: intensity, start: span.lowerBound, end: span.upperBound)
  }

  public static func gaze(_ name: GazeName, _ intensity: Intensity = .medium, _ span: Range<Double>) -> Event {
    Event(kind: .gaze, name: name.rawValue, intensity: intensity, start: span.lowerBound, end: span.upperBound)
  }

  public static func emotion(_ name: EmotionName, _ intensity: Intensity = .medium, side: Side = .both, _ span: Range<Double>) -> Event {
    Event(kind: .emotion, name: name.rawValue, side: side, intensity: intensity, start: span.lowerBound, end: span.upperBound)
  }

  public var action: ActionName? { kind == .action ? ActionName(rawValue: name) : nil }
  public var unit: UnitName? { kind == .unit ? UnitName(rawValue: name) : nil }
  public var pose: PoseName? { kind == .pose ? PoseName(rawValue: name) : nil }
  public var gaze: GazeName? { kind == .gaze ? GazeName(rawValue: name) : nil }
  public var emotion: EmotionName? { kind == .emotion ? EmotionName(rawValue: name) : nil }
  public var duration: Double { end - start }
}
