import Foundation
import Models
import Motion
import NeuralNet
import Synchronization
import Tensor

/// Makes motion with a model bundle.
///
/// Requests run one after another on a thread of the generator's own; text states are kept between requests.
public final class Generator: MotionGenerating {
  public let bundle: ModelBundle
  public let lanes: [TokenLane]
  private let queue = DispatchQueue(label: "mm2face.generator", qos: .userInitiated)
  private let states = Mutex([String: Matrix]())

  private static let keptTexts = 256

  /// Opens a bundle; its networks are read by the first request that needs them.
  public convenience init(folder: String, precision: WeightPrecision = .fp32) throws {
    self.init(bundle: try ModelBundle(folder: folder, precision: precision))
  }

  public init(bundle: ModelBundle) {
    self.bundle = bundle
    let tokenizer = bundle.description.tokenizer
    lanes = tokenizer.lanes.map { TokenLane(name: $0.name, stream: tokenizer.streams[$0.stream].name, codes: $0.codes) }
  }

  public var framesPerStep: Int { bundle.description.tokenizer.rate }
  public var modelName: String { bundle.name }

  public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      let cancelled = CancellationFlag()
      continuation.onTermination = { _ in cancelled.raise() }
      queue.async {
        do {
          try cancelled.check()
          let run = try GenerationRun(self, request, cancelled: cancelled) { continuation.yield($0) }
          try run.run()
          continuation.yield(.finished(try run.finish()))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }

  public func decode(_ tokens: TokenSequence) throws -> Clip {
    try check(tokens)
    let motion = try bundle.tokenizer().decode(tokens.values)
    return Clip(basis: bundle.description.basis, values: motion.values)
  }

  public func encode(_ clip: Clip) throws -> TokenSequence {
    guard clip.basis == bundle.description.basis else {
      throw SynthesisError.basis(expected: bundle.description.basis.rawValue, found: clip.basis.rawValue)
    }
    guard clip.framesPerSecond == Clip.modelFramesPerSecond else {
      throw SynthesisError.rate(expected: Clip.modelFramesPerSecond, found: clip.framesPerSecond)
    }
    let motion = Matrix(rows: clip.frameCount, columns: Clip.channels, values: clip.values)
    return TokenSequence(lanes: lanes.map(\.name), values: try bundle.tokenizer().encode(motion))
  }

  /// Fails unless lanes and token numbers are the model's.
  func check(_ tokens: TokenSequence) throws {
    guard tokens.lanes == lanes.map(\.name) else { throw SynthesisError.lanes(expected: lanes.map(\.name), found: tokens.lanes) }
    for (index, token) in tokens.values.enumerated() {
      let lane = lanes[index % lanes.count]
      guard (0..<lane.codes).contains(token) else {
        throw SynthesisError.token(lane: lane.name, step: index / lanes.count, codes: lane.codes, found: token)
      }
    }
  }

  /// The states of texts (tokens × text width each), from memory when they were encoded before.
  func textStates(_ texts: [String]) throws -> [Matrix] {
    let known = states.withLock { $0 }
    let missing = Array(Set(texts.filter { known[$0] == nil })).sorted()
    guard !missing.isEmpty else { return texts.compactMap { known[$0] } }
    let (vocabulary, encoder) = try bundle.text()
    let limit = min(bundle.description.text?.maxTokens ?? WordPiece.maximumTokens, encoder.maximumTokens)
    let made = try encoder.states(missing.map { vocabulary.encode($0, maximum: limit) }, trace: nil)
    let all = known.merging(zip(missing, made)) { $1 }
    states.withLock { states in
      if states.count + missing.count > Self.keptTexts { states.removeAll() }
      for (text, value) in zip(missing, made) { states[text] = value }
    }
    return texts.compactMap { all[$0] }
  }
}

/// Raised once, seen by the thread that works.
final class CancellationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  func raise() { raised.store(true, ordering: .relaxed) }

  func check() throws {
    if raised.load(ordering: .relaxed) { throw CancellationError() }
  }
}
