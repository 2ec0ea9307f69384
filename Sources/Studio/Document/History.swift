import Synthesis

/// Undo and redo by whole documents, with labels; typing in one box joins into one step.
public struct History: Sendable {
  /// A state to go back (or forward) to and the name of the step between.
  public struct Entry: Sendable, Hashable {
    public var label: String
    public var document: Document
  }

  /// Steps kept at most, and the size in bytes they may have in the session file.
  public static let mostEntries = 1000
  public static let byteCap = 8 << 20
  /// Edits of one kind less than this many seconds apart join.
  public static let coalescingSeconds = 1.0

  public private(set) var document: Document
  public internal(set) var undo: [Entry] = []
  public internal(set) var redo: [Entry] = []
  private var lastKey: String?
  private var lastTime = -Double.infinity

  public init(document: Document = Document(), undo: [Entry] = [], redo: [Entry] = []) {
    self.document = document
    self.undo = undo
    self.redo = redo
  }

  public var undoLabel: String? { undo.last?.label }
  public var redoLabel: String? { redo.last?.label }

  /// What an edit did to the history.
  public enum Change: Sendable, Hashable {
    /// Nothing changed; no step was recorded.
    case none
    /// A new step.
    case step
    /// The edit joined the step before it.
    case joined
  }

  /// Applies an edit at a monotonic time.
  ///
  /// - Throws: `StudioError.refused`; the document is then as it was.
  @discardableResult
  public mutating func apply(_ edit: Edit, at now: Double) throws(StudioError) -> Change {
    var changed = document
    try changed.apply(edit)
    guard changed != document else { return .none }
    let joined = record(label: edit.label, key: edit.coalescingKey, at: now)
    document = changed
    return joined ? .joined : .step
  }

  private mutating func record(label: String, key: String?, at now: Double) -> Bool {
    let joins = key != nil && key == lastKey && now - lastTime < Self.coalescingSeconds && redo.isEmpty && !undo.isEmpty
    if !joins { undo.append(Entry(label: label, document: document)) }
    redo = []
    lastKey = key
    lastTime = now
    trim()
    return joins
  }

  /// The next edit begins a step of its own, whatever it is.
  public mutating func endCoalescing() { lastKey = nil }

  /// - Returns: the label of what was undone, nil when there is nothing.
  @discardableResult
  public mutating func undoStep() -> String? {
    guard let entry = undo.popLast() else { return nil }
    redo.append(Entry(label: entry.label, document: document))
    document = entry.document
    lastKey = nil
    return entry.label
  }

  @discardableResult
  public mutating func redoStep() -> String? {
    guard let entry = redo.popLast() else { return nil }
    undo.append(Entry(label: entry.label, document: document))
    document = entry.document
    lastKey = nil
    return entry.label
  }

  private mutating func trim() {
    if undo.count > Self.mostEntries { undo.removeFirst(undo.count - Self.mostEntries) }
    // Sizes are summed from the newest; what lies beyond the cap is forgotten.
    var bytes = 0
    var keep = undo.count
    for entry in undo.reversed() {
      bytes += entry.document.approximateBytes
      if bytes > Self.byteCap { break }
      keep -= 1
    }
    if keep > 0 { undo.removeFirst(keep) }
  }
}

extension Document {
  /// The size of one step in the session file; token rows, traces and offset pages are stored once and do not count.
  var approximateBytes: Int {
    let texts = Prompt.Level.allCases.reduce(0) { $0 + prompt[$1].texts.reduce(0) { $0 + $1.utf8.count } }
    return 600 + texts + takes.count * 260 + markers.count * 60 + (audio?.path.utf8.count ?? 0)
  }
}
