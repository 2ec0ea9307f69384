import ArgumentParser
import Containers
import Corpus
import Foundation

extension DatasetVerb {
  struct Layers: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Perform scores three times: speech alone, expression alone, both at once.",
      discussion: """
        Writes NAME.npz with the arrays speech, expression and both (frames × 56) for each performance, and layers.json with seed, mood \
        and phone times. training/ learns the blendshapes of the two layers from the first two and measures with the third.
        """)

    @OptionGroup var common: CommonOptions

    @Option(help: "How many performances, up to 1000000.")
    var count = 400

    @Option(help: "The same seed gives the same performances.")
    var seed: UInt64 = 1

    @Option(name: .shortAndLong, help: ArgumentHelp("A folder.", valueName: "folder"))
    var out: String

    @Flag(help: "Replace files that exist.")
    var force = false

    func validate() throws {
      try check("--count", count, in: 1...1_000_000)
    }

    func run() throws {
      let names = (0..<count).map { String(format: "LAYERS_%06d", $0) }
      let staging = try StagedFolder(out, existing: force ? .overwrite : .add, files: names.map { "\($0).npz" } + ["layers.json"])
      let reporter = ProgressReporter(common.progress)
      var list: [JSONValue] = []
      for (index, name) in names.enumerated() {
        let own = seed &* 1_000_003 &+ UInt64(index)
        let played = LayeredPerformance(seed: own)
        let arrays = [("speech", played.speech), ("expression", played.expression), ("both", played.both)].map { key, clip in
          (name: key, array: NPYArray(shape: [clip.frameCount, 56], clip.values))
        }
        try NPZFile.write(arrays, to: "\(staging.path)/\(name).npz")
        let phones = played.phones.map { JSONValue.array([.string($0.name), .number($0.start), .number($0.end)]) }
        list.append([
          "name": .string(name), "seed": .string(String(own)), "mood": .string(played.score.emotion?.name.rawValue ?? "neutral"),
          "intensity": .string(played.score.emotion?.intensity.rawValue ?? ""), "phones": .array(phones),
        ])
        reporter.report("performances", done: index + 1, of: count)
      }
      reporter.finish()
      let about: JSONValue = ["seed": .string(String(seed)), "performances": .array(list)]
      try AtomicFile.write(Data(about.encoded.utf8), to: "\(staging.path)/layers.json")
      try staging.commit()
      let summary: JSONValue = ["performances": .integer(count), "out": .string(out)]
      common.show(summary, or: "\(count) performances in \(out)")
    }
  }
}
