import Claims

/// Actions of breath: yawns, sighs, coughs, sneezes.
extension Choreographer {
  mutating func breathAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    let start = span.lowerBound
    let length = span.upperBound - start
    steadyHead.append(span)
    switch name {
    case .yawn:
      // A slow opening, a peak with the eyes pressed shut, a quicker closing, the lips smacked after.
      let wide = 0.5 + 0.48 * gain
      let peak = start + length * source.uniform(0.42, 0.5)
      let hold = start + length * 0.66
      let shut = start + length * 0.86
      blinkless.append(span)
      keys(.jaw, [(start, 0), (start + length * 0.18, wide * 0.3), (peak, wide), (hold, wide * 0.97), (shut, 0.04), (span.upperBound, 0)])
      keys(.blink, [(start + length * 0.2, 0), (peak, 0.9), (hold, 0.95), (shut, 0.3), (span.upperBound, 0)])
      keys(.squint, [(start + length * 0.25, 0), (peak, 0.6 * gain), (hold, 0.65 * gain), (shut, 0.1), (span.upperBound, 0)])
      keys(.browInner, [(start + 0.1, 0), (peak * 0.5 + start * 0.5, 0.5 * gain), (peak, 0.25), (shut, 0.1), (span.upperBound, 0)])
      for (muscle, amount) in [Muscle.stretch: 0.3, .lowerDown: 0.3, .upperUp: 0.15, .sneer: 0.25, .browDown: 0.25].sorted(by: {
        $0.value < $1.value
      }) {
        keys(muscle, [(start + length * 0.15, 0), (peak, amount * gain), (hold, amount * gain), (shut, 0)])
      }
      keys(.pitch, [(start, 0), (peak, -5 - 7 * gain), (hold, -5 - 6 * gain), (span.upperBound, 0)])
      pulse(.press, 0.4 * gain, at: (shut + span.upperBound) / 2, up: length * 0.06, down: length * 0.07)
    case .sigh:
      // In through the nose, brows and head lifting; out through loose lips, everything sinking.
      let turn = start + length * 0.4
      keys(.pitch, [(start, 0), (turn, -2.5 - 1.5 * gain), (start + length * 0.7, 2 + 4 * gain), (span.upperBound, 0)])
      keys(.browInner, [(start, 0), (turn, 0.5 * gain), (start + length * 0.75, 0.25 * gain), (span.upperBound, 0)])
      keys(.sneer, [(start, 0), (start + length * 0.2, 0.15 * gain), (turn, 0)])
      let out = turn..<span.upperBound
      look(
        [.jaw: 0.24, .funnel: 0.25, .puff: 0.3, .frown: 0.3, .lowerDown: 0.15], 0.4 + 0.6 * gain, out, attack: length * 0.16,
        release: length * 0.25)
      look([.blink: 0.5], 1, out, attack: length * 0.2, release: length * 0.2)
      blinkless.append(span)
    case .gasp:
      look([.jaw: 0.55, .lowerDown: 0.12], 0.35 + 0.6 * gain, span, attack: 0.16, release: 0.5)
      look([.browInner: 0.8, .browOuter: 0.85, .wide: 0.75], gain, span, attack: 0.15, release: 0.5)
      look([.pitch: -6], gain, span, attack: 0.25, release: 0.6)
      blinkless.append(span)
    case .cough:
      for part in parts(span, max(event.count, 1)) {
        let beat = part.upperBound - part.lowerBound
        let burst = part.lowerBound + min(beat * 0.4, 0.3)
        pulse(.pitch, -2 * gain, at: burst - 0.1, up: 0.15, stay: 0, down: 0.08)
        pulse(.pitch, 5 + 6 * gain, at: burst + 0.07, up: 0.12, stay: 0.03, down: min(0.3, beat * 0.45))
        pulse(.jaw, 0.16 + 0.26 * gain, at: burst + 0.04, up: 0.1, stay: 0.05, down: min(0.22, beat * 0.35))
        pulse(.puff, 0.35 * gain, at: burst - 0.05, up: 0.12, stay: 0, down: 0.08)
        for (muscle, amount) in [(Muscle.blink, 0.75), (.squint, 0.5), (.cheek, 0.5), (.browDown, 0.5), (.funnel, 0.35), (.lowerDown, 0.2)]
        {
          pulse(muscle, amount * (0.4 + 0.6 * gain), at: burst + 0.05, up: 0.11, stay: 0.06, down: min(0.26, beat * 0.4))
        }
      }
      blinkless.append(span)
    case .sneeze:
      // The tickle draws the head back in hitches; the burst throws it forward; a dazed recovery.
      let burst = start + length * 0.6
      let reach = burst - start
      let back = 5 + 7 * gain
      blinkless.append(span)
      keys(
        .pitch,
        [
          (start, 0), (start + reach * 0.4, -back * 0.5), (start + reach * 0.5, -back * 0.4), (burst - 0.12, -back),
          (burst + 0.1, 9 + 8 * gain), (burst + 0.2, 8 + 8 * gain), (span.upperBound, 0),
        ])
      keys(
        .jaw,
        [
          (start, 0), (start + reach * 0.4, 0.16), (start + reach * 0.55, 0.14), (burst - 0.1, 0.2 + 0.2 * gain), (burst + 0.02, 0.05),
          (burst + 0.12, 0.12 + 0.16 * gain), (burst + 0.35, 0),
        ])
      keys(.browInner, [(start, 0), (burst - 0.15, 0.8 * gain + 0.1), (burst + 0.05, 0.1), (span.upperBound, 0)])
      keys(.upperUp, [(start + reach * 0.3, 0), (burst - 0.1, 0.55 * gain), (burst + 0.06, 0.15), (burst + 0.3, 0)])
      keys(
        .sneer, [(start + 0.05, 0), (start + reach * 0.4, 0.35), (burst - 0.1, 0.5 * gain + 0.2), (burst + 0.1, 0.75), (burst + 0.4, 0)])
      keys(.blink, [(start + reach * 0.3, 0), (burst - 0.15, 0.65), (burst, 1), (burst + 0.25, 1), (burst + 0.5, 0)])
      keys(.browDown, [(burst - 0.1, 0), (burst + 0.05, 0.6 * gain + 0.15), (burst + 0.45, 0)])
      for (muscle, amount) in [(Muscle.squint, 0.8), (.cheek, 0.7), (.funnel, 0.4), (.lowerDown, 0.3)] {
        pulse(muscle, amount * (0.4 + 0.6 * gain), at: burst + 0.06, up: 0.12, stay: 0.1, down: 0.3)
      }
    case .sniff:
      for part in parts(span, max(event.count, 1)) {
        let at = part.lowerBound + min(0.16, (part.upperBound - part.lowerBound) * 0.4)
        let down = min(0.24, (part.upperBound - part.lowerBound) * 0.5)
        for (muscle, amount) in [(Muscle.sneer, 0.75), (.upperUp, 0.2), (.shrugUpper, 0.35), (.browDown, 0.15), (.squint, 0.2)] {
          pulse(muscle, amount * (0.35 + 0.65 * gain), at: at, up: 0.13, stay: 0.03, down: down)
        }
        pulse(.pitch, -1.2 - 2 * gain, at: at, up: 0.14, down: down)
      }
    case .blow:
      for part in parts(span, max(event.count, 1)) {
        let beat = part.upperBound - part.lowerBound
        let out = part.lowerBound + beat * 0.3
        keys(.jaw, [(part.lowerBound, 0), (part.lowerBound + beat * 0.16, 0.14), (out, 0.05), (part.upperBound, 0)])
        keys(.browInner, [(part.lowerBound, 0), (out, 0.3 * gain), (part.upperBound, 0)])
        keys(.browOuter, [(part.lowerBound, 0), (out, 0.3 * gain), (part.upperBound, 0)])
        keys(.pitch, [(part.lowerBound, 0), (out - 0.05, -2.5), (out + 0.15, 2.5 * gain + 1), (part.upperBound, 0)])
        let blowing = out - 0.12..<part.upperBound
        look([.pucker: 0.8, .funnel: 0.35], 0.35 + 0.65 * gain, blowing, attack: 0.14, release: 0.25)
        look([.puff: 0.75], 0.35 + 0.65 * gain, blowing, attack: 0.2, release: 0.3)
      }
    default:
      for part in parts(span, max(event.count, 1)) {
        look([.puff: 1, .press: 0.35, .pucker: 0.2], 0.5 + 0.55 * gain, part, attack: 0.25, release: 0.25)
        look([.wide: 0.35, .browOuter: 0.3, .browInner: 0.15], gain, part)
      }
    }
  }
}
