import ArgumentParser
import Containers
import Foundation
import NeuralNet
import Synthesis

extension BundleTemplate: ExpressibleByArgument {}

/// `mm2face model`: model bundles.
struct ModelVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Look at, check, fill and make model bundles.",
    subcommands: [Import.self, Info.self, New.self, Verify.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What a bundle is and where it comes from.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The bundle; the shipped one by default.")
    var folder: String?

    func run() throws {
      let bundle = try ModelBundle(folder: folder ?? common.modelFolder())
      let description = bundle.description
      if common.json { return print(JSONLine.text(description)) }
      let t = description.transformer
      print("\(bundle.name)  (\(bundle.folder))")
      print(
        "basis        \(description.basis.rawValue), \(Int(description.framesPerSecond)) frames per second, \(description.tokenizer.rate) frames a step"
      )
      for stream in description.tokenizer.streams {
        print(
          "stream       \(stream.name): \(stream.channels.count) numbers, \(stream.codebooks) × \(stream.codes) codes, \(stream.width) wide"
        )
      }
      print(
        "transformer  \(t.width) wide, \(t.layers) layers, \(t.heads) heads, \(t.maxSteps) steps a window, hears \(t.lookAround) steps around"
      )
      print("text         \(description.text.map { "\($0.kind.rawValue), \(t.textWidth) wide, \($0.maxTokens) tokens at most" } ?? "none")")
      print("audio        \(description.audio.map { "\($0.kind.rawValue), \(t.audioWidth) wide" } ?? "none")")
      let claims = description.claims.map { "\($0.events.count) events, \($0.marks.count) marks" }
      print("claims       \(claims ?? "none: takes are not compared")")
      print("length       \(description.length == nil ? "none: a motion without sound ends at END" : "drawn before the first token")")
      for (name, value) in [("licences", description.licences), ("training", description.training)] {
        if let value { print("\(name.padding(toLength: 12, withPad: " ", startingAt: 0)) \(JSONLine.text(value))") }
      }
      for file in description.fileNames { print("\(description.files[file]?.prefix(16) ?? "no digest")  \(file)") }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Compare every file with its digest and read every network.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The bundle; the shipped one by default.")
    var folder: String?

    func run() throws {
      common.useThreads()
      let bundle = try ModelBundle(folder: folder ?? common.modelFolder())
      try bundle.verify()
      let count = bundle.description.fileNames.count
      let about: JSONValue = ["name": .string(bundle.name), "folder": .string(bundle.folder), "files": .integer(count)]
      common.show(about, or: "\(bundle.name): \(count) files are as they should be")
    }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a bundle of random weights: everything works with it, its motion means nothing.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Random weights (needed: trained ones come from training/).")
    var random = false

    @Option(help: "The shape: tiny, studio or paper.")
    var config: BundleTemplate = .studio

    @Option(help: "The same seed gives the same weights.")
    var seed: UInt64 = 0

    @Option(help: "The bundle's name.")
    var name: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "folder"))
    var out: String

    @Flag(help: "Replace files that exist.")
    var force = false

    func validate() throws {
      if !random { throw ValidationError("model new makes random weights: say --random; training/ makes trained ones") }
    }

    func run() throws {
      common.useThreads()
      let bundle = try ModelBundle.makeRandom(config, name: name, seed: seed, folder: out, replacing: force)
      let about: JSONValue = ["out": .string(out), "name": .string(bundle.name)]
      common.show(about, or: "\(out): \(bundle.name)")
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring other checkpoints in: a DistilBERT, BERT or wav2vec 2.0 folder into a bundle, or a .pth file into safetensors.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "A Hugging Face folder (config.json, weights, vocab.txt), or a PyTorch file.")
    var source: String

    @Option(help: ArgumentHelp("The bundle that gets the encoder.", valueName: "folder"))
    var into: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where a PyTorch file's tensors are written.", valueName: "file.safetensors"))
    var out: String?

    @Flag(help: "Replace a file of --out that exists.")
    var force = false

    func validate() throws {
      if (into == nil) == (out == nil) {
        throw ValidationError("give --into BUNDLE for an encoder's folder, or --out FILE.safetensors for a PyTorch file")
      }
    }

    func run() throws {
      common.useThreads()
      if let into {
        let bundle = try ModelBundle(folder: into).importing(encoder: source)
        let about: JSONValue = ["into": .string(into), "name": .string(bundle.name)]
        common.show(about, or: "\(into): \(bundle.name)")
      } else if let out {
        try AtomicFile.check(out, replacing: force)
        let store = try WeightStore(torch: source)
        let all = store.all
        try WeightStore.write(all, to: out, replacing: force)
        let about: JSONValue = ["out": .string(out), "tensors": .integer(all.count)]
        common.show(about, or: "\(out): \(all.count) tensors")
      }
    }
  }
}
