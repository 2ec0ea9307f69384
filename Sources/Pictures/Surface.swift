import Raster

/// What the camera sees at each sample: depth, normal, colour and gloss.
struct Surface {
  let width: Int
  let height: Int
  private(set) var depth: [Float]
  private(set) var normal: [SIMD3<Float>]
  private(set) var albedo: [SIMD3<Float>]
  private(set) var gloss: [Float]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    depth = [Float](repeating: -.infinity, count: width * height)
    normal = [SIMD3<Float>](repeating: .zero, count: width * height)
    albedo = normal
    gloss = [Float](repeating: 0, count: width * height)
  }

  /// Whether the head is seen at a sample.
  func covered(_ x: Int, _ y: Int) -> Bool { depth[y * width + x] > -.infinity }

  /// Draws all triangles that face the viewer.
  mutating func fill(
    _ vertices: [Float], _ topology: MeshTopology, _ view: Projection, _ colours: [SIMD3<Float>], _ gloss: [Float]
  ) {
    let count = topology.vertexCount
    let points = (0..<count).map { view(vertices[$0 * 3], vertices[$0 * 3 + 1], vertices[$0 * 3 + 2]) }
    var normals = [SIMD3<Float>](repeating: .zero, count: count)
    for f in 0..<topology.triangleCount {
      let (a, b, c) = corners(topology, f)
      let n = cross(vertex(vertices, b) - vertex(vertices, a), vertex(vertices, c) - vertex(vertices, a))
      normals[a] += n
      normals[b] += n
      normals[c] += n
    }
    for v in 0..<count { normals[v] = view.turn(normals[v] * (1 / max(1e-20, (normals[v] * normals[v]).sum().squareRoot()))) }
    let shine = gloss.count == count ? gloss : [Float](repeating: 0, count: count)
    for f in 0..<topology.triangleCount {
      let (ia, ib, ic) = corners(topology, f)
      let (a, b, c) = (points[ia], points[ib], points[ic])
      let (u, v) = (b - a, c - a)
      let area = u.x * v.y - u.y * v.x
      guard area < -1e-9 else { continue }
      let x0 = max(0, (min(a.x, b.x, c.x) - 0.5).rounded(.up))
      let x1 = min(Float(width - 1), (max(a.x, b.x, c.x) - 0.5).rounded(.down))
      let y0 = max(0, (min(a.y, b.y, c.y) - 0.5).rounded(.up))
      let y1 = min(Float(height - 1), (max(a.y, b.y, c.y) - 0.5).rounded(.down))
      guard x0 <= x1, y0 <= y1 else { continue }
      let inverse = 1 / area
      for y in Int(y0)...Int(y1) {
        for x in Int(x0)...Int(x1) {
          let (dx, dy) = (Float(x) + 0.5 - a.x, Float(y) + 0.5 - a.y)
          let wb = (dx * v.y - dy * v.x) * inverse
          let wc = (dy * u.x - dx * u.y) * inverse
          guard wb >= -1e-4, wc >= -1e-4, wb + wc <= 1.0001 else { continue }
          let z = a.z + wb * u.z + wc * v.z
          let i = y * width + x
          guard z > depth[i] else { continue }
          let wa = 1 - wb - wc
          depth[i] = z
          normal[i] = normals[ia] * wa + normals[ib] * wb + normals[ic] * wc
          albedo[i] = colours[ia] * wa + colours[ib] * wb + colours[ic] * wc
          self.gloss[i] = shine[ia] * wa + shine[ib] * wb + shine[ic] * wc
        }
      }
    }
  }

  private func corners(_ topology: MeshTopology, _ f: Int) -> (Int, Int, Int) {
    (Int(topology.triangles[f * 3]), Int(topology.triangles[f * 3 + 1]), Int(topology.triangles[f * 3 + 2]))
  }

  private func vertex(_ vertices: [Float], _ v: Int) -> SIMD3<Float> { SIMD3(vertices[v * 3], vertices[v * 3 + 1], vertices[v * 3 + 2]) }

  private func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
}
