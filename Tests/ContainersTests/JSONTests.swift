import Containers
import Testing

struct JSONTests {
  @Test(arguments: [
    #"{"a":[1,2.5,-3e2,true,false,null,"x\n\"y\\"],"b":{}}"#, "[]", #""é🙂""#, "0", "-0.5",
  ])
  func comesBack(_ text: String) throws {
    let value = try JSONValue(parsing: text, path: "x")
    #expect(try JSONValue(parsing: value.encoded, path: "x") == value)
  }

  @Test func escapesAreRead() throws {
    #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude42\/""#, path: "x").text == "é🙂/")
    #expect(JSONValue.string("\u{1}").encoded == #""\u0001""#)
    #expect(JSONValue.float(0.1).encoded == "0.1" && JSONValue.number(.nan).encoded == "null")
  }

  @Test(arguments: ["", "{", "[1,]", #"{"a":1,"a":2}"#, "01", "1.", "tru", #""\x""#, #""\ud800""#, "[1] 2", "\"\u{1}\"", "+1", "nan"])
  func wrongTextIsRefusedWithItsPlace(_ text: String) {
    let error = #expect(throws: ContainerError.self, "\(text)") { try JSONValue(parsing: text, path: "x.json") }
    #expect(error?.description.contains("line 1") == true)
  }
}
