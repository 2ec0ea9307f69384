import Containers
import Tensor
import Testing

struct JSONSalvageTests {
  /// A random value of every kind, nested.
  static func random(_ source: inout RandomSource, depth: Int = 0) -> JSONValue {
    switch source.index(depth > 3 ? 5 : 7) {
    case 0: return .null
    case 1: return .bool(source.chance(0.5))
    case 2: return .integer(Int(Int64(bitPattern: source.next())))
    case 3: return .number(source.normal() * 1e3 + 0.5)
    case 4:
      return .string(String((0..<source.index(12)).map { _ in source.pick(["a", "\"", "\\", "\n", "é", "👩‍👧", "\u{1}", "語"]) }.joined()))
    case 5: return .array((0..<source.index(5)).map { _ in random(&source, depth: depth + 1) })
    default:
      return .object((0..<source.index(5)).map { JSONValue.Member("key\($0)", random(&source, depth: depth + 1)) })
    }
  }

  @Test func writesAndReadsBack() throws {
    var source = RandomSource(seed: 1)
    for _ in 0..<2000 {
      let value = Self.random(&source)
      for depth in [0, 2, 9] {
        let read = try JSONValue(parsing: Array(value.encoded(pretty: depth).utf8))
        // −0 and whole numbers may come back as integers; the text decides.
        #expect(read.encoded == value.encoded)
      }
    }
  }

  @Test func salvagesWhatStandsBeforeTheDamage() {
    let whole = #"{"a":1,"b":[1,2,{"c":"text"}],"d":true}"#
    for cut in 0..<whole.utf8.count {
      let (value, damage) = JSONValue.salvage(Array(whole.utf8.prefix(cut)))
      #expect(damage != nil, "cut at \(cut)")
      if cut > 7 { #expect(value["a"]?.int == 1) }
    }
    let (value, damage) = JSONValue.salvage(Array(#"{"a":1,"b":[1,2,x],"d":true}"#.utf8))
    #expect(damage == JSONDamage(offset: 16, expected: "a value"))
    #expect(value["a"]?.int == 1)
    #expect(value["b"]?.elements?.count == 2)
  }

  @Test(arguments: [
    ("", "a value"), ("[1,", "a value"), ("{\"a\"}", "a colon"), ("[1]x", "the end of the file"), ("\"abc", "a closing quote"),
    ("nul", "null"), ("[1 2]", "a comma or ]"), ("1e999", "a value"),
  ])
  func namesWhatWasExpected(_ text: String, _ expected: String) {
    #expect(JSONValue.salvage(Array(text.utf8)).damage?.expected == expected)
  }

  @Test func refusesBottomlessNesting() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(JSONValue.salvage(Array(deep.utf8)).damage != nil)
  }

  @Test func survivesMutations() {
    var source = RandomSource(seed: 7)
    let text = Array(Self.random(&source).encoded(pretty: 3).utf8) + Array(#"{"a":[1,2,3],"b":{"c":"d"}}"#.utf8)
    for _ in 0..<5000 {
      var bytes = text
      for _ in 0...source.index(3) { bytes[source.index(bytes.count)] = UInt8(truncatingIfNeeded: source.next()) }
      _ = JSONValue.salvage(bytes)
    }
  }
}
