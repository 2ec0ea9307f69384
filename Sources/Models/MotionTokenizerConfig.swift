/// The shape of a motion tokenizer, as `tokenizer` in bundle.json.
public struct MotionTokenizerConfig: Sendable, Hashable, Codable {
  /// A group of channels with its own network and codebooks.
  public struct Stream: Sendable, Hashable, Codable {
    public var name: String
    /// Which of the 56 numbers of a frame the stream carries.
    public var channels: [Int]
    public var width: Int
    public var depth: Int
    public var dilationGrowth: Int
    /// Width of a code.
    public var codeWidth: Int
    /// Codes in a codebook.
    public var codes: Int
    /// How many codebooks refine one another.
    public var codebooks: Int

    public init(
      name: String, channels: [Int], width: Int, depth: Int = 3, dilationGrowth: Int = 3, codeWidth: Int, codes: Int = 512,
      codebooks: Int = 1
    ) {
      self.name = name
      self.channels = channels
      self.width = width
      self.depth = depth
      self.dilationGrowth = dilationGrowth
      self.codeWidth = codeWidth
      self.codes = codes
      self.codebooks = codebooks
    }
  }

  public var file: String
  /// Frames a step; a power of two.
  public var rate: Int
  public var streams: [Stream]

  public init(file: String = "tokenizer.safetensors", rate: Int = 4, streams: [Stream]) {
    self.file = file
    self.rate = rate
    self.streams = streams
  }

  /// How often the encoder halves the rate.
  public var halvings: Int { rate.trailingZeroBitCount }

  /// The lanes in order: name, stream, codes.
  public var lanes: [(name: String, stream: Int, codes: Int)] {
    streams.enumerated().flatMap { index, stream in
      (0..<stream.codebooks).map { book in
        (stream.codebooks == 1 ? stream.name : "\(stream.name).\(book + 1)", index, stream.codes)
      }
    }
  }

  /// Checks every number before anything is allocated. `path` names the file in messages.
  public func validate(path: String, channels: Int) throws {
    func check(_ fine: Bool, _ key: String, _ expected: String, _ found: Any) throws {
      if !fine { throw ModelError.configuration(path: path, key: "tokenizer.\(key)", expected: expected, found: "\(found)") }
    }
    try check((1...64).contains(rate) && rate.nonzeroBitCount == 1, "rate", "a power of two up to 64", rate)
    try check((1...16).contains(streams.count), "streams", "1 to 16 streams", streams.count)
    try check(Set(streams.map(\.name)).count == streams.count, "streams", "names that differ", streams.map(\.name))
    var used = Set<Int>()
    for (index, stream) in streams.enumerated() {
      let at = "streams[\(index)]"
      try check(!stream.name.isEmpty, "\(at).name", "a name", "\"\"")
      try check(!stream.channels.isEmpty, "\(at).channels", "at least one channel", "none")
      for channel in stream.channels {
        try check((0..<channels).contains(channel), "\(at).channels", "numbers from 0 to \(channels - 1)", channel)
        try check(used.insert(channel).inserted, "\(at).channels", "each channel in one stream only", channel)
      }
      try check((1...4096).contains(stream.width), "\(at).width", "1 to 4096", stream.width)
      try check((0...8).contains(stream.depth), "\(at).depth", "0 to 8", stream.depth)
      try check((1...8).contains(stream.dilationGrowth), "\(at).dilationGrowth", "1 to 8", stream.dilationGrowth)
      let widest = (1..<max(stream.depth, 1)).reduce(1) { product, _ in product * stream.dilationGrowth }
      try check(widest <= 1024, "\(at).depth", "dilations up to 1024", widest)
      try check((1...4096).contains(stream.codeWidth), "\(at).codeWidth", "1 to 4096", stream.codeWidth)
      try check((2...65536).contains(stream.codes), "\(at).codes", "2 to 65536", stream.codes)
      try check((1...16).contains(stream.codebooks), "\(at).codebooks", "1 to 16", stream.codebooks)
    }
  }
}
