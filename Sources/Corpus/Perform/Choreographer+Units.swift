import Claims

/// Single units, head poses and gaze.
extension Choreographer {
  /// What a unit moves at full strength.
  static func look(of unit: UnitName) -> Look {
    switch unit {
    case .browInnerUp: [.browInner: 0.95]
    case .browOuterUp: [.browOuter: 0.95]
    case .browDown: [.browDown: 0.95]
    case .browsUp: [.browInner: 0.9, .browOuter: 0.9]
    case .eyeWide: [.wide: 0.95]
    case .eyeSquint: [.squint: 0.95, .cheek: 0.4, .blink: 0.34]
    case .eyeClose, .wink: [.blink: 1]
    case .cheekRaise: [.cheek: 0.95, .squint: 0.2]
    case .noseWrinkle: [.sneer: 0.95, .browDown: 0.15]
    case .upperLipRaise: [.upperUp: 0.9]
    case .smile: [.smile: 0.9, .cheek: 0.35]
    case .dimple: [.dimple: 0.95]
    case .frownMouth: [.frown: 0.95]
    case .lowerLipDown: [.lowerDown: 0.9]
    case .chinRaise: [.shrugLower: 0.9, .shrugUpper: 0.35]
    case .pucker: [.pucker: 0.95]
    case .mouthStretch: [.stretch: 0.95]
    case .funnel: [.funnel: 0.9, .jaw: 0.08]
    case .lipPress: [.press: 0.9, .rollLower: 0.15, .rollUpper: 0.1]
    case .lipsPart: [.jaw: 0.14, .lowerDown: 0.25, .upperUp: 0.15]
    case .jawDrop: [.jaw: 0.5]
    case .mouthOpenWide: [.jaw: 0.95, .lowerDown: 0.15]
    case .lipRoll: [.rollLower: 0.85, .rollUpper: 0.75]
    case .jawForward: [.jawForward: 0.95, .jaw: 0.05]
    case .jawLeft: [.jawSide: 0.95, .jaw: 0.06]
    case .jawRight: [.jawSide: -0.95, .jaw: 0.06]
    case .mouthLeft: [.mouthLeft: 0.95]
    case .mouthRight: [.mouthRight: 0.95]
    case .cheekPuff: [.puff: 1, .press: 0.25]
    case .tongueOut: [.tongue: 0.95, .jaw: 0.32, .lowerDown: 0.15]
    }
  }

  mutating func unit(_ unit: UnitName, _ intensity: Intensity, side: Side, _ span: Range<Double>) {
    var gain = gain(intensity)
    // A lid is either shut or not: its intensity is how tightly, not how far.
    if unit == .eyeClose || unit == .wink {
      let side: Side = unit == .wink && side == .both ? (source.chance(0.5) ? .left : .right) : side
      blinkless.append(span)
      look([.blink: 1], source.uniform(0.96, 1.03), span, attack: unit == .wink ? 0.12 : 0.18, release: 0.2, side: side)
      look([.squint: 0.6, .cheek: unit == .wink ? 0.5 : 0.3], gain * 0.8, span, side: side)
      return
    }
    // Lips that part or drop keep their mouth shape through gain: a slight drop is still seen.
    if unit == .lipsPart || unit == .tongueOut { gain = max(gain, 0.55) }
    if unit == .eyeWide || unit == .eyeSquint { blinkless.append(span) }
    look(Self.look(of: unit), gain, span, side: unit.isSided ? side : .both)
  }

  /// Degrees of a head pose.
  private mutating func angle(_ pose: PoseName, _ intensity: Intensity) -> Double {
    let band: Range<Double>
    switch (pose, intensity) {
    case (.turnLeft, .slight), (.turnRight, .slight): band = 8.5..<13
    case (.turnLeft, .medium), (.turnRight, .medium): band = 16..<24
    case (.turnLeft, .strong), (.turnRight, .strong): band = 28..<39
    case (_, .slight): band = 7..<10
    case (_, .medium): band = 12..<16.5
    case (_, .strong): band = 18.5..<25
    }
    return source.uniform(band.lowerBound, band.upperBound)
  }

  mutating func pose(_ name: PoseName, _ intensity: Intensity, _ span: Range<Double>, inPlace: Bool = false) {
    let degrees = angle(name, intensity)
    let move: (Muscle, Double)
    switch name {
    case .turnLeft: move = (.yaw, degrees)
    case .turnRight: move = (.yaw, -degrees)
    case .up: move = (.pitch, -degrees)
    case .down: move = (.pitch, degrees)
    case .tiltLeft: move = (.roll, -degrees)
    case .tiltRight: move = (.roll, degrees)
    case .straight:
      blinkCues.append(span.lowerBound)
      return
    }
    // Larger turns take longer; the law of constant relative speed with a floor (a main sequence of the head).
    let time = pace((0.28 + degrees * 0.013) * source.uniform(0.85, 1.25))
    turnHead(move.0, move.1, span, attack: time, release: time * source.uniform(1, 1.3), inPlace: inPlace)
    if degrees > 11 { blinkCues.append(span.lowerBound + 0.05) }
  }

