import Claims
import Containers
import Corpus
import Foundation
import Motion
import Synthesis

/// Motions a model makes from a clip's texts and speech, kept in a folder so that a long evaluation can be resumed or shared out.
public struct GeneratedMotion: MotionSource {
  public let name: String
  public let isRandom = true
  private let model: any MotionGenerating
  private let settings: SamplingSettings
  private let task: EvaluationTask
  private let fusion: GenerationRequest.Fusion
  private let cache: String?

  public init(
    _ name: String, model: any MotionGenerating, settings: SamplingSettings, task: EvaluationTask, fusion: GenerationRequest.Fusion = .all,
    cache: String? = nil
  ) {
    self.name = name
    self.model = model
    self.settings = settings
    self.task = task
    self.fusion = fusion
    self.cache = cache
  }

  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    let path = cache.map { "\($0)/\(folderName)/\(repetition)/\(item.name).npz" }
    if let path, FileManager.default.fileExists(atPath: path), let kept = try? Clip(npzPath: path),
      kept.provenance["model"] == model.modelName
    {
      return kept
    }
    var settings = settings
    // Each clip and repeat has a seed of its own, so that shards and order do not matter.
    settings.seed = settings.seed &+ UInt64(repetition) &* 0x9E37_79B9 &+ Self.number(item.name)
    var request = GenerationRequest(prompt: fusion.isEmpty ? Prompt() : Prompt(item.texts), settings: settings)
    request.fusion = fusion
    if task == .talking, let audio = item.audioPath {
      request.audio = .file(path: audio, length: item.clip.seconds)
    } else {
      request.length = .natural
    }
    var clip = try await model.result(of: request).clip
    if task == .talking { clip = clip.fitted(to: item.clip.frameCount) }
    if clip.frameCount > EvaluationDataset.longest { clip = clip.fitted(to: EvaluationDataset.longest) }
    if let path {
      clip.provenance["model"] = model.modelName
      try OutputFolder.make((path as NSString).deletingLastPathComponent)
      try clip.write(npz: path)
    }
    return clip
  }

  private var folderName: String { name.replacingOccurrences(of: " ", with: "-") }

  /// A number of a name (FNV-1a), the same everywhere.
  private static func number(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

/// The model's tokenizer there and back: the best its tokens can do.
public struct Reconstruction: MotionSource {
  public let name = "tokenizer reconstruction"
  public let isRandom = false
  private let model: any MotionGenerating

  public init(_ model: any MotionGenerating) { self.model = model }

  public func clip(for item: EvaluationItem, repetition: Int) async throws -> Clip {
    try model.decode(model.encode(item.clip)).fitted(to: item.clip.frameCount)
  }
}
