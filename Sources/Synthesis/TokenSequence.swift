/// Motion as tokens: one token a step on every lane.
///
/// Axis letters: S steps, L lanes. A lane is one codebook of one stream of the tokenizer (`mouth.1`, `mouth.2`, `upper`, `head`).
public struct TokenSequence: Sendable, Hashable, Codable {
  /// The names of the L lanes, in the order in which they are drawn.
  public let lanes: [String]
  /// S × L, step after step.
  public private(set) var values: [Int]

  public init(lanes: [String], values: [Int] = []) {
    precondition(!lanes.isEmpty && values.count % lanes.count == 0, "\(values.count) tokens do not fill steps of \(lanes.count) lanes")
    self.lanes = lanes
    self.values = values
  }

  public var stepCount: Int { values.count / lanes.count }

  public subscript(step: Int, lane: Int) -> Int {
    get { values[step * lanes.count + lane] }
    set { values[step * lanes.count + lane] = newValue }
  }

  /// The tokens of one step, L of them.
  public subscript(step step: Int) -> [Int] {
    get { Array(values[step * lanes.count..<(step + 1) * lanes.count]) }
    set {
      precondition(newValue.count == lanes.count, "a step has \(lanes.count) tokens, found \(newValue.count)")
      values.replaceSubrange(step * lanes.count..<(step + 1) * lanes.count, with: newValue)
    }
  }

  public mutating func append(_ step: [Int]) {
    precondition(step.count == lanes.count, "a step has \(lanes.count) tokens, found \(step.count)")
    values.append(contentsOf: step)
  }

  public func prefix(_ steps: Int) -> TokenSequence { self[0..<min(max(steps, 0), stepCount)] }

  public subscript(steps: Range<Int>) -> TokenSequence {
    TokenSequence(lanes: lanes, values: Array(values[steps.lowerBound * lanes.count..<steps.upperBound * lanes.count]))
  }

  public func laneIndex(_ name: String) -> Int? { lanes.firstIndex(of: name) }

  enum CodingKeys: String, CodingKey { case lanes, tokens }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let lanes = try container.decode([String].self, forKey: .lanes)
    let values = try container.decode([Int].self, forKey: .tokens)
    guard !lanes.isEmpty, values.count % lanes.count == 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .tokens, in: container, debugDescription: "\(values.count) tokens do not fill steps of \(lanes.count) lanes")
    }
    self.init(lanes: lanes, values: values)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lanes, forKey: .lanes)
    try container.encode(values, forKey: .tokens)
  }
}
