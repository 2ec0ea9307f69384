import CSndFile
import Foundation

/// What a sound file says about itself.
public struct AudioInfo: Sendable, Hashable {
  public var path: String
  public var sampleRate: Int
  public var channels: Int
  /// Frames the header announces; a damaged or compressed file may hold fewer.
  public var frames: Int
  /// The container and coding in libsndfile's words, for example "FLAC (Free Lossless Audio Codec)".
  public var format: String

  public var seconds: Double { Double(frames) / Double(sampleRate) }
}

/// Reads any file libsndfile reads as one channel at 16 kHz, block by block: memory does not grow with the length.
///
/// Channels are averaged. A sample that is NaN, infinite or absurdly large (beyond ±1000) is taken as 0 and counted.
public final class AudioReader {
  /// The sample rate of every model here.
  public static let modelRate = 16_000

  public let info: AudioInfo
  public let sampleRate: Int
  /// Samples of the file that were NaN, infinite or beyond ±1000, so far.
  public private(set) var repairedSamples = 0
  /// Frames read from the file so far, at its own rate.
  public private(set) var framesRead = 0

  private let file: OpaquePointer
  private let resampler: Resampler?
  private var interleaved: [Float]
  private var pending: [Float] = []
  private var taken = 0
  private var produced = 0
  private var finished = false

  /// Opens `path`; throws when it is missing, a folder, a pipe, not sound, or of an impossible rate.
  public init(path: String, sampleRate: Int = AudioReader.modelRate) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw SpeechError.missing(path: path) }
    if isFolder.boolValue { throw SpeechError.notAFile(path: path) }
    var about = stat()
    // libsndfile moves to and fro in a file, which a pipe cannot.
    guard stat(path, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { throw SpeechError.notRegular(path: path) }
    var header = SF_INFO()
    guard let file = sf_open(path, Int32(SFM_READ), &header) else {
      throw SpeechError.unreadable(path: path, reason: Self.words(sf_strerror(nil)))
    }
    let rate = Int(header.samplerate)
    let channels = Int(header.channels)
    let ratio = Double(sampleRate) / Double(max(rate, 1))
    let block = max(1, 65_536 / max(channels, 1))
    let resampler = rate == sampleRate ? nil : Resampler(ratio: ratio, block: block)
    guard rate > 0, rate == sampleRate || resampler != nil else {
      sf_close(file)
      throw SpeechError.badRate(path: path, rate: rate)
    }
    guard (1...1024).contains(channels) else {
      sf_close(file)
      throw SpeechError.badChannels(path: path, channels: channels)
    }
    self.file = file
    self.sampleRate = sampleRate
    self.resampler = resampler
    interleaved = [Float](repeating: 0, count: block * channels)
    info = AudioInfo(
      path: path, sampleRate: rate, channels: channels, frames: max(0, Int(header.frames)), format: Self.format(header.format, file))
  }

  deinit { sf_close(file) }

  /// The next samples, at most `maximum` of them; empty at the end of the file.
  public func read(_ maximum: Int) throws -> [Float] {
    while pending.count - taken < maximum && !finished { try fill() }
    let count = min(maximum, pending.count - taken)
    let block = Array(pending[taken..<taken + max(count, 0)])
    taken += block.count
    if taken > 1 << 18 || taken == pending.count {
      pending.removeFirst(taken)
      taken = 0
    }
    return block
  }

  private func fill() throws {
    let channels = info.channels
    let room = interleaved.count / channels
    let count = interleaved.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { Int(sf_readf_float(file, $0, sf_count_t(room))) } ?? 0
    }
    framesRead += max(count, 0)
    finished = count <= 0
    var mono = [Float](repeating: 0, count: max(count, 0))
    mix(into: &mono)
    guard let resampler else {
      pending.append(contentsOf: mono)
      return
    }
    let before = pending.count
    if let problem = resampler.process(mono, last: finished, into: &pending) {
      throw SpeechError.resampling(path: info.path, reason: problem)
    }
    produced += pending.count - before
    if finished {
      // libsamplerate may end a few samples early or late: the length is that of the file, rounded.
      let wanted = Int((Double(framesRead) * Double(sampleRate) / Double(info.sampleRate)).rounded())
      if produced < wanted { pending.append(contentsOf: [Float](repeating: 0, count: wanted - produced)) }
      if produced > wanted { pending.removeLast(min(produced - wanted, pending.count - taken)) }
    }
  }

  /// interleaved (frames × channels) → mono (frames).
  private func mix(into mono: inout [Float]) {
    let channels = info.channels
    let scale = 1 / Float(channels)
    var bad = 0
    interleaved.withUnsafeBufferPointer { source in
      for frame in mono.indices {
        var sum: Float = 0
        for channel in 0..<channels {
          let value = source[frame * channels + channel]
          // The comparison is false for NaN too.
          if abs(value) <= 1000 { sum += value } else { bad += 1 }
        }
        mono[frame] = sum * scale
      }
    }
    repairedSamples += bad
  }

  private static func words(_ text: UnsafePointer<CChar>?) -> String {
    let message = text.map { String(cString: $0) } ?? "unknown reason"
    return message.trimmingCharacters(in: CharacterSet(charactersIn: ". \n"))
  }

  private static func format(_ code: Int32, _ file: OpaquePointer) -> String {
    func name(_ code: Int32) -> String? {
      var info = SF_FORMAT_INFO()
      info.format = code
      let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
      guard sf_command(file, Int32(SFC_GET_FORMAT_INFO), &info, size) == 0, let name = info.name else { return nil }
      return String(cString: name)
    }
    let major = name(code & Int32(truncatingIfNeeded: SF_FORMAT_TYPEMASK))
    let minor = name(code & Int32(truncatingIfNeeded: SF_FORMAT_SUBMASK))
    return [major, minor].compactMap { $0 }.joined(separator: ", ")
  }
}
