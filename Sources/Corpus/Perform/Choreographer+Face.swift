import Claims

/// Actions of the whole face: laughing, crying, glaring and their kin.
extension Choreographer {
  mutating func faceAction(_ name: ActionName, _ event: Event, _ span: Range<Double>, _ gain: Double) {
    let side = event.side
    switch name {
    case .smile:
      let looks: [Look] = [
        [.smile: 0.9, .cheek: 0.5, .squint: 0.15], [.smile: 0.85, .cheek: 0.6, .upperUp: 0.28, .jaw: 0.1, .lowerDown: 0.12],
        [.smile: 0.85, .dimple: 0.3, .cheek: 0.35], [.smile: 0.8, .press: 0.2, .cheek: 0.4],
      ]
      let pick = side == .both ? source.index(looks.count) : 2
      look(looks[pick], gain, span, attack: source.uniform(0.3, 0.6), release: source.uniform(0.45, 0.9), side: side)
    case .laugh: laugh(span, gain)
    case .cry: cry(span, gain, quiet: false)
    case .weep: cry(span, gain, quiet: true)
    case .frown:
      let looks: [Look] = [
        [.browDown: 0.95, .squint: 0.25, .frown: 0.3], [.browDown: 0.9, .browInner: 0.2, .frown: 0.5, .shrugLower: 0.2],
        [.browDown: 0.95, .squint: 0.35, .press: 0.25],
      ]
      look(source.pick(looks), gain, span)
    case .glare:
      blinkless.append(span)
      steadyGaze.append(span)
      steadyHead.append(span)
      let pitch = 4 + 4 * gain
      look([.browDown: 0.95, .squint: 0.55, .wide: 0.2, .press: 0.4, .sneer: 0.2, .jawForward: 0.15], max(gain, 0.5), span, attack: 0.25)
      hold(.pitch, pitch, span, attack: pace(0.4), release: pace(0.5))
      hold(.gazePitch, pitch * 0.9 * .pi / 180, span, attack: pace(0.4), release: pace(0.5))
    case .sneer:
      let side: Side = side == .both && source.chance(0.5) ? (source.chance(0.5) ? .left : .right) : side
      look([.sneer: 0.85, .upperUp: 0.7, .dimple: 0.25, .cheek: 0.25], gain, span, side: side)
      look([.browDown: 0.35, .blink: 0.12, .pitch: -3], gain, span)
    case .grimace:
      let looks: [Look] = [
        [.stretch: 0.85, .lowerDown: 0.6, .upperUp: 0.45, .browDown: 0.5, .squint: 0.5, .cheek: 0.4, .sneer: 0.3, .jaw: 0.05],
        [.stretch: 0.9, .lowerDown: 0.45, .frown: 0.5, .browDown: 0.6, .blink: 0.35, .sneer: 0.45, .pitch: 4],
        [.stretch: 0.8, .lowerDown: 0.7, .upperUp: 0.3, .browInner: 0.5, .wide: 0.2, .yaw: 6, .jaw: 0.06],
      ]
      look(source.pick(looks), gain, span, attack: 0.2)
    case .pout:
      look([.shrugLower: 0.85, .pucker: 0.45, .frown: 0.4, .rollUpper: 0.15, .pitch: 4], gain, span)
      look(source.chance(0.5) ? [.browInner: 0.5] : [.browDown: 0.55], gain, span)
    case .makeFace: makeFace(span, max(gain, 0.6))
    case .raiseBrows:
      if event.count > 1 {
        for part in parts(span, event.count) {
          let top = part.lowerBound + min(0.18, (part.upperBound - part.lowerBound) * 0.4)
          for muscle in [Muscle.browInner, .browOuter] {
            pulse(muscle, 0.95 * gain, at: top, up: min(0.16, top - part.lowerBound), stay: 0.06, down: 0.2, side: side)
          }
        }
      } else {
        look([.browInner: 0.85, .browOuter: 0.95, .wide: 0.25], gain, span, side: side)
      }
    default:
      blinkless.append(span)
      look([.squint: 1, .cheek: 0.6, .blink: 0.5, .browDown: 0.5, .sneer: 0.12], max(gain, 0.55), span)
    }
  }

  /// Laughter: a smile that opens, bursts of breath at four to five a second that fall off, the head thrown back and bobbing.
  private mutating func laugh(_ span: Range<Double>, _ gain: Double) {
    let smile = max(gain, 0.5)
    look([.smile: 0.95, .cheek: 0.85, .upperUp: 0.35], smile, span, attack: 0.22, release: 0.6)
    look([.squint: 0.55, .blink: 0.35, .browInner: 0.15, .browOuter: 0.2], gain, span, attack: 0.25, release: 0.5)
    look([.pitch: source.uniform(-9, 3)], gain, span, attack: 0.4, release: 0.6)
    hold(.jaw, 0.1 + 0.16 * gain, span, attack: 0.2, release: 0.45)
    blinkless.append(span)
    var start = span.lowerBound + 0.12
    while start < span.upperBound - 0.35 {
      let bout = min(source.uniform(0.7, 1.4), span.upperBound - 0.15 - start)
      let rate = source.uniform(4, 5.2)
      let range = start..<start + bout
      swing(.jaw, 0, 0.26 * gain + 0.05, rate: rate, range)
      swing(.pitch, -1.2 * gain, 1.6 * gain, rate: rate, range)
      swing(.cheek, 0, 0.2, rate: rate, range)
      swing(.lowerDown, 0, 0.2 * gain, rate: rate, range)
      start += bout
      let breath = source.uniform(0.25, 0.45)
      if start + breath < span.upperBound - 0.3 {
        pulse(.jaw, 0.15, at: start + breath * 0.5, up: breath * 0.4, down: breath * 0.4)
        pulse(.pitch, -2.5 * gain, at: start + breath * 0.5, up: breath * 0.45, down: 0.4)
      }
      start += breath
    }
  }

