import Foundation

/// The program as a user runs it, with a closed standard input and a time limit.
///
/// The answers go through files, not pipes: a pipe's writing end can be inherited by a process that another test starts at the same
/// moment and that stays (a terminal server), and its reader would then wait for ever.
public enum Program {
  public struct Answer: Sendable {
    public var status: Int32
    public var output: String
    public var complaint: String
    /// The time was up and the program was killed.
    public var timedOut: Bool
  }

  /// The program beside the test bundle, where `swift test` builds it; nil when it is not there.
  public static let path: String? = {
    let names = [CommandLine.arguments.first ?? "", "/proc/self/exe"].map { ($0 as NSString).resolvingSymlinksInPath }
    let folders = names.map { ($0 as NSString).deletingLastPathComponent }
    return folders.map { "\($0)/mm2face" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Why a test of the program is left out.
  public static let absence = "the program is not built; run swift build -c release --product mm2face, or swift test"

  /// The program, not begun yet, with nothing to read and nowhere to print.
  public static func process(_ arguments: [String], in folder: String) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "mm2face")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  /// Runs the program in a folder that it may write to; what it prints goes to `output`, where that is given, and is not answered then.
  public static func run(_ arguments: [String], in folder: String, seconds: Double = 30, output: String? = nil) throws -> Answer {
    let process = process(arguments, in: folder)
    let name = UUID().uuidString
    let files = ["\(folder)/output-\(name)", "\(folder)/complaint-\(name)"]
    for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
    process.standardOutput = FileHandle(forWritingAtPath: output ?? files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    try process.run()
    let deadline = Date(timeIntervalSinceNow: seconds)
    while process.isRunning, Date() < deadline { usleep(2_000) }
    let timedOut = process.isRunning
    if timedOut {
      kill(process.processIdentifier, SIGKILL)
      for _ in 0..<1000 where process.isRunning { usleep(2_000) }
    }
    let texts = files.map { String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self) }
    return Answer(
      status: process.isRunning ? -1 : process.terminationStatus, output: texts[0], complaint: texts[1], timedOut: timedOut)
  }
}
