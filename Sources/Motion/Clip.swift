/// Facial motion: 56 numbers a frame (50 expression, 3 neck, 3 jaw) at a frame rate, in a named basis.
///
/// Axis letters: T frames, C channels (56). Rotations are axis–angle in radians; shape weights have no unit.
public struct Clip: Sendable, Hashable {
  /// What the 50 expression numbers mean.
  public enum Basis: String, Sendable, Hashable, Codable, CaseIterable {
    case studio50 = "studio-50"
    case flame2020 = "flame-2020"
    case flame2023 = "flame-2023"
    case flameOpen = "flame-open"
  }

  public static let channels = 56
  public static let expressionRange = 0..<50
  public static let neckRange = 50..<53
  public static let jawRange = 53..<56
  /// The frame rate of MMHead and of every model here.
  public static let modelFramesPerSecond = 25.0

  public var basis: Basis
  public var framesPerSecond: Double
  /// T × 56, frame after frame.
  public var values: [Float]
  /// Where the clip comes from: prompt, seed, settings, fingerprints. Free keys, kept by every format that can.
  public var provenance: [String: String]

  public init(
    basis: Basis = .studio50, framesPerSecond: Double = Clip.modelFramesPerSecond, values: [Float] = [],
    provenance: [String: String] = [:]
  ) {
    precondition(values.count % Clip.channels == 0, "a clip holds 56 numbers a frame, found \(values.count) numbers")
    self.basis = basis
    self.framesPerSecond = framesPerSecond
    self.values = values
    self.provenance = provenance
  }

  /// A clip at rest.
  public init(basis: Basis = .studio50, frames: Int) {
    self.init(basis: basis, values: [Float](repeating: 0, count: frames * Clip.channels))
  }

  public var frameCount: Int { values.count / Clip.channels }
  public var seconds: Double { Double(frameCount) / framesPerSecond }

  /// One frame as 56 numbers.
  public func frame(_ index: Int) -> ArraySlice<Float> {
    values[index * Clip.channels..<(index + 1) * Clip.channels]
  }

  public subscript(frame: Int, channel: Int) -> Float {
    get { values[frame * Clip.channels + channel] }
    set { values[frame * Clip.channels + channel] = newValue }
  }

  public subscript(frame: Int, shape: StudioShape) -> Float {
    get { self[frame, shape.rawValue] }
    set { self[frame, shape.rawValue] = newValue }
  }
}
