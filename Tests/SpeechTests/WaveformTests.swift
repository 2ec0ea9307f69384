import Foundation
import Speech
import Tensor
import Testing

@Suite struct WaveformTests {
  @Test func measuresAreThoseOfTheSamples() {
    let waveform = Waveform(samples: tone(100, seconds: 1, rate: 16_000, amplitude: 0.8))
    #expect(abs(waveform.rms - 0.8 / 2.0.squareRoot()) < 1e-4)
    #expect(abs(waveform.peak - 0.8) < 1e-3)
    #expect(Waveform(samples: []).rms == 0)
    #expect(Waveform(samples: []).decibels == -120)
    #expect(waveform.trimmed(from: 0.25, length: 0.5).samples == Array(waveform.samples[4000..<12_000]))
    #expect(waveform.trimmed(from: 0.9, length: 5).samples.count == 1600)
    #expect(waveform.trimmed(from: 3).samples.isEmpty)
    #expect(waveform.loudness(framesPerSecond: 25).count == 25)
  }

  @Test func wavFilesReadBackExactly() throws {
    let folder = try TemporaryFolder()
    var random = RandomSource(seed: 3)
    let samples = (0..<5000).map { _ in Float(Int16(truncatingIfNeeded: random.next())) / 32768 }
    let path = folder.path("out.wav")
    try WavFile.write(Waveform(samples: samples), to: path)
    #expect(try Waveform(path: path).samples == samples)
    let odd = Waveform(samples: [2, -2, .nan, .infinity, 0.5])
    try WavFile.write(odd, to: path)
    #expect(try Waveform(path: path).samples == [32767 / 32768, -1, 0, 32767 / 32768, 0.5])
    #expect(WavFile.encode(odd) == WavFile.encode(odd))
    #expect(throws: SpeechError.self) { try WavFile.write(odd, to: folder.path("no/such/folder/x.wav")) }
  }

  @Test func overviewKeepsTheExtremes() throws {
    let folder = try TemporaryFolder()
    var samples = [Float](repeating: 0.1, count: 16_000 * 3 + 77)
    samples[20_000] = 0.9
    samples[30_000] = -0.7
    let waveform = Waveform(samples: samples)
    let overview = WaveformOverview(waveform)
    #expect(overview.bins.count == 301)
    #expect(overview.sampleCount == samples.count)
    let columns = overview.columns(3, from: 0, to: 3)
    #expect(columns.map(\.high) == [0.1, 0.9, 0.1])
    #expect(columns.map(\.low) == [0.1, -0.7, 0.1])
    #expect(abs(columns[0].rms - 0.1) < 1e-5)
    #expect(overview.columns(4, from: 10, to: 20) == [WaveformOverview.Bin](repeating: .init(), count: 4))
    #expect(overview.columns(2, from: -2, to: 0) == [.init(), .init()])
    #expect(overview.columns(1000, from: 0, to: 0.5).count == 1000)
    let path = folder.path("x.wav")
    try WavFile.write(waveform, to: path)
    let read = try WaveformOverview(path: path)
    #expect(read.bins.count == 301)
    #expect(read.bins[125].high > 0.89)
  }
}