  /// Crying: open sobs in bouts with indrawn breaths; weeping is the held-back kind, the chin trembling.
  private mutating func cry(_ span: Range<Double>, _ gain: Double, quiet: Bool) {
    blinkless.append(span)
    if quiet {
      look(
        [.browInner: 0.9, .browDown: 0.2, .frown: 0.7, .shrugLower: 0.55, .press: 0.3, .blink: 0.35, .cheek: 0.2, .gazePitch: -0.25],
        gain.clamped(0.45, 1), span, attack: 0.6, release: 0.8)
      look([.pitch: 9, .roll: source.uniform(-4, 4)], gain, span, attack: 0.9, release: 0.9)
      swing(.shrugLower, -0.08 * gain, 0.16 * gain, rate: source.uniform(5.5, 7), span, fade: false)
      var time = span.lowerBound + source.uniform(0.5, 1)
      while time + 0.6 < span.upperBound {
        pulse(.blink, 0.65, at: time + 0.15, up: 0.15, stay: 0.1, down: 0.3)
        pulse(.pitch, 1.5 * gain, at: time + 0.15, up: 0.12, down: 0.3)
        pulse(.sneer, 0.25 * gain, at: time + 0.15, up: 0.1, down: 0.25)
        time += source.uniform(0.9, 1.6)
      }
      return
    }
    look(
      [
        .browInner: 0.9, .browDown: 0.35, .squint: 0.5, .blink: 0.5, .frown: 0.75, .stretch: 0.5, .lowerDown: 0.45, .shrugLower: 0.35,
        .cheek: 0.45, .upperUp: 0.2,
      ], gain.clamped(0.5, 1.1), span, attack: 0.4, release: 0.7)
    look([.pitch: 5], gain, span, attack: 0.6, release: 0.7)
    hold(.jaw, 0.06 + 0.12 * gain, span, attack: 0.4, release: 0.5)
    var start = span.lowerBound + 0.25
    while start < span.upperBound - 0.5 {
      let bout = min(source.uniform(0.6, 1.2), span.upperBound - 0.2 - start)
      let rate = source.uniform(2.6, 3.6)
      swing(.jaw, 0, 0.18 * gain, rate: rate, start..<start + bout)
      swing(.pitch, -0.8, 2.4 * gain, rate: rate, start..<start + bout)
      swing(.blink, 0, 0.3, rate: rate * 0.5, start..<start + bout)
      start += bout
      // The indrawn breath.
      pulse(.pitch, -2.2 * gain, at: start + 0.2, up: 0.2, down: 0.3)
      pulse(.browInner, 0.15, at: start + 0.2, up: 0.18, down: 0.3)
      start += source.uniform(0.35, 0.55)
    }
  }

  /// Pulling a face: one of several silly ones.
  private mutating func makeFace(_ span: Range<Double>, _ gain: Double) {
    let side: Side = source.chance(0.5) ? .left : .right
    let way: Double = side == .left ? 1 : -1
    blinkless.append(span)
    switch source.index(5) {
    case 0:
      look([.tongue: 0.95, .jaw: 0.38, .squint: 0.7, .sneer: 0.5, .cheek: 0.4], gain, span)
      look([.roll: 9 * way], gain, span)
    case 1:
      look([.puff: 0.9, .wide: 0.8, .browInner: 0.8, .browOuter: 0.85], gain, span)
    case 2:
      look([side == .left ? .mouthLeft : .mouthRight: 0.95, .pucker: 0.6, .jawSide: 0.5 * way], gain, span)
      look([.browOuter: 0.9, .browInner: 0.6, .wide: 0.5], gain, span, side: side)
      look([.browDown: 0.8, .squint: 0.6], gain, span, side: side.other)
    case 3:
      look([.stretch: 0.9, .lowerDown: 0.8, .jaw: 0.12, .wide: 0.7, .browInner: 0.6, .browOuter: 0.6, .pitch: -5], gain, span)
    default:
      look([.sneer: 0.95, .upperUp: 0.7, .jaw: 0.15, .squint: 0.5], gain, span)
      look([.blink: 0.85, .cheek: 0.6], gain, span, side: side)
      look([.jawSide: 0.6 * way, .roll: -7 * way], gain, span)
    }
  }
}
