import Foundation
import Motion
import Tensor

/// Where a row's motions come from.
public protocol MotionSource: Sendable {
  var name: String { get }
  /// Whether another repeat gives other motions.
  var isRandom: Bool { get }
  var isReal: Bool { get }
  /// The motion for a clip of the test set.
  func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip
}

extension MotionSource {
  public var isReal: Bool { false }
}

/// Runs sources over a test set and figures out the table.
///
/// Clips are handled one after another and only their embeddings and sums are kept, so memory does not grow with the set.
public struct Benchmark: Sendable {
  public let items: [EvaluationItem]
  public let task: EvaluationTask
  public let judge: Judge?
  public let mesh: FaceMesh
  public var repeats: Int
  public var seed: UInt64
  private let texts: Embeddings?
  private let sounds: Embeddings?

  /// Embeds the conditions once. Errors: a clip in another basis than the head; texts or sounds that cannot be read.
  public init(_ items: [EvaluationItem], task: EvaluationTask, judge: Judge?, mesh: FaceMesh, repeats: Int = 1, seed: UInt64 = 0) throws {
    for item in items where item.clip.basis != mesh.basis {
      throw EvaluationError.dataset(
        path: item.name,
        reason:
          "its motion is in the basis \(item.clip.basis.rawValue), the head's is \(mesh.basis.rawValue); give the head the motion was made for"
      )
    }
    self.items = items
    self.task = task
    self.judge = judge
    self.mesh = mesh
    self.repeats = max(1, repeats)
    self.seed = seed
    var texts: Embeddings?
    var sounds: Embeddings?
    if let judge {
      for item in items {
        if let row = try judge.embed(text: item.fullText) { texts.append(row) }
        if task == .talking, let path = item.audioPath, let row = try judge.embed(audioPath: path) { sounds.append(row) }
      }
    }
    self.texts = texts
    self.sounds = sounds
  }

  /// What one pass over the set gives.
  struct Pass {
    var motions: Embeddings?
    var audioMotions: Embeddings?
    var lips: [Double] = []
    var face: [Double] = []
    var measures = ClipMeasures()
    var faults: [DatasetFault] = []
  }

  /// Evaluates a source. `real` holds the real motions' embeddings for FID (of `realEmbeddings`).
  public func run(_ source: any MotionSource, real: Embeddings?, progress: (Int) -> Void = { _ in }) async throws -> RowResult {
    let statistics = real.flatMap { FrechetStatistics($0) }
    var values: [String: [Double]] = [:]
    var faults: [DatasetFault] = []
    var embeddings: [Embeddings] = []
    var takes: [FrechetStatistics] = []
    var clips = 0
    let passes = source.isRandom ? repeats : 1
    for repetition in 0..<passes {
      let pass = try await pass(source, repetition) { progress(repetition * items.count + $0) }
      faults += pass.faults
      clips = items.count - pass.faults.count
      if let motions = pass.motions { embeddings.append(motions) }
      for (name, value) in figures(pass) { values[name, default: []].append(value) }
      if let take = pass.motions.flatMap({ FrechetStatistics($0) }) {
        if let statistics { values["FID", default: []].append(try max(0, statistics.distance(to: take))) }
        takes.append(take)
      }
      if let real, let motions = pass.motions {
        var random = RandomSource(seed: seed).fork("subsets \(repetition)")
        if let endless = try EndlessFrechetDistance.distance(real, motions, using: &random) { values["FID∞", default: []].append(endless) }
      }
      let draws = source.isRandom ? 1 : repeats
      for draw in 0..<draws {
        var random = RandomSource(seed: seed).fork("diversity \(repetition + draw)")
        if let motions = pass.motions, let score = Diversity.score(motions, pairs: Diversity.pairs(clips: motions.count), using: &random) {
          values["diversity", default: []].append(score)
        }
      }
    }
    if embeddings.count > 1, let first = embeddings.first, embeddings.allSatisfy({ $0.count == first.count }) {
      let sets = (0..<first.count).map { row in
        Embeddings(width: first.width, values: embeddings.flatMap { Array($0.row(row)) })
      }
      if let spread = Multimodality.score(sets) { values["multimodality"] = [spread] }
      for (index, take) in takes.enumerated() {
        for other in takes[..<index] { values["FID.takes", default: []].append(try max(0, take.distance(to: other))) }
      }
    }
    return RowResult(name: source.name, clips: clips, repeats: passes, figures: values.compactMapValues { Figure($0) }, faults: faults)
  }

