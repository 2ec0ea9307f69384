import Foundation
import Motion
import Speech
import Studio
import StudioUI
import Synthesis
import Tensor

/// A model driven by hand: keys and engine messages in, effects out; no engine, no terminal.
struct Stage {
  var model: Model
  var effects: [Effect] = []
  private var jobs: [SampleJob] = []

  static let lanes = ["mouth.1", "mouth.2", "upper", "head"]

  init(_ width: Int = 120, _ height: Int = 40, ascii: Bool = false, theme: Theme = .mono) {
    model = Model(width: width, height: height, sessionName: "demo", theme: theme, themes: [.mono], ascii: ascii)
    send(.tick(1))
    let lanes = Stage.lanes.map { TokenLane(name: $0, stream: String($0.prefix { $0 != "." }), codes: 512) }
    send(.engine(.modelLoaded(ModelSummary(name: "test", lanes: lanes, framesPerStep: 4))))
  }

  mutating func send(_ message: Message) {
    let new = model.update(message)
    effects += new
    for effect in new { if case .engine(.sample(let job)) = effect { jobs.append(job) } }
  }

  /// Keys by name, separated by spaces; `"text"` types what is between the quotes.
  mutating func keys(_ text: String) {
    var rest = Substring(text)
    while let first = rest.first {
      if first == " " {
        rest.removeFirst()
      } else if first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") {
        for c in rest[rest.index(after: rest.startIndex)..<end] { send(.key(c == " " ? Key(.character(" ")) : .character(c))) }
        rest = rest[rest.index(after: end)...]
      } else {
        let word = rest.prefix { $0 != " " }
        if let key = Key(String(word)) { send(.key(key)) }
        rest = rest.dropFirst(word.count)
      }
    }
  }

  /// Finishes every sampling that was asked for, with seeded tokens and motion.
  mutating func finishJobs(steps: Int = 30) {
    let waiting = jobs
    jobs = []
    for job in waiting {
      var random = RandomSource(seed: job.request.settings.seed &+ 7)
      send(.engine(.samplingStarted(job.id, steps: steps, framesPerStep: 4)))
      var tokens = TokenSequence(lanes: Stage.lanes)
      var trace: [StepEvent] = []
      for step in 0..<steps {
        let event = Stage.event(step, &random)
        tokens.append(event.tokens)
        trace.append(event)
        send(.engine(.step(job.id, event)))
        send(.tick(model.now + 0.01))
      }
      let clip = Stage.clip(frames: steps * 4)
      send(.engine(.partialMotion(job.id, clip)))
      let take = Take(id: 0, parent: job.parent, name: job.name, origin: job.origin, tokens: tokens, trace: trace)
      send(.engine(.sampled(job.id, take, clip)))
    }
  }

  static func event(_ step: Int, _ random: inout RandomSource) -> StepEvent {
    let choices = Stage.lanes.map { _ -> LaneChoice in
      let token = random.index(512)
      let alternatives = [0.52, 0.21, 0.11, 0.06].enumerated().map {
        TokenAlternative(token: ($0.offset * 37 + token) % 512, probability: $0.element)
      }
      return LaneChoice(token: token, probability: 0.52, alternatives: alternatives, entropy: 1 + random.unit() * 6, origin: .sampled)
    }
    return StepEvent(position: step, choices: choices, endProbability: 0.01, seconds: 0.004)
  }

  static func clip(frames: Int) -> Clip {
    var clip = Clip(frames: frames)
    for frame in 0..<frames {
      clip[frame, Clip.jawRange.lowerBound] = Float(0.12 + 0.12 * sin(Double(frame) * 0.6))
      clip[frame, .mouthSmileLeft] = Float(frame) / Float(frames)
      clip[frame, .browInnerUpLeft] = Float(0.5 + 0.5 * sin(Double(frame) * 0.1))
      clip[frame, 51] = Float(0.3 * sin(Double(frame) * 0.07))
    }
    return clip
  }

  /// What the reader says of a two-second file.
  private static let voiceInfo: AudioInfo = {
    let path = NSTemporaryDirectory() + "studio-ui-voice-\(getpid()).wav"
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try WavFile.write(Waveform(samples: [Float](repeating: 0, count: 32_000), sampleRate: 16_000), to: path)
      return try AudioReader(path: path).info
    } catch {
      preconditionFailure("the test's own sound cannot be read: \(error)")
    }
  }()

  /// A voice-like sound of two seconds.
  static func audio(path: String = "voice.wav") -> AudioTrack {
    let samples = (0..<32_000).map { i -> Float in
      let t = Double(i) / 16_000
      return Float(sin(t * 900) * abs(sin(t * 5)) * 0.6)
    }
    let waveform = Waveform(samples: samples, sampleRate: 16_000)
    return AudioTrack(reference: AudioReference(path: path, sha256: "00"), info: voiceInfo, overview: WaveformOverview(waveform))
  }

  /// A session with texts, a sound, a take and its child.
  static func demo(_ width: Int, _ height: Int, ascii: Bool = false, theme: Theme = .mono) -> Stage {
    var stage = Stage(width, height, ascii: ascii, theme: theme)
    stage.keys(
      "e \"nods twice and looks away\" down \"happy, a little shy\" down \"brows up, then a crooked smile\" down \"head to the left\"")
    stage.keys("down \"greeting an old friend\" esc")
    stage.send(.engine(.spoken(AudioReference(path: "sounds/hello.wav", spokenLine: "hello there"))))
    stage.send(.engine(.audioLoaded(Stage.audio(path: "sounds/hello.wav"))))
    stage.keys("g")
    stage.finishJobs()
    stage.keys("* ")
    stage.send(.tick(stage.model.now + 1.1))
    stage.keys("space r")
    stage.finishJobs()
    stage.keys("space m \"turn\" enter")
    stage.send(.tick(stage.model.now + 30))
    if stage.model.clock.isPlaying { stage.keys("space") }
    return stage
  }

  /// The screen as text with a line for the cursor.
  var screen: String {
    let screen = StudioView().draw(model, nil)
    let cursor = screen.cursor.map { "cursor \($0.x),\($0.y)" } ?? "no cursor"
    return screen.lines.joined(separator: "\n") + "\n\(cursor)\n"
  }
}
