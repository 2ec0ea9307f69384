/// How much of each layer of a performance is kept; 1 leaves it as it is, 0 takes it away, up to 2 exaggerates.
public struct LayerAmounts: Sendable, Hashable, Codable {
  /// The neck rotation.
  public var head: Double
  /// Jaw, lips, tongue and cheeks as speech moves them.
  public var mouth: Double
  /// Brows, lids without blinks, nose, and the lip corners as feeling moves them.
  public var expression: Double
  /// The eye blinks.
  public var blinks: Double

  public static let range = 0.0...2.0
  public static let unchanged = LayerAmounts()

  public init(head: Double = 1, mouth: Double = 1, expression: Double = 1, blinks: Double = 1) {
    self.head = head
    self.mouth = mouth
    self.expression = expression
    self.blinks = blinks
  }

  /// The same amounts, each inside `range`.
  public var clamped: LayerAmounts {
    func clamp(_ value: Double) -> Double {
      value.isFinite ? min(max(value, Self.range.lowerBound), Self.range.upperBound) : 1
    }
    return LayerAmounts(head: clamp(head), mouth: clamp(mouth), expression: clamp(expression), blinks: clamp(blinks))
  }
}

/// The layer a channel of `studio-50` belongs to.
public enum Layer: String, Sendable, CaseIterable, Codable, Hashable {
  case head, mouth, expression, blinks

  /// The layer of a channel 0…55 of a `studio-50` clip.
  public static func of(channel: Int) -> Layer {
    if Clip.neckRange.contains(channel) { return .head }
    if Clip.jawRange.contains(channel) { return .mouth }
    guard let shape = StudioShape(rawValue: channel) else { return .expression }
    switch shape {
    case .eyeBlinkLeft, .eyeBlinkRight: return .blinks
    case .jawForward, .mouthClose, .mouthFunnel, .mouthPucker, .mouthRight, .mouthLeft, .mouthStretchLeft, .mouthStretchRight,
      .mouthRollLower, .mouthRollUpper, .mouthShrugLower, .mouthShrugUpper, .mouthPressLeft, .mouthPressRight, .mouthLowerDownLeft,
      .mouthLowerDownRight, .mouthUpperUpLeft, .mouthUpperUpRight, .cheekPuff, .tongueOut:
      return .mouth
    default: return .expression
    }
  }
}

extension Clip {
  /// The clip with each layer scaled; shape weights stay in −0.1…1.2.
  ///
  /// `mouthClose` and the jaw share a factor, so lips that seal go on sealing at every amount. Only `studio-50` clips
  /// have named channels; a clip in another basis is scaled at its head and jaw alone.
  public func applying(_ amounts: LayerAmounts) -> Clip {
    guard amounts != .unchanged else { return self }
    let amounts = amounts.clamped
    let factors: [Float] = (0..<Clip.channels).map { channel in
      guard basis == .studio50 || channel >= Clip.expressionRange.upperBound else { return 1 }
      switch Layer.of(channel: channel) {
      case .head: return Float(amounts.head)
      case .mouth: return Float(amounts.mouth)
      case .expression: return Float(amounts.expression)
      case .blinks: return Float(amounts.blinks)
      }
    }
    var clip = self
    for frame in 0..<frameCount {
      for channel in 0..<Clip.channels {
        let index = frame * Clip.channels + channel
        let scaled = values[index] * factors[channel]
        let limited = Clip.expressionRange.contains(channel) && factors[channel] > 1
        clip.values[index] = limited ? min(max(scaled, min(-0.1, values[index])), max(1.2, values[index])) : scaled
      }
    }
    return clip
  }
}
