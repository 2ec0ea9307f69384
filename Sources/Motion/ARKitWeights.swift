/// ARKit's 52 blend shapes in the order of Live Link Face, and their exact relation to the basis `studio-50`.
public enum ARKitWeights {
  /// Names as ARKit spells them, in Live Link Face's order.
  public static let names = [
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawRight", "jawLeft", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRight", "mouthLeft",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft",
    "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
  ]
  public static let count = 52

  private static let jawRight = 15
  private static let jawLeft = 16
  private static let jawOpen = 17
  private static let browInnerUp = 43

  /// For each ARKit shape the channel that holds it; nil for the four that are made of others.
  private static let channels: [Int?] = names.map { StudioShape(name: $0)?.rawValue }

  /// The 52 weights of a frame of 56 numbers in `studio-50`.
  public static func weights(frame: ArraySlice<Float>) -> [Float] {
    let start = frame.startIndex
    var weights = channels.map { channel in channel.map { frame[start + $0] } ?? 0 }
    let jaw = JawConvention.weights(
      rotation: SIMD3(frame[start + Clip.jawRange.lowerBound], frame[start + Clip.jawRange.lowerBound + 1], 0))
    weights[jawOpen] = jaw.open
    weights[jawLeft] = jaw.left
    weights[jawRight] = jaw.right
    weights[browInnerUp] =
      (frame[start + StudioShape.browInnerUpLeft.rawValue] + frame[start + StudioShape.browInnerUpRight.rawValue]) / 2
    return weights
  }

  /// The 56 numbers of 52 weights and a neck rotation.
  public static func frame(weights: [Float], neck: SIMD3<Float> = .zero) -> [Float] {
    precondition(weights.count == count, "ARKit has 52 weights, found \(weights.count)")
    var frame = [Float](repeating: 0, count: Clip.channels)
    for (index, channel) in channels.enumerated() { if let channel { frame[channel] = weights[index] } }
    frame[StudioShape.browInnerUpLeft.rawValue] = weights[browInnerUp]
    frame[StudioShape.browInnerUpRight.rawValue] = weights[browInnerUp]
    let jaw = JawConvention.rotation(open: weights[jawOpen], left: weights[jawLeft], right: weights[jawRight])
    for axis in 0..<3 {
      frame[Clip.neckRange.lowerBound + axis] = neck[axis]
      frame[Clip.jawRange.lowerBound + axis] = jaw[axis]
    }
    return frame
  }
}
