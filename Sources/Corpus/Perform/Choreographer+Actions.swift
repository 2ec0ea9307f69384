import Claims

/// Actions: the choreography of each, by where in the face it lives.
extension Choreographer {
  mutating func action(_ name: ActionName, _ event: Event) {
    let span = event.start..<max(event.end, event.start + 0.2)
    let gain = gain(event.intensity)
    switch name {
    case .nod, .shakeHead, .wagHead, .turn, .tiltHead, .bowHead, .lookAround, .gaze, .read:
      headAction(name, event, span, gain)
    case .smile, .laugh, .cry, .weep, .frown, .glare, .sneer, .grimace, .pout, .makeFace, .raiseBrows, .squint:
      faceAction(name, event, span, gain)
    case .closeEyes, .sleep, .wink, .blink: lidAction(name, event, span, gain)
    case .yawn, .sigh, .gasp, .cough, .sneeze, .sniff, .blow, .puffCheeks: breathAction(name, event, span, gain)
    case .chew, .eat, .drink, .swallow, .lickLips, .bitLip, .stickTongueOut, .kiss, .whistle, .clenchTeeth:
      mouthAction(name, event, span, gain)
    case .talk, .shout, .sing: voiceAction(name, event, span, gain)
    }
  }

  // MARK: Head

