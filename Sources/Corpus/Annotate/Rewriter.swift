import Containers
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
    // Text goes in by a file, not a pipe: writing to a command that has ended already would end this program too.
    let input = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-\(UUID().uuidString).txt")
    defer { Unfinished.remove(input.path) }
    let output = Pipe()
    do {
      try Unfinished.change { paths in
        paths.insert(input.path)
        try Data(text.utf8).write(to: input)
      }
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardOutput = output
      try process.run()
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
