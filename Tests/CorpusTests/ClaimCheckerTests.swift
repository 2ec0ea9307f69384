import Claims
import Corpus
import Foundation
import Motion
import Tensor
import Testing

@Suite("Claims measured on motion")
struct ClaimCheckerTests {
  /// A clip in which shapes rise and fall as raised cosines over a span.
  func clip(seconds: Double = 4, _ moves: [(channel: Int, amount: Float, from: Double, until: Double)]) -> Clip {
    var clip = Clip(frames: Int(seconds * 25))
    for move in moves {
      for frame in 0..<clip.frameCount {
        let at = (Double(frame) / 25 - move.from) / (move.until - move.from)
        guard at > 0, at < 1 else { continue }
        clip[frame, move.channel] += move.amount * Float(min(1, 1.6 * sin(.pi * at)))
      }
    }
    return clip
  }

  func holds(_ claim: Claim, _ clip: Clip) -> Bool {
    if case .holds = ClaimChecker(clip).verdict(claim) { return true }
    return false
  }

  @Test func sidesAreToldApart() {
    let left = clip([(StudioShape.mouthSmileLeft.rawValue, 0.6, 1, 2.5)])
    #expect(holds(Claim(.occurs, .init(.unit, "smile")), left))
    #expect(holds(Claim(.occurs, .init(.unit, "smile", side: .left)), left))
    #expect(!holds(Claim(.occurs, .init(.unit, "smile", side: .right)), left))
    #expect(!holds(Claim(.occurs, .init(.unit, "smile", side: .both)), left))
    #expect(!holds(Claim(.absent, .init(.unit, "smile")), left))
    #expect(holds(Claim(.absent, .init(.unit, "browsUp")), left))
  }

  @Test func orderAndSimultaneityAreMeasured() {
    let clip = clip([
      (StudioShape.cheekPuff.rawValue, 0.8, 0.4, 1.4), (51, 0.4, 2.2, 3.6), (StudioShape.tongueOut.rawValue, 0.8, 2.3, 3.5),
    ])
    let puff = Claim.What(.unit, "cheekPuff")
    let turn = Claim.What(.pose, "turnLeft")
    #expect(holds(Claim(.before, puff, turn), clip))
    #expect(!holds(Claim(.before, turn, puff), clip))
    #expect(holds(Claim(.together, turn, .init(.unit, "tongueOut")), clip))
    #expect(!holds(Claim(.together, turn, puff), clip))
    #expect(!holds(Claim(.occurs, .init(.pose, "turnRight")), clip))
  }

  @Test func intensityCountAndAngleAreMeasured() {
    let faint = clip([(StudioShape.browDownLeft.rawValue, 0.32, 1, 2), (StudioShape.browDownRight.rawValue, 0.32, 1, 2)])
    #expect(holds(Claim(.occurs, .init(.unit, "browDown", intensity: .slight)), faint))
    #expect(!holds(Claim(.occurs, .init(.unit, "browDown", intensity: .strong)), faint))
    let nods = clip([(50, 0.2, 0.5, 1), (50, 0.2, 1.2, 1.7), (50, 0.2, 1.9, 2.4)])
    #expect(holds(Claim(.occurs, .init(.action, "nod", count: 3)), nods))
    #expect(!holds(Claim(.occurs, .init(.action, "nod", count: 2)), nods))
    let turn = clip([(51, -0.35, 1, 3)])
    #expect(holds(Claim(.occurs, .init(.pose, "turnRight", degrees: 20)), turn))
    #expect(!holds(Claim(.occurs, .init(.pose, "turnRight", degrees: 35)), turn))
  }

  /// Every claim of generated texts against the generated motion: at least 99 % of what 500 clips' texts say, voices left out.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] != nil))
  func textsOfTheCorpusAreTrue() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("claims-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var settings = DatasetBuilder.Settings(clips: 500, seed: 7, folder: folder, bank: SentenceBankTests.folder)
    settings.talkShare = 0
    _ = try DatasetBuilder(settings).build()
    let dataset = try MMHeadDataset(folder: folder)
    let tally = try ClaimTally(dataset)
    #expect(tally.measured > 3_000)
    #expect(tally.share >= 0.99, "\(tally.failures)")
    for level in [TextLevel.action, .emotion, .expression, .pose] {
      let texts = Set(dataset.entries.compactMap { dataset.text($0.name, level) })
      #expect(texts.count >= 475, "\(level): \(texts.count) distinct of 500")
    }
  }
}

@Suite("Annotation of motion")
struct MotionAnnotatorTests {
  @Test func plainMotionIsTold() throws {
    let annotator = MotionAnnotator(bank: try SentenceBankTests.bank.get())
    let checks = ClaimCheckerTests()
    let clip = checks.clip(
      seconds: 5,
      [
        (StudioShape.browInnerUpRight.rawValue, 0.85, 0.5, 1.8), (StudioShape.browOuterUpRight.rawValue, 0.85, 0.5, 1.8),
        (51, 0.45, 2.4, 4),
      ])
    let annotation = try annotator.annotate(clip, seed: 3)
    #expect(annotation.score.events.contains { $0.pose == .turnLeft && $0.intensity == .medium })
    #expect(annotation.texts.pose.lowercased().contains("left"))
    #expect(annotation.texts.expression.lowercased().contains("right"))
    let checker = ClaimChecker(clip)
    for claim in annotation.texts.claims.values.joined() {
      if let why = checker.verdict(claim).failure { Issue.record("\(why): \(claim)") }
    }
  }

  @Test func otherBasesAndScrapsAreRefused() throws {
    let annotator = MotionAnnotator(bank: try SentenceBankTests.bank.get())
    #expect(throws: AnnotationError.basis("flame-2020")) { try annotator.annotate(Clip(basis: .flame2020, frames: 50)) }
    #expect(throws: AnnotationError.short(3)) { try annotator.annotate(Clip(frames: 3)) }
  }

  /// What is read back from the corpus's own performances is true of them.
  @Test func annotationsOfPerformancesAreTrue() throws {
    let annotator = MotionAnnotator(bank: try SentenceBankTests.bank.get())
    var held = 0
    var failures: [String] = []
    for seed in 0..<60 as Range<UInt64> {
      let clip = Performer().perform(ScoreComposer().text(seed: seed), seed: seed)
      let texts = try annotator.annotate(clip, seed: seed).texts
      let checker = ClaimChecker(clip)
      for claim in texts.claims.values.joined() {
        switch checker.verdict(claim) {
        case .holds: held += 1
        case .fails(let why): failures.append(why)
        case .unmeasured: break
        }
      }
    }
    #expect(held > 150)
    #expect(Double(failures.count) <= 0.03 * Double(held), "\(failures)")
  }
}

@Suite("Texts passed on")
struct ClipTextsTests {
  @Test func mappingReachesEveryTextAndDropsTheClaims() throws {
    var texts = ClipTexts()
    texts.action = "She nods."
    texts.scenarios = ["one", "two"]
    texts.claims = [.action: [Claim(.occurs, .init(.action, "nod"))]]
    let result = texts.mapped { $0.uppercased() }
    #expect(result.action == "SHE NODS." && result.scenarios == ["ONE", "TWO"] && result.claims.isEmpty)
  }
}