  private mutating func headAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    let side: Side = event.side == .both ? (source.chance(0.5) ? .left : .right) : event.side
    let way: Double = side == .left ? 1 : -1
    steadyHead.append(span)
    switch name {
    case .nod: nod(span, degrees: 5 + 12 * gain, count: event.count)
    case .shakeHead: shake(.yaw, span, degrees: 6 + 14 * gain, count: event.count)
    case .wagHead: shake(.roll, span, degrees: 6 + 12 * gain, count: event.count)
    case .turn:
      let degrees = (9 + 26 * gain) * way
      turnHead(.yaw, degrees, span, attack: pace(0.3 + abs(degrees) * 0.012), release: pace(0.4 + abs(degrees) * 0.012))
      blinkCues.append(span.lowerBound + 0.05)
    case .tiltHead:
      let degrees = -(7 + 14 * gain) * way
      hold(.roll, degrees, span, attack: pace(0.5), release: pace(0.6))
      look([.browInner: 0.15, .browOuter: 0.1], gain, span)
    case .bowHead:
      hold(.pitch, 10 + 16 * gain, span, attack: pace(0.75), release: pace(0.9))
      hold(.gazePitch, -0.3, span, attack: pace(0.3), release: pace(0.5))
      look([.blink: 0.3], 1, span)
      blinkCues.append(span.lowerBound + 0.1)
    case .lookAround: lookAround(span, 0.32 + 0.16 * gain, head: 7 + 16 * gain)
    case .gaze:
      steadyGaze.append(span)
      blinkless.append(span)
      look([.wide: 0.14, .browInner: 0.06], gain, span)
      if event.side != .both { hold(.gazeYaw, 0.4 * way, span, attack: 0.06, release: 0.07) }
    default: read(span, gain)
    }
  }

  /// Nods: down and back up; the first is prepared by a little lift, each is smaller than the one before.
  private mutating func nod(_ span: Range<Double>, degrees: Double, count: Int) {
    var points: [(Double, Double)] = [(span.lowerBound, 0)]
    let beats = parts(span, max(count, 1))
    for (index, beat) in beats.enumerated() {
      let length = beat.upperBound - beat.lowerBound
      let size = degrees * max(0.6, 1 - 0.12 * Double(index)) * source.uniform(0.88, 1.1)
      let top = -size * source.uniform(0.1, 0.25)
      let dip = min(length * source.uniform(0.42, 0.52), 0.42)
      if index == 0 { points.append((beat.lowerBound + dip * 0.35, top)) }
      points.append((beat.lowerBound + dip, size))
      let back = index == beats.count - 1 ? min(beat.upperBound, beat.lowerBound + dip + 0.5) : beat.upperBound
      points.append((back, index == beats.count - 1 ? 0 : top * 0.6))
    }
    keys(.pitch, points)
    // The eyes hold the other person while the head dips.
    let eyes = points.map { ($0.0 + 0.02, $0.1 * 0.7 * Double.pi / 180) }
    keys(.gazePitch, eyes)
    if source.chance(0.5) { look([.browInner: 0.12, .browOuter: 0.12], style.browLiveliness.clamped(0.4, 1.4), span) }
    steadyGaze.append(span)
  }

  /// Side to side: a half swing, full swings that die away, and home.
  private mutating func shake(_ muscle: Muscle, _ span: Range<Double>, degrees: Double, count: Int) {
    let swings = max(2, count * 2)
    var way: Double = source.chance(0.5) ? 1 : -1
    var points: [(Double, Double)] = [(span.lowerBound, 0)]
    let step = min((span.upperBound - span.lowerBound) / (Double(swings) + 0.8), muscle == .yaw ? 0.4 : 0.6)
    // No neck whips: a quick shake is a small one.
    let degrees = min(degrees, 46 * step)
    var time = span.lowerBound
    for index in 0..<swings {
      time += step * source.uniform(0.88, 1.12)
      points.append((time, way * degrees * max(0.6, 1 - 0.08 * Double(index)) * source.uniform(0.88, 1.08)))
      way = -way
    }
    points.append((min(time + step * 1.1, max(span.upperBound, time + 0.3)), 0))
    keys(muscle, points)
    guard muscle == .yaw else { return }
    keys(.gazeYaw, points.map { ($0.0 + 0.015, -$0.1 * 0.75 * Double.pi / 180) })
    keys(.roll, points.map { ($0.0, $0.1 * 0.08) })
    steadyGaze.append(span)
  }

  /// Reading: lines of small saccades to the reader's right, a sweep back, lids low.
  private mutating func read(_ span: Range<Double>, _ gain: Double) {
    steadyGaze.append(span)
    hold(.pitch, 5 + 6 * gain, span, attack: pace(0.5), release: pace(0.5))
    hold(.gazePitch, -0.3 - 0.08 * gain, span, attack: 0.09, release: 0.08)
    look([.blink: 0.2], 1, span)
    look([.browDown: 0.25], gain, span)
    // A line runs from the reader's left to the reader's right.
    var time = span.lowerBound + 0.25
    var points: [(Double, Double)] = [(span.lowerBound, 0)]
    while time < span.upperBound - 0.9 {
      let words = 3 + source.index(3)
      let reach = source.uniform(0.14, 0.2)
      points += [(time, points.last?.1 ?? 0), (time + 0.07, reach)]
      for word in 1...words {
        let at = time + 0.07 + Double(word) * source.uniform(0.2, 0.26)
        let x = reach - 2 * reach * Double(word) / Double(words)
        points += [(max(at - 0.05, points.last?.0 ?? 0), points.last?.1 ?? 0), (at, x)]
      }
      time = (points.last?.0 ?? time) + source.uniform(0.16, 0.24)
    }
    points.append((max(span.upperBound, (points.last?.0 ?? 0) + 0.07), 0))
    keys(.gazeYaw, points)
  }

  // MARK: Lids

  private mutating func lidAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    blinkless.append(span.lowerBound - 0.45..<span.upperBound + 0.45)
    let side: Side = event.side == .both && name == .wink ? (source.chance(0.5) ? .left : .right) : event.side
    switch name {
    case .closeEyes:
      hold(.blink, 1, span, attack: pace(0.26), release: pace(0.34), side: event.side)
      look([.squint: 0.4, .cheek: 0.25], gain * gain, span, side: event.side)
    case .sleep:
      // Lids sink in two goes, the head after them, breath slow.
      let start = span.lowerBound
      let fall = min(pace(1.1), (span.upperBound - start) * 0.35)
      keys(.blink, [(start, 0), (start + fall * 0.5, 0.6), (start + fall * 0.7, 0.45), (start + fall, 1)] + ending(1, span, 0.5))
      hold(.pitch, 8 + 12 * gain, start + fall * 0.5..<span.upperBound, attack: fall * 1.5, release: pace(0.7))
      hold(.roll, source.uniform(-8, 8), start + fall * 0.6..<span.upperBound, attack: fall * 1.6, release: pace(0.7))
      hold(.jaw, 0.07 + 0.05 * gain, start + fall..<span.upperBound, attack: fall, release: 0.4)
      if span.upperBound - start > 2.5 {
        swing(.pitch, -1.4, 0.8, rate: 0.33, start + fall * 2..<span.upperBound, fade: false)
      }
    case .wink:
      for part in parts(span, event.count) {
        let length = part.upperBound - part.lowerBound
        let shut = part.lowerBound + min(0.14, length * 0.25)
        let stay = min(max(length - 0.45, 0.12), 0.3)
        keys(.blink, [(part.lowerBound, 0), (shut, 1), (shut + stay, 1), (shut + stay + 0.2, 0)], side: side)
        let around = part.lowerBound..<min(part.upperBound, shut + stay + 0.3)
        look([.cheek: 0.75, .smile: 0.5, .squint: 0.5, .browDown: 0.25], gain, around, attack: 0.14, release: 0.22, side: side)
        look([.roll: side == .left ? -3 : 3], gain, around, attack: 0.2, release: 0.3)
      }
    default:
      for part in parts(span, event.count) {
        let at = part.lowerBound + min(0.12, (part.upperBound - part.lowerBound) * 0.3)
        pulse(.blink, 1, at: at, up: 0.1, stay: 0.05, down: 0.2)
        pulse(.squint, 0.4 * gain, at: at, up: 0.1, stay: 0.05, down: 0.2)
      }
    }
  }

  /// The closing keys of a held movement: let go within the span, or hold past the end of the clip.
  private func ending(_ value: Double, _ span: Range<Double>, _ release: Double) -> [(Double, Double)] {
    span.upperBound >= seconds - 0.05 ? [(seconds + 1, value)] : [(span.upperBound - release, value), (span.upperBound, 0)]
  }
}
