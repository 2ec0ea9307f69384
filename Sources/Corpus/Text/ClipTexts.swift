import Claims

/// The texts of a clip, with what they claim and which bank lines they were made of.
public struct ClipTexts: Codable, Sendable, Hashable {
  public var action = ""
  public var emotion = ""
  public var expression = ""
  public var pose = ""
  /// Three situations.
  public var scenarios: [String] = []
  /// Every claim of a level's text; scenarios claim nothing about the motion.
  public var claims: [TextLevel: [Claim]] = [:]
  /// The bank lines used, as written in the bank.
  public var wordings: [String] = []

  public init() {}

  /// The text of a level; the scenario level joins its three lines by line ends, as MMHead's file does.
  public subscript(level: TextLevel) -> String {
    switch level {
    case .action: action
    case .emotion: emotion
    case .expression: expression
    case .pose: pose
    case .scenario: scenarios.joined(separator: "\n")
    }
  }

  /// The texts, each passed through `rewrite`; what they claim is then no longer known.
  public func mapped(_ rewrite: (String) throws -> String) rethrows -> ClipTexts {
    var result = self
    result.action = try rewrite(action)
    result.emotion = try rewrite(emotion)
    result.expression = try rewrite(expression)
    result.pose = try rewrite(pose)
    result.scenarios = try scenarios.map(rewrite)
    result.claims = [:]
    return result
  }
}
