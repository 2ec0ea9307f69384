import Claims
import Containers
import Corpus
import Foundation
import Head
import Motion
import Tensor
import Testing

@Suite("What texts say is what is seen")
struct TruthTests {
  func perform(_ event: Event, seconds: Double = 5, seed: UInt64) -> Clip {
    Performer().perform(Score(seconds: seconds, events: [event]), seed: seed)
  }

  @Test("counted movements are made exactly so often", arguments: [ActionName.nod, .shakeHead, .wagHead, .blink, .wink])
  func counts(action: ActionName) {
    var wrong: [String] = []
    var total = 0
    for count in 1...3 {
      for seed in 0..<12 as Range<UInt64> {
        let beat = action == .wagHead ? 1.0 : action == .shakeHead ? 0.75 : 0.6
        let side: Side = action == .wink ? .left : .both
        let clip = perform(.action(action, .medium, side: side, count: count, 0.6..<0.7 + beat * Double(count)), seed: seed)
        let what = Claim.What(.action, action.rawValue, count: count, from: 0.6, until: 0.7 + beat * Double(count))
        total += 1
        if let why = ClaimChecker(clip).verdict(Claim(.occurs, what)).failure { wrong.append("\(count) seed \(seed): \(why)") }
      }
    }
    #expect(wrong.count <= total / 36, "\(wrong.prefix(5))")
  }

  @Test("a slight face is seen on the posed head", arguments: [UnitName.eyeSquint, .cheekPuff, .smile, .browDown, .browsUp])
  func faintUnits(unit: UnitName) throws {
    let head = try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors"))
    let clip = perform(.unit(unit, .slight, 0.8..<3), seconds: 4, seed: 2)
    let vertices = HeadPoser(head).poseAll(clip, keepingNeck: false)
    let rest = HeadPoser(head).poseAll(Clip(frames: 1), keepingNeck: false)
    let frame = 45 * rest.count
    let most =
      (0..<rest.count / 3).map { vertex -> Float in
        (0..<3).reduce(0) { sum, axis in
          let difference = vertices[frame + vertex * 3 + axis] - rest[vertex * 3 + axis]
          return sum + difference * difference
        }
      }.max() ?? 0
    #expect(most.squareRoot() > 0.0011, "\(unit) moves \(most.squareRoot() * 1000) mm at most")
  }

  @Test("negatives, wordings without the person, and times are common, and true")
  func keyboardTexts() throws {
    let writer = TextWriter(bank: try SentenceBankTests.bank.get(), heldOut: false)
    var short = 0
    var negative = 0
    var without = 0
    var timed = 0
    let clips = 300
    for seed in 0..<UInt64(clips) {
      let score = ScoreComposer().text(seed: seed)
      let absent = [Claim.What(.unit, "tongueOut"), Claim.What(.unit, "noseWrinkle")]
      let texts = writer.write(score, knowing: .init(absent: absent), random: RandomSource(seed: seed))
      let lower = " " + texts.action.lowercased() + " " + texts.expression.lowercased() + " "
      if texts.action.split(separator: " ").count <= 5 { short += 1 }
      if texts.claims.values.joined().contains(where: { $0.relation == .absent }) { negative += 1 }
      if lower.contains(" without ") { without += 1 }
      if ["second", "moment", "the end", "at the", "halfway"].contains(where: lower.contains) { timed += 1 }
      for claim in texts.claims.values.joined() where claim.relation == .absent { #expect(absent.contains(claim.what)) }
    }
    #expect(short > clips / 10, "\(short)")
    #expect(negative > clips / 6, "\(negative)")
    #expect(without > clips / 40, "\(without)")
    #expect(timed > clips / 12, "\(timed)")
  }

  /// What a level can speak of it can deny, in the words of its plain lines, and sometimes says nothing else.
  @Test("every level denies, alone too, in whole English", arguments: [TextLevel.action, .emotion, .expression, .pose])
  func denials(level: TextLevel) throws {
    let writer = TextWriter(bank: try SentenceBankTests.bank.get(), heldOut: false)
    let absent: [Claim.What] =
      switch level {
      case .emotion: [.init(.emotion, "happy"), .init(.emotion, "angry"), .init(.emotion, "fearful")]
      case .pose: [.init(.pose, "up"), .init(.action, "turn"), .init(.action, "nod")]
      default: [.init(.unit, "cheekPuff"), .init(.unit, "browDown"), .init(.unit, "jawForward")]
      }
    var alone = 0
    var told: Set<String> = []
    for seed in 0..<1500 as Range<UInt64> {
      let known = TextWriter.Knowledge(absent: absent, deniesAlone: 0.1)
      let texts = writer.write(ScoreComposer().text(seed: seed), knowing: known, random: RandomSource(seed: seed))
      let claims = texts.claims[level] ?? []
      guard !claims.isEmpty, claims.allSatisfy({ $0.relation == .absent }) else { continue }
      alone += 1
      told.formUnion(claims.map(\.what.name))
      let words = " " + texts[level].lowercased() + " "
      for wrong in [" not a ", " no a ", " no an ", " no the ", " not no ", " no no ", " does is ", " not is ", "{", "["] {
        #expect(!words.contains(wrong), "\(texts[level])")
      }
    }
    #expect((75...900).contains(alone), "\(alone)")
    #expect(told == Set(absent.map(\.name)))
  }
}

@Suite("Landmarks read other heads' motion")
struct LandmarkReaderTests {
  /// Our head under another basis: a larger head whose fifty shapes are mixtures of ours, as a statistical head's are.
  static func stranger(_ studio: HeadModel, mix: [[Float]]) -> HeadModel {
    let size: Float = 1.15
    let dense = studio.expression.map(\.dense)
    let shapes = (0..<50).map { row in
      var sum = [Float](repeating: 0, count: studio.template.count)
      for (column, weight) in mix[row].enumerated() where weight != 0 {
        for index in sum.indices { sum[index] += size * weight * dense[column][index] }
      }
      return ShapeDeltas(dense: sum)
    }
    var head = HeadModel(
      name: "stranger", licence: "test", basis: .flame2020, template: studio.template.map { $0 * size }, triangles: studio.triangles,
      expression: shapes, joints: studio.joints.map { $0 * size }, jointShapes: studio.jointShapes.map { $0.map { $0 * size } },
      skinning: studio.skinning, jawOpenRadians: studio.jawOpenRadians)
    head.landmarks = studio.landmarks
    return head
  }

