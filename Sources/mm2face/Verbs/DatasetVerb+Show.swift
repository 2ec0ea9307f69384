import ArgumentParser
import Claims
import Containers
import Corpus
import Foundation
import Head
import Motion
import Pictures
import Raster
import Tensor

extension DatasetVerb {
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a clip's texts and score; --out draws it as a sheet of pictures (PNG).",
      discussion: "Several names draw one row each. Without a name: clips picked by --seed.")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The data set.", valueName: "folder"))
    var folder: String
    @Argument(help: ArgumentHelp("Clips.", valueName: "name"))
    var names: [String] = []
    @Option(name: .shortAndLong, help: ArgumentHelp("A PNG file.", valueName: "file"))
    var out: String?
    @Option(help: "Pictures a clip.")
    var columns = 10
    @Option(help: "Pixels of a picture.")
    var size = 140
    @Option(help: "How many clips when none is named.")
    var count = 5
    @Option(help: "Which clips when none is named.")
    var seed: UInt64 = 1

    @Flag(help: "Replace a file that exists.")
    var force = false

    func validate() throws {
      try check("--columns", columns, in: 1...100)
      try check("--size", size, in: 16...1000)
      try check("--count", count, in: 1 ... .max)
    }

    func run() throws {
      if let out { try AtomicFile.check(out, replacing: force) }
      let dataset = try MMHeadDataset(folder: URL(fileURLWithPath: folder))
      var chosen = names
      if chosen.isEmpty {
        var all = dataset.entries.map(\.name).sorted()
        var random = RandomSource(seed: seed)
        while chosen.count < count, !all.isEmpty { chosen.append(all.remove(at: random.index(all.count))) }
      }
      if common.json {
        let clips = try chosen.map { try Shown($0, dataset) }
        print(JSONLine.text(Answer(clips: clips, out: out)))
      } else {
        for name in chosen { try describe(name, dataset) }
      }
      guard let out else { return }
      let head = try HeadModel(studioFile: try common.headPath ?? AssetLocator.path("assets/head/studio.safetensors"))
      let topology = MeshTopology(rest: head.template, triangles: head.triangles, quads: head.quads)
      let camera = Camera(framing: Framing(vertices: head.template), zoom: 1.25)
      let portrait = Portrait(width: size, height: size)
      var poser = HeadPoser(head)
      var vertices = [Float](repeating: 0, count: head.template.count)
      var sheet = ContactSheet(columns: columns)
      for name in chosen {
        let clip = try dataset.motion(name)
        for column in 0..<columns {
          let frame = columns > 1 ? column * (clip.frameCount - 1) / (columns - 1) : 0
          poser.pose(clip.frame(frame), into: &vertices)
          let caption = column == 0 ? name : String(format: "%.2f s", Double(frame) / clip.framesPerSecond)
          sheet.add(portrait.draw(vertices, topology, colours: head.colors, camera: camera), caption: caption)
        }
      }
      try AtomicFile.write(PNG.encode(sheet.picture()), to: out, replacing: force)
    }

    /// What `--json` tells.
    private struct Answer: Encodable {
      var clips: [Shown]
      var out: String?
    }

    /// A clip with its texts by level, and the score of one of ours.
    private struct Shown: Encodable {
      var name: String
      var seconds: Double
      var texts: [String: String]
      var score: Score?

      init(_ name: String, _ dataset: MMHeadDataset) throws {
        self.name = name
        seconds = try dataset.motion(name).seconds
        let told = TextLevel.allCases.compactMap { level in dataset.text(name, level).map { (level.rawValue, $0) } }
        texts = Dictionary(uniqueKeysWithValues: told)
        score = try dataset.provenance(name)?.score
      }
    }

    private func describe(_ name: String, _ dataset: MMHeadDataset) throws {
      let clip = try dataset.motion(name)
      print("\(name)  \(String(format: "%.2f", clip.seconds)) s")
      for level in TextLevel.allCases {
        print("  \(level.rawValue): \(dataset.text(name, level)?.replacingOccurrences(of: "\n", with: " / ") ?? "–")")
      }
      guard let origin = try dataset.provenance(name) else { return }
      if let line = origin.score.speech { print(String(format: "  says (%.2f–%.2f s, \(line.voice)): ", line.start, line.end) + line.text) }
      for event in origin.score.events {
        let side = event.side == .both ? "" : " \(event.side.rawValue)"
        let times = event.count > 1 ? " × \(event.count)" : ""
        print(
          String(format: "  %.2f–%.2f s  ", event.start, event.end)
            + "\(event.kind.rawValue) \(event.name)\(side) \(event.intensity.rawValue)\(times)")
      }
    }
  }
}
