/// How an action or an emotion is recognised: signals with the least strength each must reach, as few as tell it apart.
///
/// Thresholds lie well under what an animator would draw at "slight", so that a miss is a real miss.
extension MotionReading {
  /// The single curve that stands for a thing of the vocabulary; its peak tells how strong, its rise when.
  public func strength(of what: Claim.What) -> [Double] {
    switch what.kind {
    case .unit:
      guard let unit = UnitName(rawValue: what.name) else { return [] }
      let sides = sides(of: unit)
      switch what.side {
      case .left: return sides.left
      case .right: return sides.right
      case .both: return unit == .wink ? zip(sides.left, sides.right).map { abs($0 - $1) } : zip(sides.left, sides.right).map(min)
      case nil: return unit == .wink ? zip(sides.left, sides.right).map { abs($0 - $1) } : zip(sides.left, sides.right).map(max)
      }
    case .pose:
      return PoseName(rawValue: what.name).map { angle($0).map { $0 / 20 } } ?? []
    case .gaze:
      return GazeName(rawValue: what.name).map { look($0).map { $0 / 0.4 } } ?? []
    case .emotion:
      return EmotionName(rawValue: what.name).map(emotion) ?? []
    case .action:
      return ActionName(rawValue: what.name).map { action($0, side: what.side) } ?? []
    }
  }

  /// The least strength at which a thing counts as seen.
  public func threshold(_ what: Claim.What) -> Double {
    switch what.kind {
    case .unit: what.name == UnitName.wink.rawValue || what.name == UnitName.eyeClose.rawValue ? 0.5 : 0.2
    case .pose: what.name == PoseName.straight.rawValue ? -7.0 / 20 : 4.5 / 20
    case .gaze: what.name == GazeName.center.rawValue ? -0.16 / 0.4 : 0.11 / 0.4
    case .emotion: 0.17
    case .action: 0.2
    }
  }

  private func most(_ signals: [Double]...) -> [Double] {
    (0..<clip.frameCount).map { frame in signals.map { $0[frame] }.max() ?? 0 }
  }

  private func mean(_ signals: [Double]...) -> [Double] {
    (0..<clip.frameCount).map { frame in signals.map { $0[frame] }.reduce(0, +) / Double(signals.count) }
  }

  private func emotion(_ name: EmotionName) -> [Double] {
    switch name {
    case .happy: return either(.smile)
    case .sad: return most(either(.frownMouth), either(.browInnerUp))
    case .angry: return either(.browDown)
    case .surprised: return mean(either(.browsUp), either(.browsUp), either(.eyeWide))
    case .fearful: return mean(either(.browInnerUp), most(either(.eyeWide), either(.mouthStretch)))
    case .disgusted: return most(either(.noseWrinkle), either(.upperLipRaise))
    case .contempt:
      let dimple = sides(of: .dimple)
      let smile = sides(of: .smile)
      return (0..<clip.frameCount).map { frame in
        max(abs(dimple.left[frame] - dimple.right[frame]), abs(smile.left[frame] - smile.right[frame]))
      }
    case .neutral:
      // 1 at rest, 0 where the face's expressive shapes are at half strength.
      let shown = most(
        either(.smile), either(.frownMouth), either(.browDown), either(.noseWrinkle), either(.browsUp), either(.eyeWide),
        either(.mouthStretch))
      return shown.map { 1 - 2 * $0 }
    }
  }

