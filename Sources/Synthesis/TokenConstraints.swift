/// What the sampler must keep, must use and must not use, each on a lane and a span of steps.
public struct TokenConstraints: Sendable, Hashable, Codable {
  /// Steps `from ..< to` of one lane, or of every lane.
  public struct Span: Sendable, Hashable, Codable {
    /// The lane's name; nil means every lane.
    public var lane: String?
    public var from: Int
    public var to: Int

    public init(lane: String? = nil, steps: Range<Int>) {
      self.lane = lane
      self.from = steps.lowerBound
      self.to = steps.upperBound
    }

    public func contains(step: Int, lane name: String) -> Bool { step >= from && step < to && (lane == nil || lane == name) }
  }

  /// One token on a span of one lane.
  public struct Rule: Sendable, Hashable, Codable {
    public var span: Span
    public var token: Int

    public init(_ token: Int, lane: String, steps: Range<Int>) {
      self.span = Span(lane: lane, steps: steps)
      self.token = token
    }
  }

  /// Keeps the tokens of the request's `base` there.
  public var locked: [Span]
  /// Forces this token there; wins over locks and bans.
  public var pinned: [Rule]
  /// Never draws this token there.
  public var banned: [Rule]

  public init(locked: [Span] = [], pinned: [Rule] = [], banned: [Rule] = []) {
    self.locked = locked
    self.pinned = pinned
    self.banned = banned
  }

  public var isEmpty: Bool { locked.isEmpty && pinned.isEmpty && banned.isEmpty }

  public func isLocked(step: Int, lane: String) -> Bool { locked.contains { $0.contains(step: step, lane: lane) } }

  /// The token pinned there; the rule added last wins.
  public func pinned(step: Int, lane: String) -> Int? { pinned.last { $0.span.contains(step: step, lane: lane) }?.token }

  public func banned(step: Int, lane: String) -> [Int] {
    banned.filter { $0.span.contains(step: step, lane: lane) }.map(\.token)
  }
}
