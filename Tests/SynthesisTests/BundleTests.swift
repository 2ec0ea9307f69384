import Foundation
import Models
import NeuralNet
import Synthesis
import Tensor
import Testing

@Suite struct BundleTests {
  @Test func aNewBundleVerifiesAndReadsItselfBack() throws {
    let bundle = try ModelBundle(folder: TinyBundle.folder)
    try bundle.verify()
    #expect(bundle.description.tokenizer.lanes.map(\.name) == ["mouth.1", "mouth.2", "upper", "head"])
    let all = BundleTemplate.mouthChannels + BundleTemplate.upperChannels + BundleTemplate.headChannels
    #expect(all.sorted() == Array(0..<56))
    for template in BundleTemplate.allCases {
      let description = template.description(name: "x", vocabulary: 100)
      let json = try JSONEncoder().encode(description)
      #expect(try BundleDescription(json: json, path: "bundle.json") == description)
    }
  }

  @Test func everyKindOfDamageIsNamed() throws {
    typealias Change = (String, (String) throws -> Void, [String])
    func edit(_ from: String, _ to: String) -> (String) throws -> Void {
      return { folder in
        let path = "\(folder)/bundle.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(from), "\(from)")
        try text.replacingOccurrences(of: from, with: to).write(toFile: path, atomically: true, encoding: .utf8)
      }
    }
    func bytes(_ file: String, _ change: @escaping (inout Data) -> Void) -> (String) throws -> Void {
      return { folder in
        var data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
        change(&data)
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
      }
    }
    let changes: [Change] = [
      ("no bundle", { try FileManager.default.removeItem(atPath: "\($0)/bundle.json") }, ["bundle.json"]),
      ("no file", { try FileManager.default.removeItem(atPath: "\($0)/transformer.safetensors") }, ["transformer.safetensors"]),
      ("cut", bytes("tokenizer.safetensors") { $0.removeLast(100) }, ["tokenizer.safetensors"]),
      ("flipped", bytes("transformer.safetensors") { $0[$0.count - 5] ^= 1 }, ["transformer.safetensors", "sha256"]),
      ("width", edit("\"width\" : 64", "\"width\" : 32"), ["should have shape", "found"]),
      ("newer", edit("\"format\" : 1", "\"format\" : 2"), ["format 2"]),
      ("lanes", edit("\"lanes\" : [\n      32,", "\"lanes\" : [\n      31,"), ["transformer.lanes", "31"]),
      ("outside", edit("\"file\" : \"text.safetensors\"", "\"file\" : \"../text.safetensors\""), ["plain file names"]),
      ("missing key", edit("\"rate\" : 4", "\"rates\" : 4"), ["tokenizer.rate", "nothing"]),
      ("type", edit("\"rate\" : 4", "\"rate\" : \"4\""), ["tokenizer.rate", "Int"]),
      ("rate", edit("\"rate\" : 4", "\"rate\" : 3"), ["tokenizer.rate", "power of two"]),
    ]
    for (name, change, words) in changes {
      let folder = try TinyBundle.copy()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try change(folder)
      do {
        try ModelBundle(folder: folder).verify()
        Issue.record("\(name) went unnoticed")
      } catch {
        for word in words { #expect("\(error)".contains(word), "\(name): \(error)") }
      }
    }
  }

  @Test func tensorsOfOtherTypesMissingOrExtraAreNamed() throws {
    let store = try WeightStore(safetensors: "\(TinyBundle.folder)/tokenizer.safetensors")
    let config = try ModelBundle(folder: TinyBundle.folder).description.tokenizer
    func attempt(_ change: (inout [String: StoredTensor]) -> Void, _ words: [String]) {
      var tensors = store.all
      change(&tensors)
      let error = #expect(throws: NeuralNetError.self) {
        try MotionTokenizer(WeightStore(path: "t.safetensors", tensors: tensors), config: config)
      }
      for word in words + ["t.safetensors"] { #expect(error?.description.contains(word) ?? false, "\(String(describing: error))") }
    }
    attempt({ $0["streams.0.enc_in.weight"] = nil }, ["streams.0.enc_in.weight", "missing"])
    attempt({ $0["streams.9.mean"] = StoredTensor(shape: [1], values: [0]) }, ["streams.9.mean", "unexpected"])
    attempt({ $0["streams.2.mean"] = StoredTensor(shape: [2], values: [0, 0]) }, ["streams.2.mean", "[3]", "[2]"])
    attempt({ $0["streams.2.std"] = StoredTensor(shape: [3], values: [0, .nan, 1]) }, ["streams.2.std", "index 1"])
  }

  /// Random changes of a bundle's bytes must end in an error or a working bundle, never in a crash.
  @Test func tenThousandMutationsDoNotCrash() throws {
    let rounds = ProcessInfo.processInfo.environment["MM2FACE_TEST_ALL"] == nil ? 400 : 10_000
    let folder = try TinyBundle.copy()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = ["bundle.json", "tokenizer.safetensors", "vocab.txt", "transformer.safetensors"]
    let originals = try files.map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")) }
    var random = RandomSource(seed: 99)
    var refused = 0
    for round in 0..<rounds {
      let which = round % 8 < 5 ? 0 : [1, 2, 3][round % 3]
      var data = originals[which]
      let header = which == 1 || which == 3 ? min(data.count, 6_000) : data.count
      for _ in 0...random.index(3) {
        let place = random.index(header)
        switch random.index(5) {
        case 0: data = data.prefix(place)
        case 1 where place < data.count: data[place] = UInt8(truncatingIfNeeded: random.next())
        case 2 where place < data.count: data[place] ^= 1 << UInt8(random.index(8))
        case 3 where place < data.count: data.insert(contentsOf: Array("-9e99".utf8).prefix(1 + random.index(5)), at: place)
        default:
          let end = min(data.count, place + 1 + random.index(20))
          if place < end { data.removeSubrange(place..<end) }
        }
        data = Data(data)
        if data.isEmpty { break }
      }
      let path = URL(fileURLWithPath: "\(folder)/\(files[which])")
      try data.write(to: path)
      do {
        let bundle = try ModelBundle(folder: folder)
        if which == 1 || which == 0 {
          _ = try bundle.tokenizer().decode([Int](repeating: 0, count: bundle.description.tokenizer.lanes.count))
        }
        if which == 3 { _ = try bundle.transformer() }
        if which == 2 { _ = try bundle.text() }
      } catch {
        #expect(!"\(error)".isEmpty)
        refused += 1
      }
      try originals[which].write(to: path)
    }
    #expect(refused > rounds / 4)
  }
}