  private func action(_ name: ActionName, side: Side?) -> [Double] {
    let blink = sides(of: .eyeClose)
    func degrees(_ values: [Double], _ full: Double) -> [Double] { values.map { $0 / full } }
    func sided(_ left: [Double], _ right: [Double]) -> [Double] {
      side == .left ? left : side == .right ? right : most(left, right)
    }
    switch name {
    case .nod: return degrees(swing(pitch), 20)
    case .shakeHead: return degrees(swing(yaw), 20)
    case .wagHead: return degrees(swing(roll), 20)
    case .turn: return sided(degrees(angle(.turnLeft), 30), degrees(angle(.turnRight), 30))
    case .tiltHead: return sided(degrees(angle(.tiltLeft), 20), degrees(angle(.tiltRight), 20))
    case .bowHead: return degrees(angle(.down), 25)
    case .lookAround: return gazeSide.map { abs($0) / 0.45 }
    case .read: return most(look(.down).map { $0 / 0.4 }, degrees(angle(.down), 20))
    case .gaze: return clip.frameCount > 0 ? most(look(.center).map { $0 + 1 }, gazeSide.map { abs($0) }) : []
    case .smile: return sided(sides(of: .smile).left, sides(of: .smile).right)
    case .laugh: return mean(either(.smile), most(jaw, either(.cheekRaise)))
    case .cry, .weep: return most(either(.frownMouth), either(.browInnerUp))
    case .frown, .glare: return either(.browDown)
    case .sneer:
      return sided(
        most(sides(of: .noseWrinkle).left, sides(of: .upperLipRaise).left),
        most(sides(of: .noseWrinkle).right, sides(of: .upperLipRaise).right))
    case .grimace: return most(either(.mouthStretch), either(.eyeSquint), either(.lowerLipDown))
    case .pout: return most(either(.chinRaise), either(.pucker), either(.frownMouth))
    case .makeFace:
      return most(
        either(.tongueOut), either(.cheekPuff), either(.mouthLeft), either(.mouthRight), either(.mouthStretch), either(.noseWrinkle))
    case .raiseBrows: return sided(sides(of: .browsUp).left, sides(of: .browsUp).right)
    case .squint: return sided(sides(of: .eyeSquint).left, sides(of: .eyeSquint).right)
    case .closeEyes, .sleep, .blink: return (0..<clip.frameCount).map { min(blink.left[$0], blink.right[$0]) - 0.4 }
    case .wink:
      return (0..<clip.frameCount).map { frame in
        let difference = blink.left[frame] - blink.right[frame]
        return side == .left ? difference : side == .right ? -difference : abs(difference)
      }
    case .yawn: return jaw.map { $0 / 1.2 }
    case .sigh, .talk, .shout, .sing, .eat, .cough, .gasp: return jaw.map { $0 * 2.2 }
    case .sneeze: return mean(jaw.map { $0 * 2 }, most(blink.left, blink.right))
    case .sniff: return either(.noseWrinkle)
    case .blow, .kiss, .whistle: return either(.pucker)
    case .puffCheeks: return either(.cheekPuff)
    case .chew: return jaw.map { $0 * 2.5 }
    case .drink: return most(either(.pucker), either(.funnel)).map { $0 * 1.2 }
    case .swallow: return most(either(.lipPress), either(.chinRaise), track(.mouthRollLower)).map { $0 * 1.5 }
    case .lickLips: return either(.tongueOut).map { $0 * 1.4 }
    case .stickTongueOut: return either(.tongueOut)
    case .bitLip: return track(.mouthRollLower)
    case .clenchTeeth: return most(either(.lipPress), either(.dimple), either(.mouthStretch)).map { $0 * 1.4 }
    }
  }

  /// How far a track departs from its own mean over 0.8 s: slow holds fall out, swings stay.
  private func swing(_ values: [Double]) -> [Double] {
    let reach = max(1, Int(0.4 * clip.framesPerSecond))
    return values.indices.map { index in
      let window = values[max(0, index - reach)...min(values.count - 1, index + reach)]
      return abs(values[index] - window.reduce(0, +) / Double(window.count))
    }
  }

  /// How often a repeated action is seen between two frames; nil when its repeats are not countable.
  public func count(_ what: Claim.What, _ frames: Range<Int>) -> Int? {
    guard what.kind == .action, let name = ActionName(rawValue: what.name) else { return nil }
    func peaks(_ values: [Double], _ prominence: Double) -> Int { Self.peaks(Array(values[frames]), prominence: prominence) }
    let strongest = strength(of: what)[frames].max() ?? 0
    switch name {
    case .nod:
      let size = (pitch[frames].max() ?? 0) - (pitch[frames].min() ?? 0)
      return peaks(pitch, max(3, 0.3 * size))
    case .shakeHead, .wagHead:
      // A swing to either side is half a shake.
      let values = name == .shakeHead ? yaw : roll
      return (Self.swings(Array(values[frames])) + 1) / 2
    case .blink, .wink: return peaks(strength(of: what), 0.35)
    case .cough, .gasp, .shout, .sneeze: return peaks(strength(of: what), 0.35 * strongest)
    case .sniff, .kiss, .puffCheeks, .stickTongueOut, .raiseBrows, .blow: return peaks(strength(of: what), 0.4 * strongest)
    default: return nil
    }
  }

  /// How often a track swings from one side of its middle to the other; swings under 40 % of the largest do not count.
  private static func swings(_ values: [Double]) -> Int {
    let middle = values.isEmpty ? 0 : values.sorted()[values.count / 2]
    let limit = max(1.5, 0.4 * (values.map { abs($0 - middle) }.max() ?? 0))
    var count = 0
    var side = 0.0
    for value in values where abs(value - middle) >= limit {
      let now: Double = value > middle ? 1 : -1
      if now != side { count += 1 }
      side = now
    }
    return count
  }
}
