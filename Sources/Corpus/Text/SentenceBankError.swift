/// What can be wrong with the sentence bank's files.
public enum SentenceBankError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One faulty line.
  public struct Fault: Sendable, Hashable {
    public var file: String
    /// Counted from 1.
    public var line: Int
    public var what: String
  }

  case unreadable(String)
  case notText(String)
  case lines([Fault], total: Int)

  public var description: String {
    switch self {
    case .unreadable(let path): return "\(path): cannot be read; the sentence bank is the folder assets/corpus of the program."
    case .notText(let path): return "\(path): is not UTF-8 text; save it as UTF-8."
    case .lines(let faults, let total):
      let more = total > faults.count ? ["… and \(total - faults.count) more"] : []
      return (faults.map { "\($0.file):\($0.line): \($0.what)" } + more).joined(separator: "\n")
    }
  }
}

extension WordingFault {
  var words: String {
    switch self {
    case .columns(let found): "expected 7 columns (name, side, intensity, count, pace, register, text) with tabs between, found \(found)"
    case .value(let what, let found, let expected): "\(what) \"\(found)\" is not known; expected \(expected)"
    case .slot(let slot, let mark): "a line with \(mark) needs \(slot) in its text"
    case .slotWithout(let slot, let mark): "\(slot) in the text needs \(mark) in the columns"
    case .noVerb: "expected a verb in brackets, like [raise]; mark a noun phrase with ~ and a whole utterance with ="
    case .brackets: "brackets or braces do not pair"
    case .empty: "the text is empty"
    }
  }
}
