/// A named place in time.
public struct Marker: Sendable, Hashable, Codable {
  /// Seconds from the start of the clip.
  public var seconds: Double
  public var name: String

  public init(seconds: Double, name: String) {
    self.seconds = seconds
    self.name = name
  }
}

/// A speech file as a session refers to it.
public struct AudioReference: Sendable, Hashable {
  /// The path as the user gave it, made relative to the session's folder where it lies below.
  public var path: String
  /// SHA-256 of the file's bytes, hex; nil until the file was read once.
  public var sha256: String?
  /// Seconds cut from the beginning.
  public var trimStart: Double
  /// Seconds kept after the trim; nil keeps all.
  public var trimLength: Double?
  /// Seconds the sound starts after the motion; negative starts before.
  public var offset: Double
  /// Where the sound came from when it was spoken here: the line of a scratch voice.
  public var spokenLine: String?
  /// The file's bytes in base64 when the user asked to embed them.
  public var embedded: String?

  public init(
    path: String, sha256: String? = nil, trimStart: Double = 0, trimLength: Double? = nil, offset: Double = 0,
    spokenLine: String? = nil, embedded: String? = nil
  ) {
    self.path = path
    self.sha256 = sha256
    self.trimStart = trimStart
    self.trimLength = trimLength
    self.offset = offset
    self.spokenLine = spokenLine
    self.embedded = embedded
  }
}
