/// What can go wrong when a clip leaves, worded in one place.
public enum ExportError: Error, Sendable, Hashable {
  case unknownFormat(path: String, ending: String)
  case ambiguousFormat(path: String, choices: [String])
  case wrongBasis(format: String, expected: String, found: String)
  case emptyClip(path: String)
  case badRate(path: String, found: Double, allowed: String)
  case badRange(range: String, frames: Int)
  case noAudio(path: String)
  case severalTakes(path: String, format: String)
  case noLandmarks(head: String)
  case folderExists(path: String)
  case sameName(path: String)
}

extension ExportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat(let path, let ending):
      "\(path): \"\(ending)\" is not a format known here. Use one of \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")) with --format, or its extension."
    case .ambiguousFormat(let path, let choices):
      "\(path): a path without an extension can mean \(choices.joined(separator: " or ")). Say which with --format."
    case .wrongBasis(let format, let expected, let found):
      "\(format) needs a clip in basis \(expected), this one is in \(found). Convert it first: mm2face retarget CLIP --head FLAME --out NEW."
    case .emptyClip(let path): "\(path): the clip has no frames, so there is nothing to write."
    case .badRate(let path, let found, let allowed): "\(path): the frame rate must be \(allowed), found \(found). Set it with --fps."
    case .badRange(let range, let frames): "frames \(range): the clip has frames 0…\(max(frames - 1, 0))."
    case .noAudio(let path): "\(path): the clip has no speech to write. Name it with --audio."
    case .severalTakes(let path, let format):
      "\(path): a \(format) file holds one take. Put {take} into the name, and each take gets its own file."
    case .noLandmarks(let head): "the head \"\(head)\" has no landmarks, which mouth cues need."
    case .folderExists(let path): "\(path): exists already. Choose another name, or say --force to replace what is in it."
    case .sameName(let path): "\(path): two files of this run would have this name. Give each its own."
    }
  }
}
