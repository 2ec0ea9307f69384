import Containers
import Foundation
import TestSupport
import Testing

struct PickleTests {
  static let files = (0...5).map { "flame-py3-p\($0)" } + (0...2).map { "flame-py2-p\($0)" }

  /// Every protocol of Python 3 and Python 2's three, with numpy, scipy and chumpy content.
  @Test(arguments: files)
  func readsEveryProtocol(_ name: String) throws {
    let root = try Pickle.read(path: fixture("Containers/\(name).pkl"))
    func check(_ key: String, _ shape: [Int]) throws {
      let array = try #require(root[key]).array(key)
      #expect(array.shape == shape, "\(key)")
      #expect(array.doubles == (0..<shape.reduce(1, *)).map { Double($0) / 8 }, "\(key)")
    }
    try check("v_template", [5, 3])
    try check("shapedirs", [5, 3, 4])
    try check("posedirs", [5, 3, 2])
    try check("J", [5, 3])
    #expect(root["shapedirs"]?.className == "chumpy.ch.Ch")
    let regressor = try #require(root["J_regressor"]).array()
    #expect(regressor.shape == [5, 5])
    #expect(regressor.doubles?[0] == 1 && regressor.doubles?[6] == 1 && regressor.doubles?[8] == 0.25 && regressor.doubles?[1] == 0)
    #expect(try root["kintree_table"]?.array().integers == [4_294_967_295, 0, 1, 1, 1, 0, 1, 2, 3, 4])
    #expect(root["bs_style"]?.text == "lbs")
    #expect(root["scale"]?.double == 2.5)
    #expect(try root["flags"]?.array().floats == [1, 0])
  }

  @Test func sparseMatricesOfThreeKinds() throws {
    let root = try Pickle.read(path: fixture("Containers/sparse.pkl"))
    for key in ["csr", "csc", "coo"] {
      #expect(try root[key]?.array().doubles == [0, 1.5, 0, 2, 0, 0], "\(key)")
      #expect(try root[key]?.array().shape == [2, 3], "\(key)")
    }
  }

  @Test func whatAPickleAsksForIsNamedAndNotRun() throws {
    let witness = "/tmp/mm2face-was-here"
    try? FileManager.default.removeItem(atPath: witness)
    let error = #expect(throws: ContainerError.self) { try Pickle.read(path: fixture("Containers/attack.pkl")) }
    #expect(error == .refused(path: fixture("Containers/attack.pkl"), name: "posix.system"))
    #expect(!FileManager.default.fileExists(atPath: witness))
  }

  /// Small programs in the pickle language, and what they must end as.
  @Test(arguments: [
    ("a list that holds itself", "]q\0h\0a."), ("an empty file", ""), ("no end", "]q\0"), ("a stack below zero", "00."),
    ("an unknown name", "cos\nsystem\n."),
    ("a mark that is missing", "t."), ("a memo that is missing", "h\u{5}."), ("a text without end", "V\\u12\n."),
    ("a build of nothing", "K\u{1}K\u{2}b."),
    ("a number with many digits", "I" + String(repeating: "9", count: 500) + "\n."),
  ])
  func strangeProgramsEnd(_ name: String, _ program: String) {
    // A clear error or a value; reaching the end of the test is the point.
    do {
      let value = try Pickle.read(FileBytes(path: "x.pkl", Array(program.utf8)))
      #expect(name == "a list that holds itself", "\(name): \(value.kind)")
      _ = try? value.array()
    } catch {
      #expect("\(error)".contains("x.pkl"), "\(name)")
    }
  }

  /// A text named once and turned into bytes a hundred thousand times would take gigabytes.
  @Test func copiesAreCounted() {
    var program: [UInt8] = [0x80, 2, 0x58, 0, 0, 1, 0] + [UInt8](repeating: 0x61, count: 65536) + [0x71, 0]
    program += Array("c_codecs\nencode\n".utf8) + [0x71, 1]
    for _ in 0..<20_000 { program += [0x68, 1, 0x68, 0, 0x58, 6, 0, 0, 0] + Array("latin1".utf8) + [0x86, 0x52] }
    program += [0x2E]
    let growth = memoryGrowth { _ in
      let error = #expect(throws: ContainerError.self) { try Pickle.read(FileBytes(path: "x.pkl", program)) }
      if case .tooLarge = error {} else { Issue.record("\(String(describing: error))") }
    }
    #expect(growth < 400 << 20)
  }

  @Test func torchCheckpointsAreFlattened() throws {
    let file = try TorchCheckpoint(path: fixture("Containers/checkpoint.pth"))
    #expect(file.names == ["vae.a.weight", "vae.a.turned", "vae.half", "vae.brain", "vae.long", "vae.view", "vae.parameter"])
    #expect(try file.tensor("vae.a.weight").floats == [0, 1, 2, 3, 4, 5])
    #expect(try file.tensor("vae.a.turned").shape == [3, 2] && file.tensor("vae.a.turned").floats == [0, 3, 1, 4, 2, 5])
    #expect(try file.tensor("vae.half").floats == [0, 1, 2, 3])
    #expect(try file.tensor("vae.brain").floats == [0, 1, 2, 3])
    #expect(try file.tensor("vae.long").array.integers == [0, 1, 2])
    #expect(try file.tensor("vae.view").floats == [4, 5, 6])
    #expect(try file.tensor("vae.parameter").floats == [1, 1])
    #expect(throws: ContainerError.self) { try file.tensor("vae.nothing") }
  }
}
