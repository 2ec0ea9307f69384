import Containers
import Foundation

/// Writing 16-bit PCM wav files: a 44-byte RIFF header, then the samples; the same samples give the same bytes.
public enum WavFile {
  /// The whole file. Samples outside −1…1 are clipped, NaN is silence; reading it back gives `round(x · 32768) / 32768`.
  public static func encode(_ waveform: Waveform) -> Data {
    let byteCount = waveform.samples.count * 2
    var data = Data(capacity: 44 + byteCount)
    func put<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    data.append(contentsOf: "RIFF".utf8)
    put(UInt32(clamping: 36 + byteCount))
    data.append(contentsOf: "WAVEfmt ".utf8)
    put(UInt32(16))
    put(UInt16(1))
    put(UInt16(1))
    put(UInt32(clamping: waveform.sampleRate))
    put(UInt32(clamping: waveform.sampleRate * 2))
    put(UInt16(2))
    put(UInt16(16))
    data.append(contentsOf: "data".utf8)
    put(UInt32(clamping: byteCount))
    let pcm = waveform.samples.map { sample -> Int16 in
      let scaled = (sample * 32768).rounded()
      return scaled.isNaN ? 0 : Int16(max(-32768, min(32767, scaled))).littleEndian
    }
    pcm.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }

  /// Writes the file at once (a temporary file is renamed over the path).
  public static func write(_ waveform: Waveform, to path: String) throws {
    do {
      try AtomicFile.write(encode(waveform), to: path)
    } catch ContainerError.unwritable(_, let reason) {
      throw SpeechError.writing(path: path, reason: reason)
    }
  }
}
