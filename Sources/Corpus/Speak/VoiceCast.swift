import Foundation
import Speech
import Tensor

/// Which part of the data a clip belongs to.
public enum Split: String, Codable, Sendable, Hashable, CaseIterable {
  case train, val, test

  /// 80 % train, 5 % val, 15 % test, by a hash of a name.
  static func of(_ name: String, seed: UInt64) -> Split {
    var source = RandomSource(seed: seed).fork("split " + name)
    let draw = source.unit()
    return draw < 0.8 ? .train : draw < 0.85 ? .val : .test
  }
}

/// The voices that speak the corpus, each in one split only.
struct VoiceCast: Sendable {
  struct Member: Sendable, Hashable {
    var voice: ScratchVoice
    var weight: Double
  }

  /// espeak-ng's variants that sound like people (robots and demons left out).
  private static let variants = """
    m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andrea Andy Annie adam anika antonio aunty belinda benjamin boris caleb david \
    Denis Diogo ed edward Gene grandma grandpa Henrique Hugo Jacky john Lee linda marcelo Marco Mario max Michael michel miguel Mike Nguyen \
    norbert pablo paul pedro quincy rob robert sandro shelby steph steph2 travis victor zac whisper klatt klatt2 klatt3
    """
  private let members: [Split: [Member]]

  init(engines: [ScratchVoice.Engine] = ScratchVoice.available()) {
    var members: [Split: [Member]] = [:]
    if engines.contains(.flite) {
      for (name, split, weight) in [
        ("slt", Split.train, 3.0), ("awb", .train, 3), ("kal16", .train, 2.2), ("kal", .train, 1.2), ("rms", .test, 5),
      ] {
        members[split, default: []].append(Member(voice: ScratchVoice(engine: .flite, name: name), weight: weight))
      }
    }
    if engines.contains(.espeak) {
      let names = Self.variants.split(whereSeparator: \.isWhitespace).map(String.init)
      for (index, name) in names.enumerated() {
        let split: Split = index % 7 == 3 ? .test : index % 14 == 6 ? .val : .train
        let accent = index % 5 == 1 ? "en-gb-x-rp" : "en-us"
        members[split, default: []].append(
          Member(voice: ScratchVoice(engine: .espeak, name: "\(accent)+\(name)"), weight: split == .train ? 0.12 : 0.5))
      }
    }
    // With few voices a split may be left without one; it then borrows those of training.
    for split in Split.allCases where members[split] == nil { members[split] = members[.train] ?? members[.test] }
    self.members = members
  }

  var isEmpty: Bool { Split.allCases.contains { (members[$0] ?? []).isEmpty } }

  /// The engine that speaks, by the weights of its voices in the split.
  func engine(_ split: Split, source: inout RandomSource) -> ScratchVoice.Engine? {
    guard let choices = members[split], !choices.isEmpty else { return nil }
    return choices[source.weightedIndex(choices.map(\.weight))].voice.engine
  }

  /// A voice of the split and engine (of any engine when that one has none) at a pace and a pitch that suit the mood.
  func draw(_ split: Split, _ engine: ScratchVoice.Engine, mood: Score.Mood?, source: inout RandomSource) -> ScratchVoice? {
    let all = members[split] ?? []
    let own = all.filter { $0.voice.engine == engine }
    let choices = own.isEmpty ? all : own
    guard !choices.isEmpty else { return nil }
    var voice = choices[source.weightedIndex(choices.map(\.weight))].voice
    var rate = exp(source.normal(deviation: 0.13)).clamped(0.76, 1.32)
    var pitch = exp(source.normal(deviation: 0.12)).clamped(0.78, 1.3)
    let push = mood.map { $0.intensity == .strong ? 1 : $0.intensity == .medium ? 0.6 : 0.3 } ?? 0
    switch mood?.name {
    case .happy, .surprised:
      rate *= 1 + 0.08 * push
      pitch *= 1 + 0.14 * push
    case .angry, .fearful:
      rate *= 1 + 0.12 * push
      pitch *= 1 + 0.08 * push
    case .sad:
      rate *= 1 - 0.14 * push
      pitch *= 1 - 0.07 * push
    default: break
    }
    voice.rate = (rate * 100).rounded() / 100
    voice.pitch = (pitch * 100).rounded() / 100
    return voice
  }
}
