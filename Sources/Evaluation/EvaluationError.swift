/// What can go wrong in an evaluation, worded here and nowhere else.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooFewClips(found: Int, needed: Int, why: String)
  case sizes(what: String, expected: Int, found: Int)
  case notFinite(what: String)
  case region(name: String, known: [String])
  case dataset(path: String, reason: String)
  case network(path: String, reason: String)
  case writing(path: String, reason: String)

  public var description: String {
    switch self {
    case .tooFewClips(let found, let needed, let why):
      "evaluation: \(found) clips are too few for \(why); expected at least \(needed)"
    case .sizes(let what, let expected, let found):
      "evaluation: \(what): expected \(expected), found \(found)"
    case .notFinite(let what):
      "evaluation: \(what) holds numbers that are not finite; check the clips and the networks"
    case .region(let name, let known):
      "evaluation: the head has no region \"\(name)\"; it has \(known.joined(separator: ", "))"
    case .dataset(let path, let reason):
      "dataset \(path): \(reason)"
    case .network(let path, let reason):
      "retrieval network \(path): \(reason)"
    case .writing(let path, let reason):
      "\(path): cannot be written (\(reason))"
    }
  }
}
