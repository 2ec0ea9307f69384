/// A .npz file: a zip archive of arrays by name.
public struct NPZFile: Sendable {
  private let archive: ZipArchive

  public var path: String { archive.path }
  /// Names of the arrays, without `.npy`, in the order of the file.
  public let names: [String]

  /// Errors: those of `ZipArchive`.
  public init(_ file: FileBytes) throws {
    archive = try ZipArchive(file)
    names = archive.entries.compactMap { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : nil }
  }

  public init(path: String) throws { self = try NPZFile(FileBytes(reading: path)) }

  public func contains(_ name: String) -> Bool { archive.contains(name + ".npy") }

  /// The array of that name. Errors: `ContainerError.missing` and those of `NPYArray`.
  public func array(_ name: String) throws -> NPYArray {
    guard contains(name) else { throw ContainerError.missing(path: path, entry: name, has: names) }
    return try NPYArray(archive.bytes(name + ".npy"))
  }

  /// The value of that name through the restricted pickle reader when numpy stored it as an object.
  public func object(_ name: String) throws -> Pickle.Value {
    guard contains(name) else { throw ContainerError.missing(path: path, entry: name, has: names) }
    let file = try archive.bytes(name + ".npy")
    let header = try NPYHeader(file)
    guard header.type == "|O" else {
      throw ContainerError.type(path: path, entry: name, expected: "a Python object", found: header.type)
    }
    return try Pickle.read(FileBytes(path: file.path, Array(file.contents[header.dataOffset...])))
  }

  /// Whether numpy stored the array as Python objects.
  public func isObject(_ name: String) throws -> Bool {
    guard contains(name) else { return false }
    return try NPYHeader(archive.bytes(name + ".npy")).type == "|O"
  }

  /// The whole file as bytes; the same arrays give the same bytes.
  public static func encode(_ arrays: [(name: String, array: NPYArray)], compressed: Bool = false, path: String = "npz") throws -> [UInt8] {
    let sink = MemorySink()
    try write(arrays, compressed: compressed, to: sink, path: path)
    return sink.bytes
  }

  /// Writes the file at once. Errors: `ContainerError.unwritable`, `.exists`.
  public static func write(
    _ arrays: [(name: String, array: NPYArray)], to path: String, compressed: Bool = false, replacing: Bool = true
  ) throws {
    let file = try AtomicFile(path, replacing: replacing)
    try write(arrays, compressed: compressed, to: file, path: path)
    try file.commit()
  }

  private static func write(_ arrays: [(name: String, array: NPYArray)], compressed: Bool, to sink: any ByteSink, path: String) throws {
    let writer = ZipWriter(sink, path: path)
    for (name, array) in arrays { try writer.add(name + ".npy", array.file, compressed: compressed) }
    try writer.finish()
  }
}
