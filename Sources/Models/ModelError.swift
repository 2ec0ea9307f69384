/// What can go wrong with a network's files and settings, worded here and nowhere else.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case vocabulary(path: String, reason: String)
  /// A config.json that lacks a key or holds a value that cannot be.
  case configuration(path: String, key: String, expected: String, found: String)
  case unsupported(path: String, what: String, expected: String)
  /// A text of no or too many tokens.
  case tokens(found: Int, limit: Int)
  case token(id: Int, vocabulary: Int)

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
    case .tokens(let found, let limit):
      "a text of \(found) tokens; the text network takes 1 to \(limit). Shorten the text"
    case .token(let id, let vocabulary):
      "token \(id) is not in the text network's vocabulary of \(vocabulary); vocabulary and network do not belong together"
    }
  }
}
