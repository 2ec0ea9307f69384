import Foundation

/// A figure over repeats: mean and half the width of its 95 % interval.
public struct Figure: Sendable, Hashable, Codable {
  public var mean: Double
  /// 1.96 standard errors; 0 for one repeat.
  public var interval: Double

  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count - 1, 1))
    self.mean = mean
    interval = values.count > 1 ? 1.96 * (variance / Double(values.count)).squareRoot() : 0
  }
}

/// One row of the table: a source of motions and its figures by name.
public struct RowResult: Sendable, Hashable, Codable {
  public var name: String
  public var clips: Int
  public var repeats: Int
  /// R1 R2 R3 (text), match, FID, diversity, audioR1…3, audioMatch, LVE, FVE; of our own FID∞ (1,024 clips and more), FID.takes
  /// (of repeats against one another: what so few clips leave of FID where both come from one distribution), seal, falseSeal, jitter,
  /// blinks, pose, adherence.LEVEL, multimodality. A figure that cannot be had is missing.
  public var figures: [String: Figure]
  /// Clips this row could not make, and why.
  public var faults: [DatasetFault]

  public init(name: String, clips: Int, repeats: Int, figures: [String: Figure], faults: [DatasetFault]) {
    self.name = name
    self.clips = clips
    self.repeats = repeats
    self.figures = figures
    self.faults = faults
  }
}

/// A whole evaluation, as `--json` writes it.
public struct EvaluationReport: Sendable, Hashable, Codable {
  public var corpus: String
  public var task: EvaluationTask
  public var split: String
  public var head: String
  public var model: String?
  public var clips: Int
  /// Clips the figures over batches of 32 rest on.
  public var batchedClips: Int
  public var faults: [DatasetFault]
  /// What is wrong with the set as a whole.
  public var complaints: [String]
  public var rows: [RowResult]
  public var seconds: Double

  public init(
    corpus: String, task: EvaluationTask, split: String, head: String, model: String?, clips: Int, batchedClips: Int,
    faults: [DatasetFault], complaints: [String] = [], rows: [RowResult], seconds: Double
  ) {
    self.corpus = corpus
    self.task = task
    self.split = split
    self.head = head
    self.model = model
    self.clips = clips
    self.batchedClips = batchedClips
    self.faults = faults
    self.complaints = complaints
    self.rows = rows
    self.seconds = seconds
  }
}
