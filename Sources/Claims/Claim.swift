/// Something that a sentence says about the motion, as a value that can be measured.
///
/// JSON spells it plainly: `{"relation":"occurs","what":{"kind":"unit","name":"smile","side":"left"}}`.
public struct Claim: Codable, Sendable, Hashable {
  public enum Relation: String, Codable, Sendable, Hashable, CaseIterable {
    /// `what` happens, with the side, intensity, count and pace it names.
    case occurs
    /// `what` does not happen anywhere in the clip.
    case absent
    /// `what` comes before `other`.
    case before
    /// `what` and `other` happen at the same time.
    case together
  }

  /// A thing of the score's vocabulary with what the words tell of it; nil is not told.
  public struct What: Codable, Sendable, Hashable {
    public var kind: EventKind
    public var name: String
    public var side: Side?
    public var intensity: Intensity?
    /// Exactly so often.
    public var count: Int?
    /// The angle told, degrees.
    public var degrees: Double?
    /// When the words allow it, where in the clip to look, seconds.
    public var from: Double?
    public var until: Double?

    public init(
      _ kind: EventKind, _ name: String, side: Side? = nil, intensity: Intensity? = nil, count: Int? = nil, degrees: Double? = nil,
      from: Double? = nil, until: Double? = nil
    ) {
      self.kind = kind
      self.name = name
      self.side = side
      self.intensity = intensity
      self.count = count
      self.degrees = degrees
      self.from = from
      self.until = until
    }
  }

  public var relation: Relation
  public var what: What
  public var other: What?

  public init(_ relation: Relation, _ what: What, _ other: What? = nil) {
    self.relation = relation
    self.what = what
    self.other = other
  }
}

/// The five levels of text of MMHead, in the order in which the full prompt joins them.
public enum TextLevel: String, Codable, Sendable, Hashable, CaseIterable, CodingKey {
  case action, emotion, expression, pose, scenario
  /// The folder of the level inside `text_annotations`.
  public var folder: String {
    switch self {
    case .action: "action"
    case .emotion: "emotion"
    case .expression: "detail_expression"
    case .pose: "detail_head_pose"
    case .scenario: "emotion_scenario"
    }
  }
}
