/// One phone of a spoken line: ARPAbet in lower case, `pau` for silence, in seconds from the start of the clip.
public struct Phone: Sendable, Hashable, Codable {
  public var name: String
  public var start: Double
  public var end: Double

  public init(_ name: String, _ start: Double, _ end: Double) {
    self.name = name
    self.start = start
    self.end = end
  }

  /// Written as `["p", 0.12, 0.2]`.
  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    name = try list.decode(String.self)
    start = try list.decode(Double.self)
    end = try list.decode(Double.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    try list.encode(name)
    try list.encode((start * 1000).rounded() / 1000)
    try list.encode((end * 1000).rounded() / 1000)
  }
}

/// The sixteen classes of lip shape that phones fall into.
public enum LipClass: Int, CaseIterable, Sendable, Hashable {
  case silence, bilabial, labiodental, dental, alveolar, velar, sibilant, postalveolar, r, l, w, roundedHigh, roundedMid, open, mid, spread

  public var isVowel: Bool { rawValue >= LipClass.roundedHigh.rawValue }

  private static let byPhone: [String: LipClass] = {
    let lists: [(LipClass, String)] = [
      (.bilabial, "p b m em"), (.labiodental, "f v"), (.dental, "th dh"), (.alveolar, "t d n nx dx en"), (.velar, "k g ng"),
      (.sibilant, "s z"), (.postalveolar, "sh zh ch jh"), (.r, "r er axr"), (.l, "l el"), (.w, "w wh"), (.roundedHigh, "uw uh ux"),
      (.roundedMid, "ao"), (.open, "aa ae"), (.mid, "eh ah ax"), (.spread, "iy ih y ix"), (.silence, "pau sil h# ssil sp"),
    ]
    var map: [String: LipClass] = [:]
    for (kind, names) in lists { for name in names.split(separator: " ") { map[String(name)] = kind } }
    return map
  }()

  private static let diphthongs: [String: (LipClass, LipClass, Double)] = [
    "aw": (.open, .roundedHigh, 0.6), "ay": (.open, .spread, 0.6), "ey": (.mid, .spread, 0.5), "ow": (.roundedMid, .roundedHigh, 0.5),
    "oy": (.roundedMid, .spread, 0.55),
  ]

  /// A stretch of one lip class.
  public struct Segment: Sendable, Hashable {
    public var kind: LipClass
    public var start: Double
    public var end: Double
    /// Whether the stretch is the heart of a vowel that carries the syllable.
    public var vowel: Bool
  }

  /// Phones as lip classes: diphthongs become two, h takes the shape of the vowel after it.
  public static func segments(of phones: [Phone]) -> [Segment] {
    var segments: [Segment] = []
    for (index, phone) in phones.enumerated() where phone.end > phone.start {
      let name = phone.name
      if name == "hh" || name == "hv" {
        let next = index + 1 < phones.count ? phones[index + 1].name : "ax"
        var kind = diphthongs[next]?.0 ?? byPhone[next] ?? .mid
        if kind == .silence || kind == .bilabial { kind = .mid }
        segments.append(Segment(kind: kind, start: phone.start, end: phone.end, vowel: false))
      } else if let (first, second, share) = diphthongs[name] {
        let middle = phone.start + (phone.end - phone.start) * share
        segments.append(Segment(kind: first, start: phone.start, end: middle, vowel: true))
        segments.append(Segment(kind: second, start: middle, end: phone.end, vowel: false))
      } else {
        let kind = byPhone[name] ?? .mid
        segments.append(Segment(kind: kind, start: phone.start, end: phone.end, vowel: kind.isVowel || name == "er"))
      }
    }
    return segments
  }
}
