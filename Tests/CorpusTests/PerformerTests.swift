import Claims
import Containers
import Corpus
import Foundation
import Head
import Motion
import Tensor
import Testing

@Suite("The performer")
struct PerformerTests {
  func perform(_ events: [Event], mood: Score.Mood? = nil, seconds: Double = 6, seed: UInt64 = 7) -> Clip {
    Performer().perform(Score(seconds: seconds, events: events, emotion: mood), seed: seed)
  }

  func peak(_ clip: Clip, _ channel: Int, _ frames: Range<Int>? = nil) -> Float {
    (frames ?? 0..<clip.frameCount).map { clip[$0, channel] }.max() ?? 0
  }

  @Test("the same score and seed give the same motion, another seed another")
  func determinism() {
    let score = ScoreComposer().text(seed: 3)
    #expect(Performer().perform(score, seed: 5) == Performer().perform(score, seed: 5))
    #expect(Performer().perform(score, seed: 5) != Performer().perform(score, seed: 6))
  }

  @Test("nothing moves faster than its limit, and every number is in range")
  func limits() {
    for seed in 0..<120 as Range<UInt64> {
      let clip = Performer().perform(ScoreComposer().text(seed: seed), seed: seed)
      for channel in 0..<Clip.channels {
        let most = SpeedLimits.limit(channel: channel)
        for frame in 0..<clip.frameCount {
          let value = clip[frame, channel]
          #expect(value.isFinite)
          if channel < 50 { #expect((-0.001...1.001).contains(value)) }
          if frame > 0 { #expect(abs(value - clip[frame - 1, channel]) <= most, "seed \(seed), channel \(channel), frame \(frame)") }
        }
      }
    }
  }

  @Test("every action moves the face plainly and lets go of it", arguments: ActionName.allCases)
  func actions(_ name: ActionName) {
    let still = perform([])
    let clip = perform([.action(name, .strong, count: 2, 1..<4)])
    var largest: Float = 0
    for frame in 25..<100 {
      for channel in 0..<Clip.channels where channel < 50 || channel >= 53 {
        largest = max(largest, abs(clip[frame, channel] - still[frame, channel]) * (channel < 50 ? 1 : 3))
      }
      for axis in 50..<53 { largest = max(largest, abs(clip[frame, axis] - still[frame, axis]) * 4) }
    }
    // A steady gaze is an action by what it leaves out.
    if name != .gaze { #expect(largest > 0.28, "\(name) moves by \(largest)") }
    for frame in 125..<150 {
      let jaw = clip[frame, 53] / 0.34
      #expect(jaw < 0.12, "\(name) leaves the jaw open by \(jaw)")
      for axis in 50..<53 { #expect(abs(clip[frame, axis]) < 0.12, "\(name) leaves the head turned") }
    }
  }

  @Test("every unit is seen on the side it is told, and hardly on the other", arguments: UnitName.allCases.filter(\.isSided))
  func sides(_ unit: UnitName) throws {
    for side in [Side.left, .right] {
      let clip = perform([.unit(unit, .strong, side: side, 1..<4)])
      let still = perform([])
      var moved: [(shape: StudioShape, size: Float)] = StudioShape.allCases.map { shape in
        (shape, (30..<95).map { clip[$0, shape] - still[$0, shape] }.max() ?? 0)
      }
      moved.sort { $0.size > $1.size }
      let first = try #require(moved.first)
      #expect(first.size > 0.6)
      #expect(first.shape.name.hasSuffix(side == .left ? "Left" : "Right"), "\(unit) \(side): \(first.shape)")
      let other = moved.first { $0.shape == first.shape.mirrored }?.size ?? 1
      #expect(other < 0.25 * first.size, "\(unit) \(side): other side \(other)")
    }
  }

  @Test(
    "head poses have the signs of Table A",
    arguments: [
      (PoseName.turnLeft, 51, 1.0), (.turnRight, 51, -1), (.up, 50, -1), (.down, 50, 1), (.tiltLeft, 52, -1), (.tiltRight, 52, 1),
    ])
  func poses(_ pose: PoseName, _ channel: Int, _ sign: Double) {
    var angles: [Double] = []
    for intensity in Intensity.allCases {
      let clip = perform([.pose(pose, intensity, 1..<4)])
      angles.append(Double(clip[62, channel]) * sign * 180 / .pi)
    }
    #expect(angles[0] > 5)
    #expect(angles[0] < angles[1] && angles[1] < angles[2], "\(angles)")
  }

  @Test("emotions grow with their intensity and differ from each other")
  func emotions() {
    func smile(_ intensity: Intensity) -> Float {
      (0..<8).map { peak(perform([], mood: .init(.happy, intensity), seed: $0), StudioShape.mouthSmileLeft.rawValue) }.reduce(0, +) / 8
    }
    #expect(smile(.slight) > 0.2)
    #expect(smile(.slight) < smile(.medium) && smile(.medium) < smile(.strong))
    let sad = perform([], mood: .init(.sad, .strong))
    #expect(peak(sad, StudioShape.browInnerUpLeft.rawValue) > 0.5 && peak(sad, StudioShape.mouthSmileLeft.rawValue) < 0.15)
    let angry = perform([], mood: .init(.angry, .strong))
    #expect(peak(angry, StudioShape.browDownLeft.rawValue) > 0.6 && peak(angry, StudioShape.browInnerUpLeft.rawValue) < 0.2)
  }

  @Test("a calm face is alive but claims nothing: it sways a little, blinks unevenly, does not smile")
  func idle() {
    var gaps: [Double] = []
    var blinks = 0
    for seed in 0..<40 as Range<UInt64> {
      let clip = perform([], seconds: 8, seed: seed)
      for axis in 50..<53 {
        let values = (0..<clip.frameCount).map { clip[$0, axis] }
        #expect((values.map(abs).max() ?? 1) < 0.1)
        #expect((values.max() ?? 0) - (values.min() ?? 0) > 0.002, "the head is frozen")
      }
      #expect(peak(clip, StudioShape.mouthSmileLeft.rawValue) < 0.12)
      var last: Int?
      for frame in 1..<clip.frameCount where clip[frame, .eyeBlinkLeft] > 0.5 && clip[frame - 1, .eyeBlinkLeft] <= 0.5 {
        blinks += 1
        if let last { gaps.append(Double(frame - last) / 25) }
        last = frame
      }
    }
    let minutes = 40.0 * 8 / 60
    #expect((6.0...32).contains(Double(blinks) / minutes), "\(Double(blinks) / minutes) blinks a minute")
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let deviation = (gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)).squareRoot()
    #expect(deviation / mean > 0.3, "blinks like a metronome: \(deviation / mean)")
  }
}

@Suite("Speech of the performer")
struct SpeechPerformanceTests {
  /// A line with every closure: "pau b ae m p uw pau f ow v iy pau s iy m ao b pau".
  static func track(start: Double = 0.4) -> SpokenTrack {
    var time = start
    let phones = "pau b ae m ay p uw pau f ow v iy pau s iy m ao b aa p pau".split(separator: " ").map { name in
      let length = name == "pau" ? 0.35 : "aeiou".contains(name.prefix(1)) ? 0.13 : 0.07
      defer { time += length }
      return Phone(String(name), time, time + length)
    }
    return SpokenTrack(phones: phones)
  }

  @Test(
    "p, b and m seal whatever else the face does",
    arguments: [
      (EmotionName.neutral, false), (.happy, false), (.sad, false), (.angry, true), (.surprised, false), (.disgusted, false),
      (.fearful, true),
    ])
  func seals(_ emotion: EmotionName, _ shouting: Bool) {
    var sealed = 0
    var all = 0
    for seed in 0..<12 as Range<UInt64> {
      // Starts move, so that closures fall anywhere between frames.
      let track = Self.track(start: 0.3 + Double(seed) * 0.0073)
      let end = track.phones.last?.end ?? 3
      var score = Score(seconds: end + 0.5, emotion: .init(emotion, .strong))
      score.speech = Score.Line(text: "", voice: "", start: track.phones[0].start, end: end)
      score.events = [.action(shouting ? .shout : .talk, .strong, track.phones[0].start..<end), .action(.smile, .strong, 0.2..<end)]
      let clip = Performer().perform(score, speech: track, seed: seed)
      for phone in track.phones where ["p", "b", "m"].contains(phone.name) {
        all += 1
        sealed += ClaimTally.isSealed(clip, phone) ? 1 : 0
      }
    }
    #expect(Double(sealed) >= 0.98 * Double(all), "\(sealed) of \(all)")
  }

  @Test("f and v tuck the lower lip, vowels open, silence rests, s narrows the jaw")
  func shapes() {
    for seed in 0..<6 as Range<UInt64> {
      let track = Self.track()
      var score = Score(seconds: 5)
      score.events = [.action(.talk, .medium, 0.4..<3.9)]
      let clip = Performer().perform(score, speech: track, seed: seed)
      for phone in track.phones {
        let frame = Int((phone.start + phone.end) / 2 * 25)
        let jaw = clip[frame, 53] / 0.34
        switch phone.name {
        case "f", "v": #expect(clip[frame, .mouthRollLower] > 0.3, "\(phone)")
        case "s": #expect(jaw < 0.2, "\(phone): \(jaw)")
        case "ae", "aa": #expect(jaw > 0.15, "\(phone): \(jaw)")
        case "uw": #expect(clip[frame, .mouthPucker] > 0.3, "\(phone)")
        case "pau" where phone.start > 1: #expect(jaw < 0.12, "\(phone): \(jaw)")
        default: break
        }
      }
    }
  }

  @Test("lips part as far as the vowel is open, on the posed face too")
  func openness() throws {
    // Openness of the lip classes as `training` has it (`speech/phones.py`): 0 sealed, 1 wide.
    let openness = ["uw": 0.25, "iy": 0.35, "ih": 0.35, "eh": 0.55, "ao": 0.6, "aa": 0.95, "ae": 0.95]
    let vowels = openness.keys.sorted()
    let consonants = ["t", "k", "s", "n", "p", "m", "l", "d", "f"]
    let gauge = try HeadMeasurements.Gauge(HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors")))
    var rows: [(vowel: String, jaw: Double, gap: Double)] = []
    for seed in 0..<40 as Range<UInt64> {
      var random = RandomSource(seed: seed)
      var phones = [Phone("pau", 0.2, 0.4)]
      for _ in 0..<9 {
        for (names, least, most) in [(consonants, 0.05, 0.1), (vowels, 0.06, 0.16)] {
          let start = phones[phones.count - 1].end
          phones.append(Phone(random.pick(names), start, start + random.uniform(least, most)))
        }
      }
      let end = phones[phones.count - 1].end
      var score = Score(seconds: end + 0.3)
      score.events = [.action(.talk, .medium, 0.2..<end)]
      let clip = Performer().perform(score, speech: SpokenTrack(phones: phones), seed: seed)
      let measured = try HeadMeasurements(clip, gauge: gauge).frames
      for phone in phones where openness[phone.name] != nil {
        let frame = Int((phone.start + phone.end) / 2 * 25)
        let jaw = Double(clip[frame, 53]) / JawConvention.openRadians - Double(clip[frame, .mouthClose])
        rows.append((phone.name, jaw, Double(measured[frame].lipGapMillimetres)))
      }
    }
    func correlation(_ value: ((vowel: String, jaw: Double, gap: Double)) -> Double) -> Double {
      let pairs = rows.map { (value($0), openness[$0.vowel] ?? 0) }
      let means = pairs.reduce((0, 0)) { ($0.0 + $1.0 / Double(pairs.count), $0.1 + $1.1 / Double(pairs.count)) }
      func sum(_ term: ((Double, Double)) -> Double) -> Double { pairs.reduce(0) { $0 + term(($1.0 - means.0, $1.1 - means.1)) } }
      return sum { $0 * $1 } / (sum { a, _ in a * a } * sum { _, b in b * b }).squareRoot()
    }
    #expect(correlation(\.jaw) > 0.8, "\(correlation(\.jaw))")
    #expect(correlation(\.gap) > 0.7, "\(correlation(\.gap))")
    func mean(_ names: String...) -> Double {
      let gaps = rows.filter { names.contains($0.vowel) }.map(\.gap)
      return gaps.reduce(0, +) / Double(gaps.count)
    }
    // A funnel parts lips by itself: a rounded vowel must still be narrower than an open one.
    #expect(mean("aa", "ae") > mean("ao") && mean("ao") > mean("eh") && mean("eh") > mean("iy", "ih"))
  }

  @Test("diphthongs become two classes and h takes the vowel's shape")
  func classes() {
    let kinds = LipClass.segments(of: [Phone("hh", 0, 0.1), Phone("aw", 0.1, 0.3), Phone("m", 0.3, 0.4), Phone("zz", 0.4, 0.5)]).map(\.kind)
    #expect(kinds == [.open, .open, .roundedHigh, .bilabial, .mid])
  }
}
