import Claims
import Containers
import Foundation
import Motion

/// A data set in MMHead's layout on disk: lists with splits, motion, sound, five levels of text.
///
/// ```
/// talking_subset.json  t2m_subset.json      {"train": [names], "val": …, "test": …}; other forms are read tolerantly
/// audio/NAME.wav · facial_motion/NAME.npz or .pkl · text_annotations/{action,emotion,…}/NAME.txt · provenance/NAME.json (ours)
/// ```
public struct MMHeadDataset: Sendable {
  /// One list: benchmark I (talking) or II (text only).
  public enum Subset: String, Sendable, Hashable, CaseIterable {
    case talking, text
    public var fileName: String { self == .talking ? DatasetLayout.talkingList : DatasetLayout.textList }
  }

  public let folder: URL
  /// Names of every subset and split, in the order of the file. A list without splits is all `train`.
  public let lists: [Subset: [Split: [String]]]
  /// Subsets whose list names no splits at all.
  public let unsplit: Set<Subset>

  /// Opens the folder; a missing list is an empty one, both missing is an error.
  public init(folder: URL) throws {
    self.folder = folder
    var lists: [Subset: [Split: [String]]] = [:]
    var unsplit: Set<Subset> = []
    for subset in Subset.allCases {
      let file = folder.appendingPathComponent(subset.fileName)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      let (list, isSplit) = try Self.list(FileBytes(reading: file.path))
      lists[subset] = list
      if !isSplit { unsplit.insert(subset) }
    }
    guard !lists.isEmpty else {
      throw CorpusError.badList(folder.path, "neither \(DatasetLayout.talkingList) nor \(DatasetLayout.textList) is there")
    }
    self.lists = lists
    self.unsplit = unsplit
  }

  /// Reads a list: a dictionary of splits (each a list, or a dictionary whose keys are names), a plain list of names, a list of
  /// objects with a name and a split, or a dictionary of names with their split. `isSplit` is false when it names no split.
  static func list(_ file: FileBytes) throws -> (names: [Split: [String]], isSplit: Bool) {
    let json = try JSONValue(parsing: file)
    var result: [Split: [String]] = [:]
    var isSplit = false
    func split(_ key: String) -> Split? {
      switch key.lowercased() {
      case "train", "training": .train
      case "val", "valid", "validation", "dev": .val
      case "test", "testing", "eval": .test
      default: nil
      }
    }
    func bare(_ name: String) -> String {
      let last = name.split(separator: "/").last.map(String.init) ?? name
      return [".pkl", ".npz", ".wav", ".txt"].first(where: last.hasSuffix).map { String(last.dropLast($0.count)) } ?? last
    }
    func name(_ value: JSONValue) -> String? {
      value.text ?? ["name", "id", "file", "clip"].lazy.compactMap { value[$0]?.text }.first
    }
    func add(_ value: JSONValue, _ to: Split) throws {
      if let elements = value.elements {
        for element in elements {
          guard let found = name(element) else { throw CorpusError.badList(file.path, "an element is neither a name nor holds one") }
          let own = element["split"]?.text.flatMap(split)
          if own != nil { isSplit = true }
          result[own ?? to, default: []].append(bare(found))
        }
      } else if let members = value.members {
        for member in members {
          let own = member.value.text.flatMap(split)
          if own != nil { isSplit = true }
          result[own ?? to, default: []].append(bare(member.key))
        }
      } else {
        throw CorpusError.badList(file.path, "found a single value where names were expected")
      }
    }
    if let members = json.members, !members.isEmpty, members.allSatisfy({ split($0.key) != nil }) {
      isSplit = true
      for member in members { if let split = split(member.key) { try add(member.value, split) } }
    } else {
      try add(json, .train)
    }
    return (result, isSplit)
  }

  public func names(_ subset: Subset, _ split: Split) -> [String] { lists[subset]?[split] ?? [] }

  /// Every name of both subsets with its subset and split.
  public var entries: [(name: String, subset: Subset, split: Split)] {
    Subset.allCases.flatMap { subset in
      Split.allCases.flatMap { split in names(subset, split).map { (name: $0, subset: subset, split: split) } }
    }
  }

  // MARK: Files of a clip

  /// The motion file of a clip: `.npz`, else `.pkl`; nil when neither is there.
  public func motionFile(_ name: String) -> URL? {
    ["npz", "pkl"].map { folder.appendingPathComponent("\(DatasetLayout.motionFolder)/\(name).\($0)") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  public func audioFile(_ name: String) -> URL? {
    let file = folder.appendingPathComponent("\(DatasetLayout.audioFolder)/\(name).wav")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }

  public func textFile(_ name: String, _ level: TextLevel) -> URL {
    folder.appendingPathComponent("\(DatasetLayout.textFolder)/\(level.folder)/\(name).txt")
  }

  /// Errors: `CorpusError.noClip`, and those of the file.
  public func motion(_ name: String) throws -> Clip {
    guard let file = motionFile(name) else { throw CorpusError.noClip(name, folder.path) }
    return try ClipFile.read(file.path)
  }

  /// The text of a level, without line ends at its end; nil when there is no file.
  public func text(_ name: String, _ level: TextLevel) -> String? {
    (try? FileBytes.text(textFile(name, level).path))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Where one of our clips comes from; nil for clips of other sources.
  public func provenance(_ name: String) throws -> ClipProvenance? {
    let file = folder.appendingPathComponent("\(DatasetLayout.provenanceFolder)/\(name).json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try JSONFile.read(path: file.path)
  }
}
