import ArgumentParser
import Containers
import Foundation
import Head
import Motion
import Synthesis

/// `mm2face tokens`: motion ⇄ tokens.
struct TokensVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens", abstract: "Turn motion into tokens and back.", subcommands: [Decode.self, Encode.self])

  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Motion to tokens.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The clip.")
    var clip: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write; standard output without it.", valueName: "file.tokens"))
    var out: String?

    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() throws {
      if let out { try AtomicFile.check(out, replacing: force) }
      let generator = try common.generator()
      let clip = try ClipFile.read(clip)
      let tokens = try generator.encode(clip)
      if let out { try TokenFile.write(tokens, to: out, replacing: force) } else { print(JSONLine.text(tokens)) }
      guard let out else { return }
      let about: JSONValue = [
        "out": .string(out), "steps": .integer(tokens.stepCount), "lanes": .array(tokens.lanes.map { .string($0) }),
      ]
      common.show(about, or: "\(tokens.stepCount) steps of \(tokens.lanes.joined(separator: ", "))")
    }
  }

  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tokens to motion.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The tokens.", valueName: "file.tokens"))
    var tokens: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "clip.npz"))
    var out: String

    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() throws {
      try ClipOutput.checkClip(out, replacing: force)
      let generator = try common.generator()
      var clip = try generator.decode(TokenFile.read(tokens))
      let head = try HeadVerb.read(common.headPath)
      clip.provenance = ["model": generator.modelName, "tokens": tokens, "head": head.recordName]
      try clip.write(npz: out, replacing: force)
      let about: JSONValue = [
        "out": .string(out), "frames": .integer(clip.frameCount), "seconds": .number(clip.seconds), "basis": .string(clip.basis.rawValue),
      ]
      common.show(about, or: "\(out): \(clip.frameCount) frames")
    }
  }
}
