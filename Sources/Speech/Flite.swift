import Containers
import Foundation

/// The `flite` program (Carnegie Mellon University): `-psdur` prints every phone with the time it ends.
enum Flite {
  static let voices = ["slt", "rms", "awb", "kal16", "kal"]
  /// The voices' own mean pitch in hertz, as their builders set it.
  private static let meanPitch = ["slt": 175.0, "kal16": 105, "awb": 125, "rms": 100, "kal": 105]

  static func program() -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/flite" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func speak(_ text: String, voice: ScratchVoice) throws -> Utterance {
    guard let program = program() else { throw SpeechError.noVoice(looked: ["flite"]) }
    guard voices.contains(voice.name) else { throw SpeechError.noSuchVoice(name: voice.name, known: voices) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mm2face-\(UUID().uuidString)")
    do {
      try Unfinished.makeFolder(folder.path)
    } catch {
      throw SpeechError.writing(path: folder.path, reason: error.localizedDescription)
    }
    defer { Unfinished.remove(folder.path) }
    let words = folder.appendingPathComponent("text")
    let wav = folder.appendingPathComponent("speech.wav")
    do {
      try Data(text.utf8).write(to: words)
    } catch {
      throw SpeechError.writing(path: words.path, reason: error.localizedDescription)
    }
    var arguments = ["-voice", voice.name, "-psdur"]
    if voice.rate != 1 { arguments += ["--setf", "duration_stretch=\(1 / max(voice.rate, 0.1))"] }
    if voice.pitch != 1 { arguments += ["--setf", "int_f0_target_mean=\((meanPitch[voice.name] ?? 110) * voice.pitch)"] }
    arguments += ["-f", words.path, "-o", wav.path]
    let printed = try run(program, arguments)
    let waveform = try Waveform(path: wav.path)
    return Utterance(
      text: text, waveform: waveform, phones: phones(printed, seconds: waveform.seconds), voice: "flite \(voice.name)")
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw SpeechError.voiceFailed(engine: "flite", reason: error.localizedDescription)
    }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw SpeechError.voiceFailed(engine: "flite", reason: "exit status \(process.terminationStatus)")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Reads "phone:end phone:end …", a line a sentence whose times start at 0 again.
  ///
  /// A sentence's sound is rounded to whole synthesis frames, so the sum of the lines may be a few milliseconds off
  /// the file; the sentences' starts are scaled to the file's length.
  static func phones(_ text: String, seconds: Double) -> [TimedPhone] {
    var sentences: [[TimedPhone]] = []
    for line in text.split(whereSeparator: \.isNewline) {
      var time = 0.0
      var sentence: [TimedPhone] = []
      for item in line.split(separator: " ") {
        guard let colon = item.lastIndex(of: ":"), let end = Double(item[item.index(after: colon)...]) else { continue }
        sentence.append(TimedPhone(phone: item[..<colon].lowercased(), start: time, end: end))
        time = end
      }
      if !sentence.isEmpty { sentences.append(sentence) }
    }
    let total = sentences.reduce(0) { $0 + ($1.last?.end ?? 0) }
    guard total > 0 else { return [] }
    let scale = seconds / total
    var offset = 0.0
    var result: [TimedPhone] = []
    for sentence in sentences {
      result += sentence.map { TimedPhone(phone: $0.phone, start: offset + $0.start * scale, end: offset + $0.end * scale) }
      offset += (sentence.last?.end ?? 0) * scale
    }
    return result
  }
}
