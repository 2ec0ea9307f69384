import Containers
import Foundation

/// A Live Link Face take as its table has it: 52 weights and the head's angles, row by row, on an even clock.
public struct LiveLinkTake: Sendable {
  /// Rows a second, from the timecodes.
  public private(set) var framesPerSecond: Double
  /// The motion at the take's own rate, in `studio-50`.
  public private(set) var clip: Clip

  /// Reads a table (.csv, also gzipped).
  ///
  /// The clock comes from the timecodes: frame numbers above 30 count sixtieths of a second, others thirtieths. Frames that
  /// the capture dropped are filled in between their neighbours.
  /// Errors: `MotionError.table` with line and column.
  public init(_ file: FileBytes, unit: LiveLinkFormat.AngleUnit = .radians) throws {
    let (text, isWhole) = Gzip.isGzip(file) ? try Gzip.open(file) : (file, true)
    guard isWhole else { throw LiveLinkTable.breaksOff(text) }
    let table = try LiveLinkTable(text)
    let times = try table.times()
    framesPerSecond = Self.rate(of: times)
    clip = Clip(basis: .studio50, framesPerSecond: framesPerSecond)
    var place = -1
    for row in 0..<table.rows.count {
      let frame = try Self.frame(table, row, unit)
      let slot = Int(((times[row] - times[0]) * framesPerSecond).rounded())
      if slot <= place {
        // Two rows of one moment: the later one stands.
        clip.values.replaceSubrange(place * Clip.channels..<(place + 1) * Clip.channels, with: frame)
        continue
      }
      if place >= 0, slot > place + 1 { fillGap(from: place, to: slot, end: frame) }
      clip.values += frame
      place = slot
    }
    clip.provenance = ["source": "Live Link Face", "sourceFramesPerSecond": "\(framesPerSecond)"]
  }

  private mutating func fillGap(from place: Int, to slot: Int, end: [Float]) {
    let start = Array(clip.frame(place))
    let turn = Rotation(axisAngle: clip.neck(place))
    let neck = SIMD3(end[50], end[51], end[52])
    for step in place + 1..<slot {
      let amount = Float(step - place) / Float(slot - place)
      var frame = zip(start, end).map { $0 + ($1 - $0) * amount }
      let between = turn.slerp(to: Rotation(axisAngle: neck), Double(amount)).axisAngle
      for axis in 0..<3 { frame[Clip.neckRange.lowerBound + axis] = between[axis] }
      clip.values += frame
    }
  }

  private static func frame(_ table: LiveLinkTable, _ row: Int, _ unit: LiveLinkFormat.AngleUnit) throws -> [Float] {
    let weights = try LiveLinkFormat.weightColumns.map { try Float(table.number(row, $0, within: -2...4, meaning: "a weight of 0 to 1")) }
    guard table.hasHead else { return ARKitWeights.frame(weights: weights) }
    let limit = unit.value(radians: .pi) * 1.01
    let angles = try LiveLinkFormat.angleColumns.prefix(3).map {
      unit.radians(
        try table.number(row, $0, within: -limit...limit, meaning: "an angle in \(unit.rawValue) (another unit? see --head-unit)"))
    }
    return ARKitWeights.frame(weights: weights, neck: Rotation(yaw: angles[0], pitch: angles[1], roll: angles[2]).axisAngle)
  }

  /// The usual rate nearest to the median step.
  private static func rate(of times: [Double]) -> Double {
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
    guard !steps.isEmpty, steps[steps.count / 2] > 0 else { return 30 }
    let rate = 1 / steps[steps.count / 2]
    return [24.0, 25, 30, 48, 50, 60].min { abs($0 - rate) < abs($1 - rate) } ?? 30
  }
}

extension Clip {
  /// A Live Link Face take as a clip.
  ///
  /// - Parameter framesPerSecond: the clip's rate, by default the models' 25; nil keeps the take's own.
  public init(
    liveLink file: FileBytes, unit: LiveLinkFormat.AngleUnit = .radians, framesPerSecond: Double? = Clip.modelFramesPerSecond
  ) throws {
    let take = try LiveLinkTake(file, unit: unit)
    self = framesPerSecond.map { take.clip.resampled(to: $0) } ?? take.clip
  }
}
