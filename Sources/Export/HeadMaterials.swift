import Foundation
import Head

/// A head's triangles by what they are made of.
enum HeadMaterials {
  struct Group {
    var name: String
    var roughness: Float
    /// Sheets that are seen from both sides.
    var isThin: Bool
    /// Three vertices a triangle.
    var triangles: [Int32]
  }

  /// Parts that share a material, and how rough it is.
  private static let table: [(name: String, parts: [String], roughness: Float, isThin: Bool)] = [
    ("eyes", ["eyeLeft", "eyeRight"], 0.15, false), ("teeth", ["teethUpper", "teethLower"], 0.3, false),
    ("tongue", ["tongue"], 0.4, false), ("mouth", ["gumsUpper", "gumsLower", "mouthInner"], 0.5, true),
    ("hair", ["brows", "lashes", "hair"], 0.8, true),
  ]

  /// Every triangle in exactly one group; what belongs to no named part is skin.
  static func groups(_ head: HeadModel) -> [Group] {
    var material = [Int](repeating: -1, count: head.vertexCount)
    for (index, entry) in table.enumerated() {
      for part in entry.parts { for vertex in head.parts[part] ?? [] { material[vertex] = index } }
    }
    var groups = [Group(name: "skin", roughness: 0.6, isThin: false, triangles: [])]
    groups += table.map { Group(name: $0.name, roughness: $0.roughness, isThin: $0.isThin, triangles: []) }
    for triangle in stride(from: 0, to: head.triangles.count, by: 3) {
      let corners = head.triangles[triangle..<triangle + 3]
      let kinds = corners.map { material[Int($0)] }
      // A triangle that spans two materials (the rim of the mouth) counts as skin.
      let kind = Set(kinds).count == 1 ? kinds[0] : -1
      groups[kind + 1].triangles += corners
    }
    return groups.filter { !$0.triangles.isEmpty }
  }
}

/// Joints and weights of each vertex as glTF and USD store them: four, the heaviest first.
struct SkinAttributes {
  /// V × 4 joint numbers; 0 where the weight is 0.
  var joints: [UInt8] = []
  /// V × 4, each row sums to 1.
  var weights: [Float] = []

  init(_ head: HeadModel) {
    for vertex in 0..<head.vertexCount {
      let row = (0..<5).map { (joint: $0, weight: max(head.skinning[vertex * 5 + $0], 0)) }
      let heaviest = row.sorted { ($0.weight, -$0.joint) > ($1.weight, -$1.joint) }.prefix(4)
      let sum = heaviest.reduce(0) { $0 + $1.weight }
      for entry in heaviest {
        joints.append(entry.weight > 0 ? UInt8(entry.joint) : 0)
        weights.append(sum > 0 ? entry.weight / sum : 0)
      }
    }
  }

  /// sRGB bytes as linear 16-bit RGBA.
  static func linear(_ colours: [UInt8]) -> [UInt16] {
    stride(from: 0, to: colours.count, by: 3).flatMap { vertex in
      (0..<3).map { channel -> UInt16 in
        let value = Double(colours[vertex + channel]) / 255
        return UInt16(((value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)) * 65535).rounded())
      } + [UInt16.max]
    }
  }
}

/// Unit normals of the head at rest, weighted by triangle area.
enum VertexNormals {
  static func of(_ head: HeadModel) -> [Float] {
    func point(_ vertex: Int32) -> SIMD3<Float> {
      SIMD3(head.template[Int(vertex) * 3], head.template[Int(vertex) * 3 + 1], head.template[Int(vertex) * 3 + 2])
    }
    var sums = [SIMD3<Float>](repeating: .zero, count: head.vertexCount)
    for triangle in stride(from: 0, to: head.triangles.count, by: 3) {
      let (a, b, c) = (head.triangles[triangle], head.triangles[triangle + 1], head.triangles[triangle + 2])
      let (u, v) = (point(b) - point(a), point(c) - point(a))
      let normal = SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
      for vertex in [a, b, c] { sums[Int(vertex)] += normal }
    }
    return sums.flatMap { sum -> [Float] in
      let length = (sum * sum).sum().squareRoot()
      // A vertex without area still needs a unit normal.
      let unit = length > 1e-20 ? sum / length : SIMD3(0, 0, 1)
      return [unit.x, unit.y, unit.z]
    }
  }
}
