/// Points of a retrieval network's space: N rows of D numbers.
public struct Embeddings: Sendable, Hashable {
  public let width: Int
  /// N × D.
  public private(set) var values: [Float]

  public init(width: Int, values: [Float] = []) {
    precondition(width > 0 && values.count % width == 0, "embeddings of width \(width) need a multiple of it, found \(values.count)")
    self.width = width
    self.values = values
  }

  public var count: Int { values.count / width }

  public mutating func append(_ row: [Float]) {
    precondition(row.count == width, "an embedding of \(width) numbers was expected, found \(row.count)")
    values.append(contentsOf: row)
  }

  public func row(_ index: Int) -> ArraySlice<Float> { values[index * width..<(index + 1) * width] }

  public func rows(_ range: Range<Int>) -> Embeddings {
    Embeddings(width: width, values: Array(values[range.lowerBound * width..<range.upperBound * width]))
  }

  /// The rows at `indices`, in their order.
  public func rows(_ indices: [Int]) -> Embeddings { Embeddings(width: width, values: indices.flatMap { row($0) }) }

  /// Euclidean distance of row `index` here to row `other` there.
  public func distance(_ index: Int, to others: Embeddings, _ other: Int) -> Double {
    precondition(width == others.width, "embeddings of \(width) against \(others.width) numbers")
    var sum = 0.0
    for (a, b) in zip(row(index), others.row(other)) {
      let difference = Double(a) - Double(b)
      sum += difference * difference
    }
    return sum.squareRoot()
  }
}
