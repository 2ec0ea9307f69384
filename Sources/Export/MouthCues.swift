import Head
import Motion
import Speech

/// The mouth in Rhubarb's nine shapes over time, for drawn rigs.
///
/// Shapes: A lips pressed (p b m), B clenched teeth (consonants), C open, D wide open, E rounded, F puckered, G lip under teeth (f v),
/// H tongue raised (l), X at rest. Source: Rhubarb Lip Sync's documentation (after Preston Blair).
public struct MouthCues: Sendable, Hashable {
  public struct Cue: Sendable, Hashable {
    public var shape: Character
    /// Seconds.
    public var start: Double
    public var end: Double
  }

  public var cues: [Cue]
  /// Seconds of the whole clip.
  public var duration: Double

  /// Cues shorter than this are joined to what is before them, except closures, which must be seen.
  private static let shortest = 0.06

  /// The shape of each ARPAbet phone (ending digits ignored); nil for unknown ones.
  static func shape(phone: String) -> Character? {
    let name = phone.lowercased().filter { !$0.isNumber }
    for (shape, phones) in table where phones.contains(name) { return shape }
    return nil
  }

  private static let table: [(Character, Set<String>)] = [
    ("A", ["p", "b", "m", "em"]), ("G", ["f", "v"]), ("F", ["uw", "w", "uh", "ow", "wh"]), ("E", ["ao", "er", "axr", "oy", "r"]),
    ("D", ["aa", "ae", "ay", "aw"]), ("C", ["eh", "ah", "ax", "ey", "hh"]), ("H", ["l", "el"]),
    ("B", ["t", "d", "n", "k", "g", "ng", "s", "z", "sh", "zh", "ch", "jh", "th", "dh", "y", "iy", "ih", "ix", "dx", "nx", "en"]),
    ("X", ["pau", "sil", "h#", "ssil", "sp", ""]),
  ]

  /// From phones, which know more than the lips show.
  public init(phones: [TimedPhone], duration: Double) {
    self.duration = duration
    var found: [Cue] = []
    var time = 0.0
    for phone in phones where phone.end > phone.start && phone.start < duration {
      if phone.start > time + 1e-9 { found.append(Cue(shape: "X", start: time, end: phone.start)) }
      found.append(Cue(shape: Self.shape(phone: phone.phone) ?? "B", start: max(phone.start, time), end: min(phone.end, duration)))
      time = found[found.count - 1].end
    }
    if time < duration { found.append(Cue(shape: "X", start: time, end: duration)) }
    cues = Self.joined(found)
  }

  /// From the motion: what the posed mouth looks like at each frame.
  ///
  /// - Throws: `HeadError` when the head has no landmarks or another basis.
  public init(_ clip: Clip, head: HeadModel) throws(HeadError) {
    duration = clip.seconds
    let measured = try HeadMeasurements(clip, head: head).frames
    let rest = measured.map(\.mouthWidthMillimetres).sorted()
    let usualWidth = rest.isEmpty ? 50 : rest[rest.count / 2]
    let frames = measured.enumerated().map { index, measure -> Cue in
      let start = Double(index) / clip.framesPerSecond
      let shape = Self.shape(clip, index, gap: measure.lipGapMillimetres, width: measure.mouthWidthMillimetres / max(usualWidth, 1))
      return Cue(shape: shape, start: start, end: start + 1 / clip.framesPerSecond)
    }
    cues = Self.joined(Self.resting(frames))
  }

  private static func shape(_ clip: Clip, _ frame: Int, gap: Float, width: Float) -> Character {
    let pucker = max(clip[frame, .mouthPucker], clip[frame, .mouthFunnel])
    if gap == 0 { return clip[frame, .mouthRollLower] > 0.35 && clip[frame, .mouthUpperUpLeft] > 0.1 ? "G" : "A" }
    if clip[frame, .mouthRollLower] > 0.3, gap < 4, clip[frame, .mouthRollUpper] < 0.2 { return "G" }
    if pucker > 0.45 || width < 0.84 { return gap < 6 ? "F" : "E" }
    if clip[frame, .tongueOut] > 0.15, gap > 2 { return "H" }
    if gap > 11 { return "D" }
    if gap > 5 { return pucker > 0.25 ? "E" : "C" }
    return "B"
  }

  /// A closed mouth that stays closed for a while is at rest, not on a consonant.
  private static func resting(_ frames: [Cue]) -> [Cue] {
    var frames = frames
    var index = 0
    while index < frames.count {
      var end = index
      while end < frames.count, frames[end].shape == "A" { end += 1 }
      if end > index, frames[end - 1].end - frames[index].start > 0.24 { for frame in index..<end { frames[frame].shape = "X" } }
      index = max(end, index + 1)
    }
    return frames
  }

  /// Equal neighbours become one cue; then cues too short to be seen join the one before, closures excepted.
  private static func joined(_ cues: [Cue]) -> [Cue] {
    let runs = merged(cues.filter { $0.end > $0.start }) { $0.shape == $1.shape }
    let seen = merged(runs) { last, next in next.end - next.start < shortest && next.shape != "A" && last.shape != "A" }
    return merged(seen) { $0.shape == $1.shape }
  }

  private static func merged(_ cues: [Cue], where joins: (Cue, Cue) -> Bool) -> [Cue] {
    var result: [Cue] = []
    for cue in cues {
      if let last = result.last, joins(last, cue) { result[result.count - 1].end = cue.end } else { result.append(cue) }
    }
    return result
  }
}
