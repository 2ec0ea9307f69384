import Claims
import Corpus
import Foundation
import Motion

/// The two benchmarks.
public enum EvaluationTask: String, Sendable, Hashable, CaseIterable, Codable {
  /// Benchmark I: text-induced talking heads, with speech.
  case talking
  /// Benchmark II: motion from text alone.
  case text

  var subset: MMHeadDataset.Subset { self == .talking ? .talking : .text }
}

/// A split of a data set in MMHead's layout, read with every clip that cannot be used named and counted.
public struct EvaluationDataset: Sendable {
  public let folder: String
  public let task: EvaluationTask
  public let split: String
  public private(set) var items: [EvaluationItem] = []
  /// Clips of the list that are left out.
  public private(set) var faults: [DatasetFault] = []
  /// What is wrong with the set as a whole: figures that then mean little, or cannot be had.
  public private(set) var complaints: [String] = []

  /// Frames a clip may have in the benchmark; longer ones are cut (8 seconds).
  public static let longest = 200

  public init(items: [EvaluationItem], task: EvaluationTask, split: String = "test", folder: String = "memory") {
    self.items = items
    self.task = task
    self.split = split
    self.folder = folder
  }

  /// Reads a split. Errors: a list that is missing, no JSON, or without the split. Everything that is wrong with one clip is a fault.
  public init(folder: String, task: EvaluationTask, split: String = "test", basis: Clip.Basis = .flame2020, limit: Int? = nil) throws {
    self.folder = folder
    self.task = task
    self.split = split
    let (data, names) = try Self.open(folder, task: task, split: split)
    var seen: Set<String> = []
    for name in names.prefix(limit ?? names.count) {
      do {
        guard seen.insert(name).inserted else { throw DatasetFault(file: task.subset.fileName, reason: "\(name) is listed twice") }
        items.append(try item(name, data, basis: basis))
      } catch let fault as DatasetFault {
        faults.append(fault)
      }
    }
    complaints = Self.complaints(items, subset: task.subset)
  }

  /// What a set as a whole lacks.
  static func complaints(_ items: [EvaluationItem], subset: MMHeadDataset.Subset) -> [String] {
    var found: [String] = []
    let batch = RetrievalScore.batch
    if items.count < batch {
      found.append("\(subset.fileName): \(items.count) usable clips do not fill a batch of \(batch); retrieval, FID and LVE cannot be had")
    }
    guard items.count > 1 else { return found }
    if Set(items.map(\.fullText)).count < 2 {
      found.append("\(subset.fileName): every clip has the same text: retrieval cannot tell them apart")
    }
    if Set(items.map(\.clip.values)).count < 2 {
      found.append("\(subset.fileName): every clip has the same motion: FID and diversity mean nothing")
    }
    let classes = Set(items.compactMap { $0.score.map { $0.emotion?.name ?? .neutral } })
    let events = Set(items.compactMap { $0.score }.flatMap { $0.events.map(\.name) })
    if items.allSatisfy({ $0.score != nil }), classes.count == 1, events.count < 2 {
      found.append("\(subset.fileName): one class only: every clip shows the same emotion and at most one kind of event")
    }
    return found
  }

  /// The data set and the names of a split; a list without splits is all of it.
  private static func open(_ folder: String, task: EvaluationTask, split: String) throws -> (MMHeadDataset, [String]) {
    let path = "\(folder)/\(task.subset.fileName)"
    let data: MMHeadDataset
    do {
      data = try MMHeadDataset(folder: URL(fileURLWithPath: folder))
    } catch {
      throw EvaluationError.dataset(path: path, reason: "expected MMHead's list of clips as JSON (\(error))")
    }
    guard let lists = data.lists[task.subset] else {
      throw EvaluationError.dataset(path: path, reason: "the list is not there; expected MMHead's list of clips as JSON")
    }
    if data.unsplit.contains(task.subset) { return (data, lists[.train] ?? []) }
    guard let wanted = Split(rawValue: split), let names = lists[wanted] else {
      let known = lists.keys.map(\.rawValue).sorted().joined(separator: ", ")
      throw EvaluationError.dataset(path: path, reason: "it has no split \"\(split)\"; found \(known.isEmpty ? "nothing" : known)")
    }
    return (data, names)
  }

  private func item(_ name: String, _ data: MMHeadDataset, basis: Clip.Basis) throws -> EvaluationItem {
    guard let motion = data.motionFile(name)?.path else {
      throw DatasetFault(file: "facial_motion/\(name)", reason: "there is no motion (.npz or .pkl)")
    }
    var clip: Clip
    do {
      var options = ClipFile.Options()
      options.assumedBasis = basis
      clip = try ClipFile.read(motion, options: options)
    } catch {
      throw DatasetFault(file: motion, reason: "\(error)")
    }
    guard clip.frameCount > 0 else { throw DatasetFault(file: motion, reason: "the motion has no frames") }
    guard clip.values.allSatisfy({ $0.isFinite }) else {
      throw DatasetFault(file: motion, reason: "the motion holds numbers that are not finite")
    }
    if clip.frameCount > Self.longest { clip.values.removeLast((clip.frameCount - Self.longest) * Clip.channels) }
    var texts: [TextLevel: String] = [:]
    for level in TextLevel.allCases {
      guard let text = data.text(name, level) else { continue }
      let first = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty }
      if let first { texts[level] = first }
    }
    guard !texts.isEmpty else { throw DatasetFault(file: "text_annotations/*/\(name).txt", reason: "the motion has no text") }
    var item = EvaluationItem(name: name, texts: texts, clip: clip)
    if task == .talking { item.audioPath = try audio(name, data, clip) }
    do {
      if let provenance = try data.provenance(name) {
        item.phones = provenance.phones
        item.score = provenance.score
        item.claims = provenance.claims
      }
    } catch {
      throw DatasetFault(file: "provenance/\(name).json", reason: "it is not a provenance record (\(error))")
    }
    return item
  }

  /// The clip's speech, whose length must be the motion's to within a quarter of a second when the motion was not cut.
  private func audio(_ name: String, _ data: MMHeadDataset, _ clip: Clip) throws -> String {
    guard let path = data.audioFile(name)?.path else {
      throw DatasetFault(file: "audio/\(name).wav", reason: "there is no such wav file")
    }
    let seconds: Double
    do {
      seconds = try soundSeconds(path)
    } catch {
      throw DatasetFault(file: path, reason: "\(error)")
    }
    let motion = clip.seconds
    let fits = clip.frameCount == Self.longest ? seconds > motion - 0.25 : abs(seconds - motion) <= 0.25
    guard fits else { throw DatasetFault(file: path, reason: "\(seconds) s of sound for \(motion) s of motion") }
    return path
  }
}

extension DatasetFault: Error {}
