import Containers
import Foundation
import Speech
import Tensor

/// Recordings of real people with their phones, made by `python -m mm2face_training.speech.cache`: `index.json` beside 16 kHz wav files.
///
/// `index.json` is a list of `{"file", "voice", "split", "text", "phones": [[phone, start, end], …]}`.
public struct SpeechCache: Sendable {
  struct Entry: Codable, Sendable {
    var file: String
    var voice: String
    var split: Split
    var text: String
    var phones: [Phone]
  }

  let folder: URL
  private let entries: [Split: [Entry]]

  public init(folder: URL) throws {
    self.folder = folder
    let index = folder.appendingPathComponent("index.json")
    entries = Dictionary(grouping: try JSONFile.read([Entry].self, path: index.path), by: \.split)
  }

  func count(_ split: Split) -> Int { entries[split]?.count ?? 0 }

  func draw(_ split: Split, longest: Double, source: inout RandomSource) throws -> SpokenLine? {
    guard let choices = entries[split], !choices.isEmpty else { return nil }
    for _ in 0..<8 {
      let entry = source.pick(choices)
      guard let last = entry.phones.last(where: { $0.name != "pau" }), let first = entry.phones.first(where: { $0.name != "pau" }),
        last.end - first.start < longest - 0.15
      else { continue }
      let sound = try Waveform(path: folder.appendingPathComponent(entry.file).path)
      if let line = SpokenLine(text: entry.text, voice: entry.voice, waveform: sound, phones: entry.phones) { return line }
    }
    return nil
  }
}
