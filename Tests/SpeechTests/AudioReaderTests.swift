import CSndFile
import Foundation
import Speech
import Tensor
import Testing

@Suite struct AudioReaderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let wavFloat = Int(SF_FORMAT_WAV) | Int(SF_FORMAT_FLOAT)
  static let wav16 = Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_16)

  @Test(arguments: [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
  func anyRateComesOutAtSixteenKilohertz(rate: Int) throws {
    let path = folder.path("tone.wav")
    #expect(writeSound(path, tone(440, seconds: 1.3, rate: rate), channels: 1, rate: rate, format: Self.wavFloat))
    let waveform = try Waveform(path: path)
    #expect(waveform.sampleRate == 16_000)
    #expect(abs(waveform.samples.count - 20_800) <= 1)
    let expected = tone(440, seconds: 1.3, rate: 16_000)
    // Away from the ends, where the filter sees the silence around the file.
    let worst = (400..<20_000).map { abs(waveform.samples[$0] - expected[$0]) }.max() ?? 1
    #expect(worst < 2e-3, "largest difference \(worst) at \(rate) Hz")
  }

  @Test(arguments: [
    ("wav", wav16, 2e-4), ("flac", Int(SF_FORMAT_FLAC) | Int(SF_FORMAT_PCM_16), 2e-4),
    ("au", Int(SF_FORMAT_AU) | Int(SF_FORMAT_PCM_24), 2e-4),
    ("aiff", Int(SF_FORMAT_AIFF) | Int(SF_FORMAT_PCM_16), 2e-4), ("ogg", Int(SF_FORMAT_OGG) | Int(SF_FORMAT_VORBIS), 0.1),
    ("opus", Int(SF_FORMAT_OGG) | 0x64, 0.1), ("mp3", 0x230000 | 0x82, 0.1),
  ])
  func anyFormatIsRead(name: String, format: Int, tolerance: Double) throws {
    let rate = name == "opus" ? 48_000 : 16_000
    let path = folder.path("tone.\(name)")
    guard writeSound(path, spread(tone(300, seconds: 1, rate: rate), channels: 2), channels: 2, rate: rate, format: format) else {
      return  // This libsndfile was built without that encoder.
    }
    let waveform = try Waveform(path: path)
    #expect(abs(waveform.seconds - 1) < 0.12, "\(name): \(waveform.seconds) s")
    #expect(abs(waveform.rms - 0.5 / 2.0.squareRoot()) < max(tolerance, 1e-3), "\(name): RMS \(waveform.rms)")
    #expect(try !AudioReader(path: path).info.format.isEmpty)
  }

  @Test(arguments: [1, 2, 6, 8]) func channelsAreAveraged(channels: Int) throws {
    let path = folder.path("many.wav")
    let left = tone(200, seconds: 0.2, rate: 16_000)
    let interleaved = left.flatMap { sample in (0..<channels).map { $0 == 0 ? sample : 0 } }
    #expect(writeSound(path, interleaved, channels: channels, rate: 16_000, format: Self.wavFloat))
    let waveform = try Waveform(path: path)
    let worst = zip(waveform.samples, left).map { abs($0 - $1 / Float(channels)) }.max() ?? 1
    #expect(worst < 1e-6)
  }

  @Test func samplesThatAreNotNumbersAreSilentAndCounted() throws {
    let path = folder.path("bad.wav")
    var samples = tone(200, seconds: 0.1, rate: 16_000)
    samples[10] = .nan
    samples[20] = .infinity
    samples[30] = -.infinity
    samples[40] = 3e38
    #expect(writeSound(path, samples, channels: 1, rate: 16_000, format: Self.wavFloat))
    let waveform = try Waveform(path: path)
    #expect(waveform.repairedSamples == 4)
    #expect([10, 20, 30, 40].allSatisfy { waveform.samples[$0] == 0 })
    #expect(waveform.samples.allSatisfy { $0.isFinite })
    #expect(waveform.samples[11] == samples[11])
  }

  @Test(arguments: [0, 1, 2, 159]) func shortFilesAreRead(count: Int) throws {
    for rate in [8000, 16_000, 44_100] {
      let path = folder.path("short\(rate).wav")
      #expect(writeSound(path, [Float](repeating: 0.25, count: count), channels: 1, rate: rate, format: Self.wavFloat))
      let waveform = try Waveform(path: path)
      #expect(waveform.samples.count == Int((Double(count) * 16_000 / Double(rate)).rounded()))
      #expect(waveform.rms.isFinite && waveform.decibels >= -120)
    }
  }

  @Test func blocksOfAnySizeGiveTheSameSamples() throws {
    let path = folder.path("noise.wav")
    var random = RandomSource(seed: 4)
    let noise = (0..<100_000).map { _ in Float(random.uniform(-0.8, 0.8)) }
    #expect(writeSound(path, noise, channels: 1, rate: 44_100, format: Self.wavFloat))
    let whole = try Waveform(path: path).samples
    let reader = try AudioReader(path: path)
    var pieces: [Float] = []
    while case let block = try reader.read(random.index(3000) + 1), !block.isEmpty { pieces += block }
    #expect(pieces == whole)
    #expect(try reader.read(10).isEmpty)
    #expect(reader.framesRead == 100_000)
  }

  @Test func faultsNameThePath() throws {
    let missing = folder.path("nowhere.wav")
    #expect(throws: SpeechError.missing(path: missing)) { try Waveform(path: missing) }
    #expect(throws: SpeechError.notAFile(path: folder.url.path)) { try Waveform(path: folder.url.path) }
    let empty = folder.path("empty.wav")
    try Data().write(to: URL(fileURLWithPath: empty))
    let text = folder.path("text.wav")
    try Data("not a sound at all, only words".utf8).write(to: URL(fileURLWithPath: text))
    for path in [empty, text] {
      let error = #expect(throws: SpeechError.self) { try Waveform(path: path) }
      #expect(error?.description.contains(path) == true)
    }
    let long = folder.path("long.wav")
    #expect(writeSound(long, [Float](repeating: 0, count: 32_000), channels: 1, rate: 16_000, format: Self.wav16))
    #expect(throws: SpeechError.self) { try Waveform(path: long, limitSeconds: 1) }
  }

  @Test func damagedFilesNeverCrash() throws {
    let good = folder.path("good.wav")
    #expect(writeSound(good, tone(300, seconds: 0.05, rate: 22_050), channels: 1, rate: 22_050, format: Self.wav16))
    let flac = folder.path("good.flac")
    #expect(
      writeSound(
        flac, tone(300, seconds: 0.05, rate: 22_050), channels: 1, rate: 22_050, format: Int(SF_FORMAT_FLAC) | Int(SF_FORMAT_PCM_16)))
    var random = RandomSource(seed: 11)
    var read = 0
    for source in [good, flac] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: source))
      for _ in 0..<300 {
        var copy = bytes
        for _ in 0...random.index(6) { copy[random.index(min(copy.count, 200))] = UInt8(truncatingIfNeeded: random.next()) }
        if random.chance(0.3) { copy = copy.prefix(random.index(copy.count)) }
        let path = folder.path("damaged")
        try copy.write(to: URL(fileURLWithPath: path))
        if let waveform = try? Waveform(path: path, limitSeconds: 60) {
          read += 1
          #expect(waveform.samples.allSatisfy { $0.isFinite })
        }
      }
    }
    #expect(read > 50)
  }
}