  /// Turns the head with the eyes: they lead, or stay with the viewer and let the head pass under them.
  mutating func turnHead(_ muscle: Muscle, _ degrees: Double, _ span: Range<Double>, attack: Double, release: Double, inPlace: Bool = false)
  {
    let start = span.lowerBound
    if !inPlace, start > 0.16 {
      // Anticipation: a hint the other way.
      keys(muscle, [(start - 0.16, 0), (start - 0.02, -degrees * 0.025), (start + 0.16, 0)])
    }
    hold(muscle, degrees, span, attack: attack, release: release, inPlace: inPlace)
    // A turn of the head carries a little tilt and nod with it.
    if muscle == .yaw {
      hold(.roll, degrees * source.uniform(-0.06, 0.06), span, attack: attack * 1.1, release: release, inPlace: inPlace)
      hold(.pitch, abs(degrees) * source.uniform(-0.03, 0.05), span, attack: attack, release: release, inPlace: inPlace)
    }
    guard muscle != .roll, !inPlace else { return }
    let eyes: Muscle = muscle == .yaw ? .gazeYaw : .gazePitch
    let toward = (muscle == .yaw ? degrees : -degrees) * .pi / 180
    if source.chance(0.6) {
      let lead = (toward * source.uniform(0.45, 0.75)).clamped(-0.4, 0.4)
      let at = max(start - 0.1, 0)
      keys(eyes, [(at, 0), (at + 0.06, lead), (at + 0.15, lead), (start + attack * 1.15, lead * 0.1), (start + attack * 1.15 + 0.6, 0)])
    } else {
      hold(eyes, (-toward * source.uniform(0.5, 0.8)).clamped(-0.35, 0.35), span, attack: attack, release: release)
    }
  }

  mutating func gaze(_ name: GazeName, _ intensity: Intensity, _ span: Range<Double>) {
    let far: Double
    switch intensity {
    case .slight: far = source.uniform(0.2, 0.26)
    case .medium: far = source.uniform(0.3, 0.38)
    case .strong: far = source.uniform(0.42, 0.5)
    }
    steadyGaze.append(span)
    blinkCues.append(span.lowerBound + 0.03)
    let release = 0.07
    switch name {
    case .left:
      hold(.gazeYaw, far, span, attack: 0.06, release: release)
      follow(.yaw, far * 8, span)
    case .right:
      hold(.gazeYaw, -far, span, attack: 0.06, release: release)
      follow(.yaw, -far * 8, span)
    case .up:
      hold(.gazePitch, far * 0.85, span, attack: 0.06, release: release)
      look([.browInner: 0.25, .browOuter: 0.25], style.browLiveliness.clamped(0.4, 1.2), span)
      follow(.pitch, -far * 7, span)
    case .down:
      hold(.gazePitch, -far, span, attack: 0.07, release: release)
      look([.blink: 0.16], 1, span)
      follow(.pitch, far * 7, span)
    case .center: steadyGaze.append(span)
    case .around: lookAround(span, far, head: 5)
    }
  }

  /// The head follows a look a little, and late.
  private mutating func follow(_ muscle: Muscle, _ degrees: Double, _ span: Range<Double>) {
    guard source.chance(0.6), span.upperBound - span.lowerBound > 0.6 else { return }
    hold(
      muscle, degrees * source.uniform(0.4, 1.1), span.lowerBound + 0.08..<span.upperBound, attack: pace(0.35), release: pace(0.45))
  }

  /// Fixations in several directions, the head following by `head` degrees at most.
  mutating func lookAround(_ span: Range<Double>, _ far: Double, head: Double) {
    steadyGaze.append(span)
    var directions = [(1.0, 0.1), (-1.0, 0.05), (0.8, 0.6), (-0.7, 0.55), (0.7, -0.5), (-0.8, -0.45)]
    var shuffled: [(Double, Double)] = []
    while !directions.isEmpty { shuffled.append(directions.remove(at: source.index(directions.count))) }
    // Left and right both, whatever the length.
    if shuffled[0].0 * shuffled[1].0 > 0, let other = shuffled.firstIndex(where: { $0.0 * shuffled[0].0 < 0 }) { shuffled.swapAt(1, other) }
    let looks = max(2, min(6, Int((span.upperBound - span.lowerBound) / 0.65)))
    var yaw: [(Double, Double)] = [(span.lowerBound, 0)]
    var pitch = yaw
    var headYaw = yaw
    var headPitch = yaw
    for (index, part) in parts(span, looks).enumerated() {
      let (x, y) = shuffled[index % shuffled.count]
      let size = far * source.uniform(0.85, 1.1)
      let arrive = part.lowerBound + 0.07
      yaw += [(part.lowerBound, yaw.last?.1 ?? 0), (arrive, x * size), (part.upperBound - 0.01, x * size * 0.92)]
      pitch += [(part.lowerBound, pitch.last?.1 ?? 0), (arrive, y * size * 0.7), (part.upperBound - 0.01, y * size * 0.65)]
      let settle = min(part.lowerBound + 0.42, part.upperBound - 0.02)
      headYaw += [(part.lowerBound + 0.06, headYaw.last?.1 ?? 0), (settle, x * head)]
      headPitch += [(part.lowerBound + 0.06, headPitch.last?.1 ?? 0), (settle, -y * head * 0.5)]
      if source.chance(0.4) { blinkCues.append(part.lowerBound) }
    }
    let end = span.upperBound
    keys(.gazeYaw, yaw + [(end + 0.07, 0)])
    keys(.gazePitch, pitch + [(end + 0.07, 0)])
    keys(.yaw, headYaw + [(end + 0.45, 0)])
    keys(.pitch, headPitch + [(end + 0.45, 0)])
  }
}
