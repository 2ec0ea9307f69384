import Claims
import Corpus
import Evaluation
import Foundation
import Motion
import Speech
import Tensor
import Testing

/// A small data set in MMHead's layout, in a folder that goes away with the value.
final class SmallDataset {
  let folder: String

  init(_ names: [String], seconds: Double = 1) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("evaluation-\(UUID().uuidString)").path
    for part in ["audio", "facial_motion", "provenance"] + TextLevel.allCases.map({ "text_annotations/\($0.folder)" }) {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    var random = RandomSource(seed: 3)
    for name in names {
      var clip = Clip(frames: Int(seconds * 25))
      for frame in 0..<clip.frameCount {
        for channel in 0..<Clip.channels { clip[frame, channel] = Float(random.uniform(0, 0.3)) }
      }
      try clip.write(npz: "\(folder)/facial_motion/\(name).npz")
      try WavFile.write(Waveform(samples: [Float](repeating: 0.1, count: Int(seconds * 16_000))), to: "\(folder)/audio/\(name).wav")
      try write("She smiles, \(name).", to: "text_annotations/action/\(name).txt")
      try write("A first line.\nA second line.\nA third.", to: "text_annotations/emotion_scenario/\(name).txt")
    }
    try writeList(["train": [], "test": names])
  }

  func write(_ text: String, to file: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)")) }

  func writeList(_ splits: Any) throws {
    for file in ["talking_subset.json", "t2m_subset.json"] {
      try JSONSerialization.data(withJSONObject: splits).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}

@Suite struct DatasetTests {
  @Test func goodClipsAreRead() throws {
    let data = try SmallDataset(["A_1", "B_2"])
    let set = try EvaluationDataset(folder: data.folder, task: .talking)
    #expect(set.faults.isEmpty)
    #expect(set.items.map(\.name) == ["A_1", "B_2"])
    #expect(set.items[0].fullText == "She smiles, A_1. A first line.")
    #expect(set.items[0].clip.frameCount == 25 && set.items[0].audioPath != nil)
    #expect(try EvaluationDataset(folder: data.folder, task: .text, limit: 1).items.count == 1)
  }

  @Test func everyBadClipIsNamedAndCounted() throws {
    let names = ["good1", "good2", "noMotion", "noText", "noWav", "notANumber", "short", "damaged", "badProvenance"]
    let data = try SmallDataset(names)
    let files = FileManager.default
    try files.removeItem(atPath: "\(data.folder)/facial_motion/noMotion.npz")
    for level in TextLevel.allCases { try? files.removeItem(atPath: "\(data.folder)/text_annotations/\(level.folder)/noText.txt") }
    try files.removeItem(atPath: "\(data.folder)/audio/noWav.wav")
    var clip = Clip(frames: 25)
    clip[3, 4] = .nan
    let broken = "\(data.folder)/facial_motion/notANumber.npz"
    try files.removeItem(atPath: broken)
    try? clip.write(npz: broken)
    try WavFile.write(Waveform(samples: [Float](repeating: 0, count: 4000)), to: "\(data.folder)/audio/short.wav")
    try data.write("PK not a zip", to: "facial_motion/damaged.npz")
    try data.write("{", to: "provenance/badProvenance.json")
    let set = try EvaluationDataset(folder: data.folder, task: .talking)
    #expect(set.items.map(\.name) == ["good1", "good2"])
    #expect(set.faults.count == 7)
    for name in names.dropFirst(2) { #expect(set.faults.contains { $0.file.contains(name) }, "\(name) is not named") }
  }

  @Test func listsAreReadTolerantlyAndFaultsSayWhatWasFound() throws {
    let data = try SmallDataset(["A", "B"])
    let lists: [Any] = [
      ["test": ["A", "B"]], ["A": "test", "B": "test", "C": "train"], ["A", "B"], ["test": [["name": "A.pkl"], ["name": "B.pkl"]]],
    ]
    for list in lists {
      try data.writeList(list)
      #expect(try EvaluationDataset(folder: data.folder, task: .text).items.map(\.name).sorted() == ["A", "B"], "\(list)")
    }
    try data.writeList(["val": ["A"]])
    let error = #expect(throws: EvaluationError.self) { try EvaluationDataset(folder: data.folder, task: .text) }
    #expect(error?.description.contains("val") == true)
    #expect(throws: EvaluationError.self) { try EvaluationDataset(folder: "/nowhere", task: .text) }
  }

  @Test func oneTextForAllIsReported() throws {
    let data = try SmallDataset(["A", "B"])
    for name in ["A", "B"] { try data.write("The same.", to: "text_annotations/action/\(name).txt") }
    let set = try EvaluationDataset(folder: data.folder, task: .text)
    #expect(set.faults.isEmpty)
    #expect(set.complaints.contains { $0.contains("the same text") })
  }

  @Test func whatIsWrongWithAWholeSetIsSaid() throws {
    let data = try SmallDataset((0..<32).map { "A\($0)" })
    #expect(try EvaluationDataset(folder: data.folder, task: .text).complaints.isEmpty)
    let few = try EvaluationDataset(folder: data.folder, task: .text, limit: 31)
    #expect(few.complaints.contains { $0.contains("31 usable clips") })
    for index in 1..<32 {
      let target = "\(data.folder)/facial_motion/A\(index).npz"
      try FileManager.default.removeItem(atPath: target)
      try FileManager.default.copyItem(atPath: "\(data.folder)/facial_motion/A0.npz", toPath: target)
    }
    #expect(try EvaluationDataset(folder: data.folder, task: .text).complaints.contains { $0.contains("the same motion") })
    try data.writeList(["test": ["A0", "A1", "A0"]])
    let twice = try EvaluationDataset(folder: data.folder, task: .text)
    #expect(twice.items.count == 2 && twice.faults.map(\.reason) == ["A0 is listed twice"])
  }
}
