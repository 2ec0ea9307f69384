import Containers

extension HeadModel {
  /// The head at rest as a Wavefront OBJ: vertices in their order, quads where the head has them.
  public var wavefront: String {
    var text = "# \(name)\n"
    for vertex in 0..<vertexCount { text += "v \(template[vertex * 3]) \(template[vertex * 3 + 1]) \(template[vertex * 3 + 2])\n" }
    if quads.isEmpty {
      for face in 0..<triangleCount {
        text += "f \(triangles[face * 3] + 1) \(triangles[face * 3 + 1] + 1) \(triangles[face * 3 + 2] + 1)\n"
      }
    } else {
      for face in 0..<quads.count / 4 {
        text += "f " + quads[face * 4..<face * 4 + 4].filter { $0 >= 0 }.map { "\($0 + 1)" }.joined(separator: " ") + "\n"
      }
    }
    return text
  }

  /// The arrays in FLAME's layout (shapes last), with the joints at rest instead of their regressor.
  public var arrays: [(name: String, array: NPYArray)] {
    let count = vertexCount
    func last(_ shapes: [ShapeDeltas]) -> [Float] {
      var values = [Float](repeating: 0, count: shapes.count * count * 3)
      for (index, shape) in shapes.enumerated() {
        for (place, value) in shape.dense.enumerated() { values[place * shapes.count + index] = value }
      }
      return values
    }
    var arrays: [(name: String, array: NPYArray)] = [
      ("v_template", NPYArray(shape: [count, 3], template)), ("f", NPYArray(shape: [triangleCount, 3], triangles)),
      ("shapedirs", NPYArray(shape: [count, 3, expression.count], last(expression))),
      ("weights", NPYArray(shape: [count, 5], skinning)), ("J", NPYArray(shape: [5, 3], joints)),
      ("J_shapedirs", NPYArray(shape: [expression.count, 5, 3], jointShapes.flatMap { $0 })),
      ("kintree_table", NPYArray(shape: [2, 5], [-1, 0, 1, 1, 1, 0, 1, 2, 3, 4] as [Int32])), ("basis", NPYArray(text: basis.rawValue)),
    ]
    if !poseCorrectives.isEmpty { arrays.append(("posedirs", NPYArray(shape: [count, 3, 36], last(poseCorrectives)))) }
    return arrays
  }
}
