/// A waveform made small for drawing: lowest, highest and RMS sample of every hundredth of a second.
///
/// An hour takes 4.3 MB and is read in blocks.
public struct WaveformOverview: Sendable, Hashable {
  public static let binsPerSecond = 100

  public struct Bin: Sendable, Hashable {
    public var low: Float
    public var high: Float
    public var rms: Float

    public init(low: Float = 0, high: Float = 0, rms: Float = 0) {
      self.low = low
      self.high = high
      self.rms = rms
    }
  }

  public private(set) var bins: [Bin] = []
  public private(set) var sampleCount = 0
  public let sampleRate: Int

  public var seconds: Double { Double(sampleCount) / Double(sampleRate) }

  public init(_ waveform: Waveform) {
    sampleRate = waveform.sampleRate
    append(waveform.samples[...])
  }

  /// Reads `path` in blocks.
  public init(path: String) throws {
    let reader = try AudioReader(path: path)
    sampleRate = reader.sampleRate
    // A block is a whole number of bins, so that no bin is split.
    let block = sampleRate / Self.binsPerSecond * 1024
    while true {
      let samples = try reader.read(block)
      if samples.isEmpty { break }
      append(samples[...])
    }
  }

  private mutating func append(_ samples: ArraySlice<Float>) {
    let step = max(1, sampleRate / Self.binsPerSecond)
    var first = samples.startIndex
    while first < samples.endIndex {
      let last = min(first + step, samples.endIndex)
      var bin = Bin(low: samples[first], high: samples[first])
      for sample in samples[first..<last] {
        bin.low = min(bin.low, sample)
        bin.high = max(bin.high, sample)
      }
      bin.rms = Float((Waveform.energy(samples[first..<last]) / Double(last - first)).squareRoot())
      bins.append(bin)
      first = last
    }
    sampleCount += samples.count
  }

  /// The span from `start` to `end` seconds in `columns` columns; a column past the sound is silent.
  public func columns(_ columns: Int, from start: Double, to end: Double) -> [Bin] {
    guard columns > 0, end > start else { return [] }
    let perBin = Double(Self.binsPerSecond)
    return (0..<columns).map { column in
      let from = (start + (end - start) * Double(column) / Double(columns)) * perBin
      let to = (start + (end - start) * Double(column + 1) / Double(columns)) * perBin
      let first = Int(max(0, min(from, Double(bins.count))))
      let last = Int(max(0, min(max(to, Double(first + 1)), Double(bins.count))))
      guard last > first, to > 0 else { return Bin() }
      var result = bins[first]
      var square: Double = 0
      for bin in bins[first..<last] {
        result.low = min(result.low, bin.low)
        result.high = max(result.high, bin.high)
        square += Double(bin.rms) * Double(bin.rms)
      }
      result.rms = Float((square / Double(last - first)).squareRoot())
      return result
    }
  }
}
