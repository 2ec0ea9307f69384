import Claims
import Containers
import Foundation
import Motion
import Speech
import Synchronization
import Tensor

/// Builds a procedural corpus in MMHead's layout: motion, sound, texts, lists, and the provenance of every clip.
///
/// The same settings give the same files, clip for clip; clip n does not depend on how many are built. Memory does not grow with the
/// number of clips.
public struct DatasetBuilder: Sendable {
  public struct Settings: Sendable {
    public var clips: Int
    public var seed: UInt64
    public var folder: URL
    /// The folder of the sentence bank (`assets/corpus`).
    public var bank: URL
    public var speechCache: URL?
    /// The share of clips with a voice.
    public var talkShare = 0.5
    public var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)

    public init(clips: Int, seed: UInt64, folder: URL, bank: URL, speechCache: URL? = nil) {
      self.clips = clips
      self.seed = seed
      self.folder = folder
      self.bank = bank
      self.speechCache = speechCache
    }
  }

  /// What was built.
  public struct Tally: Sendable, Codable, Hashable {
    public var talking = 0
    public var silent = 0
    public var seconds = 0.0
    public var bytes = 0
  }

  let settings: Settings
  let cast: VoiceCast
  let cache: SpeechCache?
  let lines: SpokenLines
  let writers: (known: TextWriter, heldOut: TextWriter)

  public init(_ settings: Settings) throws {
    self.settings = settings
    cast = VoiceCast()
    cache = try settings.speechCache.map(SpeechCache.init(folder:))
    if cast.isEmpty, settings.talkShare > 0 { throw CorpusError.noVoices }
    lines = SpokenLines(file: settings.bank.appendingPathComponent("spoken.txt"))
    let bank = try SentenceBank(folder: settings.bank)
    writers = (TextWriter(bank: bank, heldOut: false), TextWriter(bank: bank, heldOut: true))
  }

  /// Builds everything; `progress` hears the number of finished clips. The corpus appears whole, at the end.
  public func build(progress: @escaping @Sendable (Int) -> Void = { _ in }) throws -> Tally {
    let staging = try DatasetLayout.create(settings.folder)
    let folder = URL(fileURLWithPath: staging.path)
    struct State {
      var tally = Tally()
      var done = 0
      var names: [(name: String, talking: Bool, split: Split)] = []
      var failure: (any Error)?
    }
    let state = Mutex(State())
    @Sendable func finish(_ index: Int, with line: SpokenLine?) {
      guard state.withLock({ $0.failure == nil }) else { return }
      do {
        let made = try make(index, line: line)
        let bytes = try made.write(to: folder)
        let done = state.withLock { state in
          state.tally.talking += made.sound == nil ? 0 : 1
          state.tally.silent += made.sound == nil ? 1 : 0
          state.tally.seconds += made.clip.seconds
          state.tally.bytes += bytes
          state.names.append((made.name, made.sound != nil, made.split))
          state.done += 1
          return state.done
        }
        progress(done)
      } catch {
        state.withLock { if $0.failure == nil { $0.failure = error } }
      }
    }
    // espeak-ng's sound depends on what it said before, so its lines are spoken in the order of the clips, by one thread,
    // while the others make the clips of a block that do not need it.
    let block = 96
    for first in stride(from: 0, to: settings.clips, by: block) {
      let indices = first..<min(first + block, settings.clips)
      let ordered = indices.filter { plan($0).engine == .espeak }
      let free = indices.filter { plan($0).engine != .espeak }
      let lines = Mutex([Int: SpokenLine]())
      let next = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: settings.threads + 1) { worker in
        if worker == 0 {
          for index in ordered {
            do {
              let line = try speak(plan(index))
              lines.withLock { $0[index] = line }
            } catch {
              state.withLock { if $0.failure == nil { $0.failure = error } }
              return
            }
          }
        }
        while let index = next.withLock({ at in
          defer { at += 1 }
          return at < free.count ? free[at] : nil
        }) { finish(index, with: nil) }
      }
      let spoken = lines.withLock { $0 }
      DispatchQueue.concurrentPerform(iterations: ordered.count) { at in finish(ordered[at], with: spoken[ordered[at]]) }
      if state.withLock({ $0.failure != nil }) { break }
    }
    let result = state.withLock { $0 }
    if let failure = result.failure { throw failure }
    for talking in [true, false] {
      var lists = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.rawValue, [String]()) })
      for entry in result.names where entry.talking == talking { lists[entry.split.rawValue, default: []].append(entry.name) }
      for key in lists.keys { lists[key]?.sort() }
      try DatasetLayout.writeList(lists, talking: talking, in: folder)
    }
    try staging.commit()
    return result.tally
  }

  /// One finished clip.
  struct Made {
    var name: String
    var split: Split
    var clip: Clip
    var sound: Waveform?
    var texts: ClipTexts
    var provenance: ClipProvenance

    /// Writes all files of the clip; returns their bytes.
    func write(to folder: URL) throws -> Int {
      var bytes = 0
      func put(_ data: Data, _ path: String) throws {
        let file = folder.appendingPathComponent(path)
        try OutputFolder.writing(file.path) { try data.write(to: file) }
        bytes += data.count
      }
      try put(Data(try NPZFile.encode(clip.arrays)), "facial_motion/\(name).npz")
      if let sound { try put(WavFile.encode(sound), "audio/\(name).wav") }
      for level in TextLevel.allCases { try put(Data((texts[level] + "\n").utf8), "text_annotations/\(level.folder)/\(name).txt") }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try put(try encoder.encode(provenance), "provenance/\(name).json")
      return bytes
    }
  }

  /// What is decided about a clip before anything is made.
  struct ClipPlan {
    enum Engine { case none, real, flite, espeak }
    var root: RandomSource
    var name: String
    var split: Split
    var seed: UInt64
    var mood: Score.Mood?
    var engine: Engine
  }

  func plan(_ index: Int) -> ClipPlan {
    let root = RandomSource(seed: settings.seed).fork("clip \(index)")
    let number = String(index)
    let padded = String(repeating: "0", count: max(0, 6 - number.count)) + number
    var source = root.fork("kind")
    let talking = source.chance(settings.talkShare)
    let name = "STUDIO_\(padded)_\(talking ? "talk" : "text")"
    let split = Split.of(name, seed: settings.seed)
    let seed = root.fork("seed").state
    guard talking else { return ClipPlan(root: root, name: name, split: split, seed: seed, engine: .none) }
    // Few recordings are not repeated too often: 150 and more make up three tenths of the voices.
    let recordings = cache.map { $0.count(split) } ?? 0
    let realShare = min(0.3, Double(recordings) / 500)
    let engine: ClipPlan.Engine =
      source.chance(realShare) ? .real : cast.engine(split, source: &source) == .espeak ? .espeak : .flite
    return ClipPlan(root: root, name: name, split: split, seed: seed, mood: ScoreComposer().mood(seed: seed), engine: engine)
  }

  /// Makes clip `index`; `line` is its voice when that was spoken before.
  func make(_ index: Int, line given: SpokenLine? = nil) throws -> Made {
    let plan = plan(index)
    let score: Score
    var line: SpokenLine?
    var track: SpokenTrack?
    var sound: Waveform?
    if plan.engine == .none {
      score = ScoreComposer().text(seed: plan.seed)
    } else {
      let spoken = try given ?? speak(plan)
      score = ScoreComposer().talk(
        spoken.text, voice: spoken.voice, lineSeconds: spoken.seconds, mood: plan.mood, seed: plan.seed)
      var source = plan.root.fork("level")
      let placed = spoken.placed(at: score.speech?.start ?? 0, seconds: score.seconds, decibels: source.uniform(-28, -17))
      sound = placed.sound
      track = placed.track
      line = spoken
    }
    let clip = Performer().perform(score, speech: track, seed: plan.seed)
    let measured = Measured(clip: clip)
    var told = score
    told.events += measured.poses(besides: score)
    let knowledge = TextWriter.Knowledge(
      realised: measured.units(besides: score), degrees: measured.degrees(told), absent: measured.absent(score),
      deniesAlone: 0.1, isHeadStill: measured.isHeadStill)
    let writer = plan.split == .train ? writers.known : writers.heldOut
    let texts = writer.write(told, knowing: knowledge, random: plan.root.fork("text"))
    let provenance = ClipProvenance(
      seed: plan.seed, split: plan.split, score: score, phones: track?.phones ?? [], voice: line?.voice, wordings: texts.wordings,
      claims: texts.claims)
    return Made(name: plan.name, split: plan.split, clip: clip, sound: sound, texts: texts, provenance: provenance)
  }

  /// A spoken line that fits into a clip.
  private func speak(_ plan: ClipPlan) throws -> SpokenLine {
    var source = plan.root.fork("voice")
    let longest = ScoreComposer.longest - 0.3
    if plan.engine == .real, let line = try cache?.draw(plan.split, longest: longest, source: &source) { return line }
    for most in [90, 75, 60, 45, 30, 24, 20] {
      guard let voice = cast.draw(plan.split, plan.engine == .espeak ? .espeak : .flite, mood: plan.mood, source: &source) else { break }
      let text = lines.draw(plan.split, longest: most, source: &source)
      let utterance = try voice.speak(text)
      if let line = SpokenLine(utterance), line.seconds <= longest { return line }
    }
    throw CorpusError.noVoices
  }
}

/// Where a clip comes from: enough to make it again.
public struct ClipProvenance: Codable, Sendable, Hashable {
  public var seed: UInt64
  public var split: Split
  public var score: Score
  public var phones: [Phone]
  public var voice: String?
  public var wordings: [String]
  /// What each level's text claims of the motion, by level.
  public var claims: [String: [Claim]]

  init(
    seed: UInt64, split: Split, score: Score, phones: [Phone], voice: String?, wordings: [String], claims: [TextLevel: [Claim]]
  ) {
    self.seed = seed
    self.split = split
    self.score = score
    self.phones = phones
    self.voice = voice
    self.wordings = wordings
    self.claims = Dictionary(uniqueKeysWithValues: claims.map { ($0.key.rawValue, $0.value) })
  }
}
