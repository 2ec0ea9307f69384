extension Clip {
  /// The neck rotation of a frame: axis–angle, radians.
  public func neck(_ frame: Int) -> SIMD3<Float> { vector(frame, Self.neckRange.lowerBound) }
  /// The jaw rotation of a frame: axis–angle, radians.
  public func jaw(_ frame: Int) -> SIMD3<Float> { vector(frame, Self.jawRange.lowerBound) }

  public mutating func setNeck(_ frame: Int, _ rotation: SIMD3<Float>) { set(frame, Self.neckRange.lowerBound, rotation) }
  public mutating func setJaw(_ frame: Int, _ rotation: SIMD3<Float>) { set(frame, Self.jawRange.lowerBound, rotation) }

  private func vector(_ frame: Int, _ channel: Int) -> SIMD3<Float> {
    let start = frame * Self.channels + channel
    return SIMD3(values[start], values[start + 1], values[start + 2])
  }

  private mutating func set(_ frame: Int, _ channel: Int, _ vector: SIMD3<Float>) {
    let start = frame * Self.channels + channel
    for axis in 0..<3 { values[start + axis] = vector[axis] }
  }
}
