import Foundation
import Head
import Models
import Motion
import NeuralNet
import Tensor

/// The retrieval networks with what they read: they turn motions, texts and speech into embeddings.
public struct Judge: Sendable {
  /// A retrieval network over texts.
  public struct TextSide: Sendable {
    public var network: RetrievalNetwork
    public var vocabulary: WordPiece
    public var encoder: any TextEncoder

    public init(network: RetrievalNetwork, vocabulary: WordPiece, encoder: any TextEncoder) {
      self.network = network
      self.vocabulary = vocabulary
      self.encoder = encoder
    }
  }

  /// A retrieval network over speech.
  public struct AudioSide: Sendable {
    public var network: RetrievalNetwork
    public var encoder: any AudioEncoder

    public init(network: RetrievalNetwork, encoder: any AudioEncoder) {
      self.network = network
      self.encoder = encoder
    }
  }

  /// Mean and deviation that motions are standardised with; one number a parameter, or one a coordinate of the face's vertices.
  public struct Standard: Sendable {
    public var mean: [Float]
    public var deviation: [Float]

    public init(mean: [Float], deviation: [Float]) {
      self.mean = mean
      self.deviation = deviation
    }

    /// Over all frames of these clips; a channel that hardly moves counts as moving by 0.02.
    public init(parametersOf clips: [Clip]) {
      var sums = [Double](repeating: 0, count: Clip.channels)
      var squares = sums
      var count = 0.0
      for clip in clips {
        count += Double(clip.frameCount)
        for (index, value) in clip.values.enumerated() {
          sums[index % Clip.channels] += Double(value)
          squares[index % Clip.channels] += Double(value) * Double(value)
        }
      }
      count = max(count, 2)
      mean = sums.map { Float($0 / count) }
      deviation = zip(sums, squares).map { sum, square in
        Float(max(max(square - sum * sum / count, 0) / (count - 1), 0).squareRoot())
      }.map { max($0, 0.02) }
    }
  }

  /// Frames and samples the audio network looks at: the first three seconds.
  public static let audioFrames = 75
  public static let audioSamples = 48_000

  public let text: TextSide?
  public let audio: AudioSide?
  private let standard: Standard
  /// Whether a predicted head pose reaches the text network; the authors' script leaves it at zero.
  public var usesPredictedHeadPose = true

  /// `standard` is for networks that bring none of their own.
  ///
  /// Errors: networks whose inputs are neither the 56 parameters nor the face's vertices, a standard of another size.
  public init(text: TextSide?, audio: AudioSide?, standard: Standard, faceVertices: Int) throws {
    for (network, name) in [(text?.network, "text"), (audio?.network, "audio")] {
      guard let network else { continue }
      let inputs = network.motionInputs
      guard inputs == Clip.channels || inputs == faceVertices * 3 else {
        throw EvaluationError.network(
          path: "(\(name))",
          reason: "it reads \(inputs) numbers a frame; expected \(Clip.channels) parameters or \(faceVertices) vertices × 3 of this head")
      }
      let standard = Self.own(network) ?? standard
      guard standard.mean.count == inputs, standard.deviation.count == inputs else {
        throw EvaluationError.sizes(what: "standardisation of the \(name) network's motions", expected: inputs, found: standard.mean.count)
      }
    }
    if let text, text.network.conditionInputs != text.encoder.width {
      throw EvaluationError.sizes(
        what: "width of the text encoder's states", expected: text.network.conditionInputs, found: text.encoder.width)
    }
    if let audio, audio.network.conditionInputs != audio.encoder.width {
      throw EvaluationError.sizes(
        what: "width of the audio encoder's features", expected: audio.network.conditionInputs, found: audio.encoder.width)
    }
    self.text = text
    self.audio = audio
    self.standard = standard
  }

  /// A text's embedding, cut at 300 tokens.
  public func embed(text words: String) throws -> [Float]? {
    guard let text else { return nil }
    let ids = text.vocabulary.encode(words, maximum: min(WordPiece.maximumTokens, text.encoder.maximumTokens))
    return text.network.embed(condition: try text.encoder.states(ids))
  }

  /// The embedding of the first three seconds of a sound file; what is missing is silence.
  public func embed(audioPath path: String) throws -> [Float]? {
    guard let audio else { return nil }
    var samples = try SoundSource(path: path, limit: Self.audioSamples).open()(Self.audioSamples)
    samples += [Float](repeating: 0, count: Self.audioSamples - samples.count)
    return audio.network.embed(condition: try audio.encoder.features(samples, frames: Self.audioFrames))
  }

  /// A motion's embedding for texts. `face` is frames × face vertices × 3 in metres with the neck at rest.
  public func embed(motion clip: Clip, face: [Float], isReal: Bool) -> [Float]? {
    guard let network = text?.network else { return nil }
    let input = self.input(clip, face, network: network)
    var pose: Matrix?
    if network.takesHeadPose {
      let neck = (0..<clip.frameCount).flatMap { frame in Clip.neckRange.map { isReal || usesPredictedHeadPose ? clip[frame, $0] : 0 } }
      pose = Matrix(rows: clip.frameCount, columns: 3, values: neck)
    }
    return network.embed(motion: input, headPose: pose)
  }

  /// The embedding of the first 75 frames for speech; a shorter motion is followed by `rest`, the face at rest (face vertices × 3).
  public func embedForAudio(motion clip: Clip, face: [Float], rest: [Float]) -> [Float]? {
    guard let network = audio?.network else { return nil }
    let frames = Self.audioFrames
    var cut = clip
    cut.values = Array(clip.values.prefix(frames * Clip.channels))
    cut.values += [Float](repeating: 0, count: frames * Clip.channels - cut.values.count)
    var vertices = Array(face.prefix(frames * rest.count))
    while vertices.count < frames * rest.count { vertices += rest }
    return network.embed(motion: input(cut, vertices, network: network))
  }

  /// What a checkpoint of ours brings along.
  private static func own(_ network: RetrievalNetwork) -> Standard? {
    guard let mean = network.mean, let deviation = network.deviation else { return nil }
    return Standard(mean: mean, deviation: deviation)
  }

  private func input(_ clip: Clip, _ face: [Float], network: RetrievalNetwork) -> Matrix {
    let standard = Self.own(network) ?? standard
    let columns = network.motionInputs
    var values = columns == Clip.channels ? clip.values : face
    for index in values.indices {
      let column = index % columns
      values[index] = (values[index] - standard.mean[column]) / standard.deviation[column]
    }
    return Matrix(rows: values.count / columns, columns: columns, values: values)
  }
}
