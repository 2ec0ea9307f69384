import ArgumentParser
import Containers
import Export
import Foundation
import Head
import Motion

/// `mm2face export`: clips to files of other programs.
struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write clips for other programs, by extension.",
    discussion: ExportFormat.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

  @Argument(help: "Clips: .npz, .pkl (MMHead), .csv (Live Link).")
  var clips: [String]

  @Option(name: .customLong("out"), parsing: .upToNextOption, help: "Files to write; {take} in a name becomes each clip's name.")
  var outputs: [String]

  @Option(help: "The format where an extension can mean several (json: audio2face or rhubarb-json; none: flame-folder or obj).")
  var format: String?

  @Option(help: "Frames a second, 1 to 240; Live Link takes 30 or 60.")
  var fps: Double?

  @Option(help: "Frames to write, as first-last.")
  var frames: String?

  @Option(help: "The speech file, named in formats that can.")
  var audio: String?

  @Option(
    name: .customLong("head-unit"),
    help: "Unit of Live Link's angles: radians, degrees/180 or degrees. Programs differ; radians by default.")
  var headUnit: String = LiveLinkFormat.AngleUnit.radians.rawValue

  @Option(help: "The frame of a .png; without it a contact sheet.")
  var frame: Int?

  @Option(help: "Columns × rows of text previews, as 80x40.")
  var size: SizeOption?

  @Option(help: "Degrees the view turns.")
  var yaw = 0.0

  @Option(help: "Degrees the view looks from above.")
  var pitch = 0.0

  @Option(help: "1 fits the head into the picture.")
  var zoom = 1.0

  @Flag(help: "Replace files that exist.")
  var force = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--fps", fps, in: 1...240)
    try check("--frame", frame, in: 0 ... .max)
    try checkView(yaw: yaw, pitch: pitch, zoom: zoom)
    _ = try frames.map { try Self.range($0, option: "--frames") }
  }

  func run() async throws {
    var options = ExportOptions(head: try HeadVerb.read(common.headPath))
    options.framesPerSecond = fps
    options.overwrite = force
    options.audioPath = audio
    guard let unit = LiveLinkFormat.AngleUnit(rawValue: headUnit) else {
      throw ValidationError("--head-unit must be radians, degrees/180 or degrees, found \(headUnit)")
    }
    options.angleUnit = unit
    options.pictureFrame = frame
    (options.yawDegrees, options.pitchDegrees, options.zoom) = (yaw, pitch, zoom)
    if let frames { options.frames = try Self.range(frames, option: "--frames") }
    if let grid = size?.grid { (options.previewColumns, options.previewRows) = (grid.columns, grid.rows) }
    let takes = try clips.map { path in
      ExportTake(
        name: ((path as NSString).lastPathComponent as NSString).deletingPathExtension, clip: try ClipFile.read(path, options: native))
    }
    let progress = ProgressReporter(common.progress)
    let report = try Exporter(options: options).write(takes, toAll: outputs, format: format) { done, total in
      progress.report("writing frames", done: done, of: total)
    }
    progress.finish()
    if common.json {
      func texts(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }
      let about: JSONValue = ["files": texts(report.paths), "notes": texts(report.notes)]
      print(about.encoded)
    } else {
      for path in report.paths { print(path) }
    }
    ClipOutput.tell(report.notes)
  }

  /// Clips keep their own frame rate; resampling is the export's work.
  private var native: ClipFile.Options {
    var options = ClipFile.Options()
    options.framesPerSecond = nil
    return options
  }

  /// `first-last`, both included.
  static func range(_ text: String, option: String) throws -> Range<Int> {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0, first <= last, last < Int.max else {
      throw ValidationError("\(option) must be FIRST-LAST, found \(text)")
    }
    return first..<last + 1
  }
}
