/// A key as the user presses it.
public struct Key: Hashable, Sendable {
  /// The key without modifiers.
  public enum Code: Hashable, Sendable {
    case character(Character)
    case up, down, left, right, home, end, pageUp, pageDown, enter, escape, tab, backTab, backspace, delete, insert
    case function(Int)
  }

  public var code: Code
  public var control = false
  public var alt = false
  public var shift = false

  public init(_ code: Code, control: Bool = false, alt: Bool = false, shift: Bool = false) {
    self.code = code
    self.control = control
    self.alt = alt
    self.shift = shift
  }

  /// A plain character.
  public static func character(_ c: Character) -> Key { Key(.character(c)) }

  private static let names: [(Code, String)] = [
    (.up, "up"), (.down, "down"), (.left, "left"), (.right, "right"), (.home, "home"), (.end, "end"), (.pageUp, "pageup"),
    (.pageDown, "pagedown"), (.enter, "enter"), (.escape, "esc"), (.tab, "tab"), (.backTab, "backtab"), (.backspace, "backspace"),
    (.delete, "delete"), (.insert, "insert"), (.character(" "), "space"),
  ]

  /// Reads `C-r`, `A-left`, `S-up`, `f5`, `space`, `?`; nil when it is no key.
  public init?(_ text: String) {
    var rest = Substring(text)
    var (control, alt, shift) = (false, false, false)
    while rest.count > 2, rest.dropFirst().first == "-", let first = rest.first, "CAS".contains(first) {
      switch first {
      case "C": control = true
      case "A": alt = true
      default: shift = true
      }
      rest = rest.dropFirst(2)
    }
    let name = String(rest)
    if let found = Key.names.first(where: { $0.1 == name }) {
      code = found.0
    } else if name.count == 1, let c = name.first {
      code = .character(c)
    } else if name.hasPrefix("f"), let n = Int(name.dropFirst()), (1...24).contains(n) {
      code = .function(n)
    } else {
      return nil
    }
    (self.control, self.alt, self.shift) = (control, alt, shift)
  }

  /// As hints show it.
  public func label(ascii: Bool) -> String {
    let arrows: [Code: String] = [.up: "↑", .down: "↓", .left: "←", .right: "→"]
    let prefix = (control ? "^" : "") + (alt ? "Alt-" : "") + (shift ? "Shift-" : "")
    if !ascii, let arrow = arrows[code] { return prefix + arrow }
    switch code {
    case .character(" "): return prefix + "Space"
    case .character(let c): return prefix + (control ? c.uppercased() : String(c))
    case .function(let n): return prefix + "F\(n)"
    default:
      let word = Key.names.first { $0.0 == code }?.1 ?? "?"
      return prefix + word.prefix(1).uppercased() + word.dropFirst()
    }
  }
}

/// What the mouse did, in cells.
public struct Mouse: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case press, drag, release, wheelUp, wheelDown }
  public var kind: Kind
  public var x: Int
  public var y: Int
  public var shift = false

  public init(_ kind: Kind, x: Int, y: Int, shift: Bool = false) {
    self.kind = kind
    self.x = x
    self.y = y
    self.shift = shift
  }
}
