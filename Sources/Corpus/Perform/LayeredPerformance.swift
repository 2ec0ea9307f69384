import Claims
import Motion
import Tensor

/// One performance three times: its speech alone, its expression alone, and both at once.
///
/// Speech alone is said without a mood and without the score's other events; expression alone is played in silence by someone
/// who does not know that there will be speech; both at once is the whole score, where one makes room for the other. The same
/// person with the same seed plays all three, so the third is the truth that a blend of the first two is measured against.
/// All three breathe, blink and look about, as any recording of a face does.
public struct LayeredPerformance: Sendable {
  public var score: Score
  public var phones: [Phone]
  public var speech: Clip
  public var expression: Clip
  public var both: Clip

  /// Plays a score with its voice three times.
  public init(_ score: Score, speech track: SpokenTrack, seed: UInt64) {
    let voiced: Set<ActionName> = [.talk, .shout, .sing]
    var said = score
    said.emotion = nil
    said.events = score.events.filter { $0.action.map(voiced.contains) ?? false }
    var shown = score
    shown.speech = nil
    shown.events = score.events.filter { !($0.action.map(voiced.contains) ?? false) }
    let performer = Performer()
    self.score = score
    phones = track.phones
    speech = performer.perform(said, speech: track, seed: seed)
    expression = performer.perform(shown, seed: seed)
    both = performer.perform(score, speech: track, seed: seed)
  }

  /// Composes and plays a performance: syllables of no language (no voice is needed), a mood, and what the composer adds.
  ///
  /// - Parameters:
  ///   - mood: nil draws one, as the corpus does (28 % have none).
  public init(seed: UInt64, mood: Score.Mood? = nil) {
    var source = RandomSource(seed: seed).fork("layers")
    let seconds = source.uniform(1.6, 4.5)
    let said = Babble.phones(0..<seconds, source: &source)
    let composer = ScoreComposer()
    var score = composer.talk("", voice: "", lineSeconds: seconds, mood: mood ?? composer.mood(seed: seed), seed: seed)
    // A shout is a voice and a look in one; here the look comes from the mood.
    for index in score.events.indices where score.events[index].action == .shout { score.events[index].name = ActionName.talk.rawValue }
    let start = score.speech?.start ?? 0
    let phones = said.map { Phone($0.name, $0.start + start, min($0.end + start, score.seconds)) }.filter { $0.end > $0.start }
    self.init(score, speech: SpokenTrack(phones: phones), seed: seed)
  }
}
