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
    return [
      "neckDegrees": floats([degrees.x, degrees.y, degrees.z]),
      "poseLabels": .array(HeadPoseLabel.labels(neck: neck).map { .string($0.text) }),
      "jawOpenDegrees": .float(clip.jaw(index).x * 180 / .pi), "mouthOpeningMillimetres": .float(m.mouthOpeningMillimetres),
      "lipGapMillimetres": .float(m.lipGapMillimetres), "lipCornerHeightMillimetres": floats(m.lipCornerHeightMillimetres),
      "mouthWidthMillimetres": .float(m.mouthWidthMillimetres), "innerBrowHeightMillimetres": floats(m.innerBrowHeightMillimetres),
      "outerBrowHeightMillimetres": floats(m.outerBrowHeightMillimetres), "eyeOpeningMillimetres": floats(m.eyeOpeningMillimetres),
      "shapes": .object(StudioShape.allCases.map { .init($0.name, .float(clip[index, $0])) }),
      "actionUnits": .object(zip(ActionUnit.all, units[index]).map { .init($0.name, .float($1)) }),
    ]
  }

  private var summary: JSONValue {
    func statistics(_ values: [Float]) -> JSONValue {
      guard let low = values.min(), let high = values.max() else { return .null }
      return ["mean": .float(values.reduce(0, +) / Float(values.count)), "min": .float(low), "max": .float(high)]
    }
    let strongest = ActionUnit.all.indices.map { unit in (ActionUnit.all[unit], units.map { $0[unit] }.max() ?? 0) }
      .filter { $0.0.side == .both && $0.1 > 0.2 }.sorted { $0.1 > $1.1 }
    let segments = clip.headPoseSegments().map { segment -> JSONValue in
      [
        "start": .number(Double(segment.frames.lowerBound) / clip.framesPerSecond),
        "end": .number(Double(segment.frames.upperBound) / clip.framesPerSecond),
        "labels": .array(segment.labels.map { .string($0.text) }),
        "peakDegrees": floats([segment.peakDegrees.x, segment.peakDegrees.y, segment.peakDegrees.z]),
      ]
    }
    return [
      "seconds": .number(clip.seconds), "basis": .string(clip.basis.rawValue),
      "mouthOpeningMillimetres": statistics(measured.map(\.mouthOpeningMillimetres)),
      "lipGapMillimetres": statistics(measured.map(\.lipGapMillimetres)),
      "sealedFraction": .number(
        measured.isEmpty ? 0 : Double(measured.filter { $0.lipGapMillimetres == 0 }.count) / Double(measured.count)),
      "eyeOpeningMillimetres": statistics(measured.flatMap(\.eyeOpeningMillimetres)),
      "blinks": .integer(zip([false] + clip.blinkFrames, clip.blinkFrames).filter { !$0 && $1 }.count),
      "strongestActionUnits": .object(strongest.prefix(8).map { .init($0.0.name, .float($0.1)) }), "headPose": .array(segments),
      "unitsWithoutCounterpart": .array(ActionUnit.withoutCounterpart.map { .string($0.name) }),
    ]
  }

  /// A few lines for people.
  var text: String {
    func range(_ values: [Float]) -> String { String(format: "%6.2f … %6.2f", values.min() ?? 0, values.max() ?? 0) }
    var text = String(format: "%d frames, %.2f s, %@, head %@\n", clip.frameCount, clip.seconds, clip.basis.rawValue as NSString, head as NSString)
    text += "mouth opening   \(range(measured.map(\.mouthOpeningMillimetres))) mm\n"
    text += "lip gap         \(range(measured.map(\.lipGapMillimetres))) mm, sealed in \(measured.filter { $0.lipGapMillimetres == 0 }.count) frames\n"
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
