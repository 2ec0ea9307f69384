import Containers
import Corpus
import Foundation
import Motion

/// The two benchmarks.
public enum EvaluationTask: String, Sendable, Hashable, CaseIterable, Codable {
  /// Benchmark I: text-induced talking heads, with speech.
  case talking
  /// Benchmark II: motion from text alone.
  case text

  var listFile: String { self == .talking ? "talking_subset.json" : "t2m_subset.json" }
}

/// A split of a data set in MMHead's layout, read with every clip that cannot be used named and counted.
public struct EvaluationDataset: Sendable {
  public let folder: String
  public let task: EvaluationTask
  public let split: String
  public private(set) var items: [EvaluationItem] = []
  /// Clips of the list that are left out.
  public private(set) var faults: [DatasetFault] = []

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
    let names = try Self.names("\(folder)/\(task.listFile)", split: split)
    for name in names.prefix(limit ?? names.count) {
      do {
        items.append(try item(name, basis: basis))
      } catch let fault as DatasetFault {
        faults.append(fault)
      }
    }
    if Set(items.map(\.fullText)).count < 2, items.count > 1 {
      faults.append(DatasetFault(file: task.listFile, reason: "every clip has the same text: retrieval cannot tell them apart"))
    }
  }

  /// The clips of a split: `{"test": […]}`, the list of one split alone, or clip → split.
  static func names(_ path: String, split: String) throws -> [String] {
    let parsed: Any
    do {
      parsed = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw EvaluationError.dataset(path: path, reason: "expected MMHead's list of clips as JSON (\(error.localizedDescription))")
    }
    func names(_ value: Any) -> [String]? {
      if let list = value as? [String] { return list }
      if let list = value as? [[String: Any]] {
        let names = list.compactMap { ($0["name"] ?? $0["id"] ?? $0["file"]) as? String }
        return names.count == list.count ? names : nil
      }
      if let table = value as? [String: Any] { return table.keys.sorted() }
      return nil
    }
    if let splits = parsed as? [String: Any] {
      if let found = splits[split].flatMap(names) { return found.map(Self.stem) }
      if let bySplit = parsed as? [String: String] {
        let found = bySplit.filter { $0.value == split }.keys.sorted()
        if !found.isEmpty { return found.map(Self.stem) }
      }
      let known = splits.keys.sorted().prefix(8).joined(separator: ", ")
      throw EvaluationError.dataset(path: path, reason: "it has no split \"\(split)\"; found \(known.isEmpty ? "nothing" : known)")
    }
    if let list = names(parsed) { return list.map(Self.stem) }
    throw EvaluationError.dataset(path: path, reason: "expected an object of splits or a list of clip names, found something else")
  }

  private static func stem(_ name: String) -> String {
    let file = (name as NSString).lastPathComponent
    return ["wav", "pkl", "npz", "npy", "txt"].contains((file as NSString).pathExtension) ? (file as NSString).deletingPathExtension : file
  }

  private func item(_ name: String, basis: Clip.Basis) throws -> EvaluationItem {
    let files = FileManager.default
    guard let motion = ["npz", "pkl"].map({ "\(folder)/facial_motion/\(name).\($0)" }).first(where: files.fileExists(atPath:)) else {
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
      let path = "\(folder)/text_annotations/\(level.folder)/\(name).txt"
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
      let first = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty }
      if let first { texts[level] = first }
    }
    guard !texts.isEmpty else { throw DatasetFault(file: "text_annotations/*/\(name).txt", reason: "the motion has no text") }
    var item = EvaluationItem(name: name, texts: texts, clip: clip)
    if task == .talking { item.audioPath = try audio(name, clip) }
    if let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/provenance/\(name).json")) {
      guard let provenance = try? JSONDecoder().decode(ClipProvenance.self, from: data) else {
        throw DatasetFault(file: "provenance/\(name).json", reason: "it is not a provenance record")
      }
      item.phones = provenance.phones
      item.score = provenance.score
      item.claims = provenance.claims
    }
    return item
  }

  /// The clip's speech, whose length must be the motion's to within a quarter of a second when the motion was not cut.
  private func audio(_ name: String, _ clip: Clip) throws -> String {
    let path = "\(folder)/audio/\(name).wav"
    guard FileManager.default.fileExists(atPath: path) else { throw DatasetFault(file: path, reason: "there is no such wav file") }
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
