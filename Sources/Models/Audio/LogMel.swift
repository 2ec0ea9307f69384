import Foundation
import Tensor

/// The log-mel front end of the compact audio encoder: 80 bands, 100 frames a second of 16 kHz sound.
///
/// Frame k is centred on sample 160·k + 80: a periodic Hann window of 400 samples, a Fourier transform of 512, power
/// through triangular filters from 60 to 7,800 Hz that each sum to 1, log(x + 1e-7). The sound is scaled to an RMS of
/// 0.05 first; each band's mean over the clip is taken off and the rest divided by 3 (`normalize`).
/// Axis letters: F frames (100 a second), M bands (80).
public struct LogMel: Sendable {
  public static let bands = 80
  public static let hop = 160
  static let length = 512
  static let window = 400
  /// Samples before a frame's first one at which its window starts: 176 of padding less 56 of window margin.
  static let lead = 120

  private let fourier = RealFourier(count: length)
  private let hann: [Float]
  /// Filter m weighs the power bins from `firstBin[m]` on.
  private let firstBin: [Int]
  private let weights: [[Float]]

  public init() {
    hann = (0..<Self.window).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(Self.window))) }
    let bins = Self.length / 2 + 1
    func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
    let low = mel(60)
    let high = mel(7800)
    let points = (0...Self.bands + 1).map { hertz(low + (high - low) * Double($0) / Double(Self.bands + 1)) }
    let filters = (0..<Self.bands).map { band -> [Float] in
      let (left, centre, right) = (points[band], points[band + 1], points[band + 2])
      var filter = (0..<bins).map { bin -> Float in
        let frequency = Double(bin) * 16_000 / Double(Self.length)
        return Float(max(0, min((frequency - left) / (centre - left), (right - frequency) / (right - centre))))
      }
      // A triangle narrower than a bin may hold none.
      if filter.reduce(0, +) < 1e-3 { filter[Int((centre * Double(Self.length) / 16_000).rounded())] = 1 }
      let sum = filter.reduce(0, +)
      return filter.map { $0 / sum }
    }
    firstBin = filters.map { filter in filter.firstIndex { $0 > 0 } ?? 0 }
    weights = zip(filters, firstBin).map { filter, first in
      Array(filter[first...((filter.lastIndex { $0 > 0 }) ?? first)])
    }
  }

  /// Frames of a sound of that many samples.
  public static func frameCount(samples: Int) -> Int { samples < 80 ? 0 : (samples - 80) / hop + 1 }

  /// What the sound is multiplied with so that its RMS becomes 0.05.
  public static func gain(rms: Double) -> Float { Float(0.05 / (rms + 1e-6)) }

  /// samples (a whole clip at 16 kHz) → F × M, scaled and normalised.
  public func callAsFunction(_ samples: [Float]) -> [Float] {
    let energy = samples.reduce(0) { $0 + Double($1) * Double($1) }
    let gain = Self.gain(rms: (energy / Double(max(samples.count, 1))).squareRoot())
    var mel = frames(0..<Self.frameCount(samples: samples.count), of: samples, startingAt: 0, gain: gain)
    Self.normalize(&mel, means: Self.means(mel))
    return mel
  }

  /// Frames `range` of a sound of which `samples` starts at sample `start` → range.count × M, logarithms before
  /// normalisation. Samples that are not there count as 0.
  public func frames(_ range: Range<Int>, of samples: [Float], startingAt start: Int, gain: Float) -> [Float] {
    var output = [Float](repeating: 0, count: range.count * Self.bands)
    var scratch = [Float](repeating: 0, count: 3 * Self.length + 2)
    output.withUnsafeMutableBufferPointer { output in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let signal = scratch.baseAddress, let target = output.baseAddress else { return }
        let power = signal + Self.length
        let real = power + Self.length / 2 + 2
        let imaginary = real + Self.length / 2
        for (row, frame) in range.enumerated() {
          // Where the window lies in the transform does not change the power, so it starts at 0 and zeros follow.
          let first = frame * Self.hop - Self.lead - start
          for offset in 0..<Self.window {
            let index = first + offset
            signal[offset] = samples.indices.contains(index) ? samples[index] * gain * hann[offset] : 0
          }
          fourier.power(of: signal, into: power, real: real, imaginary: imaginary)
          for band in 0..<Self.bands {
            var sum: Float = 0
            let bins = power + firstBin[band]
            for (offset, weight) in weights[band].enumerated() { sum += weight * bins[offset] }
            target[row * Self.bands + band] = log(sum + 1e-7)
          }
        }
      }
    }
    return output
  }

  /// mel (F × M) → each band's mean (M).
  public static func means(_ mel: [Float]) -> [Float] {
    var sums = [Double](repeating: 0, count: bands)
    for (index, value) in mel.enumerated() { sums[index % bands] += Double(value) }
    return sums.map { Float($0 / Double(max(mel.count / bands, 1))) }
  }

  /// mel (F × M) less `means` (M), over 3.
  public static func normalize(_ mel: inout [Float], means: [Float]) {
    for index in mel.indices { mel[index] = (mel[index] - means[index % bands]) / 3 }
  }
}
