/// What can be wrong with a request or a model bundle, worded here and nowhere else.
public enum SynthesisError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case bundle(path: String, key: String, expected: String, found: String)
  case format(path: String, known: Int, found: Int)
  case fingerprint(path: String, expected: String, found: String)
  case noText(model: String)
  case noAudio(model: String)
  case settings(String)
  case length(String)
  case lanes(expected: [String], found: [String])
  case token(lane: String, step: Int, codes: Int, found: Int)
  case unknownLane(String, known: [String])
  case noBase(what: String)
  case scope(steps: Int, from: Int, to: Int)
  case nothingLeft(lane: String, step: Int)
  case basis(expected: String, found: String)
  case rate(expected: Double, found: Double)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read (\(reason)); check the path"
    case .bundle(let path, let key, let expected, let found): "\(path): \(key): expected \(expected), found \(found)"
    case .format(let path, let known, let found):
      "\(path): bundle format \(found), this program reads up to \(known); update mm2face or export the bundle again"
    case .fingerprint(let path, let expected, let found):
      "\(path): its sha256 should be \(expected), found \(found); the file was changed or damaged, copy the bundle again"
    case .noText(let model): "the model \(model) has no text encoder; leave the texts out or use a bundle that has one"
    case .noAudio(let model): "the model \(model) has no audio encoder; leave the audio out or use a bundle that has one"
    case .settings(let complaint): "sampling settings: \(complaint)"
    case .length(let complaint): "length: \(complaint)"
    case .lanes(let expected, let found):
      "tokens of the lanes \(found.joined(separator: ", ")) do not fit a model with the lanes \(expected.joined(separator: ", "))"
    case .token(let lane, let step, let codes, let found):
      "token \(found) at step \(step) of lane \(lane); expected 0 to \(codes - 1)"
    case .unknownLane(let name, let known): "there is no lane \(name); the lanes are \(known.joined(separator: ", "))"
    case .noBase(let what): "\(what) needs the tokens of an earlier take to start from"
    case .scope(let steps, let from, let to): "steps \(from) to \(to) do not lie inside a take of \(steps) steps"
    case .nothingLeft(let lane, let step): "every token of lane \(lane) is banned at step \(step); lift a ban"
    case .basis(let expected, let found): "the model works in the basis \(expected), the clip is in \(found); convert the clip first"
    case .rate(let expected, let found): "the model works at \(expected) frames per second, the clip has \(found); resample the clip first"
    }
  }
}
