import ArgumentParser
import Containers
import Foundation
import Speech
import Synthesis

/// What the face should do, in words and sound.
struct PromptOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A sound file to follow.", valueName: "wav"))
  var audio: String?

  @Option(help: ArgumentHelp("A line to speak with the scratch voice and to follow.", valueName: "text"))
  var say: String?

  @Option(help: ArgumentHelp("What the face does.", valueName: "text"))
  var action: String?

  @Option(help: ArgumentHelp("What it feels.", valueName: "text"))
  var emotion: String?

  @Option(help: ArgumentHelp("How the features move.", valueName: "text"))
  var expression: String?

  @Option(help: ArgumentHelp("How the head moves.", valueName: "text"))
  var pose: String?

  @Option(help: ArgumentHelp("A scene; up to three.", valueName: "text"))
  var scenario: [String] = []

  @Option(name: .customLong("prompt"), help: ArgumentHelp("The five levels with weights and mutes, as JSON.", valueName: "file.json"))
  var promptPath: String?

  func validate() throws {
    if audio != nil, say != nil { throw ValidationError("--audio and --say are two voices; give one of them") }
    if scenario.count > Prompt.scenarioLimit {
      throw ValidationError("--scenario: at most \(Prompt.scenarioLimit), found \(scenario.count)")
    }
  }

  /// The prompt: the file's levels, overwritten by those given as options.
  func prompt() throws -> Prompt {
    var prompt = Prompt()
    if let promptPath {
      prompt = try JSONFile.read(path: promptPath) { try Prompt.check(written: $0, path: promptPath) }
    }
    for (level, text) in [(Prompt.Level.action, action), (.emotion, emotion), (.expression, expression), (.pose, pose)] {
      if let text { prompt[level].texts = [text] }
    }
    if !scenario.isEmpty { prompt[.scenario].texts = scenario }
    return prompt
  }

  /// The sound: a file, the scratch voice, or none.
  func audioSource() throws -> AudioSource? { try Self.audioSource(audio: audio, say: say) }

  static func audioSource(audio: String?, say: String?) throws -> AudioSource? {
    if let audio { return .file(path: audio) }
    if let say { return .waveform(try ScratchVoice.preferred().speak(say).waveform, name: "say: \(say)") }
    return nil
  }
}

/// How tokens are drawn.
struct SamplingOptions: ParsableArguments {
  @Option(help: "The same seed gives the same motion.")
  var seed: UInt64 = 0

  @Option(help: "1 as trained, below safer, above bolder, 0 always the likeliest; with a voice half of it for the mouth.")
  var temperature = SamplingSettings.usual.temperature

  @Option(help: "Draw among the N likeliest tokens only; 0 for all.")
  var topK = 0

  @Option(help: "Draw among the likeliest tokens of this total probability only.")
  var topP: Double = 1

  @Option(help: "How hard to follow the text: 1 as trained, 1.5 to 4 harder; with a voice the mouth keeps to 1.")
  var guidance = SamplingSettings.usual.guidance

  @Option(help: "Draw N takes of a text and keep the one that does best what it tells; 1 keeps the first.")
  var tries = SamplingSettings.usual.tries

  var settings: SamplingSettings {
    SamplingSettings(temperature: temperature, topK: topK, topP: topP, guidance: guidance, tries: tries, seed: seed)
  }

  func validate() throws {
    if let complaint = settings.complaint { throw ValidationError(complaint) }
  }
}
