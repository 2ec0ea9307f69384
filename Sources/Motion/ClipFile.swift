import Containers

/// Reading a clip from any of the formats of this module, by what the file holds.
public enum ClipFile {
  public struct Options: Sendable {
    /// The unit of a Live Link table's angles.
    public var angleUnit = LiveLinkFormat.AngleUnit.radians
    /// The clip's rate when the source has another; nil keeps the source's.
    public var framesPerSecond: Double? = Clip.modelFramesPerSecond
    /// The basis of a file that does not name one.
    public var assumedBasis = Clip.Basis.flame2020
    public init() {}
  }

  /// Reads .npz, .pkl (MMHead), .csv (Live Link Face, also .gz) or .json (Audio2Face). Errors: `ContainerError`, `MotionError`.
  public static func read(_ path: String, options: Options = Options()) throws -> Clip {
    let file = try FileBytes(reading: path)
    let name = path.lowercased()
    if ZipArchive.isZip(file) { return try fitted(Clip(npz: file, assumedBasis: options.assumedBasis), options) }
    if name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") {
      return try Clip(liveLink: file, unit: options.angleUnit, framesPerSecond: options.framesPerSecond)
    }
    if name.hasSuffix(".pkl") || name.hasSuffix(".pickle") {
      return try fitted(Clip(mmhead: file, basis: options.assumedBasis), options)
    }
    if name.hasSuffix(".json") { return try Clip(audio2Face: file, framesPerSecond: options.framesPerSecond) }
    throw ContainerError.wrongKind(
      path: path, expected: "a clip: .npz, .pkl (MMHead), .csv (Live Link Face) or .json (Audio2Face)",
      found: file.count == 0 ? "an empty file" : "another file")
  }

  private static func fitted(_ clip: Clip, _ options: Options) -> Clip {
    guard let rate = options.framesPerSecond, rate != clip.framesPerSecond else { return clip }
    return clip.resampled(to: rate)
  }
}
