import ArgumentParser
import Foundation
import NeuralNet
import Raster

/// `mm2face bench`: how fast this machine is.
struct BenchVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed; all benchmarks without a name.",
    discussion: "Names: \(names.joined(separator: ", ")). OPENBLAS_CORETYPE should be unset: it may force slower kernels.")

  static let names = ["token", "decode", "distilbert", "wav2vec2", "pose", "raster", "blend", "start"]

  @OptionGroup var common: CommonOptions

  @Argument(help: "Which benchmarks.")
  var name: [String] = []

  @Option(help: "token: width of the transformer.")
  var wide = 256

  @Option(help: "token: layers.")
  var layers = 6

  @Option(help: "token: heads.")
  var heads = 8

  @Option(help: "token: rows of text and audio in memory.")
  var memory = 250

  @Option(help: "token: number format of the weights: fp32, fp16 or int8; all without it.")
  var weights: WeightPrecision?

  @Option(help: ArgumentHelp("raster: columns and rows; 80x40 and 200x60 without it.", valueName: "colsxrows"))
  var size: SizeOption?

  @Option(help: "How often each is repeated.")
  var repeats = 7

  @Option(help: ArgumentHelp("Read a transformer, draw one token, say FIRST.", valueName: "folder", visibility: .hidden))
  var first: String?

  func validate() throws {
    for one in name where !Self.names.contains(one) {
      throw ValidationError("there is no benchmark \(one); there are \(Self.names.joined(separator: ", "))")
    }
    try check("--wide", wide, in: 1...8192)
    try check("--layers", layers, in: 1...256)
    try check("--heads", heads, in: 1...wide)
    try check("--memory", memory, in: 1...100_000)
    try check("--repeats", repeats, in: 1...1_000_000)
    if wide % heads != 0 { throw ValidationError("--heads must divide --wide \(wide), found \(heads)") }
  }

  func run() throws {
    common.useThreads()
    if let first { return try FirstToken.run(first, precision: weights ?? .fp32) }
    for one in name.isEmpty ? Self.names : name { try run(one) }
  }

  private func run(_ name: String) throws {
    func show(_ line: BenchmarkLine) { line.show(json: common.json) }
    switch name {
    case "token":
      let shape = EngineBenchmarks.Shape(width: wide, layers: layers, heads: heads, memory: memory)
      for precision in weights.map({ [$0] }) ?? WeightPrecision.allCases {
        show(try EngineBenchmarks.token(shape, precision, repeats: repeats))
      }
    case "decode": show(try EngineBenchmarks.decode(repeats: repeats))
    case "distilbert": show(try EngineBenchmarks.distilbert(repeats: repeats))
    case "raster":
      let sizes = size.map { [$0.grid] } ?? [GridSize(columns: 80, rows: 40), GridSize(columns: 200, rows: 60)]
      for line in RasterBenchmarks.run(head: try common.drawnHead(), sizes: sizes, repeats: repeats * 30) { show(line) }
    case "wav2vec2": show(try EngineBenchmarks.wav2vec2(repeats: repeats))
    case "blend": show(try BenchBlend.run(repeats: repeats))
    case "pose": for line in try BenchPose.run(head: HeadVerb.read(common.headPath), repeats: repeats) { show(line) }
    default: show(try EngineBenchmarks.start(repeats: repeats))
    }
  }
}
