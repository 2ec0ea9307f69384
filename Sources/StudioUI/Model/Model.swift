import Motion
import Raster
import Studio
import Synthesis

/// The parts of the screen the keyboard can be in.
public enum Pane: String, CaseIterable, Hashable, Sendable {
  case prompt, audio, tokens, viewport, timeline, takes, layers

  /// As headings say it.
  public var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// Whose keys hold here.
  public var context: KeyContext { KeyContext(rawValue: rawValue) ?? .stage }
}

/// A sampling that runs, as far as it has come.
public struct Run: Sendable {
  public var job: SampleJob
  /// Steps in all, when known beforehand.
  public var steps: Int?
  public var framesPerStep = 4
  public var events: [StepEvent] = []
  public var clip: Clip?
  /// When the first step came, in the model's time.
  public var started: Double?
  /// How many tries have begun.
  public private(set) var tries = 0

  /// Forgets what an earlier try drew: another one begins.
  mutating func beginTry() {
    tries += 1
    events = []
    started = nil
  }

  /// Tokens a second over the whole run so far.
  public func rate(at now: Double) -> Double {
    guard let started, events.count > 1, now > started else { return 0 }
    return Double(events.count) / (now - started)
  }
}

/// Where the camera stands and what it draws.
public struct ViewState: Hashable, Sendable {
  /// Degrees; see `Camera`.
  public var yaw: Float = 20
  public var pitch: Float = 4
  public var zoom: Float = 1
  public var mode: DrawStyle.Mode = .wire
  public var onion = false
  public var split = false

  public init() {}
}

/// A line for the user at the foot of the screen.
public struct Notice: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case good, warning, bad }
  public var kind: Kind
  public var text: String
  /// When it goes, in the model's time.
  public var until: Double
}

/// Decoded motion with the tokens it belongs to.
struct Decoded: Sendable {
  var tokens: TokenSequence?
  var clip: Clip
}

/// A blended take's motion by the amounts it had then.
struct Blended: Sendable {
  var take: Take
  var clip: Clip

  func fits(_ other: Take) -> Bool { take.blend == other.blend && take.blendAmounts == other.blendAmounts }
}

/// Everything the screen shows. Changed only by `update`.
public struct Model: Sendable {
  // Surroundings
  public var width: Int
  public var height: Int
  public var ascii: Bool
  public var keys: KeyTable
  public var theme: Theme
  public var themes: [Theme]
  public var sessionName: String
  public var isReadOnly: Bool
  public var canPlaySound = false
  /// Monotonic seconds.
  public var now: Double = 0

  // The document and what belongs to it
  public var history: History
  public var summary: ModelSummary?
  public var modelProblem: String?
  public var audio: AudioTrack?
  var decoded: [Take.ID: Decoded] = [:]
  var blended: [Take.ID: Blended] = [:]
  /// What the engine was asked to blend and has not answered yet.
  var askedBlend: [Take.ID: Take] = [:]
  var asked: [Take.ID: TokenSequence] = [:]
  /// Motion on screen: the current take with its layers and offsets.
  public internal(set) var motion: Clip?
  /// Motion of the compared take.
  public internal(set) var comparedMotion: Clip?
  var shown: Take?
  var shownCompared: Take?

  // Work that runs
  public internal(set) var runs: [Run] = []
  var nextJob: JobID = 1
  public internal(set) var exporting: String?
  /// Takes of the last "give me four", drawn side by side until dismissed.
  public internal(set) var four: [Take.ID] = []

  // Where the user is
  public var focus: Pane = .viewport
  /// The pane shown at the side of a small screen.
  public var side: Pane = .prompt
  public var zoomed = false
  public var view = ViewState()
  public var clock = PlaybackClock()
  public var field: Edit.PromptField = .action
  public var editor = TextEditor()
  public var lane = 0
  public var alternative = 0
  public var takeRow = 0
  public var layerRow = 0
  /// Frames across the timeline; nil shows the whole clip.
  public var timeSpan: Int?
  public var overlay: Overlay?
  public var notice: Notice?
  /// What was said so far, oldest first.
  public internal(set) var messages: [Notice] = []
  /// Texts of closed dialogs, so that nothing typed is lost.
  var drafts: [String: [String]] = [:]
  var selectionAnchor: Int?
  /// The user waits for the word that all is saved.
  var askedToSave = false
  /// Why the last save failed; nil once one succeeded.
  public internal(set) var saveProblem: String?
  /// The document as it was opened.
  private let opened: Document
  var dragFrom: (x: Int, y: Int, yaw: Float, pitch: Float)?
  /// The pane where the button went down: it has the mouse until the button is up.
  var dragPane: Pane?
  public internal(set) var wantsQuit = false

