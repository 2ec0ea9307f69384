import Motion

/// One lane of tokens: its name, the stream it belongs to and how many codes it has.
public struct TokenLane: Sendable, Hashable, Codable {
  public var name: String
  /// The tokenizer's stream (`mouth`, `upper`, `head`); several lanes share a stream that has residual codebooks.
  public var stream: String
  public var codes: Int

  public init(name: String, stream: String, codes: Int) {
    self.name = name
    self.stream = stream
    self.codes = codes
  }
}

/// Prompt and audio in, tokens and motion out. `Generator` does it with a model bundle; tests may do it without a network.
public protocol MotionGenerating: Sendable {
  var lanes: [TokenLane] { get }
  /// Frames at 25 fps that one step of tokens stands for.
  var framesPerStep: Int { get }
  /// Name and fingerprint of the model, for records.
  var modelName: String { get }

  /// Runs a request; the stream ends after `finished`, throws what went wrong, and stops the work at once when it is dropped or its task cancelled.
  func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>

  /// Tokens → motion.
  func decode(_ tokens: TokenSequence) throws -> Clip

  /// Motion → tokens; motion whose length is no multiple of `framesPerStep` is filled up with its last frame.
  func encode(_ clip: Clip) throws -> TokenSequence
}

extension MotionGenerating {
  /// Runs a request to its end.
  public func result(of request: GenerationRequest, onStep: (StepEvent) -> Void = { _ in }) async throws -> GenerationResult {
    for try await event in generate(request) {
      switch event {
      case .started: break
      case .step(let step): onStep(step)
      case .finished(let result): return result
      }
    }
    throw CancellationError()
  }
}
