import ArgumentParser
import Containers
import Foundation
import Head
import Motion

/// `mm2face head`: what a head has, FLAME files in, meshes out, and the studio head authored anew.
struct HeadVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "head", abstract: "Show, import and export heads.",
    subcommands: [Build.self, Export.self, Import.self, Info.self])

  struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say what a head has.")

    @Argument(help: "The head file (.safetensors, or a FLAME .pkl or .npz); the studio head by default.")
    var file: String?
    @Flag(help: "Write the result as JSON.")
    var json = false

    func run() async throws {
      let head = try HeadVerb.read(file)
      let about: JSONValue = [
        "name": .string(head.name), "licence": .string(head.licence), "basis": .string(head.basis.rawValue),
        "vertices": .integer(head.vertexCount), "triangles": .integer(head.triangleCount), "shapes": .integer(head.expression.count),
        "correctives": .integer(head.correctives.count), "poseCorrectives": .integer(head.poseCorrectives.filter { !$0.isZero }.count),
        "landmarks": .integer(head.landmarks.count), "regions": .array(head.regions.keys.sorted().map { .string($0) }),
        "parts": .array(head.parts.keys.sorted().map { .string($0) }), "features": .array(head.features.keys.sorted().map { .string($0) }),
        "jawOpenRadians": .float(head.jawOpenRadians), "fingerprint": .string(head.fingerprint),
      ]
      if json {
        print(about.encoded)
      } else {
        for member in about.members ?? [] {
          let value =
            member.value.elements.map { $0.compactMap(\.text).joined(separator: " ") } ?? member.value.text ?? member.value.encoded
          print(member.key.padding(toLength: 16, withPad: " ", startingAt: 0) + value)
        }
      }
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a FLAME file into a head file.",
      discussion: "Reads generic_model.pkl, flame2023.pkl, flame2023_Open.pkl (numpy, scipy and chumpy content, any protocol) or .npz. "
        + "Nothing in the file is run. FLAME files may not be passed on; the head file made of one stays yours.")

    @Argument(help: "The FLAME file.")
    var file: String
    @Option(name: .shortAndLong, help: "The head file to write (.safetensors).")
    var out: String
    @Option(help: "What its expression numbers mean: \(Clip.Basis.allCases.map(\.rawValue).joined(separator: ", ")).")
    var basis = "flame-2020"
    @Option(help: "Identity numbers β, comma-separated, folded into the head.")
    var identity = ""
    @Option(help: "The head's name.")
    var name = "flame"
    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() async throws {
      guard let basis = Clip.Basis(rawValue: basis) else { throw MotionError.basis(path: "--basis", found: basis) }
      let numbers = identity.split(separator: ",").map { Float($0.trimmingCharacters(in: .whitespaces)) }
      guard numbers.allSatisfy({ $0.map { abs($0) <= 100 } ?? false }) else {
        throw ValidationError("--identity takes numbers within ±100 separated by commas, found \(identity)")
      }
      let flame = try FLAMEFile(path: file, identity: numbers.compactMap { $0 })
      try flame.headFile(name: name, basis: basis).write(to: out, replacing: force)
      print(
        "\(out): \(flame.vertexCount) vertices, \(flame.triangles.count / 3) triangles, \(flame.identityCount) identity shapes in the file")
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a head at rest as .obj, or its arrays as .npz.")

    @Argument(help: "The head file; the studio head by default.")
    var file: String?
    @Option(name: .shortAndLong, help: "The file to write: .obj or .npz.")
    var out: String
    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() async throws {
      let head = try HeadVerb.read(file)
      switch (out as NSString).pathExtension.lowercased() {
      case "obj": try AtomicFile.write(head.wavefront, to: out, replacing: force)
      case "npz": try NPZFile.write(head.arrays, to: out, compressed: true, replacing: force)
      case let other: throw ValidationError("--out takes a file ending in .obj or .npz, found .\(other)")
      }
      print("\(out): \(head.vertexCount) vertices")
    }
  }

  struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Author the studio head again, byte for byte.")

    @Option(name: .shortAndLong, help: "The head file to write.")
    var out = "assets/head/studio.safetensors"
    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() async throws {
      try OutputFolder.make(URL(fileURLWithPath: out).deletingLastPathComponent().path)
      try AtomicFile.check(out, replacing: force)
      let file = HeadAuthoring.build().safetensors()
      try AtomicFile.write(file, to: out, replacing: force)
      print("\(out): \(file.count) bytes, SHA-256 \(SHA256.hex(file))")
    }
  }

  /// The head of a path, or the studio head.
  static func read(_ path: String?) throws -> HeadModel { try path.map { try HeadModel(path: $0) } ?? HeadModel.studio() }
}

extension ClipFile.Options {
  /// A clip that names no basis is taken to be in this head's, where it is a FLAME head.
  init(flame head: HeadModel?) {
    self.init()
    if let head, head.basis != .studio50 { assumedBasis = head.basis }
  }
}
