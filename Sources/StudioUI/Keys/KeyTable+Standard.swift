extension KeyTable {
  /// The keys as shipped; habits first, and a twin without modifiers for every key that some line eats.
  public static let standard = KeyTable(
    anywhere + prompt + stage + viewport + timeline + tokens + takes + audio + layers)

  private typealias Row = (Action, String, String, String?)

  private static func rows(_ context: KeyContext, _ list: [Row]) -> [Binding] {
    list.map { action, keys, title, hint in
      Binding(action: action, context: context, keys: keys.split(separator: " ").compactMap { Key(String($0)) }, title: title, hint: hint)
    }
  }

  private static let anywhere = rows(
    .anywhere,
    [
      (.palette, "C-p", "Command palette", "commands"), (.help, "f1 A-h", "Help: what the keys do here", nil),
      (.messages, "f3 A-l", "Messages: what the studio said, to read again", nil),
      (.nextPane, "tab", "Next pane", "pane"), (.previousPane, "backtab", "Previous pane", nil),
      (.zoomPane, "f2 A-z", "Pane to full screen and back", nil), (.play, "f5 A-p", "Play or pause", nil),
      (.sample, "A-enter f9", "Perform: sample a take", nil), (.sampleFour, "A-4", "Give me four: sample four seeds", nil),
      (.sampleSameSeed, "A-s", "Perform again with the same seed", nil), (.undo, "C-_ A-u", "Undo", nil), (.redo, "C-r C-y", "Redo", nil),
      (.save, "C-s", "Save now", nil), (.saveAs, "", "Save as: go on in another file", nil), (.quit, "C-q", "Quit", nil),
      (.suspend, "C-z", "Suspend to the shell", nil),
      (.redraw, "C-l", "Draw the screen anew", nil), (.cancel, "C-c", "Stop the work that runs", nil),
      (.focusPrompt, "A-1", "Go to Prompt", nil), (.focusAudio, "A-2", "Go to Audio", nil), (.focusTokens, "A-3", "Go to Tokens", nil),
      (.focusViewport, "A-5", "Go to the head", nil), (.focusTimeline, "A-6", "Go to Timeline", nil),
      (.focusTakes, "A-7", "Go to Takes", nil), (.focusLayers, "A-8", "Go to Layers", nil), (.theme, "", "Choose a theme", nil),
      (.settings, "f4", "Sampling: temperature, top-k, top-p, guidance, tries, seed, length", nil), (.export, "f6", "Export the take", nil),
      (.importClip, "", "Import a clip as a take", nil), (.copyCommand, "", "Copy the command that makes this take", nil),
      (.sayLine, "f7", "Scratch voice: type a line and hear it", nil), (.pickAudio, "f8 C-o", "Choose a sound file", nil),
      (.removeAudio, "", "Remove the sound", nil), (.trimAudio, "", "Trim and offset the sound", nil),
    ])

  private static let prompt = rows(
    .prompt,
    [
      (.sample, "enter", "Perform: sample a take", "perform"), (.newline, "A-n C-j", "New line", nil),
      (.muteLevel, "A-m", "Mute or unmute this level", "mute"), (.weightUp, "A-up A-.", "More weight", "weight"),
      (.weightDown, "A-down A-,", "Less weight", nil), (.selectText, "A-a", "Select the text (or Shift with the arrows, or drag)", nil),
      (.copyText, "A-c", "Copy the selected text", nil), (.cutText, "A-x", "Cut the selected text", nil),
      (.focusViewport, "esc", "Leave the text", "done"),
    ])

  private static let stage = rows(
    .stage,
    [
      (.play, "space", "Play or pause", "play"), (.frameBack, "left ,", "One frame back", "frame"),
      (.frameForward, "right .", "One frame on", nil), (.tenBack, "up [", "Ten frames back", nil),
      (.tenForward, "down ]", "Ten frames on", nil),
      (.toStart, "home 0", "To the beginning", nil), (.toEnd, "end $", "To the end", nil),
      (.sample, "enter g", "Perform: sample a take", "perform"),
      (.sampleFour, "G", "Give me four: sample four seeds", "four"), (.undo, "u", "Undo", "undo"), (.redo, "U", "Redo", nil),
      (.help, "?", "Help: what the keys do here", "help"), (.palette, ":", "Command palette", nil), (.quit, "q", "Quit", "quit"),
      (.focusPrompt, "e", "Write the prompt", "write"), (.zoomPane, "z", "Pane to full screen and back", nil),
      (.star, "*", "Star the take", nil), (.settings, "S", "Sampling settings", nil), (.export, "x", "Export the take", "export"),
      (.sayLine, "y", "Scratch voice", nil), (.pickAudio, "a", "Choose a sound file", "sound"),
      (.extendBack, "S-left <", "Select one frame back", nil), (.extendForward, "S-right >", "Select one frame on", nil),
      (.clearSelection, "esc", "Clear the selection, stop what runs", nil), (.loopSelection, "L", "Loop the selection", nil),
      (.addMarker, "m", "Add a marker", nil), (.removeMarker, "M", "Remove the marker here", nil),
      (.previousMarker, "{", "Previous marker", nil), (.nextMarker, "}", "Next marker", nil), (.slower, "(", "Slower", nil),
      (.faster, ")", "Faster", nil), (.resampleHere, "r", "Resample from here", nil),
      (.resampleSelection, "R", "Resample the selection only", nil),
      (.drawMode, "w", "Wire, dense or shaded", nil), (.onionSkin, "o", "Onion skin", nil),
      (.split, "v", "Two heads: this take and the compared", nil), (.viewFront, "1", "From the front", nil),
      (.viewThreeQuarter, "2", "Three-quarter view", nil), (.viewSide, "3", "From the side", nil), (.zoomIn, "+ =", "Nearer", nil),
      (.zoomOut, "-", "Farther", nil), (.orbitLeft, "h", "Turn left", nil), (.orbitRight, "l", "Turn right", nil),
      (.orbitUp, "k", "Look from higher", nil), (.orbitDown, "j", "Look from lower", nil),
    ])

  private static let viewport = rows(
    .viewport,
    [
      (.drawMode, "w", "Wire, dense or shaded", "look"), (.orbitLeft, "h", "Turn left", "turn"), (.zoomIn, "+ =", "Nearer", "zoom"),
      (.onionSkin, "o", "Onion skin", nil), (.split, "v", "Two heads", nil), (.resetView, "f", "Frame the whole head", nil),
    ])

  private static let timeline = rows(
    .timeline,
    [
      (.extendForward, "S-right >", "Select one frame on", "select"), (.loopSelection, "L", "Loop the selection", "loop"),
      (.addMarker, "m", "Add a marker", "mark"), (.timeIn, "+ =", "See less time, larger", "zoom"), (.timeOut, "-", "See more time", nil),
    ])

  private static let tokens = rows(
    .tokens,
    [
      (.laneUp, "up k", "Lane above", nil), (.laneDown, "down j", "Lane below", "lane"),
      (.alternativeNext, "n", "Next alternative", "other"),
      (.alternativePrevious, "N", "Previous alternative", nil),
      (.takeAlternative, "enter t", "Take the alternative and redo the rest", "take"),
      (.pinToken, "p", "Pin the token", "pin"), (.banToken, "b", "Ban the token", "ban"),
      (.lockSpan, "s", "Lock the selection, or this step", "lock"),
      (.lockLane, "c", "Lock this lane", nil), (.clearLocks, "C", "Clear all locks, pins and bans", nil),
      (.resampleHere, "r", "Resample from here", "redo rest"),
    ])

  private static let takes = rows(
    .takes,
    [
      (.listUp, "up k", "Take above", nil), (.listDown, "down j", "Take below", "choose"), (.choose, "enter", "Show the take", "show"),
      (.star, "s *", "Star the take", "star"), (.rename, "n", "Rename", "name"), (.duplicate, "d", "Duplicate", "copy"),
      (.remove, "x delete", "Delete (undo brings it back)", "delete"), (.compare, "c", "Compare with the take on screen", "compare"),
      (.blend, "b", "Blend: the speech of the take on screen, the face of this one", nil), (.export, "X", "Export the take", nil),
    ])

  private static let audio = rows(
    .audio,
    [
      (.choose, "enter", "Choose a sound file", "choose"), (.trimAudio, "t", "Trim and offset", "trim"),
      (.sayLine, "y", "Scratch voice", "speak"), (.removeAudio, "x delete", "Remove the sound", "remove"),
      (.embedAudio, "E", "Keep a copy of the sound in the session file, or stop", nil),
    ])

  private static let layers = rows(
    .layers,
    [
      (.listUp, "up k", "Row above", nil), (.listDown, "down j", "Row below", "row"), (.amountUp, "right +", "More", "amount"),
      (.amountDown, "left -", "Less", nil), (.amountReset, "0", "As decoded", "reset"),
      (.addOffset, "o", "Offset over the selection, on top of the tokens", "offset"),
      (.clearOffsets, "x", "Clear offsets", "clear"),
    ])
}
