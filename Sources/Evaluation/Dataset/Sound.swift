import Models
import Speech

/// Seconds a sound file says it has.
func soundSeconds(_ path: String) throws -> Double { try AudioReader(path: path).info.seconds }

extension SoundSource {
  /// A sound file, read in blocks, at most `limit` samples of it.
  init(path: String, limit: Int? = nil) {
    self.init {
      let reader = try AudioReader(path: path)
      var left = limit ?? .max
      return { count in
        let block = try reader.read(min(count, left))
        left -= block.count
        return block
      }
    }
  }
}
