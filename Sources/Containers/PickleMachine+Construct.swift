/// What the known constructors build.
extension PickleMachine {
  /// REDUCE: a call.
  mutating func construct(_ name: PickleConstructor, _ arguments: [Int]) throws -> Int {
    switch name {
    case .reconstructArray: return make(.array(PickleArray()))
    case .newObject, .reconstructObject:
      guard let first = arguments.first, case .constructor(let made) = nodes[first] else { throw wrong("a class to make", "another value") }
      return try newObject(made, name == .newObject ? Array(arguments.dropFirst()) : [])
    case .dtype:
      guard let first = arguments.first else { throw wrong("a number type", "nothing") }
      return make(.dtype(try textOf(first)))
    case .scalar:
      guard arguments.count == 2, case .dtype(let type) = nodes[arguments[0]] else {
        throw wrong("a number type and bytes", "other values")
      }
      if type.hasSuffix("O") || type.hasSuffix("O8") { return arguments[1] }
      return make(.array(PickleArray(shape: [], type: type, data: try bytes(arguments[1]))))
    case .arrayFromBuffer:
      guard arguments.count >= 3, case .dtype(let type) = nodes[arguments[1]] else {
        throw wrong("a buffer and a number type", "other values")
      }
      let fortran = arguments.count > 3 ? try textOf(arguments[3]) == "F" : false
      return make(.array(PickleArray(shape: try sizes(arguments[2]), type: type, fortran: fortran, data: try bytes(arguments[0]))))
    case .encode, .bytes, .bytearray: return try makeBytes(name, arguments)
    case .rebuildTensor: return try rebuildTensor(arguments)
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = nodes[first] else { throw wrong("a tensor", "another value") }
      return first
    case .torchSize, .tuple: return make(.tuple(try copied(arguments)))
    case .list: return make(.list(try copied(arguments)))
    case .set, .frozenset: return make(.set(try copied(arguments)))
    case .int, .float, .bool, .str: return try arguments.first ?? { throw wrong("a value", "nothing") }()
    case .orderedDict, .dict: return try makeDictionary(arguments)
    case .csc, .csr, .coo, .chumpy, .plainObject: return try newObject(name, arguments)
    default: throw ContainerError.refused(path: file.path, name: "a call of \(name.rawValue)")
    }
  }

  /// NEWOBJ and its older forms: an object without its state.
  mutating func newObject(_ name: PickleConstructor, _ arguments: [Int]) throws -> Int {
    switch name {
    case .csc, .csr, .coo, .chumpy, .plainObject: return make(.object(name, state: nil))
    case .array: return make(.array(PickleArray()))
    case .orderedDict, .dict: return try makeDictionary(arguments)
    case .list, .set, .frozenset, .tuple, .torchSize, .bytes, .bytearray, .dtype: return try construct(name, arguments)
    default: throw ContainerError.refused(path: file.path, name: "an object of \(name.rawValue)")
    }
  }

  /// The items of the one argument; a pickle may ask for many copies of one list, so they are counted.
  private mutating func copied(_ arguments: [Int]) throws -> [Int] {
    guard let first = arguments.first else { return [] }
    let items = try tuple(first)
    try spend(items.count * 8)
    return items
  }

  private mutating func makeDictionary(_ arguments: [Int]) throws -> Int {
    guard let first = arguments.first else { return make(.dict([])) }
    if case .dict(let pairs) = nodes[first] {
      try spend(pairs.count * 16)
      return make(.dict(pairs))
    }
    var pairs: [(key: Int, value: Int)] = []
    for pair in try tuple(first) {
      let both = try tuple(pair)
      guard both.count == 2 else { throw wrong("a key with its value", "\(both.count) values") }
      pairs.append((both[0], both[1]))
    }
    try spend(pairs.count * 16)
    return make(.dict(pairs))
  }

  /// BUILD: the state of an object.
  mutating func build(_ target: Int, _ state: Int) throws {
    switch nodes[target] {
    case .array: replace(target, .array(try arrayState(state)))
    case .dtype(let type):
      let items = try tuple(state)
      guard items.count >= 2 else { throw wrong("a byte order", "nothing") }
      if items.count > 4, case .none = nodes[items[3]] {
      } else if items.count > 4 {
        throw ContainerError.unsupported(path: file.path, part: "pickle", found: "records", supported: "arrays of numbers")
      }
      let order = try textOf(items[1])
      let bare = type.first.map { "<>|=".contains($0) } == true ? String(type.dropFirst()) : type
      guard ["<", ">", "|", "="].contains(order) else { throw wrong("a byte order", order) }
      replace(target, .dtype((order == ">" ? ">" : order == "|" ? "|" : "<") + bare))
    case .object(let name, _): replace(target, .object(name, state: state))
    case .dict, .tensor, .list, .set: break  // Attributes of a dictionary (torch's _metadata) carry nothing we need.
    default: throw wrong("an object that has a state", "another value")
    }
  }

