import Foundation

/// One channel of sound, samples in −1…1.
public struct Waveform: Sendable, Hashable {
  /// Samples over time.
  public var samples: [Float]
  public var sampleRate: Int
  /// Samples of the source that were not numbers and count as 0 here.
  public var repairedSamples: Int

  public init(samples: [Float], sampleRate: Int = AudioReader.modelRate, repairedSamples: Int = 0) {
    self.samples = samples
    self.sampleRate = sampleRate
    self.repairedSamples = repairedSamples
  }

  /// Reads a whole file as mono at 16 kHz (64 kB a second). `limitSeconds` bounds the memory; nil for none.
  public init(path: String, sampleRate: Int = AudioReader.modelRate, limitSeconds: Double? = nil) throws {
    let reader = try AudioReader(path: path, sampleRate: sampleRate)
    var samples: [Float] = []
    while true {
      let block = try reader.read(1 << 18)
      if block.isEmpty { break }
      samples.append(contentsOf: block)
      let seconds = Double(samples.count) / Double(sampleRate)
      if let limitSeconds, seconds > limitSeconds {
        throw SpeechError.tooLong(path: path, seconds: seconds, limit: limitSeconds)
      }
    }
    self.init(samples: samples, sampleRate: sampleRate, repairedSamples: reader.repairedSamples)
  }

  public var seconds: Double { Double(samples.count) / Double(sampleRate) }

  /// Root mean square, 0 for no samples.
  public var rms: Double { samples.isEmpty ? 0 : (Self.energy(samples[...]) / Double(samples.count)).squareRoot() }

  /// The largest absolute sample.
  public var peak: Float { samples.reduce(0) { max($0, abs($1)) } }

  /// RMS in decibels below full scale, −120 at least.
  public var decibels: Double { 20 * log10(max(rms, 1e-6)) }

  /// The part from `start` seconds, `length` seconds long (to the end when nil), cut to what there is.
  public func trimmed(from start: Double, length: Double? = nil) -> Waveform {
    let first = min(samples.count, max(0, Int((start * Double(sampleRate)).rounded())))
    let wanted = length.map { max(0, Int(($0 * Double(sampleRate)).rounded())) } ?? samples.count
    return Waveform(samples: Array(samples[first...].prefix(wanted)), sampleRate: sampleRate, repairedSamples: repairedSamples)
  }

  /// RMS of each frame at `framesPerSecond` (for drawing beside motion, and as the simplest mouth there is).
  public func loudness(framesPerSecond: Double) -> [Float] {
    let step = Double(sampleRate) / framesPerSecond
    let count = Int((Double(samples.count) / step).rounded(.up))
    return (0..<count).map { index in
      let first = Int(Double(index) * step)
      let last = min(samples.count, max(first + 1, Int(Double(index + 1) * step)))
      guard last > first else { return 0 }
      return Float((Self.energy(samples[first..<last]) / Double(last - first)).squareRoot())
    }
  }

  static func energy(_ samples: ArraySlice<Float>) -> Double {
    samples.reduce(0) { $0 + Double($1) * Double($1) }
  }
}
