import Foundation

/// The Fourier transform of real signals whose length is a power of two (split radix-2, real input as half as many
/// complex numbers; Cooley and Tukey 1965).
///
/// The tables are shared by all calls; each caller brings its own buffers, so one value serves many threads.
public struct RealFourier: Sendable {
  /// Length of the signal, a power of two from 4.
  public let count: Int
  private let reversed: [Int32]
  /// cos and −sin of 2πk/(count/2) for the complex transform, k < count/4.
  private let turnReal: [Float]
  private let turnImaginary: [Float]
  /// cos and −sin of 2πk/count for splitting the two halves, k ≤ count/4.
  private let splitReal: [Float]
  private let splitImaginary: [Float]

  public init(count: Int) {
    precondition(count >= 4 && count & (count - 1) == 0, "a Fourier length must be a power of two from 4, found \(count)")
    self.count = count
    let half = count / 2
    let bits = half.trailingZeroBitCount
    reversed = (0..<half).map { index in
      var result = 0
      for bit in 0..<bits where index & (1 << bit) != 0 { result |= 1 << (bits - 1 - bit) }
      return Int32(result)
    }
    turnReal = (0..<max(half / 2, 1)).map { Float(cos(2 * .pi * Double($0) / Double(half))) }
    turnImaginary = (0..<max(half / 2, 1)).map { Float(-sin(2 * .pi * Double($0) / Double(half))) }
    splitReal = (0...count / 4).map { Float(cos(2 * .pi * Double($0) / Double(count))) }
    splitImaginary = (0...count / 4).map { Float(-sin(2 * .pi * Double($0) / Double(count))) }
  }

  /// signal (count) → |X[k]|² for k = 0 … count/2 into `power` (count/2 + 1). `real` and `imaginary` (count/2 each) are scratch.
  public func power(
    of signal: UnsafePointer<Float>, into power: UnsafeMutablePointer<Float>, real: UnsafeMutablePointer<Float>,
    imaginary: UnsafeMutablePointer<Float>
  ) {
    let half = count / 2
    transform(signal, real, imaginary)
    let zero = real[0] + imaginary[0]
    let nyquist = real[0] - imaginary[0]
    power[0] = zero * zero
    power[half] = nyquist * nyquist
    splitReal.withUnsafeBufferPointer { cosine in
      splitImaginary.withUnsafeBufferPointer { sine in
        for k in 1...half / 2 {
          let other = half - k
          // The even part is the spectrum of the even samples, the odd part that of the odd ones.
          let evenReal = 0.5 * (real[k] + real[other])
          let evenImaginary = 0.5 * (imaginary[k] - imaginary[other])
          let oddReal = 0.5 * (imaginary[k] + imaginary[other])
          let oddImaginary = 0.5 * (real[other] - real[k])
          let turnedReal = oddReal * cosine[k] - oddImaginary * sine[k]
          let turnedImaginary = oddReal * sine[k] + oddImaginary * cosine[k]
          let lowReal = evenReal + turnedReal
          let lowImaginary = evenImaginary + turnedImaginary
          let highReal = evenReal - turnedReal
          let highImaginary = turnedImaginary - evenImaginary
          power[k] = lowReal * lowReal + lowImaginary * lowImaginary
          power[other] = highReal * highReal + highImaginary * highImaginary
        }
      }
    }
  }

  /// The complex transform of x[2n] + i·x[2n+1], in place in (real, imaginary).
  private func transform(_ signal: UnsafePointer<Float>, _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>) {
    let half = count / 2
    reversed.withUnsafeBufferPointer { order in
      for index in 0..<half {
        let source = Int(order[index])
        real[index] = signal[2 * source]
        imaginary[index] = signal[2 * source + 1]
      }
    }
    turnReal.withUnsafeBufferPointer { cosine in
      turnImaginary.withUnsafeBufferPointer { sine in
        var width = 1
        while width < half {
          let step = half / (2 * width)
          for start in stride(from: 0, to: half, by: 2 * width) {
            for offset in 0..<width {
              let a = start + offset
              let b = a + width
              let c = cosine[offset * step]
              let s = sine[offset * step]
              let turnedReal = real[b] * c - imaginary[b] * s
              let turnedImaginary = real[b] * s + imaginary[b] * c
              real[b] = real[a] - turnedReal
              imaginary[b] = imaginary[a] - turnedImaginary
              real[a] += turnedReal
              imaginary[a] += turnedImaginary
            }
          }
          width *= 2
        }
      }
    }
  }
}
