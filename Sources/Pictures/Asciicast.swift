import Raster

/// Recordings of a terminal in the asciicast version 2 format (docs.asciinema.org/manual/asciicast/v2).
public struct Asciicast: Sendable {
  private var lines: [String]

  /// Starts a recording of a screen of this size.
  public init(size: GridSize, title: String? = nil) {
    let name = title.map { ", \"title\": \(Asciicast.quoted($0))" } ?? ""
    lines = ["{\"version\": 2, \"width\": \(size.columns), \"height\": \(size.rows)\(name)}"]
  }

  /// Adds what the terminal is sent at a moment.
  public mutating func output(_ text: String, milliseconds: Int) {
    let fraction = String(milliseconds % 1000 + 1000).dropFirst()
    lines.append("[\(milliseconds / 1000).\(fraction), \"o\", \(Asciicast.quoted(text))]")
  }

  /// The file's text, without what was drained.
  public var text: String { lines.map { $0 + "\n" }.joined() }

  /// Hands over the text so far and forgets it, so that a long recording need not stay in memory.
  public mutating func drain() -> String {
    defer { lines.removeAll(keepingCapacity: true) }
    return text
  }

  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
