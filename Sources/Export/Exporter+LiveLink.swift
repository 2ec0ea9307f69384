import Containers
import Foundation
import Head
import Motion

extension Exporter {
  /// Unreal reads a table as 30 or 60 frames a second and nothing else; clips up to 30 fps become 30.
  static func liveLinkRate(for rate: Double) -> Double { rate > 31 ? 60 : 30 }

  /// A Live Link Face table: 52 weights, nine angles, timecodes `hh:mm:ss:frame.zzz`.
  ///
  /// Epic's importer takes 60 fps when any frame number is above 30, so a 60 fps clip keeps its numbers up to 59.
  func writeLiveLink(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    try requireStudioBasis(take.clip, format: "a Live Link table")
    let rate = Int(take.clip.framesPerSecond.rounded())
    guard Double(rate) == take.clip.framesPerSecond, rate == 30 || rate == 60 else {
      throw ExportError.badRate(path: path, found: take.clip.framesPerSecond, allowed: "30 or 60")
    }
    let clip = clamped(take.clip, report: &report)
    let file = try AtomicFile(path, replacing: options.overwrite)
    try file.write(LiveLinkFormat.columns.joined(separator: ",") + "\n")
    let unit = options.angleUnit
    var jawClamped = 0
    for index in 0..<clip.frameCount {
      let frame = clip.frame(index)
      let start = frame.startIndex
      let weights = ARKitWeights.weights(frame: frame).map { weight -> Float in
        if weight < -1e-6 || weight > 1 + 1e-6 { jawClamped += 1 }
        return min(max(weight, 0), 1)
      }
      let neck = Rotation(axisAngle: SIMD3(frame[start + 50], frame[start + 51], frame[start + 52])).yawPitchRoll
      let pose = PoseParameters(frame: frame, eyeLook: HeadModel.EyeLook())
      let eyes = [pose.leftEye, pose.rightEye].flatMap { eye -> [Double] in [Double(eye.y), Double(eye.x), 0] }
      let angles: [Double] = [neck.yaw, neck.pitch, neck.roll] + eyes
      let row = weights.map { Self.number(Double($0)) } + angles.map { Self.number(unit.value(radians: $0)) }
      try file.write(
        Self.timecode(index, rate: rate, start: options.startSeconds) + ",\(LiveLinkFormat.valueCount)," + row.joined(separator: ",") + "\n"
      )
      try progress(index + 1, clip.frameCount)
    }
    try file.commit()
    if jawClamped > 0 { report.notes.append("\(jawClamped) jaw weights lay outside 0…1 and were clamped") }
    report.paths.append(path)
  }

  /// Hours, minutes, seconds, frame and its thousandths; the clip's frames follow each other without gaps.
  static func timecode(_ frame: Int, rate: Int, start: Double) -> String {
    let total = Int((start * Double(rate)).rounded()) + frame
    let seconds = total / rate
    return String(format: "%02d:%02d:%02d:%02d.000", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, total % rate)
  }

  static func number(_ value: Double) -> String { String(format: "%.6f", value) }

  /// Audio2Face's blend-shape file: one row of 52 weights a frame.
  func writeAudio2Face(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    try requireStudioBasis(take.clip, format: "an Audio2Face file")
    let clip = clamped(take.clip, report: &report)
    let file = try AtomicFile(path, replacing: options.overwrite)
    let names = ARKitWeights.names.map { "\"\($0)\"" }.joined(separator: ",")
    let track = JSONText.quote(options.audioPath.map { ($0 as NSString).lastPathComponent } ?? "")
    try file.write(
      "{\"exportFps\":\(JSONText.number(clip.framesPerSecond)),\"trackPath\":\(track),\"numPoses\":52,\"numFrames\":\(clip.frameCount),"
        + "\"facsNames\":[\(names)],\"generator\":\(JSONText.quote(provenanceLine(clip))),\n\"weightMat\":[")
    for index in 0..<clip.frameCount {
      let weights = ARKitWeights.weights(frame: clip.frame(index)).map { JSONText.number(Double(min(max($0, 0), 1))) }
      try file.write((index == 0 ? "\n[" : ",\n[") + weights.joined(separator: ",") + "]")
      try progress(index + 1, clip.frameCount)
    }
    try file.write("\n]}\n")
    try file.commit()
    report.paths.append(path)
  }
}

/// Numbers and strings as JSON text.
enum JSONText {
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(Float(value))"
  }

  static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..<"\u{20}": quoted += String(format: "\\u%04x", scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
