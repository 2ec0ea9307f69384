import Foundation
import NeuralNet
import Tensor

/// wav2vec 2.0's encoder (Baevski et al. 2020), base (group norm, norms after) and large (layer norms, norms before), by config.json.
///
/// Sounds longer than `windowFrames` run through the transformer in windows that overlap by `contextFrames` on each side, of
/// which only the middle is kept; shorter ones run at once and are exact. The convolutions always run in pieces, the norm
/// over the whole sound from its moments. Features are the last hidden states, interpolated to the motion's frames.
/// Axis letters: F frames (50 a second), W width.
public struct Wav2Vec2: AudioEncoder {
  /// Where 50 frames a second become 25.
  public enum Interpolation: String, Sendable, Hashable {
    /// The last hidden states are interpolated (generation).
    case after
    /// The convolutions' features are interpolated before the transformer, as the published retrieval networks' encoder does.
    case before
  }

  /// Frames (50 a second) that run through the transformer at once: 30 seconds.
  public static let windowFrames = 1500
  /// Frames of overlap on each side of a window: 4 seconds.
  public static let contextFrames = 200
  /// Frames the convolutions make at once: 2 seconds.
  static let pieceFrames = 100

  public let configuration: Configuration
  public var interpolation: Interpolation
  private let convolutions: Wav2Vec2Convolutions
  private let transformer: Wav2Vec2Transformer

  public var width: Int { configuration.width }

  /// Reads the weights; names may stand under `wav2vec2.` as in checkpoints with a task head.
  public init(_ configuration: Configuration, weights: WeightStore, interpolation: Interpolation = .after) throws {
    self.configuration = configuration
    self.interpolation = interpolation
    let scoped = weights.contains("wav2vec2.feature_projection.projection.weight") ? weights.scoped("wav2vec2") : weights
    convolutions = try Wav2Vec2Convolutions(configuration, weights: scoped.scoped("feature_extractor"))
    transformer = try Wav2Vec2Transformer(configuration, weights: scoped)
    scoped.ignore("masked_spec_embed")
  }

  public func stream(_ sound: SoundSource, frames: Int?, trace: Trace?, to sink: (Matrix) throws -> Void) throws {
    let survey = try Survey(sound, normalize: configuration.normalizesInput, taps: configuration.taps[0], stride: configuration.strides[0])
    let wanted = frames ?? AudioFrames.count(samples: survey.samples)
    guard wanted > 0 else { return }
    // A sound too short for one frame gets silence behind it.
    let total = max(convolutions.frames(samples: survey.samples), 1)
    let first = convolutions.first(survey.moments)
    var sliding = try SlidingSound(sound)
    if interpolation == .before {
      let features = try extract(0..<total, &sliding, survey, first, trace)
      try sink(transformer(interpolate(features, rows: wanted), trace: trace))
      return
    }
    var resampler = RowInterpolator(from: total, to: wanted, columns: width)
    let step = total <= Self.windowFrames ? total : Self.windowFrames - 2 * Self.contextFrames
    var kept: (range: Range<Int>, features: Matrix)?
    for from in Swift.stride(from: 0, to: total, by: step) {
      let core = from..<min(from + step, total)
      let seen = max(0, core.lowerBound - Self.contextFrames)..<min(total, core.upperBound + Self.contextFrames)
      let features = try extend(&kept, to: seen, &sliding, survey, first, trace)
      let states = transformer(features, trace: trace)
      let ready = resampler.push(states.rows(core.lowerBound - seen.lowerBound..<core.upperBound - seen.lowerBound))
      if ready.rows > 0 { try sink(ready) }
    }
  }

  /// The convolutions' features of frames `seen`; those of the window before are used again.
  private func extend(
    _ kept: inout (range: Range<Int>, features: Matrix)?, to seen: Range<Int>, _ sliding: inout SlidingSound, _ survey: Survey,
    _ first: Wav2Vec2Convolutions.First, _ trace: Trace?
  ) throws -> Matrix {
    var values: [Float] = []
    var from = seen.lowerBound
    if let (range, features) = kept, range.contains(from) {
      values = features.rows(from - range.lowerBound..<features.rows).values
      from = range.upperBound
    }
    if from < seen.upperBound { values += try extract(from..<seen.upperBound, &sliding, survey, first, trace).values }
    let features = Matrix(rows: seen.count, columns: configuration.channels[configuration.channels.count - 1], values: values)
    kept = (seen, features)
    return features
  }

  /// frames → frames.count × C, in pieces.
  private func extract(
    _ frames: Range<Int>, _ sliding: inout SlidingSound, _ survey: Survey, _ first: Wav2Vec2Convolutions.First, _ trace: Trace?
  ) throws -> Matrix {
    var values: [Float] = []
    // A traced sound is not cut, so that each layer is heard once.
    let piece = trace == nil ? Self.pieceFrames : frames.count
    for from in Swift.stride(from: frames.lowerBound, to: frames.upperBound, by: piece) {
      let range = from..<min(from + piece, frames.upperBound)
      let samples = convolutions.samples(for: range)
      try sliding.move(to: samples)
      let input = sliding.slice(samples).map { ($0 - survey.mean) * survey.scale }
      values += convolutions(input, frames: range.count, first: first, trace: trace?.scoped("feature_extractor")).values
    }
    return Matrix(rows: frames.count, columns: configuration.channels[configuration.channels.count - 1], values: values)
  }

  /// What must be known of a whole sound before the first window: length, mean and deviation, moments of the first layer's windows.
  private struct Survey {
    var samples = 0
    var mean: Float = 0
    var scale: Float = 1
    var moments: WindowMoments

    init(_ sound: SoundSource, normalize: Bool, taps: Int, stride: Int) throws {
      moments = WindowMoments(taps: taps, stride: stride)
      if normalize {
        var sum = 0.0
        var squares = 0.0
        var count = 0
        let read = try sound.open()
        while case let block = try read(1 << 16), !block.isEmpty {
          count += block.count
          for sample in block {
            sum += Double(sample)
            squares += Double(sample) * Double(sample)
          }
        }
        let average = sum / Double(max(count, 1))
        mean = Float(average)
        scale = Float(1 / (max(squares / Double(max(count, 1)) - average * average, 0) + 1e-7).squareRoot())
      }
      let read = try sound.open()
      while case let block = try read(1 << 16), !block.isEmpty {
        samples += block.count
        moments.add(mean == 0 && scale == 1 ? block : block.map { ($0 - mean) * scale })
      }
    }
  }

  private func interpolate(_ features: Matrix, rows: Int) -> Matrix {
    var resampler = RowInterpolator(from: features.rows, to: rows, columns: features.columns)
    return resampler.push(features)
  }
}
