import Containers
import Foundation
import Motion
import Tensor
import TestSupport
import Testing

/// A table as Live Link Face writes it, from 52 weights and 9 angles a row.
func liveLinkTable(rows: Int, framesPerSecond: Int = 30, _ values: (Int) -> (weights: [Float], angles: [Double])) -> String {
  var text = LiveLinkFormat.columns.joined(separator: ",") + "\n"
  for row in 0..<rows {
    let (weights, angles) = values(row)
    let (second, frame) = (row / framesPerSecond, row % framesPerSecond)
    let time = String(format: "10:%02d:%02d:%02d.500", second / 60, second % 60, frame)
    text +=
      ([time, "61"] + weights.map { String(format: "%.10f", $0) } + angles.map { String(format: "%.10f", $0) }).joined(separator: ",")
      + "\n"
  }
  return text
}

struct LiveLinkTests {
  private func file(_ text: String) -> FileBytes { FileBytes(path: "take.csv", Array(text.utf8)) }

  private func waves(_ row: Int) -> (weights: [Float], angles: [Double]) {
    let weights = (0..<52).map { Float(0.5 + 0.4 * sin(Double(row) / 9 + Double($0))) }
    return (weights, [0.3, -0.2, 0.1, 0, 0, 0, 0, 0, 0])
  }

