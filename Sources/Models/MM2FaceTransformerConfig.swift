/// The shape of the transformer, as `transformer` in bundle.json.
public struct MM2FaceTransformerConfig: Sendable, Hashable, Codable {
  /// What cross-attention sees of a text level.
  public enum TextMemory: String, Sendable, Hashable, Codable { case tokens, pooled }
  /// What stands at position 0: the full text, or a start token and no text of its own (the layout of the speed peers).
  public enum Start: String, Sendable, Hashable, Codable { case condition, token }

  public var file: String
  public var width: Int
  public var layers: Int
  public var heads: Int
  /// The longest motion in one window, in steps.
  public var maxSteps: Int
  /// How many steps before and after its own a step hears.
  public var lookAround: Int
  public var textWidth: Int
  /// Width of the audio features; 0 without audio.
  public var audioWidth: Int
  public var textMemory: TextMemory
  public var start: Start
  public var audioBias: Bool
  /// Rows of a text level are told their place among the level's rows, up to this many; 0 (the default) for no places.
  public var textPositions: Int
  /// Whether every position is told how many steps are left, where the length is known.
  public var stepsLeft: Bool
  /// Width of the small heads; 0 for one direct head.
  public var headHidden: Int
  /// Codes of each lane.
  public var lanes: [Int]

  public init(
    file: String = "transformer.safetensors", width: Int, layers: Int, heads: Int, maxSteps: Int = 50, lookAround: Int = 3,
    textWidth: Int, audioWidth: Int, textMemory: TextMemory = .tokens, start: Start = .condition, audioBias: Bool = true,
    textPositions: Int = 0, stepsLeft: Bool = false, headHidden: Int, lanes: [Int]
  ) {
    self.file = file
    self.width = width
    self.layers = layers
    self.heads = heads
    self.maxSteps = maxSteps
    self.lookAround = lookAround
    self.textWidth = textWidth
    self.audioWidth = audioWidth
    self.textMemory = textMemory
    self.start = start
    self.audioBias = audioBias
    self.textPositions = textPositions
    self.stepsLeft = stepsLeft
    self.headHidden = headHidden
    self.lanes = lanes
  }

  /// Checks every number before anything is allocated. `path` names the file in messages.
  public func validate(path: String) throws {
    func check(_ fine: Bool, _ key: String, _ expected: String, _ found: Any) throws {
      if !fine { throw ModelError.configuration(path: path, key: "transformer.\(key)", expected: expected, found: "\(found)") }
    }
    try check((1...16384).contains(width), "width", "1 to 16384", width)
    try check((1...256).contains(layers), "layers", "1 to 256", layers)
    try check((1...256).contains(heads) && width % heads == 0, "heads", "a divisor of the width \(width)", heads)
    try check((1...4096).contains(maxSteps), "maxSteps", "1 to 4096", maxSteps)
    try check((0...64).contains(lookAround), "lookAround", "0 to 64", lookAround)
    try check((0...16384).contains(textWidth), "textWidth", "0 to 16384", textWidth)
    try check(start == .token || textWidth > 0, "textWidth", "at least 1 with a condition token", textWidth)
    try check((0...16384).contains(audioWidth), "audioWidth", "0 to 16384", audioWidth)
    try check((0...4096).contains(textPositions), "textPositions", "0 to 4096", textPositions)
    try check((0...16384).contains(headHidden), "headHidden", "0 to 16384", headHidden)
    try check((1...64).contains(lanes.count), "lanes", "1 to 64 lanes", lanes.count)
    try check(lanes.allSatisfy { (2...65536).contains($0) }, "lanes", "2 to 65536 codes a lane", lanes)
    try check(headHidden > 0 || lanes.count == 1, "headHidden", "above 0 with several lanes", headHidden)
  }
}

extension MM2FaceTransformerConfig {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      file: try values.decode(String.self, forKey: .file), width: try values.decode(Int.self, forKey: .width),
      layers: try values.decode(Int.self, forKey: .layers), heads: try values.decode(Int.self, forKey: .heads),
      maxSteps: try values.decode(Int.self, forKey: .maxSteps), lookAround: try values.decode(Int.self, forKey: .lookAround),
      textWidth: try values.decode(Int.self, forKey: .textWidth), audioWidth: try values.decode(Int.self, forKey: .audioWidth),
      textMemory: try values.decode(TextMemory.self, forKey: .textMemory), start: try values.decode(Start.self, forKey: .start),
      audioBias: try values.decode(Bool.self, forKey: .audioBias),
      textPositions: try values.decodeIfPresent(Int.self, forKey: .textPositions) ?? 0,
      stepsLeft: try values.decodeIfPresent(Bool.self, forKey: .stepsLeft) ?? false,
      headHidden: try values.decode(Int.self, forKey: .headHidden), lanes: try values.decode([Int].self, forKey: .lanes))
  }
}
