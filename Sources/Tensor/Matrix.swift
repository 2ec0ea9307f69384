/// Rows of numbers: rows × columns, row after row.
public struct Matrix: Sendable, Hashable {
  public let rows: Int
  public let columns: Int
  /// rows × columns.
  public var values: [Float]

  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "a \(rows) × \(columns) matrix needs \(rows * columns) values, found \(values.count)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  public init(rows: Int, columns: Int, repeating value: Float = 0) {
    self.init(rows: rows, columns: columns, values: [Float](repeating: value, count: rows * columns))
  }

  /// Storage filled by `initialize`, which must set all rows × columns values.
  public init(rows: Int, columns: Int, initializingWith initialize: (UnsafeMutablePointer<Float>) -> Void) {
    let count = rows * columns
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress, count > 0 { initialize(base) }
      initialized = count
    }
    self.init(rows: rows, columns: columns, values: values)
  }

  public subscript(row: Int, column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row as `columns` numbers.
  public func row(_ index: Int) -> ArraySlice<Float> { values[index * columns..<(index + 1) * columns] }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> Matrix {
    Matrix(rows: range.count, columns: columns, values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// Some of the columns.
  public func columns(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: rows, columns: range.count,
      values: (0..<rows).flatMap { values[($0 * columns + range.lowerBound)..<($0 * columns + range.upperBound)] })
  }

  /// The sum, number by number, of matrices of one shape.
  public static func + (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.rows == b.rows && a.columns == b.columns, "\(a.rows) × \(a.columns) and \(b.rows) × \(b.columns) have no sum")
    return Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map { $0 + $1 })
  }

  /// The same row added to every row.
  public func adding(row: ArraySlice<Float>) -> Matrix {
    precondition(row.count == columns, "rows of \(columns) and a row of \(row.count) have no sum")
    return Matrix(rows: rows, columns: columns, values: (0..<rows).flatMap { zip(self.row($0), row).map { $0 + $1 } })
  }

  /// The mean row, `columns` numbers; zeros when there are no rows.
  public func meanRow() -> [Float] {
    var mean = [Float](repeating: 0, count: columns)
    guard rows > 0 else { return mean }
    for row in 0..<rows {
      for column in 0..<columns { mean[column] += values[row * columns + column] }
    }
    for column in 0..<columns { mean[column] /= Float(rows) }
    return mean
  }

  public func transposed() -> Matrix {
    Matrix(rows: columns, columns: rows) { out in
      values.withUnsafeBufferPointer { source in
        for row in 0..<rows { for column in 0..<columns { out[column * rows + row] = source[row * columns + column] } }
      }
    }
  }

  /// Adds a matrix of the same shape.
  public mutating func add(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "\(rows) × \(columns) + \(other.rows) × \(other.columns)")
    values.withUnsafeMutableBufferPointer { mine in
      other.values.withUnsafeBufferPointer { theirs in
        guard let a = mine.baseAddress, let b = theirs.baseAddress else { return }
        addInPlace(a, b, count: mine.count)
      }
    }
  }

  /// The largest absolute difference to a matrix of the same shape.
  public func largestDifference(to other: Matrix) -> Float {
    precondition(rows == other.rows && columns == other.columns, "\(rows) × \(columns) against \(other.rows) × \(other.columns)")
    var largest: Float = 0
    for (a, b) in zip(values, other.values) {
      let difference = abs(a - b)
      if !(difference <= largest) { largest = difference }
    }
    return largest
  }
}
