/// Action units of the Facial Action Coding System, read off the shapes of `studio-50`.
public struct ActionUnit: Sendable, Hashable {
  public enum Side: Sendable, Hashable { case both, left, right }

  public let number: Int
  public let side: Side

  public init(_ number: Int, _ side: Side = .both) {
    self.number = number
    self.side = side
  }

  /// `AU12`, `AU12L`, `AU12R`.
  public var name: String { "AU\(number)" + (side == .both ? "" : side == .left ? "L" : "R") }

  /// Units with a side of their own (left shapes, right shapes).
  private static let sided: [Int: (left: [StudioShape], right: [StudioShape])] = [
    1: ([.browInnerUpLeft], [.browInnerUpRight]), 2: ([.browOuterUpLeft], [.browOuterUpRight]),
    4: ([.browDownLeft], [.browDownRight]), 5: ([.eyeWideLeft], [.eyeWideRight]),
    6: ([.cheekSquintLeft], [.cheekSquintRight]), 7: ([.eyeSquintLeft], [.eyeSquintRight]),
    9: ([.noseSneerLeft], [.noseSneerRight]), 10: ([.mouthUpperUpLeft], [.mouthUpperUpRight]),
    12: ([.mouthSmileLeft], [.mouthSmileRight]), 14: ([.mouthDimpleLeft], [.mouthDimpleRight]),
    15: ([.mouthFrownLeft], [.mouthFrownRight]), 16: ([.mouthLowerDownLeft], [.mouthLowerDownRight]),
    20: ([.mouthStretchLeft], [.mouthStretchRight]), 23: ([.mouthPressLeft], [.mouthPressRight]),
    24: ([.mouthPressLeft], [.mouthPressRight]),
  ]

  private static let single: [Int: [StudioShape]] = [
    17: [.mouthShrugLower, .mouthShrugUpper], 18: [.mouthPucker], 19: [.tongueOut], 22: [.mouthFunnel],
    28: [.mouthRollLower, .mouthRollUpper], 29: [.jawForward], 34: [.cheekPuff],
  ]

  /// Every unit that the basis can show, in order: the number, then its sides.
  public static let all: [ActionUnit] = {
    let numbers = Set(sided.keys).union(single.keys).union([25, 26, 27, 30, 43, 45, 61, 62, 63, 64]).sorted()
    return numbers.flatMap { number in
      let hasSides = sided[number] != nil || [30, 43, 45].contains(number)
      return [ActionUnit(number)] + (hasSides ? [ActionUnit(number, .left), ActionUnit(number, .right)] : [])
    }
  }()

  /// The 41 units of the detector MMHead used: 27 main ones and 14 sided ones.
  public static let detector: [ActionUnit] =
    [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 27, 32, 38, 39].map { ActionUnit($0) }
    + [1, 2, 4, 6, 10, 12, 14].flatMap { [ActionUnit($0, .left), ActionUnit($0, .right)] }

  /// Those of the detector's units that no shape here can show: 11 (nasolabial furrow), 13 (sharp lip puller), 32 (lip bite),
  /// 38 and 39 (nostrils).
  public static let withoutCounterpart: [ActionUnit] = detector.filter { !all.contains($0) }

  /// The intensity 0…1 in a frame of 56 numbers.
  ///
  /// - Parameters:
  ///   - lipGapMillimetres: the measured gap for unit 25 (10 mm count as 1); without it the gap is guessed from the shapes.
  ///   - isBlink: whether closed eyes belong to a brief blink (45) rather than being held (43).
  public func intensity(frame: ArraySlice<Float>, lipGapMillimetres: Float? = nil, isBlink: Bool = false) -> Float {
    let start = frame.startIndex
    func weight(_ shape: StudioShape) -> Float { min(max(frame[start + shape.rawValue], 0), 1) }
    func strongest(_ shapes: [StudioShape]) -> Float { shapes.map(weight).max() ?? 0 }
    func ofSides(_ left: Float, _ right: Float) -> Float { side == .left ? left : side == .right ? right : max(left, right) }
    if let shapes = Self.sided[number] { return ofSides(strongest(shapes.left), strongest(shapes.right)) }
    if let shapes = Self.single[number] { return strongest(shapes) }
    let jaw = JawConvention.weights(
      rotation: SIMD3(frame[start + Clip.jawRange.lowerBound], frame[start + Clip.jawRange.lowerBound + 1], 0))
    let open = min(max(jaw.open, 0), 1)
    switch number {
    case 25:
      if let gap = lipGapMillimetres { return min(gap / 10, 1) }
      let lips = strongest([.mouthLowerDownLeft, .mouthLowerDownRight, .mouthUpperUpLeft, .mouthUpperUpRight, .mouthFunnel]) / 2
      return min(max(open - weight(.mouthClose), 0) * 2 + lips, 1)
    case 26: return min(open * 2, 1)
    case 27: return max(open * 2 - 1, 0)
    case 30: return min(ofSides(jaw.left, jaw.right), 1)
    case 43, 45: return (number == 45) == isBlink ? ofSides(weight(.eyeBlinkLeft), weight(.eyeBlinkRight)) : 0
    case 61: return (weight(.eyeLookOutLeft) + weight(.eyeLookInRight)) / 2
    case 62: return (weight(.eyeLookInLeft) + weight(.eyeLookOutRight)) / 2
    case 63: return (weight(.eyeLookUpLeft) + weight(.eyeLookUpRight)) / 2
    case 64: return (weight(.eyeLookDownLeft) + weight(.eyeLookDownRight)) / 2
    default: return 0
    }
  }
}

extension Clip {
  /// For each frame whether closed eyes belong to a blink: shut (above one half) for at most half a second.
  public var blinkFrames: [Bool] {
    var result = [Bool](repeating: false, count: frameCount)
    var start: Int?
    for frame in 0...frameCount {
      let closed = frame < frameCount && max(self[frame, .eyeBlinkLeft], self[frame, .eyeBlinkRight]) > 0.2
      if closed, start == nil { start = frame }
      if !closed, let first = start {
        if Double(frame - first) <= 0.5 * framesPerSecond { for index in first..<frame { result[index] = true } }
        start = nil
      }
    }
    return result
  }

  /// The intensities of every unit of `ActionUnit.all` (T × units).
  ///
  /// - Parameter lipGapMillimetres: measured gaps, one a frame, when a head was posed.
  public func actionUnits(lipGapMillimetres: [Float]? = nil) -> [[Float]] {
    let blinks = blinkFrames
    return (0..<frameCount).map { index in
      ActionUnit.all.map { $0.intensity(frame: frame(index), lipGapMillimetres: lipGapMillimetres?[index], isBlink: blinks[index]) }
    }
  }
}
