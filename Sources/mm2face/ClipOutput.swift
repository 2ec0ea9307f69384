import ArgumentParser
import Containers
import Export
import Foundation
import Head
import Motion
import Speech
import Synthesis

/// Writes what `generate` and `batch` make: motion in every format of `export`, tokens as `.tokens`.
///
/// `.npz` is the clip itself, as every verb reads it; the other endings go through `Exporter`.
struct ClipOutput {
  /// What an ambiguous ending means, as `export --format` takes it.
  var format: String?
  /// Whether files that exist may be replaced.
  var replacing = false
  /// The head that meshes and pictures show, and that every output records.
  var head: HeadModel
  /// The voice the motion follows: its file is named in formats that can, and `.wav` is a copy of it.
  var audio: AudioSource?

  /// Fails before any work is done when a path cannot be written: an unknown ending, no voice, or what the other `check` refuses.
  func check(_ paths: [String]) throws {
    for path in paths {
      if kind(path) == "wav", audio == nil { throw ExportError.noAudio(path: path) }
      if !["npz", "tokens"].contains(kind(path)) { _ = try ExportFormat.of(path: path, named: format) }
    }
    try Self.check(paths, replacing: replacing)
  }

  /// Refuses a missing folder, a file that exists unless it may be replaced, and a name given twice.
  static func check(_ paths: [String], replacing: Bool) throws {
    var names = Set<String>()
    for path in paths {
      guard names.insert(fullName(path)).inserted else { throw ExportError.sameName(path: path) }
      try AtomicFile.check(path, replacing: replacing)
    }
  }

  /// The name by which two paths of one file are known to be the same.
  static func fullName(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

  /// Refuses a name for a clip that is not .npz: its content would not be what the name says. A pipe or a device may have any name.
  static func checkClip(_ path: String, replacing: Bool) throws {
    guard AtomicFile.isDevice(path) || (path as NSString).pathExtension.lowercased() == "npz" else {
      throw ValidationError("--out \(path): a clip is written as .npz; `mm2face export` makes other formats of one")
    }
    try AtomicFile.check(path, replacing: replacing)
  }

  /// The result with the head in its records.
  func recorded(_ result: GenerationResult) -> GenerationResult {
    var result = result
    result.provenance["head"] = head.recordName
    result.clip.provenance["head"] = head.recordName
    return result
  }

  /// Writes one file (some formats: with companions) and says what was written.
  func write(_ result: GenerationResult, to path: String, progress: Exporter.Progress = { _, _ in }) throws -> ExportReport {
    var report = ExportReport()
    switch (kind(path), audio) {
    case ("tokens", _):
      try TokenFile.write(result.tokens, to: path, replacing: replacing)
      report.paths = [path]
    case ("npz", _) where format == nil:
      try result.clip.write(npz: path, replacing: replacing)
      report.paths = [path]
    case ("wav", .waveform(let waveform, _)):
      try AtomicFile.write(WavFile.encode(waveform), to: path, replacing: replacing)
      report.paths = [path]
    default:
      var options = ExportOptions(head: head)
      options.overwrite = replacing
      if case .file(let path, _, _) = audio { options.audioPath = path }
      let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
      report = try Exporter(options: options).write(
        [ExportTake(name: name, clip: result.clip)], to: path, format: format, progress: progress)
    }
    return report
  }

  private func kind(_ path: String) -> String { (path as NSString).pathExtension.lowercased() }

  /// `clip.npz`, take 2 → `clip-2.npz`, the first take keeps the name; `{take}` in a name becomes the take's number.
  static func path(_ path: String, take: Int) -> String {
    if path.contains("{take}") { return path.replacingOccurrences(of: "{take}", with: "\(take)") }
    guard take > 1 else { return path }
    let name = path as NSString
    return "\(name.deletingPathExtension)-\(take)" + (name.pathExtension.isEmpty ? "" : ".\(name.pathExtension)")
  }

  /// Tells notes of an export on standard error.
  static func tell(_ notes: [String]) {
    for note in notes { FileHandle.standardError.write(Data("note: \(note)\n".utf8)) }
  }
}

/// Tokens as JSON: `{"lanes":[…],"tokens":[…]}`.
enum TokenFile {
  static func read(_ path: String) throws -> TokenSequence {
    let tokens: TokenSequence = try JSONFile.read(path: path)
    guard tokens.stepCount > 0 else {
      throw SynthesisError.bundle(path: path, key: "tokens", expected: "at least one step", found: "none, which is no motion")
    }
    return tokens
  }

  static func write(_ tokens: TokenSequence, to path: String, replacing: Bool) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(try encoder.encode(tokens) + Data("\n".utf8), to: path, replacing: replacing)
  }
}
