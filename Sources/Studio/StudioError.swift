/// What can go wrong with sessions and edits, worded in one place.
public enum StudioError: Error, Sendable, Hashable {
  case unreadable(path: String, reason: String)
  case notASession(path: String, found: String)
  case newerSchema(path: String, found: Int, known: Int)
  case locked(path: String, holder: String)
  case unwritable(path: String, reason: String)
  case nameTaken(path: String)
  case leftUnsaved(path: String, reason: String)
  case refused(edit: String, reason: String)
  case audio(path: String, reason: String)
  case noModel(reason: String)
  case nothingToSample
}

extension StudioError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): the session cannot be read: \(reason). Check the path and its permissions."
    case .notASession(let path, let found):
      "\(path): expected a studio session (JSON with \"format\": \"mm2face-session\"), found \(found). Nothing was changed."
    case .newerSchema(let path, let found, let known):
      "\(path): written by a newer studio (session schema \(found), this one knows up to \(known)). Update the studio to open it; the file was left alone."
    case .locked(let path, let holder):
      "\(path): open in another studio (\(holder)). Close it there, or open a copy; reading without saving is possible with --read-only."
    case .unwritable(let path, let reason):
      "\(path): could not be saved: \(reason). Your work is still on screen; free some space, or save elsewhere (: save as)."
    case .nameTaken(let path):
      "\(path): a file of that name exists; it was left alone. Save under another name."
    case .leftUnsaved(let path, let reason):
      "\(path): could not be saved at the end: \(reason). Open the session again once that is mended: \(path).journal brings back what it holds."
    case .refused(let edit, let reason):
      "\(edit): \(reason)"
    case .audio(let path, let reason):
      "\(path): the sound cannot be used: \(reason)"
    case .noModel(let reason):
      "no model is loaded: \(reason)"
    case .nothingToSample:
      "nothing to perform yet: write at least one text or pick a sound"
    }
  }
}
