import Foundation

/// The espeak-ng library, opened at run time; it reports each phoneme with the sample it starts at.
///
/// The library keeps global state, so one call at a time runs, under a lock.
final class Espeak: @unchecked Sendable {
  static let shared = Espeak()

  private typealias Callback = @convention(c) (UnsafeMutablePointer<Int16>?, Int32, UnsafeMutableRawPointer?) -> Int32
  private typealias SetCallback = @convention(c) (Callback?) -> Void
  private typealias SetVoice = @convention(c) (UnsafePointer<CChar>) -> Int32
  private typealias SetParameter = @convention(c) (Int32, Int32, Int32) -> Int32
  private typealias Initialize = @convention(c) (Int32, Int32, UnsafePointer<CChar>?, Int32) -> Int32
  private typealias Synth =
    @convention(c) (
      UnsafeRawPointer, Int, UInt32, Int32, UInt32, UInt32, UnsafeMutablePointer<UInt32>?, UnsafeMutableRawPointer?
    ) -> Int32

  private let lock = NSLock()
  private let rate: Int
  private let setVoice: SetVoice
  private let setParameter: SetParameter
  private let setCallback: SetCallback
  private let synth: Synth

  private init?() {
    // Synchronous output through the callback; phoneme events; never end the process when its data is missing.
    let synchronous: Int32 = 2
    let options: Int32 = 0x1 | 0x8000
    let names = ["libespeak-ng.so.1", "libespeak-ng.dylib"]
    guard let handle = names.lazy.compactMap({ (name: String) in dlopen(name, RTLD_NOW | RTLD_LOCAL) }).first,
      let initialize = dlsym(handle, "espeak_Initialize"), let voice = dlsym(handle, "espeak_SetVoiceByName"),
      let parameter = dlsym(handle, "espeak_SetParameter"), let callback = dlsym(handle, "espeak_SetSynthCallback"),
      let speak = dlsym(handle, "espeak_Synth")
    else { return nil }
    let rate = unsafeBitCast(initialize, to: Initialize.self)(synchronous, 0, nil, options)
    guard rate > 0 else { return nil }
    self.rate = Int(rate)
    setVoice = unsafeBitCast(voice, to: SetVoice.self)
    setParameter = unsafeBitCast(parameter, to: SetParameter.self)
    setCallback = unsafeBitCast(callback, to: SetCallback.self)
    synth = unsafeBitCast(speak, to: Synth.self)
  }

  /// What the callback gathers: samples and (milliseconds, phoneme).
  private final class Gathered {
    var samples: [Int16] = []
    var phonemes: [(milliseconds: Int, name: String)] = []
  }

  /// An `espeak_EVENT` is 40 bytes: type at 0, audio position in ms at 16, user data at 24, phoneme name (8 bytes) at 32.
  private static let eventStride = 40

  private static let receive: Callback = { wave, count, events in
    guard let events, let owner = events.loadUnaligned(fromByteOffset: 24, as: UnsafeMutableRawPointer?.self) else { return 0 }
    let gathered = Unmanaged<Gathered>.fromOpaque(owner).takeUnretainedValue()
    if let wave, count > 0 { gathered.samples.append(contentsOf: UnsafeBufferPointer(start: wave, count: Int(count))) }
    var event = events
    while case let kind = event.load(as: Int32.self), kind != 0 {
      if kind == 7 {
        let bytes = UnsafeRawBufferPointer(start: event + 32, count: 8).prefix { $0 != 0 }
        gathered.phonemes.append((Int(event.load(fromByteOffset: 16, as: Int32.self)), String(decoding: bytes, as: UTF8.self)))
      }
      event += Espeak.eventStride
    }
    return 0
  }

  func speak(_ text: String, voice: ScratchVoice) throws -> Utterance {
    lock.lock()
    defer { lock.unlock() }
    guard setVoice(voice.name) == 0 else {
      throw SpeechError.noSuchVoice(name: voice.name, known: ["en-us", "en-gb", "en-us+f3", "en-us+m3"])
    }
    // Parameter 1 is words a minute (80…450, usual 175), 3 is pitch (0…100, usual 50).
    _ = setParameter(1, Int32(max(80, min(450, 175 * voice.rate))), 0)
    _ = setParameter(3, Int32(max(0, min(99, 50 * voice.pitch))), 0)
    let gathered = Gathered()
    setCallback(Self.receive)
    let owner = Unmanaged.passUnretained(gathered).toOpaque()
    let utf8 = 1 as UInt32
    var bytes = Array(text.utf8)
    bytes.append(0)
    let code = withExtendedLifetime(gathered) { synth(bytes, bytes.count, 0, 1, 0, utf8, nil, owner) }
    guard code == 0, !gathered.samples.isEmpty else {
      throw SpeechError.voiceFailed(engine: "espeak-ng", reason: code == 0 ? "it made no sound" : "error \(code)")
    }
    let native = gathered.samples.map { Float($0) / 32768 }
    let seconds = Double(native.count) / Double(rate)
    var samples = native
    if rate != AudioReader.modelRate {
      samples = []
      let resampler = Resampler(ratio: Double(AudioReader.modelRate) / Double(rate), block: native.count)
      if let problem = resampler?.process(native, last: true, into: &samples) {
        throw SpeechError.resampling(path: "espeak-ng", reason: problem)
      }
    }
    return Utterance(
      text: text, waveform: Waveform(samples: samples), phones: Self.phones(gathered.phonemes, seconds: seconds),
      voice: "espeak-ng \(voice.name)")
  }

  private static func phones(_ events: [(milliseconds: Int, name: String)], seconds: Double) -> [TimedPhone] {
    var result: [TimedPhone] = []
    for (index, event) in events.enumerated() {
      let start = Double(event.milliseconds) / 1000
      let end = index + 1 < events.count ? Double(events[index + 1].milliseconds) / 1000 : seconds
      guard end > start else { continue }
      let names = EspeakPhonemes.arpabet(event.name)
      for (part, name) in names.enumerated() {
        let count = Double(names.count)
        result.append(
          TimedPhone(
            phone: name, start: start + (end - start) * Double(part) / count, end: start + (end - start) * Double(part + 1) / count))
      }
    }
    return result
  }
}