  /// (version, shape, dtype, is Fortran, data)
  private func arrayState(_ state: Int) throws -> PickleArray {
    let items = try tuple(state)
    let fields = items.count == 5 ? Array(items.dropFirst()) : items
    guard fields.count == 4, case .dtype(let type) = nodes[fields[1]] else {
      throw wrong("shape, number type, order and data", "other values")
    }
    let fortran: Bool
    switch nodes[fields[2]] {
    case .bool(let value): fortran = value
    case .int(let value): fortran = value != 0
    default: throw wrong("a truth value", "another value")
    }
    var array = PickleArray(shape: try sizes(fields[0]), type: type, fortran: fortran)
    if type.hasSuffix("O") || type.hasSuffix("O8") {
      guard case .list(let objects) = nodes[fields[3]] else { throw wrong("a list of objects", "another value") }
      array.objects = objects
    } else {
      array.data = try bytes(fields[3])
    }
    return array
  }

  private func sizes(_ node: Int) throws -> [Int] {
    if case .int(let size) = nodes[node], size >= 0 { return [size] }
    let items = try tuple(node)
    guard items.count <= 32 else { throw wrong("a shape of at most 32 sizes", "\(items.count)") }
    return try items.map {
      guard case .int(let size) = nodes[$0], size >= 0 else { throw wrong("a size", "another value") }
      return size
    }
  }

  private func bytes(_ node: Int) throws -> PickleBytes {
    switch nodes[node] {
    case .bytes(let bytes): return bytes
    case .array(let array) where array.objects == nil: return array.data
    case .text(let text) where text.isEmpty: return .own([])
    default: throw wrong("bytes", "another value")
    }
  }

  mutating func spend(_ bytes: Int) throws {
    budget -= bytes
    guard budget >= 0 else {
      throw ContainerError.tooLarge(
        path: file.path, part: "pickle", limitBytes: 16 * file.count + 65536, foundBytes: 16 * file.count + 65536 - budget)
    }
  }

  /// `_codecs.encode(text, "latin1")`, `bytes(text, "latin-1")`, `bytearray(…)`: how Python 3 writes bytes in old protocols.
  private mutating func makeBytes(_ name: PickleConstructor, _ arguments: [Int]) throws -> Int {
    guard let first = arguments.first else { return make(.bytes(.own([]))) }
    if case .bytes = nodes[first], name != .encode { return first }
    guard case .text(let text) = nodes[first] else { throw wrong("a text to turn into bytes", "another value") }
    let coding = arguments.count > 1 ? try textOf(arguments[1]).lowercased().filter { $0 != "-" && $0 != "_" } : "utf8"
    try spend(text.utf8.count + 32)
    switch coding {
    case "latin1", "iso88591", "ascii":
      let bytes = text.unicodeScalars.map { UInt8(exactly: $0.value) }
      guard !bytes.contains(nil) else { throw wrong("Latin-1 text", "other characters") }
      return make(.bytes(.own(bytes.compactMap { $0 })))
    case "utf8": return make(.bytes(.own(Array(text.utf8))))
    default: throw ContainerError.refused(path: file.path, name: "the text coding \(coding)")
    }
  }

  /// `('storage', FloatStorage, key, location, count)`
  mutating func persistent(_ node: Int) throws -> Int {
    let items = try tuple(node)
    guard items.count >= 5, (try? textOf(items[0])) == "storage", case .constructor(let kind) = nodes[items[1]],
      let type = kind.storageType,
      case .int(let count) = nodes[items[4]], count >= 0
    else { throw wrong("a torch storage", "another persistent reference") }
    return make(.storage(key: try textOf(items[2]), type: type, count: count))
  }

  /// `(storage, offset, size, stride, requires_grad, hooks)`
  private mutating func rebuildTensor(_ arguments: [Int]) throws -> Int {
    guard arguments.count >= 4, case .storage(let key, let type, let count) = nodes[arguments[0]],
      case .int(let offset) = nodes[arguments[1]],
      offset >= 0
    else { throw wrong("a storage and an offset", "other values") }
    let (shape, strides) = (try sizes(arguments[2]), try sizes(arguments[3]))
    guard shape.count == strides.count else { throw wrong("a stride for every size", "\(strides.count)") }
    return make(.tensor(PickleTensor(storageKey: key, type: type, storageCount: count, offset: offset, shape: shape, strides: strides)))
  }
}
