import ArgumentParser
import Containers
import Corpus
import Evaluation
import Foundation
import Head
import Models
import Motion
import NeuralNet
import Synthesis

extension EvaluationTask: ExpressibleByArgument {}

/// `mm2face evaluate`: the paper's tables on a data set, with our own measures apart.
struct EvaluateVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Run the paper's benchmarks on a data set.",
    discussion: """
      Figures that need a retrieval network are left out without one. With MMHead, FLAME 2020 and the published checkpoints:
      --head FLAME.safetensors --text-network tmr_vae_70.pth --audio-network tmr_vae_180.pth --text-encoder distilbert-base-uncased \
      --audio-encoder wav2vec2-base-960h --mesh-mean train_test_val_mesh_mean.npy --mesh-deviation train_test_val_mesh_std.npy.
      Rows: real, reconstruction, model, notext, fulltext (the prompt only as the condition token of self-attention), levels (only as \
      rows of cross-attention), nearest, random, performance (the score of a procedural clip performed \
      once more: what a model that understands everything would make), still. Our own retrieval networks in assets/models/retrieval are \
      used when none is named.
      """)

  enum Row: String, ExpressibleByArgument, CaseIterable {
    case real, reconstruction, model, notext, fulltext, levels, nearest, random, performance, still
  }

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("The data set, in MMHead's layout.", valueName: "folder"))
  var dataset: String?

  @Option(help: "talking (benchmark I) or text (benchmark II).")
  var task: EvaluationTask?

  @Option(help: "Which split.")
  var split = "test"

  @Option(help: "At most so many clips.")
  var limit: Int?

  @Option(parsing: .upToNextOption, help: "Which rows; all that can be had by default.")
  var rows: [Row] = []

  @Option(help: "How often random rows are repeated, 1 to 1000.")
  var repeats = 1

  @Option(help: "The seed of the first repeat.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Where generated clips are kept; a second run goes on from there.", valueName: "folder"))
  var clips: String?

  @Option(help: ArgumentHelp("Generate share I of N into --clips and stop; run without it afterwards for the table.", valueName: "I/N"))
  var shard: String?

  @Option(help: ArgumentHelp("The retrieval network over texts (.safetensors or .pth).", valueName: "file"))
  var textNetwork: String?

  @Option(help: ArgumentHelp("The retrieval network over speech.", valueName: "file"))
  var audioNetwork: String?

  @Option(help: ArgumentHelp("The text encoder under the network; the bundle's by default.", valueName: "folder"))
  var textEncoder: String?

  @Option(help: ArgumentHelp("The wav2vec 2.0 encoder under the network; the bundle's audio encoder by default.", valueName: "folder"))
  var audioEncoder: String?

  @Option(help: ArgumentHelp("Mean of the data set's vertices, for networks over vertices.", valueName: "npy"))
  var meshMean: String?

  @Option(help: ArgumentHelp("Their deviation.", valueName: "npy"))
  var meshDeviation: String?

  @Flag(help: "Print the tables as Markdown, as the model card has them.")
  var markdown = false

  @Option(help: ArgumentHelp("Draw one voice under eight emotions and six head poses, by the model: .png or .cast.", valueName: "file"))
  var gallery: String?

  @Flag(help: "Replace a gallery that exists.")
  var force = false

  @Option(help: ArgumentHelp("The gallery's voice; the scratch voice by default.", valueName: "wav"))
  var galleryAudio: String?

  @Option(help: ArgumentHelp("Perform prompts that come with checks, and say which are done; --repeats seeds each.", valueName: "json"))
  var prompts: String?

  @Option(help: ArgumentHelp("Perform pairs of prompts that differ in one thing, and say which differ as told.", valueName: "json"))
  var pairs: String?

  @Option(help: "How tokens are drawn: temperature.")
  var temperature: Double?

  @Option(help: "How tokens are drawn: guidance, 1 as trained.")
  var guidance: Double?

  @Option(help: "How tokens are drawn: the share of probability kept, 1 all of it.")
  var topP: Double?

  @Option(help: "How tokens are drawn: takes to choose from, 1 for the first.")
  var tries: Int?

  @Option(help: "The basis of motions that do not name theirs.")
  var basis = Clip.Basis.flame2020.rawValue

  func validate() throws {
    if gallery == nil, prompts == nil, pairs == nil, dataset == nil || task == nil {
      throw ValidationError("give --dataset and --task, or --gallery, or --prompts, or --pairs")
    }
    if let gallery, !["png", "cast"].contains((gallery as NSString).pathExtension.lowercased()) {
      throw ValidationError("--gallery \(gallery): expected an ending .png or .cast")
    }
    var isFolder: ObjCBool = false
    if let clips, FileManager.default.fileExists(atPath: clips, isDirectory: &isFolder), !isFolder.boolValue {
      throw ValidationError("--clips \(clips): expected a folder, found a file")
    }
    if let complaint = settings.complaint { throw ValidationError(complaint) }
    try check("--repeats", repeats, in: 1...1000)
    try check("--limit", limit, in: 1 ... .max)
    if Clip.Basis(rawValue: basis) == nil {
      throw ValidationError("--basis must be one of \(Clip.Basis.allCases.map(\.rawValue).joined(separator: ", ")), found \(basis)")
    }
    if (meshMean == nil) != (meshDeviation == nil) { throw ValidationError("--mesh-mean and --mesh-deviation belong together") }
    if shard != nil, clips == nil { throw ValidationError("--shard needs --clips, where the shares meet") }
    _ = try shard.map(Shard.init)
  }

  private func wants(_ row: Row) -> Bool { rows.isEmpty || rows.contains(row) }

  func run() async throws {
    let reporter = ProgressReporter(common.progress)
    common.useThreads()
    if let gallery {
      try AtomicFile.check(gallery, replacing: force)
      let head = try HeadModel(studioFile: try common.headPath ?? AssetLocator.path("assets/head/studio.safetensors"))
      try await drawGallery(gallery, model: Generator(bundle: bundle()), head: head, reporter: reporter)
    }
    if let prompts {
      let cases: [PromptCase] = try cases(prompts, promptsIn: ["prompt"])
      try show(await trial().run(cases) { reporter.report("prompts", done: $0, of: cases.count * repeats) }, reporter)
    }
    if let pairs {
      let cases: [MinimalPair] = try cases(pairs, promptsIn: ["a", "b"])
      try show(await trial().run(cases) { reporter.report("pairs", done: $0, of: cases.count * repeats) }, reporter)
    }
    if let dataset, let task { try await evaluate(dataset, task, reporter) }
  }

  private var settings: SamplingSettings {
    var settings = SamplingSettings.usual
    settings.seed = seed
    settings.temperature = temperature ?? settings.temperature
    settings.guidance = guidance ?? settings.guidance
    settings.topP = topP ?? settings.topP
    settings.tries = tries ?? settings.tries
    return settings
  }

  /// Reads a list of cases. Errors: `ContainerError`, also for prompts with more texts than a level may have or with levels of other names.
  private func cases<Case: Decodable>(_ path: String, promptsIn keys: [String]) throws -> [Case] {
    try JSONFile.read(path: path) { list in
      for (number, value) in (list.elements ?? []).enumerated() {
        for key in keys {
          if let prompt = value[key] { try Prompt.check(written: prompt, path: path, inside: "[\(number)].\(key).") }
        }
      }
    }
  }

  private func trial() throws -> PromptTrial { PromptTrial(try Generator(bundle: bundle()), settings: settings, seeds: repeats) }

  private func show(_ report: PromptTrial.Report, _ reporter: ProgressReporter) throws {
    reporter.finish()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(common.json ? String(decoding: try encoder.encode(report), as: UTF8.self) : report.text)
  }

  private func evaluate(_ dataset: String, _ task: EvaluationTask, _ reporter: ProgressReporter) async throws {
    let start = ContinuousClock.now
    let fallback = Clip.Basis(rawValue: basis) ?? .flame2020
    let set = try EvaluationDataset(folder: dataset, task: task, split: split, basis: fallback, limit: limit)
    guard !set.items.isEmpty else {
      throw EvaluationError.dataset(
        path: dataset, reason: "no clip of the split can be used; first: \(set.faults.first?.reason ?? "the list is empty")")
    }
    let model = try generator()
    if let shard, let model {
      return try await generate(set, model, Shard(shard), reporter)
    }
    let head = try HeadModel(studioFile: try common.headPath ?? AssetLocator.path("assets/head/studio.safetensors"))
    let mesh = try FaceMesh(head)
    let judge = try judge(mesh) { try EvaluationDataset(folder: dataset, task: task, split: "train", basis: fallback).items }
    let benchmark = try Benchmark(set.items, task: task, judge: judge, mesh: mesh, repeats: repeats, seed: seed)
    let real = try await benchmark.realEmbeddings()
    var results: [RowResult] = []
    for source in try sources(set, model, fallback) {
      results.append(
        try await benchmark.run(source, real: real) {
          reporter.report(source.name, done: $0, of: set.items.count * (source.isRandom ? repeats : 1))
        })
      reporter.finish()
    }
    let elapsed = ContinuousClock.now - start
    let report = EvaluationReport(
      corpus: dataset, task: task, split: split, head: head.recordName, model: model?.modelName, clips: set.items.count,
      batchedClips: set.items.count / RetrievalScore.batch * RetrievalScore.batch, faults: set.faults, complaints: set.complaints,
      rows: results,
      seconds: Double(elapsed.components.seconds))
    if common.json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      print(markdown ? ResultTable.markdown(report) : ResultTable.text(report))
    }
  }

  /// The bundle asked for, or the shipped one.
  private func bundle() throws -> ModelBundle {
    try ModelBundle(folder: common.modelFolder())
  }

  /// The model, or nil when only rows without a model are asked for or there is none to be found.
  private func generator() throws -> Generator? {
    let needed =
      !Set(rows).isDisjoint(with: [.model, .notext, .fulltext, .levels]) || rows.contains(.reconstruction) || common.modelPath != nil
      || shard != nil
    if needed { return try Generator(bundle: bundle()) }
    return rows.isEmpty ? try? Generator(bundle: bundle()) : nil
  }

  /// Real motions of clips that are not tested, where there are any; whole ones where nothing compares them frame by frame.
  private func random(_ set: EvaluationDataset, _ fallback: Clip.Basis) -> RandomMotion {
    let other = split == "train" ? "test" : "train"
    let others = try? EvaluationDataset(folder: set.folder, task: set.task, split: other, basis: fallback, limit: set.items.count).items
    return RandomMotion(set.items, from: others ?? [], seed: seed, whole: set.task == .text)
  }

  private func sources(_ set: EvaluationDataset, _ model: Generator?, _ fallback: Clip.Basis) throws -> [any MotionSource] {
    var list: [any MotionSource] = []
    if wants(.real) { list.append(RealMotion()) }
    if let model, wants(.reconstruction) { list.append(Reconstruction(model)) }
    if let model { list += fusions(set.task).map { generated(model, set.task, $0) } }
    if wants(.nearest) {
      let training = try EvaluationDataset(folder: set.folder, task: set.task, split: "train", basis: fallback)
      if !training.items.isEmpty { list.append(NearestText(training: training.items)) }
    }
    if wants(.random) { list.append(random(set, fallback)) }
    if wants(.performance), set.task == .text, AnotherPerformance.fits(set.items) { list.append(AnotherPerformance(seed: seed)) }
    if wants(.still) { list.append(StillFace()) }
    return list
  }

  /// The ways into the network asked for: by default the whole model and, with speech, none of the text; the paper's other fusions by name.
  private func fusions(_ task: EvaluationTask) -> [GenerationRequest.Fusion] {
    var list: [GenerationRequest.Fusion] = []
    if task == .talking, wants(.notext) { list.append([]) }
    if rows.contains(.fulltext) { list.append(.fullText) }
    if rows.contains(.levels) { list.append(.levels) }
    if wants(.model) { list.append(.all) }
    return list
  }

  private func generated(_ model: Generator, _ task: EvaluationTask, _ fusion: GenerationRequest.Fusion) -> GeneratedMotion {
    let names: [GenerationRequest.Fusion: String] = [
      []: "MM2Face without text", .fullText: "MM2Face, full text only", .levels: "MM2Face, levels only",
    ]
    return GeneratedMotion(
      names[fusion] ?? "MM2Face", model: model, settings: settings, task: task, fusion: fusion, cache: clips)
  }

  /// Generates one share of the clips into the folder.
  private func generate(_ set: EvaluationDataset, _ model: Generator, _ share: Shard, _ reporter: ProgressReporter)
    async throws
  {
    let mine = share.indices(of: set.items.count)
    let sources = fusions(set.task).map { generated(model, set.task, $0) }
    var done = 0
    for source in sources {
      for repetition in 0..<repeats {
        for index in mine {
          _ = try await source.clip(for: set.items[index], repetition: repetition)
          done += 1
          reporter.report("generating", done: done, of: mine.count * repeats * sources.count)
        }
      }
    }
    reporter.finish()
    let about: JSONValue = ["generated": .integer(done), "clips": clips.map { .string($0) } ?? .null]
    common.show(about, or: "\(done) clips in \(clips ?? "")")
  }

  private func judge(_ mesh: FaceMesh, training: () throws -> [EvaluationItem]) throws -> Judge? {
    let none = textNetwork == nil && audioNetwork == nil
    let textNetwork = none ? try? AssetLocator.path("assets/models/retrieval/text.safetensors") : textNetwork
    let audioNetwork = none ? try? AssetLocator.path("assets/models/retrieval/audio.safetensors") : audioNetwork
    guard textNetwork != nil || audioNetwork != nil else { return nil }
    var text: Judge.TextSide?
    if let textNetwork {
      let network = try RetrievalNetwork(weights: WeightStore(checkpoint: textNetwork))
      let (vocabulary, encoder): (WordPiece, any TextEncoder)
      if let textEncoder {
        (vocabulary, encoder) = try PretrainedFolder.text(textEncoder)
      } else {
        (vocabulary, encoder) = try bundle().text()
      }
      text = Judge.TextSide(network: network, vocabulary: vocabulary, encoder: encoder)
    }
    var audio: Judge.AudioSide?
    if let audioNetwork {
      let network = try RetrievalNetwork(weights: WeightStore(checkpoint: audioNetwork))
      // The published audio network was trained on features interpolated before the transformer.
      let encoder: any AudioEncoder =
        if let audioEncoder { try PretrainedFolder.audio(audioEncoder, interpolation: .before) } else { try bundle().audio() }
      audio = Judge.AudioSide(network: network, encoder: encoder)
    }
    return try Judge(
      text: text, audio: audio, standard: try standard(text?.network ?? audio?.network, mesh, training), faceVertices: mesh.faceCount)
  }

  private func standard(_ network: RetrievalNetwork?, _ mesh: FaceMesh, _ training: () throws -> [EvaluationItem]) throws -> Judge.Standard
  {
    if let meshMean, let meshDeviation {
      return Judge.Standard(mean: try coordinates(meshMean, mesh), deviation: try coordinates(meshDeviation, mesh))
    }
    if let mean = network?.mean, let deviation = network?.deviation { return Judge.Standard(mean: mean, deviation: deviation) }
    // As our training does it: every fourth clip of the training split.
    return Judge.Standard(parametersOf: try training().enumerated().filter { $0.offset % 4 == 0 }.map(\.element.clip))
  }

  /// The face's coordinates of an array over the whole head's.
  private func coordinates(_ path: String, _ mesh: FaceMesh) throws -> [Float] {
    let all = try NPYArray(path: path).floats ?? []
    guard let last = mesh.faceVertices.max(), all.count >= (last + 1) * 3 else {
      throw EvaluationError.sizes(
        what: "\(path): numbers of the head's vertices", expected: ((mesh.faceVertices.max() ?? 0) + 1) * 3, found: all.count)
    }
    return mesh.faceVertices.flatMap { Array(all[$0 * 3..<$0 * 3 + 3]) }
  }
}
