import Foundation
import Models
import Speech
import Tensor

/// Audio features in order, one row a frame; only those a window still needs.
struct AudioWindow {
  private let width: Int
  private var values: [Float] = []
  private var origin = 0

  init(width: Int) { self.width = width }

  /// Rows that have arrived so far.
  var total: Int { origin + (width > 0 ? values.count / width : 0) }

  mutating func append(_ rows: Matrix) { values += rows.values }

  mutating func forget(before row: Int) {
    let count = min(max(row - origin, 0), total - origin)
    guard count > 0 else { return }
    values.removeFirst(count * width)
    origin += count
  }

  /// The rows of a range, as far as they have arrived.
  func rows(_ range: Range<Int>) -> Matrix {
    let from = min(max(range.lowerBound, origin), total), to = min(max(range.upperBound, from), total)
    return Matrix(rows: to - from, columns: width, values: Array(values[(from - origin) * width..<(to - origin) * width]))
  }
}

/// An audio source made ready for an encoder.
struct OpenedAudio {
  let source: SoundSource
  /// How many samples at 16 kHz the header announces, when it does.
  let promisedSamples: Int?

  init(_ audio: AudioSource) throws {
    switch audio {
    case .waveform(let waveform, let name):
      guard waveform.sampleRate == AudioReader.modelRate else {
        throw SynthesisError.length("the audio \(name) must have 16000 samples a second, found \(waveform.sampleRate)")
      }
      source = SoundSource(waveform.samples.map { $0.isFinite ? $0 : 0 })
      promisedSamples = waveform.samples.count
    case .file(let path, let start, let length):
      guard start.isFinite, start >= 0, length.map({ $0.isFinite && $0 >= 0 }) ?? true else {
        throw SynthesisError.length("the audio must start at 0 s or later and last 0 s or longer")
      }
      let rate = Double(AudioReader.modelRate)
      let skip = Int(min(start * rate, 1e15).rounded())
      let limit = length.map { Int(min($0 * rate, 1e15).rounded()) } ?? Int.max
      let info = try AudioReader(path: path).info
      let announced = max(0, info.seconds - start) * rate
      promisedSamples = info.frames > 0 && announced < 1e12 ? min(Int(announced.rounded()), limit) : nil
      source = SoundSource {
        let reader = try AudioReader(path: path)
        var toSkip = skip, left = limit
        return { count in
          while toSkip > 0 {
            let block = try reader.read(min(toSkip, 1 << 16))
            if block.isEmpty { return [] }
            toSkip -= block.count
          }
          let block = try reader.read(min(count, left))
          left -= block.count
          return block
        }
      }
    }
  }
}
