/// What can be wrong with a file, in words for its owner: what failed, where, expected and found, and what to do next.
public enum ContainerError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case unwritable(path: String, reason: String)
  case exists(path: String)
  case wrongKind(path: String, expected: String, found: String)
  case truncated(path: String, part: String, expectedBytes: Int, foundBytes: Int)
  case damaged(path: String, part: String, expected: String, found: String)
  case missing(path: String, entry: String, has: [String])
  case type(path: String, entry: String, expected: String, found: String)
  case shape(path: String, entry: String, expected: String, found: [Int])
  case refused(path: String, name: String)
  case tooLarge(path: String, part: String, limitBytes: Int, foundBytes: Int)
  case unsupported(path: String, part: String, found: String, supported: String)
  case assetMissing(name: String, places: [String])
  /// A value of a text file that somebody wrote.
  case value(path: String, entry: String, expected: String, found: String)
  /// A member of an object whose name means nothing.
  case unknown(path: String, entry: String, known: [String])

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason). Check the path and its permissions."
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason). Nothing was left behind; choose another place or free some space."
    case .exists(let path):
      "\(path): exists already. Choose another name, or say --force to replace it."
    case .wrongKind(let path, let expected, let found):
      "\(path): expected \(expected), found \(printable(found)). Is it the right file?"
    case .truncated(let path, let part, let expected, let found):
      "\(path): \(printable(part)) should take \(expected) bytes, only \(found) are there. The file is cut short; copy it again."
    case .damaged(let path, let part, let expected, let found):
      "\(path): \(printable(part)): expected \(expected), found \(printable(found)). The file is damaged; copy it again."
    case .missing(let path, let entry, let has):
      "\(path): \(printable(entry)) is missing; it holds \(listed(has)). The file is of another kind, or was written by another program."
    case .type(let path, let entry, let expected, let found):
      "\(path): \(printable(entry)) should hold \(expected), found \(printable(found)). Write the file again with that type."
    case .shape(let path, let entry, let expected, let found):
      "\(path): \(printable(entry)) should have shape \(expected), found \(found). The file belongs to something else."
    case .refused(let path, let name):
      "\(path): asks to run \(printable(name)), which is not one of the plain array constructors; nothing was run. "
        + "Save it again as plain arrays (.npz)."
    case .tooLarge(let path, let part, let limit, let found):
      "\(path): \(printable(part)) claims \(found) bytes, more than the \(limit) that a file of this size may open up to. It is not read."
    case .unsupported(let path, let part, let found, let supported):
      "\(path): \(printable(part)): \(printable(found)) is not supported, only \(supported). Save it again in one of these."
    case .assetMissing(let name, let places):
      "\(name) was not found; looked in \(places.joined(separator: ", ")). Set MM2FACE_ASSETS to the folder that holds it."
    case .value(let path, let entry, let expected, let found):
      "\(path): \(printable(entry)): expected \(expected), found \(printable(found)). Correct it there."
    case .unknown(let path, let entry, let known):
      "\(path): \(printable(entry)) means nothing here; expected one of \(known.joined(separator: ", ")). Correct its name or leave it out."
    }
  }
}

/// Text from a file made safe to show: control characters escaped, length bounded.
public func printable(_ text: String, limit: Int = 120) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    let hidden = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.properties.generalCategory == .format
    if hidden { result += "\\u{\(String(scalar.value, radix: 16))}" } else { result.unicodeScalars.append(scalar) }
  }
  return text.unicodeScalars.count > limit ? result + "…" : result
}

private func listed(_ names: [String]) -> String {
  if names.isEmpty { return "nothing" }
  let shown = names.prefix(12).map { printable($0, limit: 40) }.joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
