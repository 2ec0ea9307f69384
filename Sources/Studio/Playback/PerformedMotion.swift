import Blendshapes
import Motion

extension Take {
  /// The motion on screen and in exports: decoded, imported or blended motion, layer amounts, then offsets on top.
  ///
  /// - Parameter motion: the take's tokens decoded, its imported motion, or its two performances blended by `blendAmounts`.
  public func performed(_ motion: Clip) -> Clip {
    var left = layers
    if blend != nil { (left.mouth, left.expression) = (1, 1) }
    var clip = motion.applying(left)
    for (channel, pages) in offsets.pages {
      for (page, values) in pages {
        let first = page * OffsetTracks.pageFrames
        guard first < clip.frameCount else { continue }
        for frame in first..<min(first + values.count, clip.frameCount) { clip[frame, channel] += values[frame - first] }
      }
    }
    return clip
  }

  /// How much of the speech and of the expression a blended take shows; nil for others, and where the motion it holds is it.
  public var blendAmounts: LayerBlender.Amounts? {
    guard blend != nil, layers.mouth != 1 || layers.expression != 1 else { return nil }
    return LayerBlender.Amounts(speech: layers.mouth, expression: layers.expression)
  }
}
