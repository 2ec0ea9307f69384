extension Claim {
  /// The claim in a few words: `nod twice`, `left smile`, `strong turn right`, `no smile`, `smile before nod`.
  public var words: String {
    switch relation {
    case .occurs: what.words
    case .absent: "no \(what.words)"
    case .before: "\(what.words) before \(other?.words ?? "something")"
    case .together: "\(what.words) with \(other?.words ?? "something")"
    }
  }
}

extension Claim.What {
  var words: String {
    var parts = [name.map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined()]
    if let side, side != .both { parts.insert(side.rawValue, at: 0) }
    if let intensity { parts.insert(intensity.rawValue, at: 0) }
    if kind == .gaze { parts.insert("look", at: 0) }
    if let count { parts.append(count == 1 ? "once" : count == 2 ? "twice" : "\(count) times") }
    return parts.joined(separator: " ")
  }
}
