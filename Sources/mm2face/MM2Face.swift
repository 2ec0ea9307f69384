import ArgumentParser
import Foundation

/// The program: bare it opens the studio, every capability is also a verb.
@main
struct MM2Face: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mm2face",
    abstract: "Write what a face should do, pick a voice, and watch a head perform it.",
    version: "1.0",
    subcommands: [
      // One verb a line, in the order of the alphabet.
      AnnotateVerb.self,
      BatchVerb.self,
      BenchVerb.self,
      BlendVerb.self,
      DatasetVerb.self,
      EvaluateVerb.self,
      ExportVerb.self,
      GenerateVerb.self,
      HeadVerb.self,
      ImportVerb.self,
      MeasureVerb.self,
      ModelVerb.self,
      PlayVerb.self,
      RenderVerb.self,
      RetargetVerb.self,
      StudioVerb.self,
      TokensVerb.self,
    ],
    defaultSubcommand: StudioVerb.self)

  /// Runs the verb; what went wrong goes to standard error with an exit code that names the part (see `ExitCodes`).
  static func main() async {
    // A file size limit shall fail the write, as a full disk does, instead of ending the program halfway through a file.
    signal(SIGXFSZ, SIG_IGN)
    Interruption.watch()
    do {
      var command = try parseAsRoot(Arguments.joined(Array(CommandLine.arguments.dropFirst())))
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
      try Output.finish()
      Interruption.leave(0)
    } catch let error where String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") {
      // Usage errors and requests for help keep the parser's wording; its usage code becomes ours.
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess { print(message) } else if !message.isEmpty { FileHandle.standardError.write(Data((message + "\n").utf8)) }
      Interruption.leave(code == .validationFailure ? ExitCodes.usage : code.rawValue)
    } catch {
      FileHandle.standardError.write(Data("mm2face: \(error)\n".utf8))
      Interruption.leave(ExitCodes.code(of: error))
    }
  }
}
