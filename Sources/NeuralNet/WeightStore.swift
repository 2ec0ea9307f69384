import Synchronization
import Tensor

/// The tensors of one checkpoint, checked as they are taken: name, shape, number format, finite values, and at the end nothing left over.
public struct WeightStore: Sendable {
  private final class Taken: Sendable {
    let names = Mutex(Set<String>())
    /// Tensors made on demand by a random store.
    let made = Mutex([String: StoredTensor]())
  }

  /// The file, for messages.
  public let path: String
  private let tensors: [String: StoredTensor]
  private let prefix: String
  private let taken: Taken
  private let arena: WeightArena
  private let make: (@Sendable (_ name: String, _ shape: [Int]) -> StoredTensor)?
  /// Tensors of a type no network uses, by name, with the type.
  private let foreign: [String: String]

  /// - Parameter foreign: tensors of a type no network uses, by name, with the type; asking for one is an error that says so.
  public init(path: String, tensors: [String: StoredTensor], foreign: [String: String] = [:]) {
    self.init(path: path, tensors: tensors, foreign: foreign, prefix: "", taken: Taken(), arena: WeightArena(), make: nil)
  }

  /// A store that makes up every tensor it is asked for; a network built from it fills it with its whole checkpoint (`made`).
  public init(path: String, making make: @escaping @Sendable (_ name: String, _ shape: [Int]) -> StoredTensor) {
    self.init(path: path, tensors: [:], foreign: [:], prefix: "", taken: Taken(), arena: WeightArena(), make: make)
  }

  private init(
    path: String, tensors: [String: StoredTensor], foreign: [String: String], prefix: String, taken: Taken, arena: WeightArena,
    make: (@Sendable (_ name: String, _ shape: [Int]) -> StoredTensor)?
  ) {
    self.make = make
    self.foreign = foreign
    self.path = path
    self.tensors = tensors
    self.prefix = prefix
    self.taken = taken
    self.arena = arena
  }

  /// The same checkpoint with `name.` in front of every name asked for.
  public func scoped(_ name: String) -> WeightStore {
    WeightStore(path: path, tensors: tensors, foreign: foreign, prefix: "\(prefix)\(name).", taken: taken, arena: arena, make: make)
  }

  /// The full name of a tensor asked for as `name`.
  public func key(_ name: String) -> String { prefix + name }

  public func contains(_ name: String) -> Bool { tensors[key(name)] != nil }

  /// The shape of a tensor, or nil when it is missing.
  public func shape(of name: String) -> [Int]? { tensors[key(name)]?.shape }

  /// Every name under this scope, without the scope's prefix.
  public var names: [String] { tensors.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted() }

  /// A tensor as it is, unchecked, or nil.
  func stored(_ name: String) -> StoredTensor? { tensors[key(name)] }

  /// What a random store made so far, by name.
  public var made: [String: StoredTensor] { taken.made.withLock { $0 } }

  /// Marks a tensor as known though it is not used (position ids, heads of the pre-training task).
  public func ignore(_ name: String) { taken.names.withLock { _ = $0.insert(key(name)) } }

  /// A tensor of exactly this shape. Errors: `NeuralNetError.missing`, `.shape`, `.size`.
  public func tensor(_ name: String, shape: [Int]) throws -> StoredTensor {
    let full = key(name)
    if let make {
      return taken.made.withLock { made in
        if let known = made[full] { return known }
        let tensor = make(full, shape)
        made[full] = tensor
        return tensor
      }
    }
    if let type = foreign[full] { throw NeuralNetError.type(file: path, tensor: full, expected: "F32, F16 or BF16", found: type) }
    guard let stored = tensors[full] else { throw NeuralNetError.missing(file: path, tensor: full, shape: shape) }
    guard stored.shape == shape else {
      throw NeuralNetError.shape(file: path, tensor: full, expected: shape, found: stored.shape)
    }
    let bytes = stored.count * stored.element.byteCount
    guard stored.bytes.count == bytes else {
      throw NeuralNetError.size(file: path, tensor: full, expectedBytes: bytes, foundBytes: stored.bytes.count)
    }
    taken.names.withLock { _ = $0.insert(full) }
    return stored
  }

  /// A tensor as floats in their stored order. Errors: as `tensor`, and `.notFinite`.
  public func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let stored = try tensor(name, shape: shape)
    var values = [Float](repeating: 0, count: stored.count)
    let fine = values.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { stored.widen(0..<buffer.count, into: $0) } ?? true
    }
    guard fine else { throw notFinite(name, index: values.firstIndex { !$0.isFinite } ?? 0) }
    return values
  }

  /// A tensor of `rows` × `columns` whose rows are looked up (places, levels), as floats.
  public func table(_ name: String, rows: Int, columns: Int) throws -> Matrix {
    Matrix(rows: rows, columns: columns, values: try floats(name, shape: [rows, columns]))
  }

  /// A matrix (outputs × inputs) in the number format asked for.
  ///
  /// `packed` copies it into huge pages, which one-row products read faster; otherwise 32-bit weights stay in the mapped file.
  public func matrix(_ name: String, outputs: Int, inputs: Int, precision: WeightPrecision = .fp32, packed: Bool = false) throws
    -> WeightMatrix
  {
    let stored = try tensor(name, shape: [outputs, inputs])
    return try WeightMatrix(
      stored, outputs: outputs, inputs: inputs, precision: precision, arena: packed || precision != .fp32 ? arena : nil
    ) { notFinite(name, index: $0) }
  }

  /// Fails when tensors are left that nobody asked for, apart from those `except` accepts.
  public func finish(except: (String) -> Bool = { _ in false }) throws {
    let known = taken.names.withLock { $0 }
    let extra = (Array(tensors.keys) + Array(foreign.keys)).filter { !known.contains($0) && !except($0) }.sorted()
    guard extra.isEmpty else { throw NeuralNetError.extra(file: path, tensors: extra) }
  }

  private func notFinite(_ name: String, index: Int) -> NeuralNetError {
    .notFinite(file: path, tensor: key(name), index: index)
  }
}
