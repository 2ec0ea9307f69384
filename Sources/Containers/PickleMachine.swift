/// The pickle machine: a stack, a memo, and the opcodes of protocols 0 to 5 (CPython, Lib/pickletools.py describes them).
struct PickleMachine {
  let file: FileBytes
  private(set) var nodes: [PickleNode] = []
  private var reader: ByteReader
  private var stack: [Int] = []
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]
  /// Bytes that may still be made while reading (texts turned into bytes): 16 times the file.
  var budget: Int

  init(_ file: FileBytes) {
    self.file = file
    reader = ByteReader(file)
    budget = 16 * file.count + 65536
  }

  func wrong(_ expected: String, _ found: String) -> ContainerError {
    .damaged(path: file.path, part: "pickle, byte \(reader.offset)", expected: expected, found: found)
  }

  mutating func make(_ node: PickleNode) -> Int {
    nodes.append(node)
    return nodes.count - 1
  }

  mutating func replace(_ index: Int, _ node: PickleNode) { nodes[index] = node }

  private mutating func push(_ node: PickleNode) { stack.append(make(node)) }

  private mutating func pop() throws -> Int {
    guard stack.count > (marks.last ?? 0), let top = stack.popLast() else { throw wrong("a value on the stack", "none") }
    return top
  }

  private mutating func popMark() throws -> [Int] {
    guard let mark = marks.popLast() else { throw wrong("a mark on the stack", "none") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func top() throws -> Int {
    guard stack.count > (marks.last ?? 0), let top = stack.last else { throw wrong("a value on the stack", "none") }
    return top
  }

  private mutating func number<T: FixedWidthInteger>(_ type: T.Type) throws -> T { try reader.number(type, "pickle") }

  private mutating func line() throws -> String {
    String(decoding: try reader.line("pickle"), as: UTF8.self).trimmingSuffix("\r")
  }

  private mutating func bytes(_ count: UInt64) throws -> PickleBytes {
    let start = reader.offset
    _ = try reader.take(Int(clamping: count), "pickle")
    return .inFile(start..<reader.offset)
  }

  private mutating func text(_ count: UInt64) throws -> PickleNode {
    // Lone surrogates, which Python keeps, become the replacement character.
    .text(String(decoding: try reader.take(Int(clamping: count), "pickle"), as: UTF8.self))
  }

  /// Runs to STOP and gives the root.
  mutating func run() throws -> Int {
    guard let first = file.bytes.first, first == 0x80 || "(])}lcdNIFSVUXKJMLG".utf8.contains(first) else {
      throw ContainerError.wrongKind(path: file.path, expected: "a Python pickle", found: file.count == 0 ? "an empty file" : "other data")
    }
    while true {
      let code = try number(UInt8.self)
      if code == UInt8(ascii: ".") { return try pop() }
      try step(code)
    }
  }

  private mutating func step(_ code: UInt8) throws {
    switch Character(UnicodeScalar(code)) {
    case "\u{80}":
      let version = try number(UInt8.self)
      guard version <= 5 else {
        throw ContainerError.unsupported(path: file.path, part: "pickle", found: "protocol \(version)", supported: "protocols 0 to 5")
      }
    case "\u{95}": _ = try number(UInt64.self)  // FRAME
    case "(": marks.append(stack.count)
    case "0": if stack.count > (marks.last ?? 0) { _ = try pop() } else { _ = try popMark() }
    case "1": _ = try popMark()
    case "2": stack.append(try top())
    case "N": push(.none)
    case "\u{88}": push(.bool(true))
    case "\u{89}": push(.bool(false))
    case "I":
      let digits = try line()
      if digits == "01" { push(.bool(true)) } else if digits == "00" { push(.bool(false)) } else { push(try integer(digits)) }
    case "L": push(try integer(try line().trimmingSuffix("L")))
    case "K": push(.int(Int(try number(UInt8.self))))
    case "M": push(.int(Int(try number(UInt16.self))))
    case "J": push(.int(Int(try number(Int32.self))))
    case "\u{8a}": push(try long(Int(try number(UInt8.self))))
    case "\u{8b}": push(try long(Int(try number(UInt32.self))))
    case "F":
      let digits = try line()
      guard let value = Double(digits) else { throw wrong("a number", digits) }
      push(.double(value))
    case "G": push(.double(Double(bitPattern: try number(UInt64.self).byteSwapped)))
    case "S": push(.bytes(.own(try PickleText.pythonString(try line(), wrong))))
    case "T": push(.bytes(try bytes(UInt64(try number(UInt32.self)))))
    case "U", "C": push(.bytes(try bytes(UInt64(try number(UInt8.self)))))
    case "B": push(.bytes(try bytes(UInt64(try number(UInt32.self)))))
    case "\u{8e}", "\u{96}": push(.bytes(try bytes(try number(UInt64.self))))
    case "V": push(.text(try PickleText.rawUnicode(try reader.line("pickle"), wrong)))
    case "X": push(try text(UInt64(try number(UInt32.self))))
    case "\u{8c}": push(try text(UInt64(try number(UInt8.self))))
    case "\u{8d}": push(try text(try number(UInt64.self)))
    case "]": push(.list([]))
    case "l": push(.list(try popMark()))
    case "a":
      let item = try pop()
      try extend(try top(), [item])
    case "e":
      let items = try popMark()
      try extend(try top(), items)
    case ")": push(.tuple([]))
    case "t": push(.tuple(try popMark()))
    case "\u{85}", "\u{86}", "\u{87}":
      var items: [Int] = []
      for _ in 0..<Int(code) - 0x84 { items.append(try pop()) }
      push(.tuple(items.reversed()))
    case "}": push(.dict([]))
    case "d":
      let items = try popMark()
      push(.dict([]))
      try setItems(try top(), items)
    case "s":
      let value = try pop()
      let key = try pop()
      try setItems(try top(), [key, value])
    case "u":
      let items = try popMark()
      try setItems(try top(), items)
    case "\u{8f}": push(.set([]))
    case "\u{90}":
      let items = try popMark()
      try extend(try top(), items)
    case "\u{91}": push(.set(try popMark()))
    case "g": stack.append(try remembered(Int(try line()) ?? -1))
    case "h": stack.append(try remembered(Int(try number(UInt8.self))))
    case "j": stack.append(try remembered(Int(try number(UInt32.self))))
    case "p":
      guard let key = Int(try line()) else { throw wrong("a memo number", "other text") }
      memo[key] = try top()
    case "q": memo[Int(try number(UInt8.self))] = try top()
    case "r": memo[Int(try number(UInt32.self))] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "c":
      let module = try line()
      push(.constructor(try known(module, try line())))
    case "\u{93}":
      let name = try textOf(try pop())
      push(.constructor(try known(try textOf(try pop()), name)))
    case "R":
      let arguments = try tuple(try pop())
      let result = try construct(try constructor(try pop()), arguments)
      stack.append(result)
    case "\u{81}":
      let arguments = try tuple(try pop())
      let result = try newObject(try constructor(try pop()), arguments)
      stack.append(result)
    case "\u{92}":
      let keywords = try pop()
      guard case .dict(let pairs) = nodes[keywords], pairs.isEmpty else { throw wrong("a constructor without named arguments", "some") }
      let arguments = try tuple(try pop())
      let result = try newObject(try constructor(try pop()), arguments)
      stack.append(result)
    case "i":
      let module = try line()
      let name = try known(module, try line())
      let result = try newObject(name, try popMark())
      stack.append(result)
    case "o":
      var items = try popMark()
      guard !items.isEmpty else { throw wrong("a class", "nothing") }
      let result = try newObject(try constructor(items.removeFirst()), items)
      stack.append(result)
    case "b":
      let state = try pop()
      try build(try top(), state)
    case "Q":
      let result = try persistent(try pop())
      stack.append(result)
    case "P": throw ContainerError.refused(path: file.path, name: "a persistent reference")
    case "\u{82}", "\u{83}", "\u{84}": throw ContainerError.refused(path: file.path, name: "a registered extension")
    case "\u{97}":
      throw ContainerError.unsupported(path: file.path, part: "pickle", found: "buffers outside the file", supported: "buffers inside it")
    case "\u{98}": break  // READONLY_BUFFER
    default: throw wrong("an instruction of a pickle", "byte \(code)")
    }
  }

  private func remembered(_ key: Int) throws -> Int {
    guard let node = memo[key] else { throw wrong("a value remembered before", "memo \(key)") }
    return node
  }

  private func known(_ module: String, _ name: String) throws -> PickleConstructor {
    guard let known = PickleConstructor.named(module, name) else {
      throw ContainerError.refused(path: file.path, name: "\(module).\(name)")
    }
    return known
  }

  private func constructor(_ node: Int) throws -> PickleConstructor {
    guard case .constructor(let name) = nodes[node] else { throw wrong("a constructor", "another value") }
    return name
  }

  func tuple(_ node: Int) throws -> [Int] {
    switch nodes[node] {
    case .tuple(let items), .list(let items): return items
    default: throw wrong("a tuple", "another value")
    }
  }

  /// A name or a coding: a short text.
  func textOf(_ node: Int) throws -> String {
    switch nodes[node] {
    case .text(let text) where text.utf8.count <= 4096: return text
    case .bytes(let bytes) where bytes.count > 4096: throw wrong("a name", "a text of \(bytes.count) bytes")
    case .bytes(.inFile(let range)): return String(decoding: file.bytes[range], as: UTF8.self)
    case .bytes(.own(let array)): return String(decoding: array, as: UTF8.self)
    default: throw wrong("a short text", "another value")
    }
  }

  private func integer(_ digits: String) throws -> PickleNode {
    guard digits.utf8.count <= 400 else { throw wrong("a number of at most 400 digits", "\(digits.utf8.count)") }
    if let value = Int(digits) { return .int(value) }
    guard let value = Double(digits) else { throw wrong("a whole number", digits) }
    return .double(value)
  }

  /// A little-endian number in two's complement; one that is too long becomes a floating-point number.
  private mutating func long(_ count: Int) throws -> PickleNode {
    let raw = try reader.take(count, "pickle")
    guard let last = raw.last else { return .int(0) }
    if count <= 8 {
      var value: UInt64 = last & 0x80 == 0 ? 0 : .max
      for byte in raw.reversed() { value = value << 8 | UInt64(byte) }
      return .int(Int(Int64(bitPattern: value)))
    }
    var value = last & 0x80 == 0 ? 0.0 : -1.0
    for byte in raw.reversed() { value = value * 256 + Double(byte) }
    return .double(value)
  }

  private mutating func extend(_ target: Int, _ items: [Int]) throws {
    let node = nodes[target]
    // Taken out before it grows, so that the array inside is not copied.
    nodes[target] = .none
    switch node {
    case .list(var list):
      list += items
      nodes[target] = .list(list)
    case .set(var list):
      list += items
      nodes[target] = .set(list)
    default:
      nodes[target] = node
      throw wrong("a list to add to", "another value")
    }
  }

  private mutating func setItems(_ target: Int, _ items: [Int]) throws {
    guard items.count % 2 == 0 else { throw wrong("keys with values", "an odd number of them") }
    var place = target
    // Objects that are dictionaries keep theirs as state.
    if case .object(_, let state?) = nodes[target] { place = state }
    let node = nodes[place]
    guard case .dict(var pairs) = node else { throw wrong("a dictionary to add to", "another value") }
    nodes[place] = .none
    for index in stride(from: 0, to: items.count, by: 2) { pairs.append((items[index], items[index + 1])) }
    nodes[place] = .dict(pairs)
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
