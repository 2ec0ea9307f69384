/// What can go wrong with themes and key tables, worded in one place.
public enum StudioUIError: Error, Hashable, Sendable {
  /// A TOML file that is not TOML.
  case syntax(file: String, line: Int, reason: String)
  /// A value of a theme or key file that makes no sense.
  case value(file: String, line: Int, key: String, expected: String, found: String)
  /// A theme that names another which does not exist, or goes round.
  case inheritance(file: String, line: Int, name: String, reason: String)
}

extension StudioUIError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let file, let line, let reason): "\(file), line \(line): not valid TOML: \(reason)"
    case .value(let file, let line, let key, let expected, let found):
      "\(file), line \(line): \(key): expected \(expected), found \(found)"
    case .inheritance(let file, let line, let name, let reason): "\(file), line \(line): inherits \"\(name)\": \(reason)"
    }
  }
}
