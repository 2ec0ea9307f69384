import Foundation

/// Other programs, run and waited for.
enum ProgramSupport {
  struct Outcome {
    var status: Int32
    var text: String
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The program itself, which is built beside the tests.
  static let studio: String? = {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("mm2face").path
    let places = [beside, root.appendingPathComponent(".build/release/mm2face").path].compactMap { $0 }
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let hasModel = FileManager.default.fileExists(atPath: root.appendingPathComponent("assets/models/studio/bundle.json").path)

  static let isThorough = ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] != nil

  /// Where a program is on the search path; nil when it is not installed.
  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program with no input; output and errors come back as one text.
  static func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, text: String(text.suffix(3000)))
  }
}
