import Claims
import Containers
import Foundation

/// The folders and lists of MMHead on disk.
enum DatasetLayout {
  static let talkingList = "talking_subset.json"
  static let textList = "t2m_subset.json"
  static let motionFolder = "facial_motion"
  static let audioFolder = "audio"
  static let textFolder = "text_annotations"
  static let provenanceFolder = "provenance"

  /// Makes the folders under a temporary name; the folder must be new or empty.
  static func create(_ folder: URL) throws -> StagedFolder {
    let old = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard old.isEmpty else { throw CorpusError.folderNotEmpty(folder.path) }
    let staging = try StagedFolder(folder.path, existing: .add)
    let texts = TextLevel.allCases.map { "\(textFolder)/\($0.folder)" }
    for name in [motionFolder, audioFolder, provenanceFolder, textFolder] + texts {
      try staging.makeFolder(name)
    }
    return staging
  }

  static func writeList(_ lists: [String: [String]], talking: Bool, in folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(encoder.encode(lists), to: folder.appendingPathComponent(talking ? talkingList : textList).path)
  }
}
