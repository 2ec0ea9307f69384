import ArgumentParser
import Containers
import Foundation
import Head
import Motion

/// `mm2face measure CLIP`: head angles, action units, lips, brows and lids of every frame, and a summary.
struct MeasureVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Measure a clip: head, jaw, lips, brows, eyes, action units.",
    discussion: "Heights are millimetres relative to the neutral face without head motion. With --json every frame is written.")

  @Argument(help: "The clip: .npz, .pkl (MMHead) or .csv (Live Link Face).")
  var clip: String
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let motion = try ClipFile.read(clip)
    let report = try MeasureReport(motion, head: HeadVerb.read(common.headPath))
    print(common.json ? report.json.encoded : report.text, terminator: common.json ? "\n" : "")
  }
}

/// A measured clip in the shape of `measure --json`.
struct MeasureReport {
  private let clip: Clip
  private let head: String
  private let measured: [HeadMeasurements.Frame]
  private let units: [[Float]]

  init(_ clip: Clip, head: HeadModel) throws {
    self.clip = clip
    self.head = head.name
    measured = try HeadMeasurements(clip, head: head).frames
    units = clip.actionUnits(lipGapMillimetres: measured.map(\.lipGapMillimetres))
  }

  var json: JSONValue {
    [
      "fps": .number(clip.framesPerSecond), "frames": .integer(clip.frameCount), "head": .string(head), "summary": summary,
      "perFrame": .array((0..<clip.frameCount).map(frame)),
    ]
  }

  private func floats(_ values: [Float]) -> JSONValue { .array(values.map { .float($0) }) }

  private func frame(_ index: Int) -> JSONValue {
    let m = measured[index]
    let neck = clip.neck(index)
    let degrees = neck * (180 / .pi)
    let labels = HeadPoseLabel.labels(neck: neck).map { JSONValue.string($0.text) }
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key, value)) }
    add("neckDegrees", floats([degrees.x, degrees.y, degrees.z]))
    add("poseLabels", .array(labels))
    add("jawOpenDegrees", .float(clip.jaw(index).x * 180 / .pi))
    add("mouthOpeningMillimetres", .float(m.mouthOpeningMillimetres))
    add("lipGapMillimetres", .float(m.lipGapMillimetres))
    add("lipCornerHeightMillimetres", floats(m.lipCornerHeightMillimetres))
    add("mouthWidthMillimetres", .float(m.mouthWidthMillimetres))
    add("innerBrowHeightMillimetres", floats(m.innerBrowHeightMillimetres))
    add("outerBrowHeightMillimetres", floats(m.outerBrowHeightMillimetres))
    add("eyeOpeningMillimetres", floats(m.eyeOpeningMillimetres))
    add("shapes", .object(StudioShape.allCases.map { JSONValue.Member($0.name, JSONValue.float(clip[index, $0])) }))
    add("actionUnits", .object(zip(ActionUnit.all, units[index]).map { JSONValue.Member($0.name, JSONValue.float($1)) }))
    return .object(members)
  }

  private var summary: JSONValue {
    func statistics(_ values: [Float]) -> JSONValue {
      guard let low = values.min(), let high = values.max() else { return .null }
      return [
        "mean": JSONValue.float(values.reduce(0, +) / Float(values.count)), "min": JSONValue.float(low), "max": JSONValue.float(high),
      ]
    }
    var peaks: [(name: String, peak: Float)] = []
    for (index, unit) in ActionUnit.all.enumerated() where unit.side == .both {
      let peak: Float = units.map { $0[index] }.max() ?? 0
      if peak > 0.2 { peaks.append((unit.name, peak)) }
    }
    peaks.sort { $0.peak > $1.peak }
    let segments = clip.headPoseSegments().map { segment -> JSONValue in
      let peak = segment.peakDegrees
      return .object([
        JSONValue.Member("start", .number(Double(segment.frames.lowerBound) / clip.framesPerSecond)),
        JSONValue.Member("end", .number(Double(segment.frames.upperBound) / clip.framesPerSecond)),
        JSONValue.Member("labels", .array(segment.labels.map { JSONValue.string($0.text) })),
        JSONValue.Member("peakDegrees", floats([peak.x, peak.y, peak.z])),
      ])
    }
    let sealed = measured.filter { $0.lipGapMillimetres == 0 }.count
    let blinks = zip([false] + clip.blinkFrames, clip.blinkFrames).filter { !$0 && $1 }.count
    let strongest = peaks.prefix(8).map { JSONValue.Member($0.name, JSONValue.float($0.peak)) }
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key, value)) }
    add("seconds", .number(clip.seconds))
    add("basis", .string(clip.basis.rawValue))
    add("mouthOpeningMillimetres", statistics(measured.map(\.mouthOpeningMillimetres)))
    add("lipGapMillimetres", statistics(measured.map(\.lipGapMillimetres)))
    add("sealedFraction", .number(Double(sealed) / Double(max(measured.count, 1))))
    add("eyeOpeningMillimetres", statistics(measured.flatMap(\.eyeOpeningMillimetres)))
    add("blinks", .integer(blinks))
    add("strongestActionUnits", .object(strongest))
    add("headPose", .array(segments))
    add("unitsWithoutCounterpart", .array(ActionUnit.withoutCounterpart.map { JSONValue.string($0.name) }))
    return .object(members)
  }

  /// A few lines for people.
  var text: String {
    func range(_ values: [Float]) -> String { String(format: "%6.2f … %6.2f", values.min() ?? 0, values.max() ?? 0) }
    var text = String(
      format: "%d frames, %.2f s, %@, head %@\n", clip.frameCount, clip.seconds, clip.basis.rawValue as NSString, head as NSString)
    text += "mouth opening   \(range(measured.map(\.mouthOpeningMillimetres))) mm\n"
    text +=
      "lip gap         \(range(measured.map(\.lipGapMillimetres))) mm, sealed in \(measured.filter { $0.lipGapMillimetres == 0 }.count) frames\n"
    text += "eye opening     \(range(measured.flatMap(\.eyeOpeningMillimetres))) mm\n"
    text += "lip corners     \(range(measured.flatMap(\.lipCornerHeightMillimetres))) mm\n"
    text += "inner brows     \(range(measured.flatMap(\.innerBrowHeightMillimetres))) mm\n"
    for segment in clip.headPoseSegments() {
      let labels = segment.labels.map(\.text).joined(separator: ", ")
      text += String(
        format: "%6.2f–%.2f s   %@\n", Double(segment.frames.lowerBound) / clip.framesPerSecond,
        Double(segment.frames.upperBound) / clip.framesPerSecond, labels as NSString)
    }
    return text
  }
}
