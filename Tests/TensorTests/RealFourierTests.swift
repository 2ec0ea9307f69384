import Foundation
import Tensor
import Testing

@Suite struct RealFourierTests {
  @Test(arguments: [4, 8, 16, 64, 512, 2048]) func powerEqualsTheDefinition(count: Int) {
    var random = RandomSource(seed: UInt64(count))
    let signal = (0..<count).map { _ in Float(random.uniform(-1, 1)) }
    var power = [Float](repeating: 0, count: count / 2 + 1)
    var real = [Float](repeating: 0, count: count / 2)
    var imaginary = real
    RealFourier(count: count).power(of: signal, into: &power, real: &real, imaginary: &imaginary)
    for bin in stride(from: 0, through: count / 2, by: max(1, count / 32)) {
      var (a, b) = (0.0, 0.0)
      for (index, value) in signal.enumerated() {
        a += Double(value) * cos(2 * .pi * Double(bin * index % count) / Double(count))
        b -= Double(value) * sin(2 * .pi * Double(bin * index % count) / Double(count))
      }
      let expected = a * a + b * b
      #expect(abs(Double(power[bin]) - expected) < 2e-5 * Double(count) + 1e-4 * expected, "bin \(bin)")
    }
  }
}
