import Raster
import TOMLKit

/// Reads theme files.
///
/// ```toml
/// name = "dusk"          # shown in the picker
/// inherits = "dark"      # optional
/// ink = "light"          # "dark" for light backgrounds
/// [palette]
/// rose = "#e8a0a8"
/// [styles]
/// "title.focused" = { ink = "rose", ground = "#101010", emphasis = ["bold"] }
/// text = "white"         # short for { ink = … }
/// [gradients]
/// "head.wire" = ["rose", "#303030"]
/// ```
/// Colours: `#rrggbb`, a name of the palette, `default`, or one of the user's sixteen (`red` … `bright-white`).
public struct ThemeLibrary: Sendable {
  private var sources: [String: (file: String, text: String)] = [:]

  public init() {}

  /// Adds a file's text; its name without `.toml` names the theme. A later one replaces an earlier of the same name.
  public mutating func add(name: String, file: String, text: String) { sources[name] = (file, text) }

  /// All names, sorted.
  public var names: [String] { sources.keys.sorted() }

  /// Reads a theme with what it inherits.
  /// - Throws: `StudioUIError` naming file and line.
  public func theme(_ name: String) throws(StudioUIError) -> Theme {
    var chain: [ParsedTheme] = []
    var seen: Set<String> = []
    var next: String? = name
    var from = (file: name, line: 1)
    while let current = next {
      guard seen.insert(current).inserted else {
        throw .inheritance(file: from.file, line: from.line, name: current, reason: "the themes inherit each other in a circle")
      }
      guard let source = sources[current] else {
        throw .inheritance(
          file: from.file, line: from.line, name: current, reason: "there is no such theme; there are \(names.joined(separator: ", "))")
      }
      let parsed = try ParsedTheme(file: source.file, text: source.text)
      chain.append(parsed)
      from = (source.file, parsed.lines.line(of: "inherits"))
      next = parsed.inherits
    }
    // Palettes first: a child may change a colour and so everything that uses it.
    var palette: [String: String] = [:]
    for parsed in chain.reversed() { palette.merge(parsed.palette) { $1 } }
    var styles: [Theme.Key: Style] = [:]
    var gradients: [Theme.Gradient: [Paint]] = [:]
    for parsed in chain.reversed() {
      try PaintReader(palette: palette, parsed: parsed).read(into: &styles, &gradients)
    }
    // Every text stands on the background unless it says otherwise.
    let ground = styles[.background]?.ground ?? .standard
    let overlay = styles[.overlay]?.ground ?? ground
    for (key, style) in styles where style.ground == .standard {
      styles[key]?.ground = key.rawValue.hasPrefix("overlay") ? overlay : ground
    }
    return Theme(name: name, darkInk: chain.compactMap(\.darkInk).first ?? false, styles: styles, gradients: gradients)
  }
}

/// Finds the line of a key in a TOML text, for messages.
struct KeyLines: Sendable {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The line (from 1) where a key is given: in a section, or before the first one; 1 when it is not found.
  func line(of key: String, section: String? = nil) -> Int {
    var current: String?
    for (index, raw) in lines.enumerated() {
      let line = raw.drop { $0 == " " || $0 == "\t" }
      if line.hasPrefix("[") { current = line.dropFirst().split(separator: "]").first.map(String.init) }
      guard current == section else { continue }
      if line.hasPrefix("["), key == section { return index + 1 }
      for form in [key, "\"\(key)\"", "'\(key)'"] where line.hasPrefix(form) {
        if line.dropFirst(form.count).first(where: { $0 != " " && $0 != "\t" }) == "=" { return index + 1 }
      }
    }
    return 1
  }
}

/// One theme file's tables before names are resolved.
struct ParsedTheme {
  var file: String
  var lines: KeyLines
  var inherits: String?
  var darkInk: Bool?
  var palette: [String: String] = [:]
  var styles: TOMLTable
  var gradients: TOMLTable

