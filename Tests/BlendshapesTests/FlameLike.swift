import Head
import Motion
import Tensor

enum FlameLike {
  /// A head in FLAME's manner: other vertex order, size, place and turn, and expression numbers that mean nothing by themselves
  /// (random mixtures of shapes).
  static func head(of studio: HeadModel) -> HeadModel {
    var source = RandomSource(seed: 9)
    var order = Array(0..<studio.vertexCount)
    order.shuffle(using: &source)
    var head = studio.subset(order)
    let turn = Rotation(yaw: 0.04, pitch: -0.03, roll: 0.02).matrix.map { Float($0) * 1.06 }
    func carried(_ values: [Float], shift: SIMD3<Float> = .zero) -> [Float] {
      var result = [Float](repeating: 0, count: values.count)
      for start in stride(from: 0, to: values.count, by: 3) {
        let p = SIMD3<Float>(values[start], values[start + 1], values[start + 2])
        for axis in 0..<3 {
          let row = SIMD3<Float>(turn[axis * 3], turn[axis * 3 + 1], turn[axis * 3 + 2])
          result[start + axis] = (row * p).sum() + shift[axis]
        }
      }
      return result
    }
    let shift = SIMD3<Float>(0.01, -0.02, 0.015)
    let shapes = head.expression.map { carried($0.dense) }
    let joints = head.jointShapes.map { carried($0) }
    // Rows of a random orthogonal matrix.
    var rows: [[Float]] = []
    for _ in 0..<50 {
      var row = (0..<50).map { _ in Float(source.normal()) }
      for other in rows {
        let along = zip(row, other).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        for index in row.indices { row[index] -= along * other[index] }
      }
      let length = row.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      rows.append(row.map { $0 / length })
    }
    func mixed(_ parts: [[Float]], _ row: [Float]) -> [Float] {
      var sum = [Float](repeating: 0, count: parts[0].count)
      for (part, weight) in zip(parts, row) { for index in sum.indices { sum[index] += weight * part[index] } }
      return sum
    }
    head.template = carried(head.template, shift: shift)
    head.joints = carried(head.joints, shift: shift)
    head.expression = rows.map { ShapeDeltas(dense: mixed(shapes, $0)) }
    head.jointShapes = rows.map { mixed(joints, $0) }
    head.basis = .flame2020
    head.eyeLook = nil
    (head.correctives, head.correctiveShapes, head.landmarks, head.parts) = ([], [], [], [:])
    return head
  }
}
