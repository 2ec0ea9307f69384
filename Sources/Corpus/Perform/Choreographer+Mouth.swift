import Claims

/// Actions of the mouth: eating, drinking, licking, kissing; and the silent look of speaking, shouting and singing.
extension Choreographer {
  mutating func mouthAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    let start = span.lowerBound
    let length = span.upperBound - start
    let side: Side = event.side == .both ? (source.chance(0.5) ? .left : .right) : event.side
    let way: Double = side == .left ? 1 : -1
    switch name {
    case .chew: chew(span, gain)
    case .eat:
      // Look down at it, lean in, open, bite, chew, swallow.
      let bite = min(length * 0.3, 1)
      hold(.gazePitch, -0.3, start..<start + bite, attack: 0.08, release: 0.1)
      keys(.pitch, [(start, 0), (start + bite * 0.6, 4 + 3 * gain), (start + bite * 1.3, 1), (span.upperBound, 0)])
      keys(.jaw, [(start + bite * 0.15, 0), (start + bite * 0.65, 0.3 + 0.3 * gain), (start + bite, 0.02), (start + bite + 0.1, 0)])
      keys(.lowerDown, [(start + bite * 0.2, 0), (start + bite * 0.65, 0.3), (start + bite, 0)])
      keys(.upperUp, [(start + bite * 0.2, 0), (start + bite * 0.65, 0.2), (start + bite, 0)])
      let gulp = length > 2.2 ? 0.5 : 0
      chew(start + bite..<span.upperBound - gulp, gain)
      if gulp > 0 { swallow(span.upperBound - gulp..<span.upperBound, gain) }
      steadyGaze.append(span)
    case .drink:
      let back = 7 + 8 * gain
      let lift = start + min(0.5, length * 0.25)
      let set = span.upperBound - min(0.5, length * 0.25)
      hold(.gazePitch, -0.28, start..<lift, attack: 0.08, release: 0.15)
      keys(.pitch, [(start, 0), (lift, 2), (lift + 0.35, -back * 0.7), (set - 0.2, -back), (span.upperBound, 0)])
      look([.funnel: 0.4, .pucker: 0.45, .jaw: 0.13, .shrugUpper: 0.2], 0.5 + 0.5 * gain, lift - 0.2..<set, attack: 0.22, release: 0.25)
      look([.blink: 0.35], 1, lift + 0.15..<set, attack: 0.3, release: 0.3)
      var gulp = lift + 0.45
      while gulp < set - 0.15 {
        pulse(.jaw, 0.08, at: gulp, up: 0.14, down: 0.18)
        pulse(.rollLower, 0.25 * gain, at: gulp + 0.05, up: 0.12, down: 0.16)
        gulp += source.uniform(0.5, 0.7)
      }
      pulse(.press, 0.5 * gain + 0.1, at: set + 0.2, up: 0.14, stay: 0.05, down: 0.2)
    case .swallow: swallow(span, gain)
    case .lickLips:
      let half = start + length * 0.5
      let move = max(gain, 0.5)
      look([.jaw: 0.17, .lowerDown: 0.15], move, span, attack: 0.2, release: 0.25)
      keys(
        .tongue,
        [(start, 0), (start + length * 0.25, 0.5 * move), (half, 0.4 * move), (start + length * 0.75, 0.5 * move), (span.upperBound, 0)])
      let (first, second): (Muscle, Muscle) = way > 0 ? (.mouthLeft, .mouthRight) : (.mouthRight, .mouthLeft)
      keys(first, [(start, 0), (start + length * 0.28, 0.28 * move), (half, 0)])
      keys(second, [(half, 0), (start + length * 0.72, 0.28 * move), (span.upperBound, 0)])
      keys(.rollUpper, [(start, 0), (half, 0.45 * move), (span.upperBound, 0)])
      pulse(.rollLower, 0.6 * move, at: span.upperBound - length * 0.12, up: length * 0.15, down: length * 0.1)
    case .bitLip:
      look([.rollLower: 0.9, .upperUp: 0.35, .jaw: 0.09], max(gain, 0.55), span)
      if source.chance(0.5) { look([way > 0 ? .mouthLeft : .mouthRight: 0.3], gain, span) }
      look([.browInner: 0.35], gain, span)
    case .stickTongueOut:
      for part in parts(span, max(event.count, 1)) {
        look([.tongue: 1, .jaw: 0.36, .lowerDown: 0.2], 0.35 + 0.6 * gain, part, attack: 0.2, release: 0.25)
        look([.squint: 0.3, .sneer: 0.2], gain, part)
      }
    case .kiss:
      for part in parts(span, max(event.count, 1)) {
        let beat = part.upperBound - part.lowerBound
        let smack = part.lowerBound + beat * 0.62
        keys(
          .pucker,
          [(part.lowerBound, 0), (part.lowerBound + beat * 0.3, 0.4 + 0.6 * gain), (smack, 0.4 + 0.55 * gain), (part.upperBound, 0)])
        keys(.press, [(part.lowerBound, 0), (smack - 0.08, 0.35), (smack + 0.04, 0)])
        pulse(.jaw, 0.1, at: smack + 0.08, up: 0.08, down: 0.14)
        pulse(.pitch, -2.5 * gain, at: smack - 0.1, up: beat * 0.35, down: beat * 0.3)
        look([.blink: 0.45], 1, part.lowerBound + beat * 0.15..<part.upperBound, attack: 0.2, release: 0.25)
      }
      blinkless.append(span)
    case .whistle:
      look([.pucker: 0.85, .funnel: 0.3, .jaw: 0.05], 0.4 + 0.6 * gain, span, attack: 0.25, release: 0.3)
      swing(.pucker, -0.08, 0.1, rate: source.uniform(1.6, 2.6), start + 0.3..<span.upperBound, fade: false)
      swing(.browOuter, 0, 0.3 * gain, rate: source.uniform(0.8, 1.4), start + 0.2..<span.upperBound)
      swing(.browInner, 0, 0.25 * gain, rate: source.uniform(0.8, 1.4), start + 0.2..<span.upperBound)
    default:
      // Bared, or behind tight lips; the jaw muscles and the brows show the force either way.
      let force = max(gain, 0.55)
      if source.chance(0.6) {
        look([.stretch: 0.7, .dimple: 0.45, .lowerDown: 0.65, .upperUp: 0.45, .sneer: 0.2], force, span, attack: 0.18)
      } else {
        look([.press: 0.9, .dimple: 0.7, .stretch: 0.4, .shrugLower: 0.35, .rollLower: 0.2], force, span, attack: 0.18)
      }
      look([.browDown: 0.6, .squint: 0.4, .cheek: 0.2, .jawForward: 0.2], force, span)
    }
  }

  /// Chewing: lips closed over a jaw that grinds round, more to one side, in bouts of uneven strokes.
  private mutating func chew(_ span: Range<Double>, _ gain: Double) {
    var time = span.lowerBound + 0.06
    var way: Double = source.chance(0.5) ? 1 : -1
    let open = 0.1 + 0.16 * gain
    look([.press: 0.3, .rollLower: 0.15], 0.4 + 0.4 * gain, span, attack: 0.15, release: 0.2)
    while time + 0.45 < span.upperBound {
      let beat = pace(source.uniform(0.52, 0.72))
      let size = open * source.uniform(0.75, 1.15)
      let low = time + beat * 0.42
      keys(.jaw, [(time, 0), (low, size), (time + beat * 0.92, 0.01)])
      // The lips stay together over the moving jaw.
      keys(.close, [(time, 0), (low, size + 0.04), (time + beat * 0.92, 0.01)])
      keys(.jawSide, [(time, 0), (low, way * size * 1.4), (time + beat * 0.75, -way * size * 0.5), (time + beat, 0)])
      keys(way > 0 ? .mouthLeft : .mouthRight, [(time, 0), (low + 0.05, 0.16 * gain + 0.04), (time + beat, 0)])
      pulse(.cheek, 0.15 * gain + 0.03, at: time + beat * 0.8, up: beat * 0.25, down: beat * 0.3)
      pulse(.shrugLower, 0.25 * gain, at: time + beat * 0.85, up: beat * 0.3, down: beat * 0.25)
      time += beat
      if source.chance(0.2) { way = -way }
    }
  }

  private mutating func swallow(_ span: Range<Double>, _ gain: Double) {
    let start = span.lowerBound
    let length = span.upperBound - start
    let peak = start + length * 0.45
    for (muscle, amount) in [(Muscle.press, 0.6), (.rollLower, 0.25), (.shrugLower, 0.4), (.dimple, 0.25)] {
      keys(muscle, [(start, 0), (peak, amount * (0.4 + 0.6 * gain)), (span.upperBound, 0)])
    }
    keys(.pitch, [(start, 0), (start + length * 0.25, -1.5 * gain), (peak, 1.5 + 2.5 * gain), (span.upperBound, 0)])
    keys(.blink, [(start + length * 0.1, 0), (peak, 0.35), (span.upperBound, 0)])
  }

  mutating func voiceAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    switch name {
    case .talk: babble.append((span, 0.75 + 0.5 * gain))
    case .shout:
      babble.append((span, 1.5 + 0.5 * gain))
      speechGain.append((span, 1.35 + 0.45 * gain))
      look(
        [.browDown: 0.7, .squint: 0.35, .upperUp: 0.35, .lowerDown: 0.45, .stretch: 0.2, .sneer: 0.4, .cheek: 0.25], gain, span,
        attack: 0.18)
      look([.pitch: -5], gain, span, attack: 0.25)
      swing(.pitch, -1, 4 * gain, rate: source.uniform(1.4, 2.2), span)
    default: sing(span, gain)
    }
  }

  /// Singing: long vowels of many shapes joined by short closures, brows and head riding the line.
  private mutating func sing(_ span: Range<Double>, _ gain: Double) {
    let vowels: [Look] = [
      [.jaw: 0.6, .lowerDown: 0.2], [.jaw: 0.42, .funnel: 0.45], [.jaw: 0.24, .pucker: 0.5, .funnel: 0.3],
      [.jaw: 0.3, .stretch: 0.35, .upperUp: 0.15], [.jaw: 0.5, .upperUp: 0.2, .smile: 0.2],
    ]
    var time = span.lowerBound
    var last = -1
    while time + 0.35 < span.upperBound {
      let note = min(pace(source.uniform(0.38, 1.0)), span.upperBound - time)
      var pick = source.index(vowels.count)
      if pick == last { pick = (pick + 1) % vowels.count }
      last = pick
      look(vowels[pick], 0.45 + 0.55 * gain, time..<time + note + 0.04, attack: 0.15, release: 0.15)
      time += note
    }
    swing(.browInner, 0.05, 0.6 * gain, rate: source.uniform(0.5, 0.9), span)
    swing(.browOuter, 0, 0.4 * gain, rate: source.uniform(0.5, 0.9), span)
    swing(.roll, -4 * gain - 1, 4 * gain + 1, rate: source.uniform(0.35, 0.6), span)
    swing(.pitch, -4 * gain - 1, 3 * gain, rate: source.uniform(0.4, 0.7), span)
    if gain > 0.5, source.chance(0.5) { look([.blink: 0.55], 1, span, attack: 0.5, release: 0.4) }
  }
}
