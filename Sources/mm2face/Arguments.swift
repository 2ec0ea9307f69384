/// The words after the program's name, made ready for the parser.
enum Arguments {
  /// Writes `--yaw -20` as `--yaw=-20`: the parser would take a negative number for an option and say that the value is missing.
  static func joined(_ given: [String]) -> [String] {
    var result: [String] = []
    for (index, word) in given.enumerated() {
      if word == "--" { return result + given[index...] }
      if let last = result.last, last.hasPrefix("--"), !last.contains("="), isNegative(word) {
        result[result.count - 1] = "\(last)=\(word)"
      } else {
        result.append(word)
      }
    }
    return result
  }

  /// `-1`, `-.5`, `-1,2`, `-inf`: no option of ours begins with a digit.
  private static func isNegative(_ word: String) -> Bool {
    guard word.first == "-", let next = word.dropFirst().first else { return false }
    return Double(word) != nil || next.isASCII && next.isNumber
  }
}
