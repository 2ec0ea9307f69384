/// Reads Python pickles without running anything: protocols 0 to 5, Python 2 and 3, plain values and arrays only.
///
/// A pickle is a program that calls constructors by name. Only those listed in `PickleConstructor` are known; they build data here.
/// Every other name is refused with the name in the error. Memory: at most about 64 bytes a byte of the file.
public enum Pickle {
  /// Errors: `ContainerError.wrongKind`, `.truncated`, `.damaged`, `.refused`, `.unsupported`.
  public static func read(_ file: FileBytes) throws -> Value {
    var machine = PickleMachine(file)
    let root = try machine.run()
    return Value(document: PickleDocument(file: file, nodes: machine.nodes), node: root)
  }

  public static func read(path: String) throws -> Value { try read(FileBytes(reading: path)) }

  /// One value of a pickle; a view of the document, cheap to copy. The document may contain itself, so walk it only as deep as is known.
  public struct Value: Sendable {
    let document: PickleDocument
    let node: Int

    private func at(_ node: Int) -> Value { Value(document: document, node: node) }
    private var content: PickleNode { document.nodes[node] }

    /// What it is, for messages.
    public var kind: String {
      switch content {
      case .none: "None"
      case .bool: "a truth value"
      case .int: "a whole number"
      case .double: "a number"
      case .text: "text"
      case .bytes: "bytes"
      case .list(let items): "a list of \(items.count)"
      case .tuple(let items): "a tuple of \(items.count)"
      case .set(let items): "a set of \(items.count)"
      case .dict(let items): "a dictionary of \(items.count)"
      case .constructor(let name): "the class \(name.rawValue)"
      case .dtype(let type): "the number type \(type)"
      case .array(let array): "an array of shape \(array.shape)"
      case .object(let name, _): "an object of class \(name.rawValue)"
      case .storage: "a torch storage"
      case .tensor(let tensor): "a tensor of shape \(tensor.shape)"
      }
    }

    public var isNone: Bool { if case .none = content { true } else { false } }
    public var int: Int? { if case .int(let value) = content { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }

    public var double: Double? {
      switch content {
      case .int(let value): return Double(value)
      case .double(let value): return value
      case .array(let array) where array.shape.isEmpty: return (try? self.array())?.doubles?.first
      default: return nil
      }
    }

    /// Text; a byte string of Python 2 is read as Latin-1.
    public var text: String? {
      switch content {
      case .text(let text): text
      case .bytes(let bytes): document.latin1(bytes)
      default: nil
      }
    }

    /// The items of a list, tuple, set or object array.
    public var items: [Value]? {
      switch content {
      case .list(let items), .tuple(let items), .set(let items): items.map(at)
      case .array(let array): array.objects?.map(at)
      default: nil
      }
    }

    /// Keys and values of a dictionary; keys that are not text are left out.
    public var members: [(key: String, value: Value)]? {
      switch content {
      case .dict(let pairs): pairs.compactMap { pair in at(pair.key).text.map { ($0, at(pair.value)) } }
      case .object(_, let state): state.flatMap { at($0).members }
      default: nil
      }
    }

    /// The value under a key of a dictionary, or in the state of an object.
    public subscript(key: String) -> Value? {
      if case .array(let array) = content, array.shape.isEmpty, let only = array.objects?.first { return at(only)[key] }
      return members?.last { $0.key == key }?.value
    }

    /// The name of the class of an object.
    public var className: String? { if case .object(let name, _) = content { name.rawValue } else { nil } }

    /// The array; also of a chumpy object, of a list of numbers, and a sparse matrix made dense.
    ///
    /// Errors: `ContainerError.type`, `.truncated`, `.damaged`, `.tooLarge`.
    public func array(_ entry: String = "the pickle") throws -> NPYArray {
      switch content {
      case .array(let array) where array.objects == nil: return try document.array(array, entry: entry)
      case .array(let array) where array.shape.isEmpty && array.objects?.count == 1:
        return try at(array.objects?.first ?? node).plainArray(entry)
      default: return try plainArray(entry)
      }
    }

    private func plainArray(_ entry: String) throws -> NPYArray {
      switch content {
      case .array(let array) where array.objects == nil: return try document.array(array, entry: entry)
      case .object(.chumpy, _):
        guard let inner = self["x"], case .array = inner.content else {
          throw ContainerError.type(path: document.file.path, entry: entry, expected: "a chumpy array with x", found: kind)
        }
        return try document.arrayOnly(inner.node, entry: entry)
      case .object(let name, _) where name.isSparse: return try SparseMatrix(self, name, entry: entry).dense()
      case .tensor(let tensor): return try document.tensor(tensor, entry: entry)
      case .int(let value): return NPYArray(shape: [], [Int64(value)])
      case .double(let value): return NPYArray(shape: [], [value])
      case .list, .tuple: return try nested(entry)
      default: throw ContainerError.type(path: document.file.path, entry: entry, expected: "an array", found: kind)
      }
    }

    /// A list of numbers, or of lists of numbers of equal length.
    private func nested(_ entry: String) throws -> NPYArray {
      let rows = items ?? []
      let flat = rows.compactMap(\.double)
      if flat.count == rows.count { return NPYArray(shape: [rows.count], flat) }
      let columns = rows.first?.items?.count ?? 0
      var values: [Double] = []
      for row in rows {
        guard let numbers = row.items?.compactMap(\.double), numbers.count == columns, values.count <= document.file.count else {
          throw ContainerError.type(path: document.file.path, entry: entry, expected: "an array", found: "\(kind) of unequal things")
        }
        values += numbers
      }
      return NPYArray(shape: [rows.count, columns], values)
    }

    var tensor: PickleTensor? { if case .tensor(let tensor) = content { tensor } else { nil } }
    var path: String { document.file.path }
  }
}

/// The finished values of a pickle: they refer to one another by index, so a pickle that contains itself is no cycle in memory.
final class PickleDocument: Sendable {
  let file: FileBytes
  let nodes: [PickleNode]

  init(file: FileBytes, nodes: [PickleNode]) {
    self.file = file
    self.nodes = nodes
  }

  func withBytes<R>(_ bytes: PickleBytes, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch bytes {
    case .inFile(let range): try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
    case .own(let array): try array.withUnsafeBytes(body)
    }
  }

  func latin1(_ bytes: PickleBytes) -> String {
    withBytes(bytes) { raw in
      var text = String.UnicodeScalarView()
      for byte in raw { text.append(UnicodeScalar(byte)) }
      return String(text)
    }
  }

  func array(_ array: PickleArray, entry: String) throws -> NPYArray {
    try withBytes(array.data) {
      try NPYArray(decoding: $0, type: array.type, fortran: array.fortran, shape: array.shape, path: file.path, part: entry)
    }
  }

  func arrayOnly(_ node: Int, entry: String) throws -> NPYArray {
    guard case .array(let array) = nodes[node], array.objects == nil else {
      throw ContainerError.type(path: file.path, entry: entry, expected: "an array of numbers", found: "another thing")
    }
    return try self.array(array, entry: entry)
  }

  func tensor(_ tensor: PickleTensor, entry: String) throws -> NPYArray {
    throw ContainerError.unsupported(path: file.path, part: entry, found: "a torch tensor outside its archive", supported: ".pth archives")
  }
}
