import Tensor

/// A row of numbers per index. Key: `weight` (count × width).
public struct Embedding: Sendable {
  public let weight: WeightMatrix

  public var count: Int { weight.outputs }
  public var width: Int { weight.inputs }

  public init(_ store: WeightStore, count: Int, width: Int) throws {
    weight = try store.matrix("weight", outputs: count, inputs: width)
  }

  /// Indices (each below `count`) → rows × width.
  public func callAsFunction(_ indices: [Int]) -> Matrix {
    Matrix(rows: indices.count, columns: width) { out in
      for (row, index) in indices.enumerated() { weight.row(index, into: out + row * width) }
    }
  }
}
