import Motion
import Synthesis

/// One change of the document; the only way to change it.
public enum Edit: Sendable, Hashable {
  /// Exchanges the text of a level (scenario by index 0…2).
  case setText(PromptField, String)
  case setWeight(Prompt.Level, Double)
  case setMuted(Prompt.Level, Bool)
  case setSettings(SamplingSettings)
  case setSeconds(Double?)
  case setAudio(AudioReference?)
  case addTake(Take)
  case selectTake(Take.ID?)
  case compareTake(Take.ID?)
  case renameTake(Take.ID, String)
  case starTake(Take.ID, Bool)
  case duplicateTake(Take.ID)
  case deleteTake(Take.ID)
  case replaceToken(Take.ID, step: Int, lane: Int, token: Int)
  case setConstraints(TokenConstraints)
  case setLayers(Take.ID, LayerAmounts)
  case addOffset(Take.ID, channel: Int, frames: ClosedRange<Int>, amount: Float, ease: Int)
  case clearOffsets(Take.ID, channel: Int?)
  case addMarker(Marker)
  case renameMarker(Int, String)
  case removeMarker(Int)
  case select(ClosedRange<Int>?)
  case setLoop(ClosedRange<Int>?)
  /// Several edits as one step of undo.
  case group(String, [Edit])

  /// One of the seven text boxes.
  public enum PromptField: Sendable, Hashable {
    case action, emotion, expression, pose
    case scenario(Int)

    public var level: Prompt.Level {
      switch self {
      case .action: .action
      case .emotion: .emotion
      case .expression: .expression
      case .pose: .pose
      case .scenario: .scenario
      }
    }

    /// The box of the level: scenarios have three.
    public var index: Int {
      if case .scenario(let index) = self { return index }
      return 0
    }
  }

  /// What undo calls the edit.
  public var label: String {
    switch self {
    case .setText(let field, _): "write \(field.level.rawValue)"
    case .setWeight(let level, _): "weight of \(level.rawValue)"
    case .setMuted(let level, let muted): "\(muted ? "mute" : "unmute") \(level.rawValue)"
    case .setSettings: "sampling settings"
    case .setSeconds: "length"
    case .setAudio(let audio): audio == nil ? "remove sound" : "choose sound"
    case .addTake: "new take"
    case .selectTake: "show take"
    case .compareTake: "compare take"
    case .renameTake: "rename take"
    case .starTake(_, let starred): starred ? "star take" : "unstar take"
    case .duplicateTake: "duplicate take"
    case .deleteTake: "delete take"
    case .replaceToken: "replace token"
    case .setConstraints: "locks and pins"
    case .setLayers: "layer amounts"
    case .addOffset: "offset"
    case .clearOffsets: "clear offsets"
    case .addMarker: "add marker"
    case .renameMarker: "rename marker"
    case .removeMarker: "remove marker"
    case .select: "selection"
    case .setLoop: "loop"
    case .group(let label, _): label
    }
  }

  /// Edits with the same key that follow each other closely are one step of undo; nil never joins.
  var coalescingKey: String? {
    switch self {
    case .setText(let field, _): "text \(field)"
    case .setWeight(let level, _): "weight \(level.rawValue)"
    case .setSettings: "settings"
    case .setSeconds: "seconds"
    case .setLayers(let take, _): "layers \(take)"
    case .addOffset(let take, let channel, let frames, _, _): "offset \(take) \(channel) \(frames)"
    case .select: "select"
    case .selectTake: "show take"
    case .compareTake: "compare take"
    default: nil
    }
  }
}
