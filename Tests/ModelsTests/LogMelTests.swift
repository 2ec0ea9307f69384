import Foundation
import Models
import Tensor
import Testing

@Suite struct LogMelTests {
  @Test func equalsTheTrainingsFrontEnd() throws {
    let reference = try Reference(path: fixturePath("compact/reference.safetensors"))
    let mel = LogMel()(try reference.floats("input.audio"))
    let difference = largestDifference(mel, try reference.floats("mel"))
    #expect(difference < 1e-4, "largest difference \(difference)")
  }

  @Test(arguments: [(0, 0), (79, 0), (80, 1), (160, 1), (239, 1), (240, 2), (16_000, 100), (128_000, 800)])
  func frameCounts(samples: Int, frames: Int) {
    #expect(LogMel.frameCount(samples: samples) == frames)
    #expect(LogMel()([Float](repeating: 0.1, count: samples)).count == frames * LogMel.bands)
  }

  @Test func piecesEqualTheWhole() {
    var random = RandomSource(seed: 8)
    let samples = (0..<9000).map { _ in Float(random.normal() * 0.1) }
    let mel = LogMel()
    let whole = mel.frames(0..<56, of: samples, startingAt: 0, gain: 2)
    let piece = mel.frames(20..<30, of: Array(samples[3000..<5200]), startingAt: 3000, gain: 2)
    #expect(piece == Array(whole[20 * 80..<30 * 80]))
  }

  @Test func silenceIsFiniteAndFlat() {
    #expect(LogMel()([Float](repeating: 0, count: 4000)).allSatisfy { abs($0) < 1e-3 })
  }
}
