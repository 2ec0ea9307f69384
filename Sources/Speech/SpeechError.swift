/// What can go wrong with sound, worded here and nowhere else.
public enum SpeechError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(path: String)
  case notAFile(path: String)
  case notRegular(path: String)
  case empty(path: String)
  case unreadable(path: String, reason: String)
  case badRate(path: String, rate: Int)
  case badChannels(path: String, channels: Int)
  case tooLong(path: String, seconds: Double, limit: Double)
  case resampling(path: String, reason: String)
  case writing(path: String, reason: String)
  case noVoice(looked: [String])
  case noSuchVoice(name: String, known: [String])
  case emptyText
  case voiceFailed(engine: String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path):
      "audio \(path): no such file; check the path"
    case .notAFile(let path):
      "audio \(path): expected a file, found a folder"
    case .notRegular(let path):
      "audio \(path): expected a regular file, found a pipe or a device; save the sound as a file first"
    case .empty(let path):
      "audio \(path): holds no samples; expected sound. Record or copy it again"
    case .unreadable(let path, let reason):
      "audio \(path): cannot be read as sound (\(reason)); expected a format libsndfile reads, such as wav, flac, ogg or mp3"
    case .badRate(let path, let rate):
      "audio \(path): sample rate \(rate) Hz; expected 63 Hz to 4 MHz"
    case .badChannels(let path, let channels):
      "audio \(path): \(channels) channels; expected 1 to 1024"
    case .tooLong(let path, let seconds, let limit):
      "audio \(path): longer than \(Int(limit)) s (\(Int(seconds)) s read so far); read it in blocks or trim it"
    case .resampling(let path, let reason):
      "audio \(path): cannot be resampled (\(reason))"
    case .writing(let path, let reason):
      "audio \(path): cannot be written (\(reason)); check the folder and the free space"
    case .noVoice(let looked):
      "scratch voice: found neither \(looked.joined(separator: " nor ")); install flite or espeak-ng, or give a wav file instead"
    case .noSuchVoice(let name, let known):
      "scratch voice: no voice \"\(name)\"; known: \(known.joined(separator: ", "))"
    case .emptyText:
      "scratch voice: there is no text to speak; give at least one word"
    case .voiceFailed(let engine, let reason):
      "scratch voice: \(engine) failed (\(reason))"
    }
  }
}