  public init(
    width: Int, height: Int, history: History = History(), sessionName: String = "untitled", isReadOnly: Bool = false,
    theme: Theme = .mono, themes: [Theme] = [], keys: KeyTable = .standard, ascii: Bool = false
  ) {
    self.width = width
    self.height = height
    self.history = history
    self.sessionName = sessionName
    self.isReadOnly = isReadOnly
    self.theme = theme
    self.themes = themes
    self.keys = keys
    self.ascii = ascii
    opened = history.document
    syncEditor()
  }

  /// Something was made that quitting would lose.
  var hasUnsavedWork: Bool {
    guard isReadOnly else { return false }
    let (old, new) = (opened, document)
    return old.prompt != new.prompt || old.takes != new.takes || old.constraints != new.constraints || old.markers != new.markers
      || old.settings != new.settings || old.seconds != new.seconds || old.audio?.path != new.audio?.path
  }

  /// What the bar calls a session: its file's name without the ending.
  public static func sessionName(of path: String) -> String {
    let file = String(path.split(separator: "/").last ?? Substring(path))
    return file.hasSuffix(".mm2s") ? String(file.dropLast(5)) : file
  }

  /// The document on screen.
  public var document: Document { history.document }

  /// The run whose motion is on screen.
  public var liveRun: Run? { runs.last }

  /// The clip the playhead runs over.
  public var clip: Clip? { liveRun?.clip ?? motion }

  /// The frame under the playhead.
  public var frame: Int { clock.frame(at: now) }

  /// Frames that one step of tokens stands for.
  public var framesPerStep: Int { max(1, liveRun?.framesPerStep ?? summary?.framesPerStep ?? 4) }

  /// The step under the playhead.
  public var step: Int { frame / framesPerStep }

  /// Lanes of the tokens on screen.
  public var laneNames: [String] { document.current?.tokens?.lanes ?? summary?.lanes.map(\.name) ?? [] }

  /// What the model weighed, for the run or the take on screen.
  public var trace: [StepEvent] { liveRun?.events ?? document.current?.trace ?? [] }

  /// Something moves: the screen wants frames.
  public var isAnimating: Bool { clock.isPlaying || !runs.isEmpty || exporting != nil }

  /// The boxes of the prompt that are on screen: unused scenario boxes stay away until the one before has text.
  public var fields: [Edit.PromptField] {
    var list: [Edit.PromptField] = [.action, .emotion, .expression, .pose, .scenario(0)]
    let texts = document.prompt[.scenario].texts
    for i in 1..<Prompt.scenarioLimit where (texts.count >= i && texts[i - 1] != "") || field == .scenario(i) { list.append(.scenario(i)) }
    return list
  }

  /// The text of a box.
  public func text(of field: Edit.PromptField) -> String {
    let texts = document.prompt[field.level].texts
    return texts.indices.contains(field.index) ? texts[field.index] : ""
  }

  /// Takes the text of the box the cursor is in from the document.
  mutating func syncEditor() { editor.replace(text(of: field)) }
}

/// Anything that happens.
public enum Message: Sendable {
  case key(Key)
  case paste(String)
  case mouse(Mouse)
  case resize(width: Int, height: Int)
  /// Time went on; monotonic seconds.
  case tick(Double)
  case engine(EngineMessage)
  /// A folder's entries; nil when it cannot be read.
  case folder(path: String, entries: [FolderEntry]?)
  case notice(Notice.Kind, String)
  /// What opening the session found worth telling.
  case opened(notes: [String], damaged: Bool)
}

/// Work for the runtime; `update` itself touches nothing outside the model.
public enum Effect: Sendable {
  case engine(EngineCommand)
  case copy(String)
  case listFolder(String)
  case suspend
  case redraw
  /// The theme was chosen; later sessions begin with it.
  case rememberTheme(String)
  case quit
}

/// One entry of a folder in the picker.
public struct FolderEntry: Hashable, Sendable {
  public var name: String
  public var isFolder: Bool
  public var bytes: Int

  public init(name: String, isFolder: Bool, bytes: Int) {
    self.name = name
    self.isFolder = isFolder
    self.bytes = bytes
  }
}
