/// What can go wrong with a network's files and settings, worded here and nowhere else.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case vocabulary(path: String, reason: String)
  /// A config.json that lacks a key or holds a value that cannot be.
  case configuration(path: String, key: String, expected: String, found: String)
  case unsupported(path: String, what: String, expected: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the path"
    case .vocabulary(let path, let reason):
      "vocabulary \(path): \(reason); expected one word piece a line with [PAD], [UNK], [CLS] and [SEP] among them"
    case .configuration(let path, let key, let expected, let found):
      "\(path): \"\(key)\": expected \(expected), found \(found)"
    case .unsupported(let path, let what, let expected):
      "\(path): \(what) is not supported; expected \(expected)"
    }
  }
}
