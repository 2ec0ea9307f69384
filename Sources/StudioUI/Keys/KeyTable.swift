import TOMLKit

/// The one table of keys: input, hint bar, help and palette are all made from it.
public struct KeyTable: Hashable, Sendable {
  public private(set) var bindings: [Binding]
  private var lookup: [KeyContext: [Key: Action]] = [:]

  init(_ bindings: [Binding]) {
    self.bindings = bindings
    index()
  }

  private mutating func index() {
    lookup = [:]
    for binding in bindings {
      for key in binding.keys where lookup[binding.context]?[key] == nil { lookup[binding.context, default: [:]][key] = binding.action }
    }
  }

  /// The action of a key in a pane; the pane's own keys win over the stage's, those over what holds anywhere.
  public func action(_ key: Key, in context: KeyContext) -> Action? {
    if let action = lookup[context]?[key] { return action }
    if context != .prompt, context != .stage, let action = lookup[.stage]?[key] { return action }
    return lookup[.anywhere]?[key]
  }

  /// Rows that hold in a pane, its own first.
  public func rows(for context: KeyContext) -> [Binding] {
    let wanted: [KeyContext] = context == .prompt ? [.prompt, .anywhere] : [context, .stage, .anywhere]
    return wanted.flatMap { c in bindings.filter { $0.context == c } }
  }

  /// The first key of an action as seen from a pane.
  public func key(for action: Action, in context: KeyContext) -> Key? {
    rows(for: context).first { $0.action == action && !$0.keys.isEmpty }?.keys.first
  }

  /// Changes keys by a user's file: `[viewport]` sections with `action = ["key", …]` lines.
  /// - Throws: `StudioUIError` naming file and line.
  public mutating func apply(file: String, text: String) throws(StudioUIError) {
    let table = try TOMLReader.table(file: file, text: text)
    let lines = KeyLines(text)
    for section in table.keys {
      guard let context = KeyContext(rawValue: section), let rows = table[section]?.table else {
        let known = KeyContext.allCases.map(\.rawValue).joined(separator: ", ")
        let line = max(lines.line(of: section), lines.line(of: section, section: section))
        throw .value(file: file, line: line, key: section, expected: "a section named \(known)", found: "\"\(section)\"")
      }
      for name in rows.keys {
        let line = lines.line(of: name, section: section)
        guard let action = Action(rawValue: name) else {
          throw .value(file: file, line: line, key: "\(section).\(name)", expected: "an action's name (see the help)", found: "\"\(name)\"")
        }
        let texts = rows[name]?.array?.compactMap(\.string) ?? rows[name]?.string.map { [$0] } ?? []
        var keys: [Key] = []
        for text in texts {
          guard let key = Key(text) else {
            let expected = "keys like \"C-r\", \"A-left\", \"f5\", \"space\""
            throw .value(file: file, line: line, key: "\(section).\(name)", expected: expected, found: "\"\(text)\"")
          }
          keys.append(key)
        }
        bind(action, to: keys, in: context)
      }
    }
    index()
  }

  private mutating func bind(_ action: Action, to keys: [Key], in context: KeyContext) {
    // The user's key is taken from whatever had it here.
    for i in bindings.indices where bindings[i].context == context { bindings[i].keys.removeAll { keys.contains($0) } }
    if let row = bindings.firstIndex(where: { $0.context == context && $0.action == action }) {
      bindings[row].keys = keys
    } else {
      let title = bindings.first { $0.action == action }?.title ?? action.rawValue
      bindings.append(Binding(action: action, context: context, keys: keys, title: title, hint: nil))
    }
  }
}
