/// Offsets on top of decoded motion, kept in pages of 64 frames so that edits share what they do not touch.
///
/// One track a channel (56), in the clip's units: weights for shapes, radians for neck and jaw. A frame without a page has offset 0.
public struct OffsetTracks: Sendable, Hashable {
  public static let pageFrames = 64

  /// Pages by channel, then by page number; a page holds `pageFrames` offsets.
  public private(set) var pages: [Int: [Int: [Float]]] = [:]

  public init() {}

  public var isEmpty: Bool { pages.isEmpty }

  public subscript(frame: Int, channel: Int) -> Float {
    pages[channel]?[frame / Self.pageFrames]?[frame % Self.pageFrames] ?? 0
  }

  /// Adds `amount` over frames, with smooth shoulders of `ease` frames on both sides so that nothing pops.
  public mutating func add(_ amount: Float, channel: Int, frames: ClosedRange<Int>, ease: Int) {
    let first = max(0, frames.lowerBound - ease)
    for frame in first...(frames.upperBound + ease) {
      let distance = frame < frames.lowerBound ? frames.lowerBound - frame : max(0, frame - frames.upperBound)
      let position = 1 - Float(distance) / Float(ease + 1)
      set(self[frame, channel] + amount * position * position * (3 - 2 * position), frame: frame, channel: channel)
    }
  }

  /// Takes all offsets off a channel, or off every channel.
  public mutating func clear(channel: Int? = nil) {
    if let channel { pages[channel] = nil } else { pages = [:] }
  }

  private mutating func set(_ value: Float, frame: Int, channel: Int) {
    let page = frame / Self.pageFrames
    var values = pages[channel]?[page] ?? [Float](repeating: 0, count: Self.pageFrames)
    values[frame % Self.pageFrames] = value
    pages[channel, default: [:]][page] = values.allSatisfy { $0 == 0 } ? nil : values
    if pages[channel]?.isEmpty == true { pages[channel] = nil }
  }

  /// Puts back a page read from a session; a page of the wrong length is refused.
  mutating func restore(page: Int, channel: Int, values: [Float]) -> Bool {
    guard values.count == Self.pageFrames, values.allSatisfy(\.isFinite), page >= 0 else { return false }
    pages[channel, default: [:]][page] = values
    return true
  }
}
