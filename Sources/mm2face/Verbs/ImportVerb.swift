import ArgumentParser
import Containers
import Foundation
import Motion

/// `mm2face import FILE --out CLIP`: motion of others as a clip.
struct ImportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Read motion of others (.npz, MMHead .pkl, Live Link .csv, Audio2Face .json) and write a clip.",
    discussion: "Live Link Face tables become studio-50 clips: 52 weights, jaw and head angles, resampled to 25 frames a second.")

  @Argument(help: "The file to read: .npz, .pkl (MMHead), .csv or .csv.gz (Live Link Face), .json (Audio2Face).")
  var file: String
  @Option(name: .shortAndLong, help: "The clip to write (.npz).")
  var out: String
  @Option(help: "Unit of a table's head angles: \(LiveLinkFormat.AngleUnit.allCases.map(\.rawValue).joined(separator: ", ")).")
  var headUnit = LiveLinkFormat.AngleUnit.radians.rawValue
  @Option(help: ArgumentHelp("Frames a second of the clip, or 'source' to keep the file's own.", valueName: "rate"))
  var fps = "25"
  @Option(help: "The basis of a file that does not name one.")
  var basis = Clip.Basis.flame2020.rawValue
  @Flag(help: "Replace a file that exists.")
  var force = false
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try ClipOutput.checkClip(out, replacing: force)
    var options = ClipFile.Options()
    guard let unit = LiveLinkFormat.AngleUnit(rawValue: headUnit) else {
      throw ValidationError("--head-unit takes radians, degrees/180 or degrees, found \(headUnit)")
    }
    guard let named = Clip.Basis(rawValue: basis) else { throw MotionError.basis(path: "--basis", found: basis) }
    let rate = Double(fps)
    guard fps == "source" || rate.map({ (1...1000).contains($0) }) == true else {
      throw ValidationError("--fps takes a number of 1 to 1000, or source, found \(fps)")
    }
    (options.angleUnit, options.assumedBasis, options.framesPerSecond) = (unit, named, rate)
    var clip = try ClipFile.read(file, options: options)
    clip.provenance["importedFrom"] = (file as NSString).lastPathComponent
    clip.provenance["importedSHA256"] = try SHA256.hex(ofFile: file)
    try clip.write(npz: out, replacing: force)
    if common.json {
      let result: JSONValue = [
        "out": .string(out), "frames": .integer(clip.frameCount), "fps": .number(clip.framesPerSecond), "seconds": .number(clip.seconds),
        "basis": .string(clip.basis.rawValue),
      ]
      print(result.encoded)
    } else {
      print("\(out): \(clip.frameCount) frames, \(clip.framesPerSecond) a second, basis \(clip.basis.rawValue)")
    }
  }
}
