/// The smaller of two numbers, one instruction.
@inline(__always) private func lesser(_ a: Float, _ b: Float) -> Float { a < b ? a : b }
/// The larger of two numbers, one instruction.
@inline(__always) private func greater(_ a: Float, _ b: Float) -> Float { a > b ? a : b }

extension Rasterizer {
  /// Play in dots for a picture this many dots high: a vertex keeps its place until it has left this distance, then
  /// takes its true one. So lines of a slowly moving face stand, and little has to be sent.
  static func play(dotRows: Int) -> Float { 0.4 + 0.85 * min(1, Float(dotRows) / 230) }

  /// How much more play the wire has than outline and features.
  static let wirePlay: Float = 2.8

  /// Projects all vertices to dots and takes the play out of their motion.
  func project(_ vertices: [Float], _ view: Projection, _ steady: inout Steadiness, known: Bool) {
    let count = vertices.count / 3
    let out = points.ensure(count)
    let play = Rasterizer.play(dotRows: steady.size.dotRows)
    let limit = play * play
    let wireLimit = limit * Rasterizer.wirePlay * Rasterizer.wirePlay
    vertices.withUnsafeBufferPointer { source in
      steady.places.withUnsafeMutableBufferPointer { places in
        guard let xyz = source.baseAddress, let kept = places.baseAddress else { return }
        for v in 0..<count {
          let p = view(xyz[v * 3], xyz[v * 3 + 1], xyz[v * 3 + 2])
          var place = kept[v]
          if !known {
            place = SIMD4(p.x, p.y, p.x, p.y)
          } else {
            let d = SIMD4(p.x, p.y, p.x, p.y) - place
            let squares = d * d
            if squares.x + squares.y > limit {
              place.x = p.x
              place.y = p.y
            }
            if squares.z + squares.w > wireLimit {
              place.z = p.x
              place.w = p.y
            }
          }
          kept[v] = place
          out[v] = SIMD4(place.x, place.y, p.z, 0)
        }
      }
    }
  }

  /// Facing and unit normals of the triangles; a triangle seen edge-on keeps the side it last showed.
  func face(_ topology: MeshTopology, _ steady: inout Steadiness, known: Bool) {
    let count = topology.triangleCount
    let points = self.points.base
    let normals = self.normals.ensure(count)
    let front = self.front.ensure(count)
    topology.triangles.withUnsafeBufferPointer { indices in
      steady.facing.withUnsafeMutableBufferPointer { facing in
        guard let index = indices.baseAddress, let last = facing.baseAddress else { return }
        for f in 0..<count {
          let a = points[Int(index[f * 3])]
          let u = points[Int(index[f * 3 + 1])] - a
          let v = points[Int(index[f * 3 + 2])] - a
          // The picture's y runs down: turn the cross product so that z points at the viewer for a front face.
          let nx = u.y * v.z - u.z * v.y
          let ny = u.z * v.x - u.x * v.z
          let nz = u.y * v.x - u.x * v.y
          let length2 = nx * nx + ny * ny + nz * nz
          let threshold: Float = 0.0009 * length2
          let isFront: UInt8 = known && nz * nz < threshold ? last[f] : (nz > 0 ? 1 : 0)
          last[f] = isFront
          // The depth picture takes what truly faces the viewer; the outline goes by the remembered side.
          front[f] = isFront | (nz > 0 ? 2 : 0)
          if isFront | front[f] != 0 {
            let inverse = 1 / max(1e-12, length2.squareRoot())
            normals[f] = SIMD4(-nx * inverse, ny * inverse, nz * inverse, 0)
          }
        }
      }
    }
  }

