import Claims
import Corpus
import Foundation
import Testing

@Suite("The composer of scores")
struct ScoreComposerTests {
  @Test("scores fit their clip, in whole groups of four frames, and the same seed composes the same score")
  func sound() {
    for seed in 0..<400 as Range<UInt64> {
      let score = ScoreComposer().text(seed: seed)
      #expect(score == ScoreComposer().text(seed: seed))
      #expect((1.1...8.0).contains(score.seconds))
      let frames = score.seconds * 25
      #expect(abs(frames - frames.rounded()) < 1e-6 && Int(frames.rounded()) % 4 == 0, "\(frames) frames")
      for event in score.events {
        #expect(event.start >= 0 && event.end <= score.seconds + 1e-9 && event.start < event.end, "seed \(seed): \(event)")
        #expect(event.count >= 1)
      }
    }
  }

  @Test("the whole vocabulary occurs")
  func coverage() {
    var seen: Set<String> = []
    for seed in 0..<4000 as Range<UInt64> {
      for event in ScoreComposer().text(seed: seed).events { seen.insert("\(event.kind) \(event.name)") }
    }
    for name in ActionName.allCases { #expect(seen.contains("action \(name)"), "\(name)") }
    for name in UnitName.allCases { #expect(seen.contains("unit \(name)"), "\(name)") }
    for name in PoseName.allCases { #expect(seen.contains("pose \(name)"), "\(name)") }
    for name in EmotionName.allCases where name != .neutral { #expect(seen.contains("emotion \(name)"), "\(name)") }
  }

  @Test("a spoken line stays whole inside its clip")
  func talk() {
    for seed in 0..<300 as Range<UInt64> {
      let length = 0.6 + Double(seed % 70) / 10
      let score = ScoreComposer().talk("Good morning.", voice: "v", lineSeconds: length, mood: ScoreComposer().mood(seed: seed), seed: seed)
      let line = score.speech
      #expect(line != nil)
      if let line { #expect(line.start >= 0 && line.end <= score.seconds + 0.011, "\(line) in \(score.seconds)") }
    }
  }

  @Test("scores survive JSON")
  func coding() throws {
    let score = ScoreComposer().talk("Hello", voice: "slt", lineSeconds: 2, mood: .init(.sad, .slight), seed: 4)
    #expect(try JSONDecoder().decode(Score.self, from: JSONEncoder().encode(score)) == score)
  }
}
