import Foundation
import Speech
import Tensor

/// A spoken line ready for a clip: sound without the silence around it, and its phones.
struct SpokenLine: Sendable {
  var text: String
  var voice: String
  /// 16 kHz.
  var samples: [Float]
  var phones: [Phone]
  var seconds: Double { Double(samples.count) / 16_000 }

  /// Silence left before the first and after the last sound.
  static let margin = 0.06

  init?(_ utterance: Utterance) {
    self.init(
      text: utterance.text, voice: utterance.voice, waveform: utterance.waveform,
      phones: utterance.phones.map { Phone($0.phone, $0.start, $0.end) })
  }

  /// Cuts the silence at both ends; nil when nothing is said.
  init?(text: String, voice: String, waveform: Waveform, phones: [Phone]) {
    let sounding = phones.filter { $0.name != "pau" && $0.end > $0.start }
    guard let first = sounding.first, let last = sounding.last else { return nil }
    let start = max(0, first.start - Self.margin)
    let end = min(waveform.seconds, last.end + Self.margin)
    guard end - start > 0.2 else { return nil }
    let part = waveform.trimmed(from: start, length: end - start)
    self.text = text
    self.voice = voice
    samples = part.samples
    self.phones = phones.compactMap { phone in
      let lower = max(phone.start, start) - start
      let upper = min(phone.end, end) - start
      return upper > lower + 0.001 ? Phone(phone.name, lower, upper) : nil
    }
  }

  /// The line placed in a clip: sound of the whole length at a level, and phones in clip time.
  func placed(at start: Double, seconds: Double, decibels: Double) -> (sound: Waveform, track: SpokenTrack) {
    var sound = [Float](repeating: 0, count: Int((seconds * 16_000).rounded()))
    let level = (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))).squareRoot()
    let peak = samples.reduce(Float(0)) { max($0, abs($1)) }
    var gain = level > 0 ? Float(pow(10, decibels / 20) / level) : 1
    if peak * gain > 0.97 { gain = 0.97 / peak }
    let offset = Int((start * 16_000).rounded())
    for (index, sample) in samples.enumerated() where offset + index < sound.count { sound[offset + index] = sample * gain }
    let placed = Waveform(samples: sound)
    let phones = phones.map { Phone($0.name, $0.start + start, min($0.end + start, seconds)) }.filter { $0.end > $0.start }
    return (placed, SpokenTrack(phones: phones, loudness: placed.loudness(framesPerSecond: 100).map(Double.init), loudnessRate: 100))
  }
}
