import Foundation
import Speech

/// Plays sound through whatever player the machine has; silent where there is none.
///
/// The playback clock never waits for the player: the picture follows time, the sound is started at the playhead.
public final class AudioPlayer: Sendable {
  /// A program that plays a wav file.
  public struct Program: Sendable, Hashable {
    public var path: String
    /// Arguments before the file's path.
    public var arguments: [String]
    public var name: String { (path as NSString).lastPathComponent }
  }

  private static let candidates: [(name: String, arguments: [String])] = [
    ("pw-play", []), ("paplay", []), ("aplay", ["-q"]), ("ffplay", ["-nodisp", "-autoexit", "-loglevel", "quiet"]), ("afplay", []),
  ]

  /// The player that would be used; nil without a program or without a sound device.
  public static func find(environment: [String: String] = ProcessInfo.processInfo.environment) -> Program? {
    guard hasDevice(environment) else { return nil }
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    for candidate in candidates {
      for folder in folders {
        let path = folder + "/" + candidate.name
        if FileManager.default.isExecutableFile(atPath: path) { return Program(path: path, arguments: candidate.arguments) }
      }
    }
    return nil
  }

  /// True with a sound server's socket or a sound card.
  private static func hasDevice(_ environment: [String: String]) -> Bool {
    if let server = environment["PULSE_SERVER"], !server.isEmpty { return true }
    if let runtime = environment["XDG_RUNTIME_DIR"] {
      for socket in ["pipewire-0", "pulse/native"] where FileManager.default.fileExists(atPath: runtime + "/" + socket) { return true }
    }
    let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/snd")) ?? []
    return devices.contains { $0.hasPrefix("pcm") && $0.hasSuffix("p") }
  }

  private let program: Program
  private let state = State()

  public init(program: Program) { self.program = program }

  deinit { state.stop() }

  /// Plays a waveform from a place on, replacing what was playing.
  public func play(_ waveform: Waveform, from seconds: Double) throws {
    stop()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).wav")
    try WavFile.write(waveform.trimmed(from: seconds), to: file.path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.path)
    process.arguments = program.arguments + [file.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.terminationHandler = { _ in try? FileManager.default.removeItem(at: file) }
    do {
      try process.run()
    } catch {
      try? FileManager.default.removeItem(at: file)
      throw error
    }
    state.set(process)
  }

  public func stop() { state.stop() }

  /// The running player behind a lock.
  private final class State: @unchecked Sendable {
    private let lock = NSLock()
    private var process: Process?

    func set(_ process: Process) { lock.withLock { self.process = process } }

    func stop() {
      lock.withLock {
        if let process, process.isRunning { process.terminate() }
        process = nil
      }
    }
  }
}
