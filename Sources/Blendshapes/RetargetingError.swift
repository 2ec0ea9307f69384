/// What can be wrong when motion goes from one head to another.
public enum RetargetingError: Error, Hashable, Sendable, CustomStringConvertible {
  case basis(expected: String, found: String)
  case noFace(head: String)
  case apart(millimetres: Double)

  public var description: String {
    switch self {
    case .basis(let expected, let found):
      "The motion should be in \(expected), found \(found). Choose the head of that basis with --head, or the other direction."
    case .noFace(let head):
      "The head \"\(head)\" has no face to compare: too few of its vertices lie near the other head's. Is it a head in metres, y up?"
    case .apart(let millimetres):
      "The two heads do not lie on one another: \(String(millimetres)) mm between corresponding points after turning and scaling. "
        + "Import the head with its own scale (metres), or give it landmarks."
    }
  }
}
