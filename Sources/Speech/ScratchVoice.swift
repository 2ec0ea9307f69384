import Foundation

/// A phone of ARPAbet in lower case ("pau" is silence) and when it sounds, in seconds.
public struct TimedPhone: Sendable, Hashable, Codable {
  public var phone: String
  public var start: Double
  public var end: Double

  public init(phone: String, start: Double, end: Double) {
    self.phone = phone
    self.start = start
    self.end = end
  }
}

/// Text made into speech, with the time of every phone.
public struct Utterance: Sendable, Hashable {
  public var text: String
  public var waveform: Waveform
  public var phones: [TimedPhone]
  /// The engine and voice that spoke, for example "flite slt".
  public var voice: String
}

/// A stand-in voice for trying things out: flite or espeak-ng, found at run time and never required.
public struct ScratchVoice: Sendable, Hashable {
  public enum Engine: String, Sendable, Hashable, CaseIterable { case flite, espeak }

  public var engine: Engine
  /// A voice of the engine: flite "slt", "rms", "awb", "kal", "kal16"; espeak a language with a variant such as "en-us+f3".
  public var name: String
  /// Speaking rate, 1 = the voice's own.
  public var rate: Double
  /// Mean pitch, 1 = the voice's own.
  public var pitch: Double

  public init(engine: Engine, name: String? = nil, rate: Double = 1, pitch: Double = 1) {
    self.engine = engine
    self.name = name ?? (engine == .flite ? "slt" : "en-us")
    self.rate = rate
    self.pitch = pitch
  }

  /// The engines of this machine, the better first.
  public static func available() -> [Engine] {
    Engine.allCases.filter { $0 == .flite ? Flite.program() != nil : Espeak.shared != nil }
  }

  /// A voice of this machine; throws when there is none.
  public static func preferred() throws -> ScratchVoice {
    guard let engine = available().first else { throw SpeechError.noVoice(looked: ["flite", "espeak-ng"]) }
    return ScratchVoice(engine: engine)
  }

  /// Speaks `text`: mono at 16 kHz with phone times.
  public func speak(_ text: String) throws -> Utterance {
    let clean = String(text.unicodeScalars.map { CharacterSet.controlCharacters.contains($0) ? " " : Character($0) })
    guard clean.contains(where: { $0.isLetter || $0.isNumber }) else { throw SpeechError.emptyText }
    switch engine {
    case .flite: return try Flite.speak(clean, voice: self)
    case .espeak:
      guard let espeak = Espeak.shared else { throw SpeechError.noVoice(looked: ["espeak-ng"]) }
      return try espeak.speak(clean, voice: self)
    }
  }
}
