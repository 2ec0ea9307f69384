import Head
import Motion
import Speech

/// One take to write.
public struct ExportTake: Sendable {
  public var name: String
  public var clip: Clip
  /// Phones with their times, when the words are known; mouth cues then come from them.
  public var phones: [TimedPhone]

  public init(name: String, clip: Clip, phones: [TimedPhone] = []) {
    self.name = name
    self.clip = clip
    self.phones = phones
  }
}

/// How takes are written.
public struct ExportOptions: Sendable {
  public var head: HeadModel
  /// Frames a second to resample to; nil keeps the clip's (Live Link: 60).
  public var framesPerSecond: Double?
  /// The frames to write; nil all.
  public var frames: Range<Int>?
  public var overwrite = false
  public var angleUnit = LiveLinkFormat.AngleUnit.radians
  /// Seconds since midnight of the first frame, for timecodes.
  public var startSeconds = 0.0
  /// The speech file, named in formats that can and copied by .wav.
  public var audioPath: String?
  /// Name of the model that made the clip, and other facts for every format's own place.
  public var provenance: [String: String] = [:]
  /// Columns × rows of text previews.
  public var previewColumns = 80
  public var previewRows = 40
  public var yawDegrees = 0.0
  public var pitchDegrees = 0.0
  public var zoom = 1.0
  /// The frame a picture shows; nil makes a contact sheet.
  public var pictureFrame: Int?

  public init(head: HeadModel) { self.head = head }
}

/// What was written.
public struct ExportReport: Sendable, Hashable {
  public var paths: [String] = []
  /// Things the user should know: weights that were clamped, parts left out.
  public var notes: [String] = []

  public init() {}

  /// Adds another report; a note that is there already is not said twice.
  public mutating func merge(_ other: ExportReport) {
    paths += other.paths
    for note in other.notes where !notes.contains(note) { notes.append(note) }
  }
}
