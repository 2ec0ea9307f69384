import ArgumentParser
import Containers
import Foundation

/// How progress is told on standard error.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  case auto, plain, json, none
}

/// The options every verb that takes time understands.
struct CommonOptions: ParsableArguments {
  @Option(name: .customLong("head"), help: ArgumentHelp("The head file; the studio head by default.", valueName: "file"))
  var headPath: String?

  @Option(name: .customLong("model"), help: ArgumentHelp("The model bundle; the shipped one by default.", valueName: "folder"))
  var modelPath: String?

  @Option(help: "Progress on standard error: auto, plain, json (a JSON object a line) or none.")
  var progress: ProgressStyle = .auto

  @Flag(help: "Write results to standard output as JSON.")
  var json = false

  @Option(help: ArgumentHelp("Threads to use, 1 to 1024; all cores by default.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    try check("--threads", threads, in: 1...1024)
  }

  /// Prints a verb's result: as JSON where that is asked for, in words otherwise.
  func show(_ result: JSONValue, or words: @autoclosure () -> String) { print(json ? result.encoded : words()) }
}

/// Throws unless `--yaw`, `--pitch` and `--zoom` are a view that can be drawn.
func checkView<Number: BinaryFloatingPoint & CustomStringConvertible>(yaw: Number, pitch: Number, zoom: Number) throws {
  try check("--yaw", yaw, in: -360...360)
  try check("--pitch", pitch, in: -360...360)
  try check("--zoom", zoom, in: 0.01...50)
}

/// Throws unless an option's number, where it is given, lies in a range; what is no number (nan) lies in none.
func check<Number: Comparable & CustomStringConvertible>(_ option: String, _ value: Number?, in range: ClosedRange<Number>) throws {
  guard let value, !range.contains(value) else { return }
  func words(_ number: Number) -> String {
    number.description.hasSuffix(".0") ? String(number.description.dropLast(2)) : number.description
  }
  let (low, high) = (words(range.lowerBound), words(range.upperBound))
  let wanted = range.upperBound as? Int == .max ? "at least \(low)" : "from \(low) to \(high)"
  throw ValidationError("\(option) must be \(wanted), found \(value)")
}

/// Tells progress the way `--progress` asks; JSON lines look like `{"stage":"sampling","done":12,"of":50}`.
struct ProgressReporter: Sendable {
  private let style: ProgressStyle
  private let isTerminal: Bool

  init(_ style: ProgressStyle) {
    isTerminal = isatty(STDERR_FILENO) == 1
    self.style = style == .auto ? (isTerminal ? .plain : .none) : style
  }

  /// - Parameter total: nil when the length is not known beforehand.
  func report(_ stage: String, done: Int, of total: Int? = nil) {
    switch style {
    case .none, .auto: break
    case .json:
      write("{\"stage\":\"\(stage)\",\"done\":\(done)" + (total.map { ",\"of\":\($0)" } ?? "") + "}\n")
    case .plain:
      let line = total.map { "\(stage) \(done)/\($0)" } ?? "\(stage) \(done)"
      write(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n")
    }
  }

  /// Ends a line that is being rewritten in place.
  func finish() {
    if style == .plain, isTerminal { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
