import Containers
import Foundation

/// A session on disk: opened with salvage and migration, journalled at every edit, written whole and atomically.
///
/// The actor mirrors the history as JSON, so that a save writes what is ready and nothing is encoded twice.
/// File format: one JSON object `{"format","schema","sequence","document","undo","redo",pools…}`; see README, "Sessions".
public actor SessionFile {
  public static let schema = 1
  public static let format = "mm2face-session"

  /// One change as the journal records it.
  public enum Operation: Sendable {
    case change(label: String, joined: Bool, document: Document)
    case undo
    case redo
  }

  /// What opening found.
  public struct Opened: Sendable {
    public var history: History
    /// Things worth telling: edits brought back from the journal, parts lost to damage, a folder that cannot be written.
    public var notes: [String]
    public var isNew: Bool
    public var isReadOnly: Bool
    /// Parts of the session could not be read.
    public var isDamaged = false
  }

  public nonisolated let path: String
  private var lock: SessionLock?
  private var journal: SessionJournal?
  private var coding = DocumentCoding()
  private var sequence = 0
  private var current: JSONValue = .null
  private var undo: [(label: String, document: JSONValue)] = []
  private var redo: [(label: String, document: JSONValue)] = []
  /// The last change that stands in the session file.
  private var saved = 0
  private var saving: Task<Result<String?, StudioError>, Never>?
  /// Whether the journal lacks a change that could not be written; the next one it takes says everything.
  private var journalIsBehind = false
  private var stamp: FileStamp?
  private var isDamaged = false
  private let readOnly: Bool

  public init(path: String, readOnly: Bool = false) {
    self.path = path
    self.readOnly = readOnly
  }

  /// Reads the session, or begins a new one where there is no file.
  ///
  /// - Throws: `StudioError` when it is not a session, is newer than this studio, or another studio holds it.
  public func open() throws(StudioError) -> Opened {
    var notes: [String] = []
    if !readOnly {
      lock = try SessionLock.take(for: path)
      if lock == nil { notes.append("\(path): the folder cannot be written; nothing will be saved there") }
    }
    guard FileManager.default.fileExists(atPath: path) || FileManager.default.fileExists(atPath: SessionJournal.path(for: path)) else {
      current = coding.encode(Document())
      journal = lock == nil ? nil : SessionJournal(session: path)
      return Opened(history: History(), notes: notes, isNew: true, isReadOnly: lock == nil)
    }
    try load(&notes)
    replayJournal(&notes)
    _ = coding.pools.takeFresh()
    stamp = FileStamp(path: path)
    let history = decodeHistory(&notes)
    journal = lock == nil ? nil : SessionJournal(session: path)
    return Opened(history: history, notes: notes, isNew: false, isReadOnly: lock == nil, isDamaged: isDamaged)
  }

  private func load(_ notes: inout [String]) throws(StudioError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      if FileManager.default.fileExists(atPath: path) { throw .unreadable(path: path, reason: "permission denied or not a file") }
      current = coding.encode(Document())
      let first = SessionJournal.read(session: path).entries.first?["sequence"]?.int
      notes.append(
        first == 1
          ? "\(path): the studio ended before it was first saved; its edits come from the journal"
          : "\(path): the session file is gone; its journal was used")
      return
    }
    var (json, damage) = JSONValue.salvage(Array(data))
    guard json["format"]?.text == Self.format else {
      throw .notASession(path: path, found: data.isEmpty ? "an empty file" : Self.describe(json))
    }
    if let schema = json["schema"], schema.int == nil { throw .notASession(path: path, found: "a schema that is no whole number") }
    let found = json["schema"]?.int ?? 0
    guard found <= Self.schema else { throw .newerSchema(path: path, found: found, known: Self.schema) }
    json = SessionMigration.migrate(json, from: found)
    if let damage {
      notes.append("\(path): damaged at byte \(damage.offset) (expected \(damage.expected)); what stands before it was opened")
      keepDamagedCopy(&notes)
    }
    sequence = json["sequence"]?.int ?? 0
    saved = sequence
    coding.pools.absorb(json)
    current = json["document"] ?? .object([])
    if damage == nil, current.members?.isEmpty ?? true { coding.lose("the document") }
    undo = Self.entries(json["undo"])
    redo = Self.entries(json["redo"])
  }

  private static func describe(_ json: JSONValue) -> String {
    switch json {
    case .null: "a file that is not JSON"
    case .object: json["format"]?.text.map { "format \"\($0)\"" } ?? "JSON of another kind"
    default: "JSON of another kind"
    }
  }

  private static func entries(_ value: JSONValue?) -> [(label: String, document: JSONValue)] {
    (value?.elements ?? []).compactMap { entry in entry["document"].map { (entry["label"]?.text ?? "edit", $0) } }
  }

  /// A damaged file is never overwritten before its bytes stand beside it.
  private func keepDamagedCopy(_ notes: inout [String]) {
    isDamaged = true
    guard lock != nil, FileManager.default.fileExists(atPath: path) else { return }
    do { notes.append("the damaged file is kept as \(try keepCopy(".damaged"))") } catch {
      lock = nil
      notes.append("\(error); nothing will be saved there")
    }
  }

  private func replayJournal(_ notes: inout [String]) {
    let (entries, damaged) = SessionJournal.read(session: path)
    var replayed = 0
    for entry in entries {
      guard let number = entry["sequence"]?.int, number > sequence else { continue }
      sequence = number
      coding.pools.absorb(entry["pools"])
      replay(entry)
      replayed += 1
    }
    if replayed > 0 { notes.append("\(replayed) edit\(replayed == 1 ? "" : "s") brought back from the journal") }
    if damaged > 0 { notes.append("\(damaged) damaged journal line\(damaged == 1 ? "" : "s") left out") }
  }

  private func replay(_ entry: JSONValue) {
    if let document = entry["document"], entry["undo"] != nil {
      (current, undo, redo) = (document, Self.entries(entry["undo"]), Self.entries(entry["redo"]))
      return
    }
    switch entry["op"]?.text {
    case "undo": step(from: &undo, to: &redo)
    case "redo": step(from: &redo, to: &undo)
    default:
      guard let document = entry["document"] else { return }
      push(document, label: entry["label"]?.text ?? "edit", joined: entry["joined"]?.boolean ?? false)
    }
  }

  private func decodeHistory(_ notes: inout [String]) -> History {
    let document = coding.decode(current)
    if !coding.losses.isEmpty {
      notes.append("not readable and left out: " + coding.losses.joined(separator: ", "))
      if !isDamaged { keepDamagedCopy(&notes) }
    }
    func decoded(_ entries: [(label: String, document: JSONValue)]) -> [History.Entry] {
      entries.map { History.Entry(label: $0.label, document: coding.decode($0.document)) }
    }
    return History(document: document, undo: decoded(undo), redo: decoded(redo))
  }

  // MARK: Changes

  /// Records a change in the journal: a killed process keeps it once this returns, a machine that loses its power once `sync` has.
  ///
  /// - Parameter undoCount: how many undo steps the history keeps, so that the mirror forgets the same ones.
  public func record(_ operation: Operation, undoCount: Int) throws(StudioError) {
    sequence += 1
    var members: [JSONValue.Member] = [.init("sequence", .integer(sequence))]
    switch operation {
    case .change(let label, let joined, let document):
      let encoded = coding.encode(document)
      push(encoded, label: label, joined: joined)
      members += [.init("op", .string("change")), .init("label", .string(label)), .init("joined", .bool(joined))]
    case .undo:
      step(from: &undo, to: &redo)
      members.append(.init("op", .string("undo")))
    case .redo:
      step(from: &redo, to: &undo)
      members.append(.init("op", .string("redo")))
    }
    if undo.count > undoCount { undo.removeFirst(undo.count - undoCount) }
    let fresh = coding.pools.takeFresh()
    if journalIsBehind {
      members += [.init("pools", .object(coding.pools.encoded())), .init("document", current)]
      members += [.init("undo", Self.encoded(undo)), .init("redo", Self.encoded(redo))]
    } else if case .change = operation {
      if let fresh { members.append(.init("pools", fresh)) }
      members.append(.init("document", current))
    }
    do { try journal?.append(.object(members)) } catch {
      journalIsBehind = true
      throw error
    }
    journalIsBehind = false
  }

  private func push(_ document: JSONValue, label: String, joined: Bool) {
    if !joined { undo.append((label, current)) }
    redo = []
    current = document
  }

  private func step(
    from source: inout [(label: String, document: JSONValue)], to target: inout [(label: String, document: JSONValue)]
  ) {
    guard let entry = source.popLast() else { return }
    target.append((entry.label, current))
    current = entry.document
  }

  /// Waits until every change recorded before the call is on the disk; more can be recorded meanwhile.
  public func sync() async throws(StudioError) { try await journal?.sync() }

  public var hasUnsavedChanges: Bool { sequence > saved }

  /// Nothing is written: the folder cannot be written, or it was opened so.
  public var isReadOnly: Bool { lock == nil }

  /// Writes the whole session and empties the journal; more can be recorded meanwhile, and stays in the journal.
  ///
  /// - Returns: a note when the file had been removed or changed by someone else; their version is kept beside it.
  @discardableResult
  public func save() async throws(StudioError) -> String? {
    let earlier = saving
    let task = Task {
      _ = await earlier?.value
      return await write()
    }
    saving = task
    return try await task.value.get()
  }

  private func write() async -> Result<String?, StudioError> {
    guard lock != nil else {
      return .failure(.unwritable(path: path, reason: "the folder cannot be written, or the session was opened read-only"))
    }
    if let stamp, !hasUnsavedChanges, stamp == FileStamp(path: path) { return .success(nil) }
    let note: String?
    do { note = try keepForeignVersion() } catch { return .failure(error) }
    let reached = sequence
    var members: [JSONValue.Member] = [
      .init("format", .string(Self.format)), .init("schema", .integer(Self.schema)), .init("sequence", .integer(reached)),
      .init("document", current), .init("undo", Self.encoded(undo)), .init("redo", Self.encoded(redo)),
    ]
    members.insert(contentsOf: coding.pools.encoded(), at: 4)
    let (session, path) = (JSONValue.object(members), path)
    let failure: String? = await waitingForDisk {
      do {
        try AtomicFile.write(session.encoded(pretty: 4) + "\n", to: path)
        return nil
      } catch ContainerError.unwritable(_, let reason) {
        return reason
      } catch {
        return "\(error)"
      }
    }
    if let failure { return .failure(.unwritable(path: path, reason: failure)) }
    stamp = FileStamp(path: path)
    saved = reached
    // Changes made while the disk worked are only there; opening leaves out those that the file has.
    if sequence == saved {
      journal?.clear()
      journalIsBehind = false
    }
    return .success(note)
  }

  /// Saves what is unsaved and lets go of the lock.
  ///
  /// - Throws: `StudioError.leftUnsaved`; the journal stays.
  public func close() async throws(StudioError) {
    await settle()
    if hasUnsavedChanges, !isReadOnly {
      do { try await save() } catch {
        guard case .unwritable(_, let reason) = error else { throw error }
        throw .leftUnsaved(path: path, reason: reason)
      }
      await settle()
    }
    letGo()
  }

  private func letGo() {
    journal?.close()
    journal = nil
    if !hasUnsavedChanges, !isReadOnly { unlink(SessionJournal.path(for: path)) }
    lock = nil
  }

  /// Writes the whole session, undo steps included, to a file of another name.
  ///
  /// This one is saved too where it can be, and let go of; where it cannot, its journal stays.
  /// - Returns: the session in the new file, to be used from now on.
  /// - Throws: `StudioError.nameTaken`, `.locked`, `.unwritable`; this session then goes on as it was.
  public func saved(as newPath: String) async throws(StudioError) -> SessionFile {
    let other = SessionFile(path: newPath)
    try await other.begin(coding: coding, sequence: sequence, current: current, undo: undo, redo: redo)
    do { try await close() } catch { letGo() }
    return other
  }

  private func begin(
    coding: sending DocumentCoding, sequence: Int, current: JSONValue, undo: [(label: String, document: JSONValue)],
    redo: [(label: String, document: JSONValue)]
  ) async throws(StudioError) {
    for taken in [path, SessionJournal.path(for: path)] where FileManager.default.fileExists(atPath: taken) {
      throw .nameTaken(path: taken)
    }
    lock = try SessionLock.take(for: path)
    guard let journal = lock.flatMap({ _ in SessionJournal(session: path) }) else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    self.journal = journal
    (self.coding, self.sequence, self.current, self.undo, self.redo) = (coding, sequence, current, undo, redo)
    do { try await save() } catch {
      saved = sequence
      letGo()
      throw error
    }
  }

  private static func encoded(_ entries: [(label: String, document: JSONValue)]) -> JSONValue {
    .array(entries.map { .object([.init("label", .string($0.label)), .init("document", $0.document)]) })
  }

  /// Waits until no save is under way; another may be asked for meanwhile.
  private func settle() async {
    while let task = saving {
      _ = await task.value
      if saving == task { saving = nil }
    }
  }

  private func keepForeignVersion() throws(StudioError) -> String? {
    guard let now = FileStamp(path: path) else { return stamp == nil ? nil : "\(path): the file had been removed; it was written again" }
    guard now != stamp else { return nil }
    let copy = try keepCopy(".other")
    return "\(path): someone else had changed the file; their version is kept as \(copy)"
  }

  /// Copies the file beside itself and returns the copy's path; an earlier copy is replaced by a whole one only.
  private func keepCopy(_ suffix: String) throws(StudioError) -> String {
    let copy = path + suffix, part = copy + ".part"
    do {
      try? FileManager.default.removeItem(atPath: part)
      try FileManager.default.copyItem(atPath: path, toPath: part)
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw .unwritable(path: copy, reason: "what stands in \(path) could not be copied: \(error.localizedDescription)")
    }
    guard rename(part, copy) == 0 else { throw .unwritable(path: copy, reason: String(cString: strerror(errno))) }
    return copy
  }
}

/// Tells whether a file is still the one that was written last.
struct FileStamp: Equatable {
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int
  private let nanoseconds: Int

  init?(path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    inode = UInt64(info.st_ino)
    size = Int64(info.st_size)
    seconds = info.st_mtim.tv_sec
    nanoseconds = info.st_mtim.tv_nsec
  }
}

/// Brings sessions of older schemas to the present one, a step a version.
enum SessionMigration {
  /// What turns schema n into n + 1, by n. Schema 1 is the first one, so there is nothing to bring forward yet.
  static let steps: [Int: @Sendable (JSONValue) -> JSONValue] = [:]

  static func migrate(
    _ json: JSONValue, from schema: Int, to target: Int = SessionFile.schema, steps: [Int: @Sendable (JSONValue) -> JSONValue] = steps
  ) -> JSONValue {
    (schema..<max(schema, target)).reduce(json) { json, version in steps[version].map { $0(json) } ?? json }
  }
}
