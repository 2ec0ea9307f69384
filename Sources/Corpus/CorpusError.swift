/// What can go wrong with a corpus, worded in one place.
public enum CorpusError: Error, Sendable, CustomStringConvertible, Equatable {
  case notAWave(String)
  case programMissing(String)
  case programFailed(String, String)
  case noVoices
  case folderNotEmpty(String)
  case badList(String, String)
  case badMotion(String, String)
  case noClip(String, String)

  public var description: String {
    switch self {
    case .notAWave(let name): "\(name) is not a 16-bit PCM wave file. Convert it, for example with ffmpeg -i FILE -ar 16000 -ac 1 OUT.wav."
    case .programMissing(let name):
      "The program \(name) was not found on the PATH. Install it (Debian package \(name)) or leave its voices out."
    case .programFailed(let name, let why): "\(name) failed: \(why)"
    case .noVoices:
      "No voice to speak with: neither flite nor espeak-ng nor a cache of aligned speech was found. Install one of them, or build with --no-speech."
    case .folderNotEmpty(let path): "\(path) holds files already. Give an empty or new folder."
    case .badList(let path, let why):
      "\(path) is not a list of clips: \(why). Expected {\"train\": [names], \"val\": …, \"test\": …} or one plain list of names."
    case .badMotion(let path, let why):
      "\(path) holds no motion: \(why). Expected T × 56 numbers under the key motion (or alone in the file)."
    case .noClip(let name, let folder): "No clip named \(name) in \(folder). `dataset check` lists what is there."
    }
  }
}
