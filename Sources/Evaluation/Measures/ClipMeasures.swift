import Claims
import Corpus
import Foundation
import Head
import Motion

/// Our own measures of a clip, apart from the paper's: lips against phone times, jitter, blinks, and what the texts claim.
///
/// Counts rather than shares, so that clips add up to a corpus figure.
public struct ClipMeasures: Sendable, Hashable, Codable {
  /// p, b, m phones, and those at which the lips touched.
  public var closures = 0
  public var sealed = 0
  /// Open vowels, and those in whose middle the lips touched though they should not.
  public var vowels = 0
  public var falseSeals = 0
  public var blinks = 0
  public var seconds = 0.0
  /// Sum over frames of the mean second difference of the landmarks, millimetres a frame², and the frames.
  public var jitterSum = 0.0
  public var jitterFrames = 0
  /// Claims of the texts by level: measured and kept.
  public var claims: [String: Int] = [:]
  public var kept: [String: Int] = [:]
  /// Head poses the score asks for (Table A), and those the motion shows.
  public var poses = 0
  public var posesShown = 0

  /// Lips within this distance count as touching.
  public static let sealMillimetres: Float = 0.5
  /// A closure may come this much before or after its phone.
  public static let slackSeconds = 0.04
  static let closing: Set<String> = ["p", "b", "m", "em"]
  static let open: Set<String> = ["aa", "ae", "ao", "aw", "ay", "ah"]

  public init() {}

  /// Measures one clip. `gap` is the lip gap in millimetres by frame; `phones` and `claims` belong to the clip's speech and texts.
  public init(_ clip: Clip, gap: [Float], phones: [Phone], score: Score?, claims: [String: [Claim]]) {
    seconds = clip.seconds
    measureLips(gap, phones, clip.framesPerSecond)
    if clip.basis == .studio50 {
      measureBlinks(clip)
      measureClaims(clip, claims)
    }
    if let score { measurePoses(clip, score) }
  }

  private mutating func measureLips(_ gap: [Float], _ phones: [Phone], _ rate: Double) {
    func least(_ start: Double, _ end: Double) -> Float? {
      let first = max(0, Int((start * rate).rounded(.down)))
      let last = min(gap.count - 1, Int((end * rate).rounded(.up)))
      return first <= last ? gap[first...last].min() : nil
    }
    for phone in phones {
      if Self.closing.contains(phone.name) {
        guard let distance = least(phone.start - Self.slackSeconds, phone.end + Self.slackSeconds) else { continue }
        closures += 1
        if distance <= Self.sealMillimetres { sealed += 1 }
      } else if Self.open.contains(phone.name) {
        let middle = (phone.start + phone.end) / 2
        let frame = Int((middle * rate).rounded())
        guard gap.indices.contains(frame) else { continue }
        vowels += 1
        if gap[frame] <= Self.sealMillimetres { falseSeals += 1 }
      }
    }
  }

  /// A blink is both lids closing past 0.5 and opening again within half a second.
  private mutating func measureBlinks(_ clip: Clip) {
    var start: Int?
    for frame in 0...clip.frameCount {
      let closed = frame < clip.frameCount && min(clip[frame, .eyeBlinkLeft], clip[frame, .eyeBlinkRight]) > 0.5
      if closed, start == nil { start = frame }
      if !closed, let first = start {
        if Double(frame - first) / clip.framesPerSecond <= 0.5 { blinks += 1 }
        start = nil
      }
    }
  }

  private mutating func measureClaims(_ clip: Clip, _ texts: [String: [Claim]]) {
    let checker = ClaimChecker(clip)
    for (level, list) in texts {
      for claim in list {
        switch checker.verdict(claim) {
        case .unmeasured: break
        case .holds: kept[level, default: 0] += 1; claims[level, default: 0] += 1
        default: claims[level, default: 0] += 1
        }
      }
    }
  }

  /// A pose is shown when the neck leaves the dead zone of 5° in its direction (Table A); `straight` when it stays inside at some frame.
  private mutating func measurePoses(_ clip: Clip, _ score: Score) {
    let dead: Float = 5 * .pi / 180
    let neck = (0..<clip.frameCount).map { frame in (0..<3).map { clip[frame, Clip.neckRange.lowerBound + $0] } }
    for event in score.events {
      guard let pose = event.pose else { continue }
      poses += 1
      let shown: Bool =
        switch pose {
        case .up: neck.contains { $0[0] < -dead }
        case .down: neck.contains { $0[0] > dead }
        case .turnRight: neck.contains { $0[1] < -dead }
        case .turnLeft: neck.contains { $0[1] > dead }
        case .tiltLeft: neck.contains { $0[2] < -dead }
        case .tiltRight: neck.contains { $0[2] > dead }
        case .straight: neck.contains { $0.allSatisfy { abs($0) <= dead } }
        }
      if shown { posesShown += 1 }
    }
  }

  /// Adds the unsteadiness of posed points (frames × points × 3 metres).
  public mutating func addJitter(_ points: [Float], count: Int) {
    let stride = count * 3
    guard stride > 0 else { return }
    let frames = points.count / stride
    guard frames > 2 else { return }
    for frame in 1..<frames - 1 {
      var sum = 0.0
      for point in 0..<count {
        var square = 0.0
        for axis in 0..<3 {
          let at = frame * stride + point * 3 + axis
          let second = Double(points[at + stride]) - 2 * Double(points[at]) + Double(points[at - stride])
          square += second * second
        }
        sum += square.squareRoot()
      }
      jitterSum += sum / Double(count) * 1000
      jitterFrames += 1
    }
  }

  public static func + (a: ClipMeasures, b: ClipMeasures) -> ClipMeasures {
    var sum = a
    sum.closures += b.closures
    sum.sealed += b.sealed
    sum.vowels += b.vowels
    sum.falseSeals += b.falseSeals
    sum.blinks += b.blinks
    sum.seconds += b.seconds
    sum.jitterSum += b.jitterSum
    sum.jitterFrames += b.jitterFrames
    sum.poses += b.poses
    sum.posesShown += b.posesShown
    sum.claims.merge(b.claims, uniquingKeysWith: +)
    sum.kept.merge(b.kept, uniquingKeysWith: +)
    return sum
  }

  public var sealRate: Double? { closures > 0 ? Double(sealed) / Double(closures) : nil }
  public var falseSealRate: Double? { vowels > 0 ? Double(falseSeals) / Double(vowels) : nil }
  public var blinksPerMinute: Double? { seconds > 0 ? Double(blinks) / seconds * 60 : nil }
  /// Millimetres a frame².
  public var jitter: Double? { jitterFrames > 0 ? jitterSum / Double(jitterFrames) : nil }
  public var poseAdherence: Double? { poses > 0 ? Double(posesShown) / Double(poses) : nil }
  /// Share of the measured claims that hold, by text level.
  public var adherence: [String: Double] {
    Dictionary(uniqueKeysWithValues: claims.filter { $0.value > 0 }.map { ($0.key, Double(kept[$0.key] ?? 0) / Double($0.value)) })
  }
}
