import Motion
import Synthesis

/// A generator whose tokens and motion are plain arithmetic, so that the engine is tested without a network.
struct ScriptedModel: MotionGenerating {
  var steps = 10
  /// Time each step takes.
  var pause = Duration.zero
  /// The step that fails, nil for none.
  var failingStep: Int?

  struct Failure: Error, CustomStringConvertible { var description: String { "step failed" } }

  let lanes = RandomEdits.lanes.map { TokenLane(name: $0, stream: $0, codes: 512) }
  let framesPerStep = 4
  let modelName = "scripted"

  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { stream in
      let task = Task {
        do {
          stream.yield(.started(steps: steps, framesPerStep: framesPerStep, secondsToEncode: 0))
          var tokens = TokenSequence(lanes: lanes.map(\.name))
          for position in 0..<steps {
            try await Task.sleep(for: pause)
            if position == failingStep { throw Failure() }
            let choices = lanes.indices.map { lane in
              LaneChoice(token: (position * 7 + lane) % 512, probability: 0.5, alternatives: [], entropy: 1, origin: .sampled)
            }
            let step = StepEvent(position: position, choices: choices, endProbability: 0, seconds: 0)
            tokens.append(step.tokens)
            stream.yield(.step(step))
          }
          stream.yield(.finished(GenerationResult(tokens: tokens, clip: try decode(tokens), reachedEnd: true, provenance: [:])))
          stream.finish()
        } catch {
          stream.finish(throwing: error)
        }
      }
      stream.onTermination = { _ in task.cancel() }
    }
  }

  func decode(_ tokens: TokenSequence) throws -> Clip {
    var clip = Clip(frames: tokens.stepCount * framesPerStep)
    for frame in 0..<clip.frameCount { clip[frame, 0] = Float(tokens[frame / framesPerStep, 0]) / 512 }
    return clip
  }

  func encode(_ clip: Clip) throws -> TokenSequence { TokenSequence(lanes: lanes.map(\.name)) }
}
