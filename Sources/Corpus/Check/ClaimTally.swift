import Claims
import Foundation
import Head
import Motion

/// How many claims of a built corpus' texts hold in the motion, and how many of its closures are sealed.
public struct ClaimTally: Sendable, Codable, Hashable {
  public struct Failure: Sendable, Codable, Hashable {
    public var name: String
    public var level: String
    public var claim: String
    public var why: String
  }

  public var holding = 0
  public var measured = 0
  public var unmeasured = 0
  public var failures: [Failure] = []
  /// p, b and m spoken, and how many of them are sealed in a frame of their closure.
  public var bilabials = 0
  public var sealed = 0
  /// Those in whose closure the inner lips of the posed head touch; nil without a head to pose.
  public var touching: Int?

  /// The share of measured claims that hold; 1 when there are none.
  public var share: Double { measured == 0 ? 1 : Double(holding) / Double(measured) }

  /// Holds every clip of a data set against its texts; `gauge` also measures closures on the posed head's lips.
  public init(
    _ dataset: MMHeadDataset, gauge: HeadMeasurements.Gauge? = nil, limit: Int = .max, progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    var entries = dataset.entries
    // Spread over the set: names are in order of subset and split.
    if limit < entries.count { entries = (0..<limit).map { entries[$0 * entries.count / limit] } }
    for (index, entry) in entries.enumerated() {
      if let origin = try dataset.provenance(entry.name) { add(entry.name, try dataset.motion(entry.name), origin, gauge: gauge) }
      progress(index + 1, entries.count)
    }
  }

  public init() {}

  /// Counts one clip.
  public mutating func add(_ name: String, _ clip: Clip, _ origin: ClipProvenance, gauge: HeadMeasurements.Gauge? = nil) {
    let checker = ClaimChecker(clip)
    for (level, claims) in origin.claims.sorted(by: { $0.key < $1.key }) {
      for claim in claims {
        switch checker.verdict(claim) {
        case .holds:
          holding += 1
          measured += 1
        case .fails(let why):
          measured += 1
          let what = claim.what
          failures.append(
            Failure(
              name: name, level: level,
              claim:
                "\(claim.relation.rawValue) \(what.kind.rawValue) \(what.name) \(what.side?.rawValue ?? "") \(what.intensity?.rawValue ?? "")",
              why: why))
        case .unmeasured: unmeasured += 1
        }
      }
    }
    let gaps = gauge.flatMap { try? HeadMeasurements(clip, gauge: $0).frames.map(\.lipGapMillimetres) }
    for phone in origin.phones where ["p", "b", "m"].contains(phone.name) {
      bilabials += 1
      if Self.isSealed(clip, phone) { sealed += 1 }
      if let gaps {
        touching = (touching ?? 0) + (Self.frames(of: phone, in: clip).contains { gaps[$0] == 0 } ? 1 : 0)
      }
    }
  }

  /// The frames of a closure: the first three quarters of the sound and 30 ms around them.
  private static func frames(of phone: Phone, in clip: Clip) -> [Int] {
    let end = phone.start + 0.75 * (phone.end - phone.start)
    return (0..<clip.frameCount).filter { frame in
      let time = (Double(frame) + 0.5) / clip.framesPerSecond
      return time >= phone.start - 0.03 && time <= end + 0.03
    }
  }

  /// Whether the lips meet in a frame of the closure (the first three quarters of the sound): the jaw's opening is cancelled and
  /// neither lip is drawn away.
  public static func isSealed(_ clip: Clip, _ phone: Phone) -> Bool {
    frames(of: phone, in: clip).contains { frame in
      let open = clip[frame, 53] / Float(JawConvention.openRadians)
      let apart =
        [StudioShape.mouthLowerDownLeft, .mouthLowerDownRight, .mouthUpperUpLeft, .mouthUpperUpRight].map { clip[frame, $0] }.max() ?? 0
      return clip[frame, .mouthClose] >= open && apart < 0.06
    }
  }
}