  /// Pairs of shapes turned into one another by 40°: the inverse of a rotation is its transpose.
  static func mixture() -> [[Float]] {
    let (c, s) = (Float(0.766), Float(0.643))
    return (0..<50).map { row in
      (0..<50).map { column in
        let (a, b) = (row / 2, column / 2)
        guard a == b else { return 0 }
        return row == column ? c : row % 2 == 0 ? s : -s
      }
    }
  }

  @Test func unitsComeBackThroughLandmarks() throws {
    let studio = try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors"))
    let mix = Self.mixture()
    let head = Self.stranger(studio, mix: mix)
    let reader = try LandmarkReader(head, studio: studio)
    var failures: [String] = []
    let units: [(UnitName, Side)] = [
      (.browsUp, .both), (.browDown, .both), (.browsUp, .left), (.smile, .both), (.smile, .right), (.frownMouth, .both), (.eyeClose, .both),
      (.jawDrop, .both), (.pucker, .both), (.mouthStretch, .both), (.eyeWide, .both),
    ]
    for (index, (unit, side)) in units.enumerated() {
      let score = Score(seconds: 3, events: [.unit(unit, .strong, side: side, 0.8..<2.4)])
      let ours = Performer().perform(score, seed: UInt64(index))
      // Our weights w in the stranger's: Σ v_r mix_r = w, so v = mix · w (mix is a rotation).
      var theirs = Clip(basis: .flame2020, frames: ours.frameCount)
      for frame in 0..<ours.frameCount {
        for row in 0..<50 { theirs[frame, row] = (0..<50).reduce(Float(0)) { $0 + mix[row][$1] * ours[frame, $1] } }
        for channel in 50..<Clip.channels { theirs[frame, channel] = ours[frame, channel] }
      }
      let read = try reader.read(theirs)
      let what = Claim.What(.unit, unit.rawValue, side: side == .both ? nil : side, from: 0.8, until: 2.4)
      if let why = ClaimChecker(read).verdict(Claim(.occurs, what)).failure { failures.append("\(unit) \(side): \(why)") }
    }
    #expect(failures.isEmpty, "\(failures)")
    #expect(throws: HeadError.self) { try reader.read(Clip(frames: 3)) }
    var blind = head
    blind.landmarks = []
    #expect(throws: HeadError.self) { try LandmarkReader(blind, studio: studio) }
  }
}
