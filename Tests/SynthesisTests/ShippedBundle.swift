import Containers
import Foundation
import Models
import NeuralNet
import Synthesis
import Tensor

/// The bundle the program ships, whatever its size.
enum ShippedBundle {
  static let folder: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("assets/models/studio").path
  }()

  static let isThere = FileManager.default.fileExists(atPath: "\(folder)/bundle.json")
  static let everything = ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] != nil

  /// Prompts of different kinds: only an action, all levels, only an emotion, a long scenario.
  static func prompts(_ count: Int) -> [Prompt] {
    let actions = [
      "a woman nods twice and smiles", "he shakes his head slowly", "she looks up to the left", "he blinks several times",
      "she raises both eyebrows", "he opens his mouth wide", "she tilts her head to the right", "he turns away and looks back",
    ]
    let emotions = ["happy", "sad", "angry", "surprised", "afraid", "disgusted", "calm"]
    let expressions = ["a broad smile", "a deep frown", "lips pressed together", "cheeks puffed out", "one eyebrow raised"]
    let poses = ["head lowered", "head turned to the left", "head tilted back"]
    return (0..<count).map { index in
      let action = actions[index % actions.count], emotion = emotions[index % emotions.count]
      let expression = expressions[index % expressions.count], pose = poses[index % poses.count]
      switch index % 4 {
      case 0: return Prompt(action: action)
      case 1: return Prompt(action: action, emotion: emotion, expression: expression, pose: pose)
      case 2: return Prompt(emotion: emotion)
      default: return Prompt(action: action, emotion: emotion, scenarios: ["she has just heard good news", "a friend waits outside"])
      }
    }
  }

  /// Feeds the same tokens to a model and says which token it holds likeliest at every place: steps × lanes, row after row.
  static func likeliest(_ generator: Generator, _ prompt: Prompt, tokens: TokenSequence) async throws -> [Int] {
    let steps = tokens.stepCount
    let request = GenerationRequest(
      prompt: prompt, length: .seconds(Double(steps * generator.framesPerStep) / 25), base: tokens,
      constraints: TokenConstraints(locked: [.init(steps: 0..<steps)]))
    var tops: [Int] = []
    let result = try await generator.result(of: request) { event in
      for choice in event.choices { tops.append(choice.origin == .locked ? choice.alternatives.first?.token ?? -1 : -2) }
    }
    precondition(result.tokens == tokens, "locked tokens were changed")
    return tops
  }
}
