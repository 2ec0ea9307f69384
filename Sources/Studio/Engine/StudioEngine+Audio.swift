import Containers
import Foundation
import Speech

extension StudioEngine {
  /// The longest sound kept in memory for playing; longer ones are read again from the file.
  private static let keptSeconds = 600.0

  func load(_ reference: AudioReference) {
    let send = messageSink
    Task.detached(priority: .userInitiated) {
      do {
        send.yield(.audioLoaded(try Self.track(reference)))
      } catch {
        send.yield(.audioFailed(reference, "\(error)"))
      }
    }
  }

  /// Reads a sound's overview and content hash; an embedded sound whose file is gone is written out again first.
  private static func track(_ reference: AudioReference) throws -> AudioTrack {
    var reference = reference
    if !FileManager.default.fileExists(atPath: reference.path), let embedded = reference.embedded, let data = Data(base64Encoded: embedded)
    {
      try AtomicFile.write([UInt8](data), to: reference.path)
    }
    let overview = try WaveformOverview(path: reference.path)
    let info = try AudioReader(path: reference.path).info
    reference.sha256 = try SHA256.hex(ofFile: reference.path)
    return AudioTrack(reference: reference, info: info, overview: overview)
  }

  /// The largest sound a session file may hold, bytes.
  private static let embeddedLimit = 16 << 20

  func embed(_ reference: AudioReference) {
    let send = messageSink
    Task.detached(priority: .utility) {
      let size = (try? FileManager.default.attributesOfItem(atPath: reference.path)[.size] as? Int) ?? nil
      guard let size, size <= Self.embeddedLimit, let data = FileManager.default.contents(atPath: reference.path) else {
        let reason = size.map { "\($0 >> 20) MB; a session file keeps at most \(Self.embeddedLimit >> 20) MB" } ?? "the file cannot be read"
        send.yield(.failed(nil, "\(reference.path): not kept in the session: \(reason)"))
        return
      }
      var whole = reference
      whole.embedded = data.base64EncodedString()
      send.yield(.audioEmbedded(whole))
    }
  }

  func preview(_ path: String) {
    let send = messageSink
    Task.detached(priority: .utility) {
      send.yield(.audioPreview(path: path, try? Self.track(AudioReference(path: path))))
    }
  }

  func speak(_ line: String) {
    let send = messageSink
    let folder = soundFolder
    Task.detached(priority: .userInitiated) {
      do {
        let utterance = try ScratchVoice.preferred().speak(line)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let name = line.lowercased().split { !$0.isLetter }.prefix(5).joined(separator: "-")
        let path = folder + "/" + (name.isEmpty ? "line" : name) + ".wav"
        try WavFile.write(utterance.waveform, to: path)
        send.yield(.spoken(AudioReference(path: path, spokenLine: line)))
      } catch {
        send.yield(.failed(nil, "\(error)"))
      }
    }
  }

  func play(_ reference: AudioReference, from seconds: Double) {
    guard let player = soundPlayer else { return }
    let send = messageSink
    Task.detached(priority: .userInitiated) {
      do {
        let waveform = try Waveform(path: reference.path, limitSeconds: Self.keptSeconds)
        try player.play(waveform.trimmed(from: reference.trimStart, length: reference.trimLength), from: max(0, seconds - reference.offset))
      } catch {
        send.yield(.failed(nil, "\(error)"))
      }
    }
  }
}
