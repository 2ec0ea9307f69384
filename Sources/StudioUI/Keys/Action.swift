/// Everything a key can do. The raw value names it in key files.
public enum Action: String, CaseIterable, Hashable, Sendable {
  // Anywhere
  case help, messages, palette, quit, suspend, save, saveAs, undo, redo, nextPane, previousPane, zoomPane, redraw, cancel
  case focusPrompt, focusAudio, focusTokens, focusViewport, focusTimeline, focusTakes, focusLayers
  case theme, settings, export, importClip, copyCommand
  // Performing
  case sample, sampleFour, sampleSameSeed, resampleHere, resampleSelection, sayLine, pickAudio, removeAudio, trimAudio, embedAudio
  // Time
  case play, frameBack, frameForward, tenBack, tenForward, toStart, toEnd, extendBack, extendForward, clearSelection, loopSelection
  case addMarker, removeMarker, previousMarker, nextMarker, slower, faster, timeIn, timeOut
  // Prompt
  case newline, muteLevel, weightUp, weightDown, selectText, copyText, cutText
  // Viewport
  case orbitLeft, orbitRight, orbitUp, orbitDown, zoomIn, zoomOut, viewFront, viewThreeQuarter, viewSide, resetView, drawMode, onionSkin,
    split
  // Tokens
  case laneUp, laneDown, alternativeNext, alternativePrevious, takeAlternative, pinToken, banToken, lockSpan, lockLane, clearLocks
  // Takes and layers
  case listUp, listDown, choose, star, rename, duplicate, remove, compare, blend
  case amountUp, amountDown, amountReset, addOffset, clearOffsets
}

/// Where keys mean what they mean.
public enum KeyContext: String, CaseIterable, Hashable, Sendable {
  case anywhere, stage, prompt, audio, tokens, viewport, timeline, takes, layers

  /// As the help heads its keys.
  var title: String {
    switch self {
    case .anywhere: "Anywhere"
    case .stage: "Outside texts"
    default: "In \(rawValue.prefix(1).uppercased() + rawValue.dropFirst())"
    }
  }
}

/// One row of the key table.
public struct Binding: Hashable, Sendable {
  public var action: Action
  public var context: KeyContext
  public var keys: [Key]
  /// What it does, as help and palette say it.
  public var title: String
  /// A word for the hint bar; nil keeps it out of the bar.
  public var hint: String?
}
