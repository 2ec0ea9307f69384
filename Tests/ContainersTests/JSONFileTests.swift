import Containers
import Foundation
import Testing

struct JSONFileTests {
  struct Shape: Decodable {
    enum Kind: String, Decodable { case wire, dense }
    struct Part: Decodable { var name: String }
    var count: Int
    var share: Double?
    var kind: Kind?
    var parts: [Part]?
    var isOn: Bool?
  }

  @Test(arguments: [
    (#"{"kind":"wire"}"#, "x.json: count is missing; it holds kind."),
    (#"{"count":"3"}"#, #"x.json: count: expected a whole number, found "3"."#),
    (#"{"count":null}"#, "count: expected a whole number, found null."),
    (#"{"count":1,"share":[1,2]}"#, "share: expected a number, found a list of 2."),
    (#"{"count":1,"kind":"lit"}"#, #"kind: expected a name that is known here, found "lit"."#),
    (#"{"count":1,"parts":[{"name":"a"},{}]}"#, "parts[1].name is missing; it holds nothing."),
    (#"{"count":1,"parts":{}}"#, "parts: expected a list, found an object."),
    (#"{"count":1,"isOn":1}"#, "isOn: expected true or false, found 1."),
    (#"{"count":1.5}"#, "a number: expected a whole one of 0 or more where things are counted, found count 1.5."),
    ("[]", "the whole: expected an object, found a list of 0."),
    ("{\n\"count\":}", "x.json: JSON, line 2, byte 10: expected a value"),
    ("", "x.json: JSON, line 1, byte 0: expected a value, found the end."),
  ])
  func faultsNamePathPlaceExpectedAndFound(_ text: String, _ words: String) {
    let error = #expect(throws: ContainerError.self) { try JSONFile.decode(Shape.self, from: FileBytes(path: "x.json", Array(text.utf8))) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func whatIsNoFileIsSaidToBeNone() throws {
    for (path, words) in [("/nowhere.json", "No such file"), ("/", "it is a folder"), ("/dev/null", "not a regular file")] {
      let reads: [() throws -> Void] = [
        { _ = try JSONFile.read(Shape.self, path: path) }, { _ = try FileBytes.text(path) }, { _ = try SHA256.hex(ofFile: path) },
      ]
      for read in reads {
        let error = #expect(throws: ContainerError.self) { try read() }
        #expect(error?.description.hasPrefix("\(path): cannot be read: ") == true && error?.description.contains(words) == true)
      }
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let folder = NSTemporaryDirectory() + "output-folder-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try OutputFolder.make(folder + "/a/b")
    try OutputFolder.make(folder + "/a/b")
    try Data().write(to: URL(fileURLWithPath: folder + "/file"))
    for (name, words) in [("/file", "it is a file"), ("/file/below", "Not a directory")] {
      let error = #expect(throws: ContainerError.self) { try OutputFolder.make(folder + name) }
      #expect(
        error?.description.contains(words) == true && error?.description.hasPrefix(folder + name) == true, "\(String(describing: error))")
    }
  }
}
