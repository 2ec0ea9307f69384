import Foundation

/// Pipes text through a command of the user's, for example a language model that paraphrases.
public struct Rewriter: Sendable {
  public var command: String

  public init(command: String) { self.command = command }

  /// What the command prints for a text, without blanks at its ends. Errors: `CorpusError.programFailed`.
  public func rewrite(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    do {
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
      try input.fileHandleForWriting.close()
    } catch {
      throw CorpusError.programFailed(command, error.localizedDescription)
    }
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let words = answer.trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationStatus == 0 else { throw CorpusError.programFailed(command, "exit status \(process.terminationStatus)") }
    guard !words.isEmpty || text.isEmpty else { throw CorpusError.programFailed(command, "it printed nothing") }
    return words
  }
}
