import Containers
import Corpus
import Foundation
import Motion
import Tensor
import Testing

@Suite("Data sets")
struct DatasetTests {
  static let bank = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("assets/corpus")

  func temporary() -> URL { FileManager.default.temporaryDirectory.appendingPathComponent("corpus-\(UUID().uuidString)") }

  @Test(
    "lists are read in every form they come in",
    arguments: [
      (#"{"train": ["a", "b"], "val": ["c"], "test": ["d"]}"#, [2, 1, 1]),
      (#"{"train": {"a": {}, "b": {}}, "validation": ["c.pkl"], "test": ["motion/d.npz"]}"#, [2, 1, 1]),
      (#"["a", "b", "c", "d"]"#, [4, 0, 0]),
      (
        #"[{"name": "a", "split": "train"}, {"name": "b", "split": "train"}, {"id": "c", "split": "val"}, {"id": "d", "split": "test"}]"#,
        [2, 1, 1]
      ),
      (#"{"a": "train", "b": "train", "c": "val", "d": "test"}"#, [2, 1, 1]),
    ])
  func lists(_ json: String, _ counts: [Int]) throws {
    let folder = temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(json.utf8).write(to: folder.appendingPathComponent("t2m_subset.json"))
    let dataset = try MMHeadDataset(folder: folder)
    #expect(Split.allCases.map { dataset.names(.text, $0).count } == counts)
    #expect(dataset.entries.map(\.name).sorted() == ["a", "b", "c", "d"])
  }

  @Test("a list of something else is refused with words")
  func badList() throws {
    let folder = temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: CorpusError.self) { try MMHeadDataset(folder: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("[1, 2]".utf8).write(to: folder.appendingPathComponent("talking_subset.json"))
    #expect(throws: CorpusError.self) { try MMHeadDataset(folder: folder) }
  }

  @Test("a corpus is built, reads back, checks sound, and its claims are true; the same seed builds the same, clip for clip")
  func build() throws {
    let folders = [temporary(), temporary()]
    defer { for folder in folders { try? FileManager.default.removeItem(at: folder) } }
    for (folder, clips) in zip(folders, [60, 30]) {
      var settings = DatasetBuilder.Settings(clips: clips, seed: 11, folder: folder, bank: Self.bank)
      settings.talkShare = 0
      settings.threads = clips == 60 ? 1 : 3
      #expect(try DatasetBuilder(settings).build().silent == clips)
    }
    let dataset = try MMHeadDataset(folder: folders[0])
    let check = DatasetCheck(dataset)
    #expect(check.isSound && check.broken.isEmpty, "\(check.broken) \(check.orphans) \(check.leaks)")
    #expect(check.counts.values.reduce(0) { $0 + $1.clips } == 60)
    #expect(check.missingTexts.values.reduce(0, +) <= 1)
    let claims = try ClaimTally(dataset)
    #expect(claims.measured > 200)
    #expect(claims.share >= 0.985, "\(claims.failures)")
    let name = "STUDIO_000007_text"
    #expect(try dataset.motion(name) == MMHeadDataset(folder: folders[1]).motion(name))
    #expect(dataset.text(name, .action) == (try MMHeadDataset(folder: folders[1])).text(name, .action))
  }

  @Test("broken, left-over and doubled clips are found")
  func faults() throws {
    let folder = temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    var settings = DatasetBuilder.Settings(clips: 4, seed: 2, folder: folder, bank: Self.bank)
    settings.talkShare = 0
    _ = try DatasetBuilder(settings).build()
    let names = try MMHeadDataset(folder: folder).entries.map(\.name).sorted()
    try Data("no motion".utf8).write(to: folder.appendingPathComponent("facial_motion/\(names[0]).npz"))
    try Data("left over".utf8).write(to: folder.appendingPathComponent("facial_motion/OTHER.npz"))
    let lists = ["train": [names[0], names[1]], "test": [names[1], "MISSING"]]
    try JSONEncoder().encode(lists).write(to: folder.appendingPathComponent("t2m_subset.json"))
    let check = DatasetCheck(try MMHeadDataset(folder: folder))
    #expect(check.broken.map(\.name).sorted() == ["MISSING", names[0]].sorted())
    #expect(check.orphans.contains("facial_motion/OTHER.npz"))
    #expect(check.leaks == ["clip \(names[1])"])
    #expect(!check.isSound)
  }

  @Test("an existing folder is not overwritten")
  func occupied() throws {
    let folder = temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("mine.txt"))
    var settings = DatasetBuilder.Settings(clips: 1, seed: 2, folder: folder, bank: Self.bank)
    settings.talkShare = 0
    #expect(throws: CorpusError.folderNotEmpty(folder.path)) { _ = try DatasetBuilder(settings).build() }
  }

  @Test("cleaning takes spikes out, smooths, and stays near the data")
  func cleaning() {
    let truth = Performer().perform(ScoreComposer().text(seed: 8), seed: 8)
    var noisy = truth
    var random = RandomSource(seed: 1)
    for index in noisy.values.indices { noisy.values[index] += Float(random.normal(deviation: 0.02)) }
    let spikes = [9, truth.frameCount / 2, truth.frameCount - 3]
    for frame in spikes { for channel in 0..<Clip.channels { noisy[frame, channel] += frame % 2 == 0 ? 3 : -3 } }
    let (clean, report) = MotionCleaner().clean(noisy)
    #expect(Set(spikes).isSubset(of: Set(report.expressionOutliers)))
    #expect(Set(spikes).isSubset(of: Set(report.poseOutliers)))
    #expect(report.roughnessAfter[0] < 0.5 * report.roughnessBefore[0])
    func error(_ clip: Clip) -> Float { zip(clip.values, truth.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    #expect(error(clean) < 0.05 * error(noisy))
    // A clip that is smooth already hardly changes.
    #expect(MotionCleaner().clean(truth).report.moved < 0.03)
  }

  @Test("annotation reads the units, the poses and the mood off a motion, and the texts follow")
  func annotation() throws {
    let score = Score(
      seconds: 5, events: [.pose(.turnLeft, .strong, 1..<4), .unit(.eyeWide, .strong, 1..<4)], emotion: .init(.happy, .strong))
    let clip = Performer().perform(score, seed: 3)
    let annotator = MotionAnnotator(bank: try SentenceBank(folder: Self.bank))
    let (found, knowledge) = annotator.read(clip, speaks: false)
    #expect(found.events.contains { $0.pose == .turnLeft && $0.intensity == .strong })
    #expect(knowledge.realised.contains { $0.unit == .eyeWide })
    #expect(found.emotion?.name == .happy)
    let annotation = Annotation(clip)
    #expect(annotation.poses.contains { $0.labels.contains("head turns left") && $0.peakDegrees[1] > 20 })
    #expect(annotation.intensities.count == clip.frameCount && annotation.intensities[0].count == annotation.units.count)
    let texts = try annotator.annotate(clip, speaks: false, seed: 1).texts
    #expect(!texts.pose.isEmpty && !texts.expression.isEmpty && texts.scenarios.count == 3)
  }

  @Test("a rewriter pipes text through a command and reports one that fails")
  func rewriter() throws {
    #expect(try Rewriter(command: "tr a-z A-Z").rewrite("smile, then nod") == "SMILE, THEN NOD")
    #expect(throws: CorpusError.self) { try Rewriter(command: "exit 3").rewrite("smile") }
    #expect(throws: CorpusError.self) { try Rewriter(command: "cat > /dev/null").rewrite("smile") }
  }
}