  @Test func everyNameHasItsPlace() {
    #expect(ARKitWeights.names.count == 52 && Set(ARKitWeights.names).count == 52)
    #expect(LiveLinkFormat.columns.count == 63)
    // Each weight alone goes to the clip and comes back alone.
    for index in 0..<52 {
      var weights = [Float](repeating: 0, count: 52)
      weights[index] = 0.7
      let back = ARKitWeights.weights(frame: ARKitWeights.frame(weights: weights)[...])
      for (other, value) in back.enumerated() { #expect(abs(value - weights[other]) < 1e-6, "\(ARKitWeights.names[index])") }
    }
  }

  @Test func keepsItsOwnRateExactly() throws {
    let clip = try Clip(liveLink: file(liveLinkTable(rows: 40, waves)), framesPerSecond: nil)
    #expect(clip.framesPerSecond == 30 && clip.frameCount == 40)
    for row in 0..<40 {
      // Left and right of the jaw pull against each other, so only their difference can come back.
      let (wanted, found) = (waves(row).weights, ARKitWeights.weights(frame: clip.frame(row)))
      for index in 0..<52 where ![15, 16].contains(index) { #expect(abs(wanted[index] - found[index]) < 1e-5) }
      #expect(abs(wanted[16] - wanted[15] - found[16] + found[15]) < 1e-5)
      let angles = Rotation(axisAngle: clip.neck(row)).yawPitchRoll
      #expect(abs(angles.yaw - 0.3) < 1e-6 && abs(angles.pitch + 0.2) < 1e-6 && abs(angles.roll - 0.1) < 1e-6)
    }
  }

  @Test func signsOfTheHead() throws {
    // Yaw to the face's left, pitch down, roll to the right are positive, as in Table A.
    for (column, label) in [(0, HeadPoseLabel.turnsLeft), (1, .down), (2, .tiltsRight)] {
      let table = liveLinkTable(rows: 3) { _ in ([Float](repeating: 0, count: 52), (0..<9).map { $0 == column ? 0.3 : 0 }) }
      let clip = try Clip(liveLink: file(table))
      #expect(HeadPoseLabel.labels(neck: clip.neck(0)) == [label])
    }
  }

  @Test(arguments: [(LiveLinkFormat.AngleUnit.degrees, 30.0), (.halfTurns, 1.0 / 6), (.radians, Double.pi / 6)])
  func unitsOfAngles(_ unit: LiveLinkFormat.AngleUnit, _ value: Double) throws {
    let table = liveLinkTable(rows: 2) { _ in ([Float](repeating: 0, count: 52), [value] + [Double](repeating: 0, count: 8)) }
    let clip = try Clip(liveLink: file(table), unit: unit)
    #expect(abs(clip.neck(0).y - .pi / 6) < 1e-5)
  }

  /// What is done to a good table, and the line and column the error must name.
  @Test(arguments: [
    ("cut", 5, "MouthPucker"), ("nan", 4, "JawOpen"), ("word", 4, "JawOpen"), ("missing", 1, "TongueOut"), ("empty", 1, "1"),
    ("header", 2, "Timecode"),
    ("back", 4, "Timecode"), ("jump", 4, "Timecode"), ("clock", 4, "Timecode"), ("huge", 4, "JawOpen"), ("degrees", 4, "HeadYaw"),
  ])
  func errorsNameLineAndColumn(_ damage: String, _ line: Int, _ column: String) {
    var lines = liveLinkTable(rows: 6, waves).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let jaw = LiveLinkFormat.columns.firstIndex(of: "JawOpen") ?? 0
    switch damage {
    case "cut": lines = Array(lines[..<4]) + [Array(lines[4][..<22])]
    case "nan": lines[3][jaw] = "nan"
    case "word": lines[3][jaw] = "open"
    case "huge": lines[3][jaw] = "1e30"
    case "degrees": lines[3][54] = "31.5"
    case "missing": for index in lines.indices { lines[index].remove(at: 53) }
    case "empty": lines = []
    case "header": lines = [lines[0]]
    case "back": lines[3][0] = "10:00:00:00.100"
    case "jump": lines[3][0] = "10:03:00:00.100"
    default: lines[3][0] = "ten o'clock"
    }
    let text = lines.map { $0.joined(separator: ",") }.joined(separator: "\r\n")
    let error = #expect(throws: MotionError.self) { try Clip(liveLink: file(text)) }
    guard case .table("take.csv", line, column, _, _) = error else {
      Issue.record("\(damage): \(String(describing: error))")
      return
    }
  }

  @Test func aPackedTableThatBreaksOffSaysWhere() throws {
    let text = Array(liveLinkTable(rows: 2000, waves).utf8)
    let packed = try Gzip.compress(text, path: "take.csv.gz")
    #expect(try Clip(liveLink: FileBytes(path: "take.csv.gz", packed)).frameCount > 0)
    let error = #expect(throws: MotionError.self) {
      try Clip(liveLink: FileBytes(path: "take.csv.gz", Array(packed.prefix(packed.count / 2))))
    }
    guard case .table("take.csv.gz", let line, let column, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect((200...1900).contains(line) && (column == "Timecode" || column == "BlendShapeCount" || LiveLinkFormat.columns.contains(column)))
  }

  @Test func droppedFramesAreFilledIn() throws {
    var lines = liveLinkTable(rows: 30) { row in ([Float](repeating: Float(row) / 30, count: 52), [Double](repeating: 0, count: 9)) }.split(
      separator: "\n")
    lines.removeSubrange(11...12)
    let clip = try Clip(liveLink: file(lines.joined(separator: "\n")), framesPerSecond: nil)
    #expect(clip.frameCount == 30)
    for frame in 0..<30 { #expect(abs(clip[frame, .cheekPuff] - Float(frame) / 30) < 1e-5) }
  }

  @Test func damagedTablesEndInAnErrorOrAClip() {
    let base = Array(liveLinkTable(rows: 2, waves).utf8)
    var hostile = Hostile(base, seed: 21)
    let growth = memoryGrowth { _ in
      for _ in 0..<2_000 {
        do {
          let clip = try Clip(liveLink: FileBytes(path: "hostile", hostile.next()))
          if !clip.values.allSatisfy(\.isFinite) { Issue.record("a number that is not finite") }
        } catch {
          if !"\(error)".hasPrefix("hostile") { Issue.record("\(error)") }
        }
      }
    }
    #expect(growth < 128 << 20)
  }

  /// A real range-of-motion take, where the working copy has it.
  static let take = fixture("../../../shared/data/livelink/rom_3.csv.gz")

  @Test(.enabled(if: FileManager.default.fileExists(atPath: take)))
  func aRealTake() throws {
    let file = try FileBytes(reading: Self.take)
    let own = try LiveLinkTake(file)
    #expect(own.framesPerSecond == 30)
    // 4,030 rows; three frames that the phone dropped are filled in.
    #expect(own.clip.frameCount >= 4030 && own.clip.frameCount <= 4036)
    let clip = try Clip(liveLink: file)
    #expect(clip.framesPerSecond == 25 && abs(clip.seconds - own.clip.seconds) < 0.05)
    let back = clip.resampled(to: 30)
    var (near, all, sum) = (0, 0, 0.0)
    for frame in 0..<min(back.frameCount, own.clip.frameCount) {
      let pairs = zip(ARKitWeights.weights(frame: back.frame(frame)), ARKitWeights.weights(frame: own.clip.frame(frame)))
      for (a, b) in pairs {
        all += 1
        sum += Double(abs(a - b))
        if abs(a - b) <= 0.02 { near += 1 }
      }
    }
    #expect(sum / Double(all) < 0.001, "mean \(sum / Double(all))")
    #expect(Double(near) / Double(all) > 0.995, "\(Double(near) / Double(all))")
  }
}
