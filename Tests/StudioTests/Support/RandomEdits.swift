import Motion
import Studio
import Synthesis
import Tensor

/// Seeded edits of every kind, most of them fitting the document they are made for.
enum RandomEdits {
  static let lanes = ["mouth.1", "mouth.2", "upper", "head"]

  static func tokens(_ source: inout RandomSource, steps: Int) -> TokenSequence {
    TokenSequence(lanes: lanes, values: (0..<steps * lanes.count).map { _ in source.index(512) })
  }

  static func take(_ source: inout RandomSource, parent: Take.ID?) -> Take {
    let steps = 1 + source.index(20)
    let origin = Take.Origin(prompt: prompt(&source), settings: SamplingSettings(seed: source.next()), model: "test")
    let trace = (0..<min(steps, 3)).map { position in
      StepEvent(
        position: position,
        choices: lanes.map { _ in
          LaneChoice(
            token: source.index(512), probability: 0.5, alternatives: [TokenAlternative(token: 3, probability: 0.25)], entropy: 2.5,
            origin: .sampled)
        }, endProbability: 0.125, seconds: 0.5)
    }
    let name = source.pick(["", "calm", "naïve 😀", "مرحبا"])
    guard source.chance(0.1) else {
      return Take(id: 0, parent: parent, name: name, origin: origin, tokens: tokens(&source, steps: steps), trace: trace)
    }
    var take = Take(id: 0, parent: parent, name: name, origin: origin, tokens: nil, imported: clip(&source))
    if source.chance(0.7) { take.blend = Take.Blend(speech: clip(&source), expression: clip(&source)) }
    return take
  }

  static func clip(_ source: inout RandomSource) -> Clip {
    Clip(values: (0..<(1 + source.index(3)) * Clip.channels).map { _ in Float(source.index(64)) / 64 })
  }

  static func prompt(_ source: inout RandomSource) -> Prompt {
    Prompt(action: text(&source), pose: source.chance(0.5) ? text(&source) : nil, scenarios: source.chance(0.3) ? [text(&source)] : [])
  }

  static func text(_ source: inout RandomSource) -> String {
    (0..<source.index(8)).map { _ in source.pick(["smile", "slowly", "é̄", "👩‍👧‍👦", "\n", "\"quoted\"", "左", "\u{202E}rtl"]) }.joined(
      separator: " ")
  }

  static func edit(_ source: inout RandomSource, for document: Document) -> Edit {
    let ids = document.takes.map(\.id)
    // Now and then a take that does not exist, which must be refused and change nothing.
    let id = ids.isEmpty || source.chance(0.03) ? 999_999 : source.pick(ids)
    let level = source.pick(Prompt.Level.allCases)
    let low = source.index(100)
    let frames = low...(low + source.index(60))
    switch source.index(24) {
    case 0, 1, 2: return .setText(source.pick([.action, .emotion, .expression, .pose, .scenario(0), .scenario(2)]), text(&source))
    case 3: return .setWeight(level, source.uniform(-1, 5))
    case 4: return .setMuted(level, source.chance(0.5))
    case 5: return .setSettings(SamplingSettings(temperature: source.unit(), topK: source.index(50), guidance: 2, seed: source.next()))
    case 6: return .setSeconds(source.chance(0.3) ? nil : source.uniform(0, 9))
    case 7:
      return .setAudio(
        source.chance(0.3) ? nil : AudioReference(path: "a b/é.wav", sha256: "00ff", trimStart: 0.5, offset: -1, embedded: "AAAA"))
    case 8, 9: return .addTake(take(&source, parent: ids.isEmpty ? nil : source.pick(ids)))
    case 10: return .selectTake(source.chance(0.1) ? nil : id)
    case 11: return .compareTake(source.chance(0.3) ? nil : id)
    case 12: return .renameTake(id, text(&source))
    case 13: return .starTake(id, source.chance(0.5))
    case 14: return .duplicateTake(id)
    case 15: return .deleteTake(id)
    case 16: return .replaceToken(id, step: source.index(12), lane: source.index(5), token: source.index(512))
    case 17:
      return .setConstraints(
        TokenConstraints(
          locked: [.init(lane: source.pick(lanes), steps: 0..<low)], pinned: [.init(4, lane: "head", steps: 2..<5)], banned: []))
    case 18: return .setLayers(id, LayerAmounts(head: source.uniform(-1, 3), mouth: 1, expression: source.unit(), blinks: 0))
    case 19: return .addOffset(id, channel: source.index(57), frames: frames, amount: Float(source.normal()), ease: source.index(9))
    case 20: return .clearOffsets(id, channel: source.chance(0.5) ? nil : source.index(56))
    case 21: return .addMarker(Marker(seconds: source.uniform(0, 8), name: text(&source)))
    case 22: return source.chance(0.5) ? .select(frames) : .setLoop(source.chance(0.2) ? nil : frames)
    default: return .group("both", [.setLoop(frames), .removeMarker(source.index(3))])
    }
  }
}
