import Motion

extension Take {
  /// The motion on screen and in exports: decoded (or imported) motion, layer amounts, then offsets on top.
  ///
  /// - Parameter decoded: the take's tokens decoded; ignored for imported motion.
  public func performed(_ decoded: Clip) -> Clip {
    var clip = (imported ?? decoded).applying(layers)
    for (channel, pages) in offsets.pages {
      for (page, values) in pages {
        let first = page * OffsetTracks.pageFrames
        guard first < clip.frameCount else { continue }
        for frame in first..<min(first + values.count, clip.frameCount) { clip[frame, channel] += values[frame - first] }
      }
    }
    return clip
  }
}
