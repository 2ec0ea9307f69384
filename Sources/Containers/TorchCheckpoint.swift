/// A PyTorch checkpoint (.pth, .pt: the zip format of torch 1.6 and later), its nested dictionaries flattened to `a.b.weight`.
public struct TorchCheckpoint: Sendable {
  public struct Tensor: Sendable, Hashable {
    public let shape: [Int]
    /// As stored; bfloat16 is widened to float32.
    public let array: NPYArray
    public var floats: [Float] { array.floats ?? [] }
  }

  private let archive: ZipArchive
  private let prefix: String
  private let tensors: [String: PickleTensor]
  /// Names in the order of the file.
  public let names: [String]

  public var path: String { archive.path }

  /// Errors: those of `ZipArchive` and `Pickle`.
  public init(path: String) throws { try self.init(FileBytes(mapping: path)) }

  public init(_ file: FileBytes) throws {
    guard ZipArchive.isZip(file) else {
      throw ContainerError.wrongKind(
        path: file.path, expected: "a checkpoint in PyTorch's zip format", found: "other data (torch.save it again with torch 1.6 or later)"
      )
    }
    archive = try ZipArchive(file)
    guard let pickle = archive.entries.first(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }) else {
      throw ContainerError.missing(path: file.path, entry: "data.pkl", has: archive.entries.map(\.name))
    }
    prefix = String(pickle.name.dropLast("data.pkl".count))
    if archive.contains(prefix + "byteorder"), let order = try archive.bytes(prefix + "byteorder").contents.first,
      order != UInt8(ascii: "l")
    {
      throw ContainerError.unsupported(path: file.path, part: "byteorder", found: "big-endian numbers", supported: "little-endian")
    }
    var names: [String] = []
    var tensors: [String: PickleTensor] = [:]
    try Self.flatten(Pickle.read(archive.bytes(pickle.name)), name: "", depth: 0, limit: file.count) { name, tensor in
      if tensors.updateValue(tensor, forKey: name) == nil { names.append(name) }
    }
    self.names = names
    self.tensors = tensors
  }

  /// Collects the tensors below a value. The number of visits is bounded by the file's size, as a pickle may name one value many times.
  private static func flatten(
    _ value: Pickle.Value, name: String, depth: Int, limit: Int, _ found: (String, PickleTensor) -> Void
  ) throws {
    var visits = 0
    func walk(_ value: Pickle.Value, _ name: String, _ depth: Int) throws {
      visits += 1
      guard depth < 16, visits <= limit, name.utf8.count < 1024 else {
        throw ContainerError.damaged(
          path: value.path, part: "data.pkl", expected: "dictionaries at most 16 deep", found: "deeper or endless ones")
      }
      if let tensor = value.tensor {
        found(name, tensor)
      } else if let members = value.members {
        for member in members { try walk(member.value, name.isEmpty ? member.key : "\(name).\(member.key)", depth + 1) }
      } else if let items = value.items {
        for (index, item) in items.enumerated() { try walk(item, name.isEmpty ? "\(index)" : "\(name).\(index)", depth + 1) }
      }
    }
    try walk(value, name, depth)
  }

  public func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The shape of a tensor, or nil when it is missing.
  public func shape(_ name: String) -> [Int]? { tensors[name]?.shape }

  /// A tensor in C order. Errors: `ContainerError.missing`, `.truncated`, `.damaged`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let view = tensors[name] else { throw ContainerError.missing(path: path, entry: name, has: names) }
    let storage = try archive.bytes("\(prefix)data/\(view.storageKey)")
    let isWide = view.type == "bf2"
    let code = isWide ? "u2" : String(view.type.dropFirst())
    guard let element = NPYArray.Element(code: code) else {
      throw ContainerError.unsupported(path: path, part: name, found: view.type, supported: "numbers")
    }
    let (count, possible) = NPYArray.elementCount(view.shape)
    let width = element.byteCount
    let available = storage.count / width
    guard possible, count <= available, reach(of: view) < available || count == 0 else {
      throw ContainerError.damaged(path: path, part: name, expected: "a view inside \(available) numbers", found: "shape \(view.shape)")
    }
    var bytes = [UInt8](repeating: 0, count: count * width)
    withExtendedLifetime(storage) {
      bytes.withUnsafeMutableBytes { target in
        guard let base = target.baseAddress, let source = storage.bytes.baseAddress else { return }
        if isContiguous(view) {
          base.copyMemory(from: source + view.offset * width, byteCount: target.count)
        } else {
          var index = [Int](repeating: 0, count: view.shape.count)
          for place in 0..<count {
            let from = zip(index, view.strides).reduce(view.offset) { $0 + $1.0 * $1.1 }
            (base + place * width).copyMemory(from: source + from * width, byteCount: width)
            var axis = index.count - 1
            while axis >= 0 {
              index[axis] += 1
              if index[axis] < view.shape[axis] { break }
              index[axis] = 0
              axis -= 1
            }
          }
        }
      }
    }
    guard isWide else { return Tensor(shape: view.shape, array: NPYArray(element: element, shape: view.shape, bytes: bytes)) }
    let widened = bytes.withUnsafeBytes { raw in
      (0..<count).map { Float(bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)) << 16) }
    }
    return Tensor(shape: view.shape, array: NPYArray(shape: view.shape, widened))
  }

  /// The largest index a view touches; Int.max when it does not fit.
  private func reach(of view: PickleTensor) -> Int {
    var last = view.offset
    for (size, stride) in zip(view.shape, view.strides) where size > 0 {
      let (step, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(step)
      if tooFar || overflow { return .max }
      last = sum
    }
    return last
  }

  private func isContiguous(_ view: PickleTensor) -> Bool {
    var expected = 1
    for (size, stride) in zip(view.shape, view.strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }
}
