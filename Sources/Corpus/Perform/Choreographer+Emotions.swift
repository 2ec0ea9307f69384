import Claims

/// Emotions as faces: FACS prototypes and the ways people vary them.
///
/// Source: Ekman, Friesen and Hager, "Facial Action Coding System: Investigator's Guide" (2002), the prototype and variant tables.
extension Choreographer {
  /// The realisations of an emotion at full strength; the first is the prototype.
  static func realisations(of emotion: EmotionName) -> [Look] {
    switch emotion {
    case .neutral: [[:]]
    case .happy:
      [
        [.smile: 0.85, .cheek: 0.7, .squint: 0.25, .upperUp: 0.2, .jaw: 0.1],
        [.smile: 0.75, .cheek: 0.6, .dimple: 0.25, .squint: 0.2],
        [.smile: 0.95, .cheek: 0.8, .upperUp: 0.35, .jaw: 0.22, .browOuter: 0.25, .browInner: 0.15, .squint: 0.3],
        [.smile: 0.8, .cheek: 0.55, .press: 0.15, .browInner: 0.12, .roll: -3],
        [.smile: 0.85, .cheek: 0.65, .stretch: 0.2, .lowerDown: 0.2, .upperUp: 0.25, .jaw: 0.14, .pitch: -3],
      ]
    case .sad:
      [
        [.browInner: 0.85, .browDown: 0.25, .frown: 0.75, .shrugLower: 0.3, .blink: 0.15, .pitch: 4, .gazePitch: -0.12],
        [.browInner: 0.75, .frown: 0.65, .squint: 0.2, .blink: 0.2],
        [.browInner: 0.9, .browDown: 0.35, .frown: 0.6, .shrugLower: 0.55, .shrugUpper: 0.2, .press: 0.2],
        [.browInner: 0.7, .frown: 0.8, .stretch: 0.2, .blink: 0.25, .pitch: 8, .gazePitch: -0.2],
        [.browInner: 0.8, .frown: 0.55, .lowerDown: 0.15, .jaw: 0.06, .cheek: 0.25, .roll: 4],
      ]
    case .angry:
      [
        [.browDown: 0.95, .squint: 0.45, .wide: 0.25, .press: 0.6, .pitch: 3],
        [.browDown: 0.9, .squint: 0.5, .upperUp: 0.35, .lowerDown: 0.35, .stretch: 0.2, .sneer: 0.35, .jaw: 0.08],
        [.browDown: 0.85, .squint: 0.4, .frown: 0.4, .shrugLower: 0.35, .sneer: 0.2],
        [.browDown: 0.95, .wide: 0.35, .funnel: 0.3, .jaw: 0.22, .lowerDown: 0.4, .sneer: 0.3],
        [.browDown: 0.8, .squint: 0.6, .press: 0.45, .jawForward: 0.35, .rollLower: 0.2, .pitch: 5],
      ]
    case .surprised:
      [
        [.browInner: 0.85, .browOuter: 0.9, .wide: 0.75, .jaw: 0.42],
        [.browInner: 0.9, .browOuter: 0.85, .wide: 0.65, .jaw: 0.55, .pitch: -4],
        [.browInner: 0.8, .browOuter: 0.8, .wide: 0.6, .jaw: 0.22, .funnel: 0.35],
        [.browInner: 0.85, .browOuter: 0.9, .wide: 0.7, .jaw: 0.15, .lowerDown: 0.12],
        [.browInner: 0.75, .browOuter: 0.8, .wide: 0.6, .jaw: 0.3, .smile: 0.22, .cheek: 0.1],
      ]
    case .fearful:
      [
        [.browInner: 0.9, .browOuter: 0.4, .browDown: 0.4, .wide: 0.8, .stretch: 0.65, .jaw: 0.14, .lowerDown: 0.2],
        [.browInner: 0.8, .browDown: 0.35, .wide: 0.7, .stretch: 0.5, .pitch: -3],
        [.browInner: 0.85, .browOuter: 0.3, .browDown: 0.3, .wide: 0.75, .stretch: 0.55, .jaw: 0.28, .upperUp: 0.12, .pitch: -5],
        [.browInner: 0.8, .browDown: 0.45, .wide: 0.6, .stretch: 0.6, .press: 0.25, .shrugLower: 0.2, .pitch: 3],
      ]
    case .disgusted:
      [
        [.sneer: 0.85, .upperUp: 0.55, .browDown: 0.45, .cheek: 0.3, .shrugLower: 0.25],
        [.sneer: 0.8, .upperUp: 0.5, .squint: 0.4, .frown: 0.4, .yaw: 4],
        [.sneer: 0.75, .upperUp: 0.65, .lowerDown: 0.3, .jaw: 0.16, .tongue: 0.22, .browDown: 0.35],
        [.sneer: 0.8, .frown: 0.5, .shrugLower: 0.5, .shrugUpper: 0.35, .browDown: 0.4, .squint: 0.3, .pitch: -4],
      ]
    case .contempt: [[:]]
    }
  }

