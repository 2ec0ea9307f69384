/// A scipy sparse matrix from a pickle.
struct SparseMatrix {
  private let rows: Int
  private let columns: Int
  private let rowOf: [Int]
  private let columnOf: [Int]
  private let values: [Double]
  private let path: String
  private let entry: String

  init(_ object: Pickle.Value, _ name: PickleConstructor, entry: String) throws {
    path = object.path
    self.entry = entry
    func part(_ keys: String...) throws -> Pickle.Value {
      for key in keys { if let value = object[key] { return value } }
      throw ContainerError.missing(path: object.path, entry: "\(entry).\(keys[0])", has: object.members?.map(\.key) ?? [])
    }
    let sizes = try part("_shape", "shape").items?.compactMap(\.int) ?? []
    guard sizes.count == 2, NPYArray.elementCount(sizes).1 else {
      throw ContainerError.shape(path: path, entry: entry, expected: "two sizes", found: sizes)
    }
    (rows, columns) = (sizes[0], sizes[1])
    values = try Self.numbers(part("data"), "\(entry).data") { $0.doubles }
    if name == .coo {
      if let pair = object["coords"]?.items, pair.count == 2 {
        rowOf = try Self.numbers(pair[0], "\(entry).row") { $0.integers }
        columnOf = try Self.numbers(pair[1], "\(entry).col") { $0.integers }
      } else {
        rowOf = try Self.numbers(part("row"), "\(entry).row") { $0.integers }
        columnOf = try Self.numbers(part("col"), "\(entry).col") { $0.integers }
      }
    } else {
      let indices = try Self.numbers(part("indices"), "\(entry).indices") { $0.integers }
      let starts = try Self.numbers(part("indptr"), "\(entry).indptr") { $0.integers }
      let lines = name == .csc ? columns : rows
      guard starts.count == lines + 1, starts.first == 0, starts.last == values.count,
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw ContainerError.damaged(
          path: path, part: "\(entry).indptr", expected: "\(lines + 1) rising numbers", found: "\(starts.count) numbers")
      }
      var line: [Int] = []
      line.reserveCapacity(values.count)
      for (index, (start, end)) in zip(starts, starts.dropFirst()).enumerated() { for _ in start..<end { line.append(index) } }
      (rowOf, columnOf) = name == .csc ? (indices, line) : (line, indices)
    }
    guard rowOf.count == values.count, columnOf.count == values.count, rowOf.allSatisfy({ (0..<rows).contains($0) }),
      columnOf.allSatisfy({ (0..<columns).contains($0) })
    else {
      throw ContainerError.damaged(
        path: path, part: entry, expected: "a row and a column inside \(rows) × \(columns) a value", found: "others")
    }
  }

  private static func numbers<T>(_ value: Pickle.Value, _ entry: String, _ convert: (NPYArray) -> [T]?) throws -> [T] {
    guard let result = convert(try value.array(entry)) else {
      throw ContainerError.type(path: value.path, entry: entry, expected: "numbers", found: value.kind)
    }
    return result
  }

  /// rows × columns, values at the same place added up. At most 64 MiB, or 64 numbers a stored one.
  func dense() throws -> NPYArray {
    let limit = max(8 << 20, values.count * 64)
    guard rows * columns <= limit else {
      throw ContainerError.tooLarge(path: path, part: entry, limitBytes: limit * 8, foundBytes: rows * columns * 8)
    }
    var result = [Double](repeating: 0, count: rows * columns)
    for index in values.indices { result[rowOf[index] * columns + columnOf[index]] += values[index] }
    return NPYArray(shape: [rows, columns], result)
  }
}
