import CNcurses
import Foundation
import StudioUI

/// Turns what ncurses reads into keys, mouse events and pasted text.
final class KeyReader {
  private let window: UnsafeMutablePointer<WINDOW>
  private var pasting: String.UnicodeScalarView?
  /// Codes we gave to sequences the terminal's description lacks.
  private var defined: [Int32: Key] = [:]
  /// Characters of an unknown sequence that may still come; they are no keys. Answers of the terminal that come late
  /// over a slow line are such sequences.
  private var skipping = 0
  /// The bytes of a character of which more are to come.
  private var partial: [UInt8] = []
  /// Characters that come before what is read next.
  private var ready: [UInt32] = []
  private let pasteBegin: Int32 = 0o2000
  private let pasteEnd: Int32 = 0o2001

  init?(mouse: Bool) {
    guard let window = nc_input() else { return nil }
    self.window = window
    define_key("\u{1b}[200~", pasteBegin)
    define_key("\u{1b}[201~", pasteEnd)
    // Arrows and friends with modifiers, as xterm and all its descendants send them.
    var code: Int32 = 0o2010
    let letters: [(Character, Key.Code)] = [("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end)]
    for modifier in 2...8 {
      let bits = modifier - 1
      for (letter, base) in letters {
        define_key("\u{1b}[1;\(modifier)\(letter)", code)
        defined[code] = Key(base, control: bits & 4 != 0, alt: bits & 2 != 0, shift: bits & 1 != 0)
        code += 1
      }
      define_key("\u{1b}[3;\(modifier)~", code)
      defined[code] = Key(.delete, control: bits & 4 != 0, alt: bits & 2 != 0, shift: bits & 1 != 0)
      code += 1
    }
    // Plain ones in both spellings: which one comes depends on a mode that some terminals keep to themselves.
    for (letter, base) in letters {
      for prefix in ["[", "O"] {
        define_key("\u{1b}\(prefix)\(letter)", code)
        defined[code] = Key(base)
        code += 1
      }
    }
    if mouse { _ = nc_mouse_on() }
  }

  /// All that waits to be read.
  func messages() -> [Message] {
    var out: [Message] = []
    var value: UInt32 = 0
    while out.count < 4096 {
      let kind = read(&value)
      guard kind >= 0 else { break }
      if skipping > 0, kind == 0 {
        skipping = (0x40...0x7e).contains(value) || value < 0x20 ? 0 : skipping - 1
        continue
      }
      if kind == 1 {
        if let message = special(Int32(bitPattern: value)) { out.append(message) }
        continue
      }
      if pasting != nil {
        if let scalar = Unicode.Scalar(value) { pasting?.append(scalar) }
        continue
      }
      if let key = character(value) { out.append(.key(key)) }
    }
    return joinClusters(out)
  }

  /// One key: 0 a character, 1 a function key, −1 nothing yet. Characters are UTF-8 whatever the locale says, for a line without a locale is
  /// the commonest of all; bytes that are not are read as Latin-1, so that nothing typed or pasted is lost.
  private func read(_ value: inout UInt32) -> Int32 {
    while true {
      if !ready.isEmpty {
        value = ready.removeFirst()
        return 0
      }
      let kind = nc_read(window, &value)
      guard kind == 0 else { return kind }
      let byte = UInt8(truncatingIfNeeded: value)
      if byte & 0xC0 == 0x80, !partial.isEmpty {
        partial.append(byte)
      } else {
        ready += partial.map(Self.latin)
        partial = (0xC2...0xF4).contains(byte) ? [byte] : []
        if partial.isEmpty { ready.append(byte < 0x80 ? value : Self.latin(byte)) }
        continue
      }
      guard partial.count == (partial[0] < 0xE0 ? 2 : partial[0] < 0xF0 ? 3 : 4) else { continue }
      ready += String(validating: partial, as: UTF8.self)?.unicodeScalars.map(\.value) ?? partial.map(Self.latin)
      partial = []
    }
  }

  /// A byte that is no UTF-8; those that Latin-1 has no letter for are said to be unreadable.
  private static func latin(_ byte: UInt8) -> UInt32 { byte < 0xA0 ? 0xFFFD : UInt32(byte) }

  /// Scalars that belong to one letter (marks, joiners, flags) come as separate reads: put together, they are one key.
  private func joinClusters(_ messages: [Message]) -> [Message] {
    var out: [Message] = []
    for message in messages {
      if case .key(let key) = message, case .character(let next) = key.code, !key.control, !key.alt,
        case .key(let before)? = out.last, case .character(let last) = before.code, !before.control, !before.alt
      {
        let joined = String(last) + String(next)
        if joined.count == 1, let character = joined.first {
          out[out.count - 1] = .key(.character(character))
          continue
        }
      }
      out.append(message)
    }
    return out
  }

  private func character(_ value: UInt32) -> Key? {
    switch value {
    case 27:
      // Escape followed at once by something is that key with Alt.
      var next: UInt32 = 0
      let kind = read(&next)
      if kind == 0, next == UInt32(UInt8(ascii: "[")) {
        // A control sequence the description does not know.
        skipping = 40
        return nil
      }
      if kind == 0, next != 27, var key = character(next) {
        key.alt = true
        return key
      }
      if kind == 1 { ungetch(Int32(bitPattern: next)) }
      if kind == 0 { ready.insert(next, at: 0) }
      return Key(.escape)
    case 13, 10: return value == 10 ? Key(.character("j"), control: true) : Key(.enter)
    case 9: return Key(.tab)
    case 127: return Key(.backspace)
    case 8: return Key(.backspace)
    case 0: return Key(.character(" "), control: true)
    case 1...26: return Unicode.Scalar(value + 96).map { Key(.character(Character($0)), control: true) }
    case 28...31: return Unicode.Scalar(value + 64).map { Key(.character(Character($0)), control: true) }
    default: return Unicode.Scalar(value).map { .character(Character($0)) }
    }
  }

  private func special(_ code: Int32) -> Message? {
    if code == pasteBegin {
      pasting = String.UnicodeScalarView()
      return nil
    }
    if code == pasteEnd {
      defer { pasting = nil }
      return pasting.map { .paste(String($0)) }
    }
    guard pasting == nil else { return nil }
    if let key = defined[code] { return .key(key) }
    switch code {
    case KEY_MOUSE: return mouse()
    case KEY_UP: return .key(Key(.up))
    case KEY_DOWN: return .key(Key(.down))
    case KEY_LEFT: return .key(Key(.left))
    case KEY_RIGHT: return .key(Key(.right))
    case KEY_SLEFT: return .key(Key(.left, shift: true))
    case KEY_SRIGHT: return .key(Key(.right, shift: true))
    case KEY_HOME, KEY_FIND: return .key(Key(.home))
    case KEY_END, KEY_SELECT: return .key(Key(.end))
    case KEY_PPAGE: return .key(Key(.pageUp))
    case KEY_NPAGE: return .key(Key(.pageDown))
    case KEY_IC: return .key(Key(.insert))
    case KEY_DC: return .key(Key(.delete))
    case KEY_BACKSPACE: return .key(Key(.backspace))
    case KEY_ENTER: return .key(Key(.enter))
    case KEY_BTAB: return .key(Key(.backTab))
    case KEY_F0 + 1...KEY_F0 + 24: return .key(Key(.function(Int(code - KEY_F0))))
    default: return nil
    }
  }

  private func mouse() -> Message? {
    var (x, y, shift): (Int32, Int32, Int32) = (0, 0, 0)
    let kinds: [Int32: Mouse.Kind] = [1: .press, 2: .drag, 3: .release, 4: .wheelUp, 5: .wheelDown]
    guard let kind = kinds[nc_mouse(&x, &y, &shift)] else { return nil }
    return .mouse(Mouse(kind, x: Int(x), y: Int(y), shift: shift != 0))
  }
}