  /// Contempt is one-sided: a tightened, raised lip corner; sometimes a raised brow or a tilted-back head.
  private static let contemptLooks: [(sided: Look, both: Look)] = [
    ([.dimple: 0.9, .smile: 0.55, .upperUp: 0.25, .cheek: 0.15], [.blink: 0.15]),
    ([.dimple: 0.8, .smile: 0.65, .cheek: 0.3], [.blink: 0.22, .pitch: -7]),
    ([.dimple: 0.85, .smile: 0.45, .upperUp: 0.45, .sneer: 0.35], [.press: 0.15, .blink: 0.1]),
    ([.dimple: 0.85, .smile: 0.6], [.browOuter: 0.4, .pitch: -5, .blink: 0.18]),
  ]

  /// Shows an emotion over a span; `inPlace` when the clip begins in it.
  mutating func emotion(_ name: EmotionName, _ intensity: Intensity, side: Side, _ span: Range<Double>, inPlace: Bool) {
    guard name != .neutral else { return }
    // A faint emotion is still seen: its several small movements have to add up to a face.
    let drawn = gain(intensity)
    let gain = drawn + (name == .fearful || name == .contempt ? 0.22 : 0.1) * (1 - min(drawn, 1))
    let attack: Double = name == .surprised || name == .fearful ? source.uniform(0.18, 0.32) : source.uniform(0.35, 0.8)
    let release = source.uniform(0.5, 1)
    if name == .contempt {
      let look = source.pick(Self.contemptLooks)
      let side = side == .both ? (source.chance(0.5) ? Side.left : .right) : side
      self.look(look.sided, gain, span, attack: attack, release: release, side: side, inPlace: inPlace)
      self.look(look.both, gain, span, attack: attack, release: release, inPlace: inPlace)
      return
    }
    let looks = Self.realisations(of: name)
    let pick = source.weightedIndex(looks.indices.map { $0 == 0 ? 1.6 : 1 })
    look(looks[pick], gain, span, attack: attack, release: release, side: side, inPlace: inPlace)
    // Felt emotion comes in waves: a second, smaller swell in a long stretch.
    let length = span.upperBound - span.lowerBound
    if length > 2.5, source.chance(0.5) {
      let at = span.lowerBound + length * source.uniform(0.4, 0.7)
      swell(of: name, gain, at: at)
    }
    if name == .fearful, gain > 0.5 {
      swing(.yaw, -0.7, 0.7, rate: 5.5, span.lowerBound..<min(span.lowerBound + 2, span.upperBound))
    }
  }

  private mutating func swell(of name: EmotionName, _ gain: Double, at time: Double) {
    let look: Look =
      switch name {
      case .happy: [.smile: 0.3, .cheek: 0.25, .squint: 0.15]
      case .sad: [.browInner: 0.25, .shrugLower: 0.3, .frown: 0.2]
      case .angry: [.browDown: 0.25, .press: 0.25, .sneer: 0.2]
      case .surprised: [.browInner: 0.2, .browOuter: 0.25, .wide: 0.2]
      case .fearful: [.wide: 0.25, .stretch: 0.25]
      case .disgusted: [.sneer: 0.3, .upperUp: 0.2]
      default: [.dimple: 0.15]
      }
    for (muscle, amount) in look {
      pulse(muscle, amount * gain, at: time, up: source.uniform(0.25, 0.5), stay: source.uniform(0.1, 0.4), down: source.uniform(0.4, 0.8))
    }
  }
}
