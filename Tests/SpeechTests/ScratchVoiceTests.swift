import Speech
import Testing

@Suite struct ScratchVoiceTests {
  @Test(arguments: ScratchVoice.available())
  func phonesCoverTheSound(engine: ScratchVoice.Engine) throws {
    let spoken = try ScratchVoice(engine: engine).speak("My pal Bob bought a map. Then he left, maybe for Peru.")
    #expect(spoken.waveform.sampleRate == 16_000)
    #expect(spoken.waveform.seconds > 2 && spoken.waveform.rms > 0.005)
    let phones = spoken.phones
    #expect(phones.count > 30)
    #expect(phones.filter { ["p", "b", "m"].contains($0.phone) }.count >= 9)
    #expect(zip(phones, phones.dropFirst()).allSatisfy { $0.end <= $1.start + 1e-9 && $0.start < $0.end })
    #expect((phones.first?.start ?? 9) < 0.1)
    #expect(abs((phones.last?.end ?? 0) - spoken.waveform.seconds) < 0.15)
    // Silence is quieter than speech: the times belong to the sound.
    func loudness(_ chosen: [TimedPhone]) -> Double {
      let parts = chosen.map { spoken.waveform.trimmed(from: $0.start, length: $0.end - $0.start) }
      return parts.reduce(0) { $0 + $1.rms } / Double(max(parts.count, 1))
    }
    let vowels = phones.filter { ["aa", "ae", "iy", "ay", "ao", "eh", "uw"].contains($0.phone) }
    #expect(loudness(vowels) > 4 * loudness(phones.filter { $0.phone == "pau" }))
  }

  @Test(arguments: ScratchVoice.available())
  func rateShortensSpeech(engine: ScratchVoice.Engine) throws {
    let text = "The quick brown fox jumps over the lazy dog"
    let slow = try ScratchVoice(engine: engine, rate: 0.8).speak(text)
    let fast = try ScratchVoice(engine: engine, rate: 1.4, pitch: 1.2).speak(text)
    #expect(fast.waveform.seconds < slow.waveform.seconds * 0.75)
    let first = try ScratchVoice(engine: engine).speak(text)
    let second = try ScratchVoice(engine: engine).speak(text)
    #expect(first.phones.map(\.phone) == second.phones.map(\.phone))
    // espeak-ng keeps the state of its noise between calls; flite starts afresh.
    if engine == .flite { #expect(first == second) }
  }

  @Test(arguments: ["", "   ", "\n\t", "?!…"]) func nothingToSayIsAFault(text: String) {
    #expect(throws: SpeechError.emptyText) { try ScratchVoice(engine: .flite).speak(text) }
  }

  @Test(arguments: ScratchVoice.available())
  func oddTextAndUnknownVoices(engine: ScratchVoice.Engine) throws {
    #expect(throws: SpeechError.self) { try ScratchVoice(engine: engine, name: "no such voice").speak("hello") }
    let odd = try ScratchVoice(engine: engine).speak("-o /tmp/x \u{0} naïve “quotes” 日本 <b>bold</b> & more\u{1B}[31m")
    #expect(odd.waveform.samples.count > 8000)
  }
}
