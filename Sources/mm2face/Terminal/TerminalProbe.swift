import CNcurses
import Foundation
import Raster
import StudioUI

/// Finds out what the terminal can do: from the environment, its description, and by asking.
enum TerminalProbe {
  /// Colours by NO_COLOR, COLORTERM and the description, in this order.
  static func colours(environment: [String: String], described: Int) -> ColourDepth {
    if let no = environment["NO_COLOR"], !no.isEmpty { return .mono }
    let term = environment["TERM"] ?? ""
    if described < 8 || term == "dumb" { return .mono }
    if let wanted = environment["COLORTERM"], wanted == "truecolor" || wanted == "24bit" { return .truecolour }
    if described >= 1 << 24 || term.hasSuffix("-direct") { return .truecolour }
    return described >= 256 ? .indexed : .sixteen
  }

  /// Whether the locale shows braille: LC_ALL, LC_CTYPE, LANG in this order of rank.
  static func isUTF8(environment: [String: String]) -> Bool {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let upper = name.uppercased()
    return upper.contains("UTF-8") || upper.contains("UTF8")
  }

  /// Terminals without escape sequences of the ECMA-48 family for cursor movement are not supported by our painter.
  static func isUsable() -> Bool {
    guard let cup = CNcurses.nc_string("cup") else { return false }
    return String(cString: cup).hasPrefix("\u{1b}[")
  }

  /// Asks whether frames may be wrapped in synchronised output (DECRQM 2026), waiting at most a moment.
  ///
  /// The question is followed by one every terminal answers (its kind), so that silence does not cost the whole wait.
  static func synchronisedOutput() -> Bool {
    let question = "\u{1b}[?2026$p\u{1b}[c"
    _ = question.withCString { write(STDOUT_FILENO, $0, strlen($0)) }
    var answer: [UInt8] = []
    let end = Date().addingTimeInterval(0.15)
    while Date() < end {
      var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 20) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      guard count > 0 else { break }
      answer += buffer.prefix(count)
      // The answer to the second question ends with c.
      if answer.last == UInt8(ascii: "c") { break }
    }
    let text = String(decoding: answer, as: UTF8.self)
    return text.contains("2026;1$y") || text.contains("2026;2$y")
  }
}