  /// Light on each vertex: smooth normals under a key, a fill and a rim light, times the vertex's own lightness.
  func lightVertices(_ topology: MeshTopology) {
    let count = topology.vertexCount
    let light = self.light.filled(count, with: .zero)
    let points = self.points.base
    topology.triangles.withUnsafeBufferPointer { index in
      for f in 0..<topology.triangleCount {
        let (ia, ib, ic) = (Int(index[f * 3]), Int(index[f * 3 + 1]), Int(index[f * 3 + 2]))
        let u = points[ib] - points[ia]
        let v = points[ic] - points[ia]
        let n = SIMD4(u.z * v.y - u.y * v.z, u.z * v.x - u.x * v.z, u.y * v.x - u.x * v.y, 0)
        light[ia] += n
        light[ib] += n
        light[ic] += n
      }
    }
    let key = SIMD4<Float>(-0.5, 0.6, 0.75, 0) * 0.924
    let fill = SIMD4<Float>(0.9, 0.1, 0.42, 0)
    let useAlbedo = !topology.albedo.isEmpty
    for v in 0..<count {
      var n = light[v]
      n *= 1 / max(1e-12, (n * n).sum().squareRoot())
      let rim = max(0, 0.55 - n.z) * 0.25
      var shade = 0.10 + 0.72 * max(0, (n * key).sum()) + 0.22 * max(0, (n * fill).sum()) + rim
      if useAlbedo { shade *= 0.25 + 0.75 * topology.albedo[v] }
      light[v].w = min(1, shade)
    }
  }

  /// Fills the depth picture (and the light, when shaded) with the triangles that face the viewer.
  func fillDepth(_ topology: MeshTopology, _ size: GridSize, shaded: Bool) {
    let width = size.dotColumns
    let height = size.dotRows
    let depth = self.depth.filled(width * height, with: -.infinity)
    let glow = shaded ? self.glow.filled(width * height, with: -1) : self.glow.base
    let points = self.points.base
    let light = self.light.base
    let front = self.front.base
    let count = topology.triangleCount
    let (maxX, maxY) = (Float(width - 1), Float(height - 1))
    topology.triangles.withUnsafeBufferPointer { indices in
      guard let index = indices.baseAddress else { return }
      for f in 0..<count where front[f] & 2 != 0 {
        let (ia, ib, ic) = (Int(index[f * 3]), Int(index[f * 3 + 1]), Int(index[f * 3 + 2]))
        let (a, b, c) = (points[ia], points[ib], points[ic])
        // Dot centres lie at x + 0.5. Written out in scalars: pointwiseMin on SIMD4 is not inlined and costs a fifth.
        let fx0 = greater(0, (lesser(a.x, lesser(b.x, c.x)) - 0.5).rounded(.up))
        let fx1 = lesser(maxX, (greater(a.x, greater(b.x, c.x)) - 0.5).rounded(.down))
        let fy0 = greater(0, (lesser(a.y, lesser(b.y, c.y)) - 0.5).rounded(.up))
        let fy1 = lesser(maxY, (greater(a.y, greater(b.y, c.y)) - 0.5).rounded(.down))
        if !(fx0 <= fx1 && fy0 <= fy1) { continue }
        let u = b - a
        let v = c - a
        let area = u.x * v.y - u.y * v.x
        if !(area < -1e-9) { continue }
        let inverse = 1 / area
        // Barycentric weights of b and c as linear functions of the dot.
        let bx = v.y * inverse
        let by = -v.x * inverse
        let cx = -u.y * inverse
        let cy = u.x * inverse
        let zx = bx * u.z + cx * v.z
        let zy = by * u.z + cy * v.z
        let dx = fx0 + 0.5 - a.x
        var dy = fy0 + 0.5 - a.y
        let columns = Int(fx1 - fx0)
        var row = Int(fy0) * width + Int(fx0)
        let lights = shaded ? SIMD3(light[ia].w, light[ib].w - light[ia].w, light[ic].w - light[ia].w) : .zero
        for _ in Int(fy0)...Int(fy1) {
          var wb = dx * bx + dy * by
          var wc = dx * cx + dy * cy
          var z = a.z + dx * zx + dy * zy
          for x in 0...columns {
            if wb >= -1e-4, wc >= -1e-4, wb + wc <= 1.0001, z > depth[row + x] {
              depth[row + x] = z
              if shaded { glow[row + x] = lights.x + wb * lights.y + wc * lights.z }
            }
            wb += bx
            wc += cx
            z += zx
          }
          dy += 1
          row += width
        }
      }
    }
  }
}
