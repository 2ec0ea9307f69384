import NeuralNet
import Tensor

/// A sound of any length at 16 kHz that can be read from its start more than once.
public struct SoundSource {
  /// Opens the sound; the reader hands out the next samples, at most as many as asked for, and none at the end.
  public let open: () throws -> (Int) throws -> [Float]

  public init(open: @escaping () throws -> (Int) throws -> [Float]) { self.open = open }

  /// Samples in memory.
  public init(_ samples: [Float]) {
    self.init {
      var next = 0
      return { count in
        let block = Array(samples[next..<min(next + count, samples.count)])
        next += block.count
        return block
      }
    }
  }
}

/// A network that turns 16 kHz sound into features, one row per motion frame (25 a second).
public protocol AudioEncoder: Sendable {
  /// Numbers a frame has.
  var width: Int { get }

  /// Hands the features to `sink` in order, some rows × `width` at a time; memory does not grow with the sound's length.
  ///
  /// `frames` is how many rows come out in all; nil takes `AudioFrames.count`. A sound shorter than a frame counts as silence after it.
  func stream(_ sound: SoundSource, frames: Int?, trace: Trace?, to sink: (Matrix) throws -> Void) throws
}

/// How sound and motion frames correspond.
public enum AudioFrames {
  /// Samples of a motion frame at 25 a second.
  public static let samples = 640

  /// Motion frames of a sound: the nearest whole number, at least 1 unless it has no samples.
  public static func count(samples: Int) -> Int { samples == 0 ? 0 : max(1, (samples + Self.samples / 2) / Self.samples) }
}

extension AudioEncoder {
  /// The features of a whole sound, frames × width.
  public func features(_ sound: SoundSource, frames: Int? = nil, trace: Trace? = nil) throws -> Matrix {
    var values: [Float] = []
    try stream(sound, frames: frames, trace: trace) { values += $0.values }
    return Matrix(rows: values.count / width, columns: width, values: values)
  }

  public func features(_ samples: [Float], frames: Int? = nil, trace: Trace? = nil) throws -> Matrix {
    try features(SoundSource(samples), frames: frames, trace: trace)
  }
}

/// The part of a sound that a window needs, kept while windows move forward.
struct SlidingSound {
  private let read: (Int) throws -> [Float]
  /// Samples from `start` on.
  private(set) var samples: [Float] = []
  private(set) var start = 0

  init(_ sound: SoundSource) throws { read = try sound.open() }

  /// Makes samples `range` available (as far as the sound goes) and forgets those before it.
  mutating func move(to range: Range<Int>) throws {
    let drop = min(max(range.lowerBound - start, 0), samples.count)
    samples.removeFirst(drop)
    start += drop
    while start + samples.count < range.upperBound {
      let block = try read(max(range.upperBound - start - samples.count, 1 << 14))
      if block.isEmpty { return }
      samples += block
      if start + samples.count <= range.lowerBound {
        start += samples.count
        samples.removeAll(keepingCapacity: true)
      } else if start < range.lowerBound {
        samples.removeFirst(range.lowerBound - start)
        start = range.lowerBound
      }
    }
  }

  /// Samples `range`; zeros where the sound is not.
  func slice(_ range: Range<Int>) -> [Float] {
    if range.lowerBound >= start, range.upperBound <= start + samples.count {
      return Array(samples[range.lowerBound - start..<range.upperBound - start])
    }
    return range.map { samples.indices.contains($0 - start) ? samples[$0 - start] : 0 }
  }
}
