import CSndFile
import Foundation
import Speech
import Tensor

/// A folder that goes away with the value.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("speech-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Writes interleaved samples through libsndfile; false when this build of it cannot write the format.
func writeSound(_ path: String, _ interleaved: [Float], channels: Int, rate: Int, format: Int) -> Bool {
  var info = SF_INFO()
  info.channels = Int32(channels)
  info.samplerate = Int32(rate)
  info.format = Int32(format)
  guard let file = sf_open(path, Int32(SFM_WRITE), &info) else { return false }
  defer { sf_close(file) }
  var start = 0
  // The Vorbis encoder overflows its stack on very large blocks.
  while start < interleaved.count {
    let count = min(4096 * channels, interleaved.count - start)
    let written = interleaved.withUnsafeBufferPointer { sf_write_float(file, $0.baseAddress.map { $0 + start }, sf_count_t(count)) }
    guard written == sf_count_t(count) else { return false }
    start += count
  }
  return true
}

/// A tone of `hertz` for `seconds`.
func tone(_ hertz: Double, seconds: Double, rate: Int, amplitude: Float = 0.5) -> [Float] {
  (0..<Int(seconds * Double(rate))).map { amplitude * Float(sin(2 * .pi * hertz * Double($0) / Double(rate))) }
}

/// The same mono samples on every channel.
func spread(_ samples: [Float], channels: Int) -> [Float] {
  samples.flatMap { sample in [Float](repeating: sample, count: channels) }
}
