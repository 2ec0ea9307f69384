/// The vertex offsets of one shape, kept where they are not zero: runs of vertices that follow each other.
public struct ShapeDeltas: Sendable, Hashable {
  /// Floats of the vertex array that a run covers, and where its offsets begin in `offsets`.
  struct Run: Sendable, Hashable {
    var start: Int
    var count: Int
    var offset: Int
  }

  private(set) var runs: [Run] = []
  /// The offsets of all runs one after the other, metres.
  private(set) var offsets: [Float] = []
  public let vertexCount: Int

  /// Zeros inside a run are cheaper than another run when they are fewer than this many floats.
  private static let gap = 24

  /// - Parameter dense: V × 3 offsets in metres.
  public init(dense: some RandomAccessCollection<Float>) {
    vertexCount = dense.count / 3
    let values = Array(dense)
    var index = 0
    while index < values.count {
      guard values[index] != 0 else {
        index += 1
        continue
      }
      var end = index + 1
      var zeros = 0
      var cursor = end
      while cursor < values.count, zeros < Self.gap {
        if values[cursor] == 0 {
          zeros += 1
        } else {
          zeros = 0
          end = cursor + 1
        }
        cursor += 1
      }
      runs.append(Run(start: index, count: end - index, offset: offsets.count))
      offsets.append(contentsOf: values[index..<end])
      index = end
    }
  }

  /// V × 3 offsets.
  public var dense: [Float] {
    var values = [Float](repeating: 0, count: vertexCount * 3)
    for run in runs { values.replaceSubrange(run.start..<run.start + run.count, with: offsets[run.offset..<run.offset + run.count]) }
    return values
  }

  public var isZero: Bool { runs.isEmpty }

  func subset(_ vertices: [Int]) -> ShapeDeltas {
    let values = dense
    return ShapeDeltas(dense: vertices.flatMap { values[$0 * 3..<$0 * 3 + 3] })
  }

  /// Adds weight × offsets to V × 3 floats.
  func add(_ weight: Float, to vertices: UnsafeMutablePointer<Float>) {
    offsets.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for run in runs {
        let target = vertices + run.start
        let from = base + run.offset
        let factor = SIMD16<Float>(repeating: weight)
        var index = 0
        while index + 16 <= run.count {
          let sum =
            UnsafeRawPointer(target + index).loadUnaligned(as: SIMD16<Float>.self)
            .addingProduct(factor, UnsafeRawPointer(from + index).loadUnaligned(as: SIMD16<Float>.self))
          UnsafeMutableRawPointer(target + index).storeBytes(of: sum, as: SIMD16<Float>.self)
          index += 16
        }
        while index < run.count {
          target[index] += weight * from[index]
          index += 1
        }
      }
    }
  }
}
