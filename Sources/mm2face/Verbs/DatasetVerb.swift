import ArgumentParser
import Containers
import Corpus
import Blendshapes
import Foundation
import Head
import Motion

/// `mm2face dataset`: data sets in MMHead's layout.
struct DatasetVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Build, check, clean and show data sets in MMHead's layout.",
    subcommands: [Annotate.self, Build.self, Check.self, Clean.self, Layers.self, Show.self, Takes.self])

  /// The sentence bank: the folder given, else the one the program brings along.
  static func bankFolder(_ given: String?) throws -> URL {
    URL(fileURLWithPath: try given ?? AssetLocator.path("assets/corpus"))
  }

  /// The motion as studio-50: that of another basis is read through the landmarks of `--head`.
  static func readable(_ clip: Clip, _ common: CommonOptions) throws -> Clip {
    guard clip.basis != .studio50 else { return clip }
    guard let path = common.headPath else { throw AnnotationError.basis(clip.basis.rawValue) }
    let studio = try HeadModel(studioFile: AssetLocator.path("assets/head/studio.safetensors"))
    var head = try HeadModel(studioFile: path)
    if head.landmarks.isEmpty { head.landmarks = try HeadCorrespondence(studio, head).landmarks(of: studio, on: head) }
    return try LandmarkReader(head, studio: studio).read(clip)
  }

  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Build a procedural corpus: motion, sound and five levels of text.",
      discussion:
        """
        Voices come from flite and espeak-ng when they are installed; --speech-cache adds recordings (made ready by python -m \
        mm2face_training.speech.cache).
        """)

    @OptionGroup var common: CommonOptions

    @Option(help: "How many clips, up to 10000000.")
    var clips = 1000

    @Option(help: "The same seed gives the same corpus.")
    var seed: UInt64 = 1

    @Option(name: .shortAndLong, help: ArgumentHelp("A new or empty folder.", valueName: "folder"))
    var out: String

    @Option(help: ArgumentHelp("The folder of the sentence bank.", valueName: "folder"))
    var bank: String?

    @Option(help: ArgumentHelp("Recordings with phone times.", valueName: "folder"))
    var speechCache: String?

    @Option(help: "The share of clips with a voice, 0 to 1.")
    var talkShare = 0.5

    @Flag(help: "Build no clips with a voice.")
    var noSpeech = false

    func validate() throws {
      try check("--clips", clips, in: 1...10_000_000)
      try check("--talk-share", talkShare, in: 0...1)
    }

    func run() throws {
      var settings = DatasetBuilder.Settings(
        clips: clips, seed: seed, folder: URL(fileURLWithPath: out), bank: try DatasetVerb.bankFolder(bank),
        speechCache: speechCache.map { URL(fileURLWithPath: $0) })
      settings.talkShare = noSpeech ? 0 : talkShare
      if let threads = common.threads { settings.threads = threads }
      let reporter = ProgressReporter(common.progress)
      let total = clips
      let tally = try DatasetBuilder(settings).build { done in
        if done % 50 == 0 || done == total { reporter.report("clips", done: done, of: total) }
      }
      reporter.finish()
      if common.json {
        print(String(decoding: try JSONEncoder().encode(tally), as: UTF8.self))
      } else {
        print(
          "\(tally.talking) clips with a voice, \(tally.silent) without, \(Int(tally.seconds / 60)) minutes, "
            + "\(tally.bytes / 1_000_000) MB in \(out)")
      }
    }
  }
}