  /// The real motions' embeddings.
  public func realEmbeddings() async throws -> Embeddings? { try await pass(RealMotion(), 0) { _ in }.motions }

  private func pass(_ source: any MotionSource, _ repetition: Int, progress: (Int) -> Void) async throws -> Pass {
    var pass = Pass()
    for (index, item) in items.enumerated() {
      try Task.checkCancellation()
      var clip: Clip
      do {
        clip = try await source.clip(for: item, repetition: repetition)
        guard clip.basis == mesh.basis, clip.frameCount > 0, clip.values.allSatisfy({ $0.isFinite }) else {
          throw DatasetFault(file: item.name, reason: "\(source.name) gave a motion that is empty, not finite or in another basis")
        }
      } catch let error where !(error is CancellationError) {
        // The row goes on with the face at rest in its place, so that pairs stay pairs; the table says how many.
        pass.faults.append((error as? DatasetFault) ?? DatasetFault(file: item.name, reason: "\(error)"))
        clip = Clip(basis: mesh.basis, frames: max(1, item.clip.frameCount))
      }
      try measure(clip, item, source, &pass)
      progress(index + 1)
    }
    return pass
  }

  private func measure(_ clip: Clip, _ item: EvaluationItem, _ source: any MotionSource, _ pass: inout Pass) throws {
    let posed = mesh.pose(clip)
    if task == .talking, !source.isReal {
      let errors = mesh.errors(posed, mesh.pose(item.clip))
      pass.lips.append(errors.lips)
      pass.face.append(errors.face)
    }
    if let judge {
      let face = mesh.face(posed)
      if let row = judge.embed(motion: clip, face: face, isReal: source.isReal) { pass.motions.append(row) }
      if task == .talking, let row = judge.embedForAudio(motion: clip, face: face, rest: mesh.rest) { pass.audioMotions.append(row) }
    }
    var measures = ClipMeasures(clip, gap: try mesh.lipGap(clip), phones: item.phones, score: item.score, claims: item.claims)
    mesh.addJitter(posed, to: &measures)
    pass.measures = pass.measures + measures
  }

  private func figures(_ pass: Pass) -> [String: Double] {
    var result: [String: Double] = [:]
    if let texts, let motions = pass.motions, let score = RetrievalScore(conditions: texts, motions: motions) {
      for (index, value) in score.precision.enumerated() { result["R\(index + 1)"] = value }
      result["match"] = score.matching
    }
    if let sounds, let motions = pass.audioMotions, sounds.count == motions.count,
      let score = RetrievalScore(conditions: sounds, motions: motions)
    {
      for (index, value) in score.precision.enumerated() { result["audioR\(index + 1)"] = value }
      result["audioMatch"] = score.matching
    }
    result["LVE"] = batchMean(pass.lips)
    result["FVE"] = batchMean(pass.face)
    let measures = pass.measures
    result["seal"] = measures.sealRate
    result["falseSeal"] = measures.falseSealRate
    result["jitter"] = measures.jitter
    result["blinks"] = measures.blinksPerMinute
    result["pose"] = measures.poseAdherence
    for (level, share) in measures.adherence { result["adherence.\(level)"] = share }
    return result
  }
}

extension Embeddings? {
  /// Appends a row; the first one sets the width.
  fileprivate mutating func append(_ row: [Float]) {
    if self == nil { self = Embeddings(width: row.count) }
    self?.append(row)
  }
}