  init(file: String, text: String) throws(StudioUIError) {
    self.file = file
    lines = KeyLines(text)
    let table = try TOMLReader.table(file: file, text: text)
    for key in table.keys where !["name", "inherits", "ink", "palette", "styles", "gradients"].contains(key) {
      let line = max(lines.line(of: key), lines.line(of: key, section: key))
      throw .value(file: file, line: line, key: key, expected: "name, inherits, ink, palette, styles or gradients", found: "an unknown key")
    }
    inherits = table["inherits"]?.string
    if let ink = table["ink"]?.string {
      guard ink == "light" || ink == "dark" else {
        throw .value(file: file, line: lines.line(of: "ink"), key: "ink", expected: "\"light\" or \"dark\"", found: "\"\(ink)\"")
      }
      darkInk = ink == "dark"
    }
    if let colours = table["palette"]?.table {
      for key in colours.keys {
        guard let value = colours[key]?.string else {
          let line = lines.line(of: key, section: "palette")
          throw .value(file: file, line: line, key: "palette.\(key)", expected: "a colour in quotes", found: "another value")
        }
        palette[key] = value
      }
    }
    styles = table["styles"]?.table ?? TOMLTable()
    gradients = table["gradients"]?.table ?? TOMLTable()
  }
}

/// TOML with our own wording of errors.
enum TOMLReader {
  static func table(file: String, text: String) throws(StudioUIError) -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .syntax(file: file, line: Int(error.source.begin.line), reason: error.description)
    } catch {
      throw .syntax(file: file, line: 1, reason: "\(error)")
    }
  }
}

/// Turns names of colours into paints.
struct PaintReader {
  var palette: [String: String]
  var parsed: ParsedTheme

  private static let sixteen = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow",
    "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
  ]
  private static let emphases: [String: Style.Emphasis] = [
    "bold": .bold, "dim": .dim, "underline": .underline, "reverse": .reverse, "italic": .italic,
  ]

  func read(into styles: inout [Theme.Key: Style], _ gradients: inout [Theme.Gradient: [Paint]]) throws(StudioUIError) {
    for name in parsed.styles.keys {
      guard let key = Theme.Key(rawValue: name) else {
        let known = Theme.Key.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault("styles", name, expected: "a known style (\(known))", found: "\"\(name)\"")
      }
      guard let value = parsed.styles[name] else { continue }
      if let short = value.string {
        styles[key] = Style(ink: try paint(short, "styles", name))
      } else if let table = value.table {
        styles[key] = try style(table, name)
      } else {
        throw fault("styles", name, expected: "a colour or a table with ink, ground, emphasis", found: "another value")
      }
    }
    for name in parsed.gradients.keys {
      guard let gradient = Theme.Gradient(rawValue: name) else {
        let known = Theme.Gradient.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault("gradients", name, expected: "a known gradient (\(known))", found: "\"\(name)\"")
      }
      guard let list = parsed.gradients[name]?.array, list.count > 0 else {
        throw fault("gradients", name, expected: "a list of colours", found: "another value")
      }
      var paints: [Paint] = []
      for value in list {
        guard let colour = value.string else { throw fault("gradients", name, expected: "colours in quotes", found: "another value") }
        paints.append(try paint(colour, "gradients", name))
      }
      gradients[gradient] = paints
    }
  }

  private func style(_ table: TOMLTable, _ name: String) throws(StudioUIError) -> Style {
    var style = Style.plain
    for key in table.keys {
      switch key {
      case "ink": style.ink = try paint(table[key]?.string ?? "", "styles", name)
      case "ground": style.ground = try paint(table[key]?.string ?? "", "styles", name)
      case "emphasis":
        let words = table[key]?.array?.compactMap(\.string) ?? table[key]?.string.map { [$0] } ?? []
        for word in words {
          guard let bit = PaintReader.emphases[word] else {
            throw fault("styles", name, expected: "bold, dim, underline, reverse or italic", found: "\"\(word)\"")
          }
          style.emphasis.insert(bit)
        }
      default: throw fault("styles", name, expected: "ink, ground or emphasis", found: "\"\(key)\"")
      }
    }
    return style
  }

  private func paint(_ text: String, _ section: String, _ key: String) throws(StudioUIError) -> Paint {
    var text = text
    for _ in 0..<8 {
      guard let next = palette[text] else { break }
      text = next
    }
    if text == "default" { return .standard }
    if let n = PaintReader.sixteen.firstIndex(of: text) { return .index(UInt8(n)) }
    if text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16) { return .exact(Colour(hex: value)) }
    throw fault(section, key, expected: "#rrggbb, a palette name, default or one of the sixteen (red … bright-white)", found: "\"\(text)\"")
  }

  private func fault(_ section: String, _ key: String, expected: String, found: String) -> StudioUIError {
    .value(
      file: parsed.file, line: parsed.lines.line(of: key, section: section), key: "\(section).\(key)", expected: expected, found: found)
  }
}
