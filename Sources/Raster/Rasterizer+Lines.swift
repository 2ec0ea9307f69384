extension Rasterizer {
  /// Cosine of the angle between two triangles below which a fold appears, and above which it goes again.
  static let creaseOn: Float = 0.80
  static let creaseOff: Float = 0.86
  /// Dots a metre from which fine features are drawn.
  static let fineScale: Float = 780

  /// What a line is tested against: tolerances in dots.
  struct DepthTest {
    /// Allowed behind the surface at the dot itself.
    var near: Float
    /// Allowed behind it when a neighbouring dot is no nearer than the line.
    var slope: Float
    /// A background neighbour lets the line through: right for outlines only.
    var background: Bool
  }

  /// Decides for each edge what it is and draws it into the cells.
  func drawLines(
    _ topology: MeshTopology, _ size: GridSize, _ view: Projection, _ style: DrawStyle, _ steady: inout Steadiness, known: Bool
  ) {
    let cells = size.count
    _ = lineDots.filled(cells, with: 0)
    _ = wireDots.filled(cells, with: 0)
    _ = roles.filled(cells, with: 0)
    _ = nearest.filled(cells, with: -.infinity)
    let scale = view.scale
    let strict = DepthTest(near: 0.0012 * scale + 0.7, slope: 0.005 * scale, background: false)
    let marked = DepthTest(near: 0.0022 * scale + 0.9, slope: 0.006 * scale, background: false)
    let loose = DepthTest(near: 0.002 * scale + 0.8, slope: 0.025 * scale, background: true)
    let outline = DepthTest(near: strict.near, slope: strict.slope, background: true)
    let dense = style.mode == .dense && !style.ghost
    let shaded = style.mode == .shaded && !style.ghost
    let stride = wireStride(topology, scale: scale, style: style)
    let front = self.front.base
    let normals = self.normals.base
    topology.edges.withUnsafeBufferPointer { edges in
      steady.drawing { creases, places in
        for i in 0..<edges.count {
          let edge = edges[i]
          let left = front[Int(edge.left)] & 1
          let right = edge.right < 0 ? left : front[Int(edge.right)] & 1
          if left | right == 0 { continue }
          if edge.flags.contains(.feature), !edge.flags.contains(.fine) || scale > Rasterizer.fineScale {
            segment(edge, size, marked, .feature)
            continue
          }
          if shaded { continue }
          let quiet = edge.flags.contains(.quiet)
          if left != right {
            segment(edge, size, quiet ? outline : loose, .contour)
            continue
          }
          if edge.right < 0 {
            if !quiet { segment(edge, size, strict, .contour) }
            continue
          }
          if edge.flags.contains(.diagonal) { continue }
          if !quiet && !style.ghost {
            let cosine = (normals[Int(edge.left)] * normals[Int(edge.right)]).sum()
            let fold = cosine < (known && creases[i] != 0 ? Rasterizer.creaseOff : Rasterizer.creaseOn)
            creases[i] = fold ? 1 : 0
            if fold {
              segment(edge, size, strict, .crease)
              continue
            }
          }
          if dense || (!quiet && stride > 0 && edge.stride >= stride) {
            wire(edge, places, size, strict, solid: dense)
          }
        }
      }
    }
    for edge in topology.looseFeatures where !edge.flags.contains(.fine) || scale > Rasterizer.fineScale {
      segment(edge, size, marked, .feature)
    }
  }

  /// Every how many loops the sparse wire is drawn; 0 for none.
  func wireStride(_ topology: MeshTopology, scale: Float, style: DrawStyle) -> UInt8 {
    guard style.mode == .wire, !style.ghost, !style.bare else { return 0 }
    let spacing = max(0.01, topology.meanEdge * scale)
    var stride: UInt8 = 1
    while stride < 16, Float(stride) * spacing < style.wireSpacing { stride *= 2 }
    return stride
  }

  /// Draws one edge where lines stand.
  @inline(__always)
  func segment(_ edge: MeshTopology.Edge, _ size: GridSize, _ test: DepthTest, _ role: CellRole) {
    segment(points.base[Int(edge.a)], points.base[Int(edge.b)], size, test, role)
  }

  /// Draws one edge of the wire, which has more play.
  private func wire(
    _ edge: MeshTopology.Edge, _ places: UnsafeMutableBufferPointer<SIMD4<Float>>, _ size: GridSize, _ test: DepthTest, solid: Bool
  ) {
    var a = points.base[Int(edge.a)]
    var b = points.base[Int(edge.b)]
    a.lowHalf = places[Int(edge.a)].highHalf
    b.lowHalf = places[Int(edge.b)].highHalf
    segment(a, b, size, test, .wire, solid: solid)
  }

  /// Draws a line between two projected points, dot by dot, where the depth picture lets it through.
  @inline(__always)
  private func segment(
    _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ size: GridSize, _ test: DepthTest, _ role: CellRole, solid: Bool = true
  ) {
    let width = size.dotColumns
    let height = size.dotRows
    let d = b - a
    let reach = max(abs(d.x), abs(d.y))
    guard reach < 4096 else { return }
    let steps = max(1, Int(reach.rounded(.up)))
    let step = d * (1 / Float(steps))
    var p = a
    let dots = role == .wire ? wireDots.base : lineDots.base
    let depth = self.depth.base
    let roles = self.roles.base
    let nearest = self.nearest.base
    // The wire is stippled: light enough not to compete with the features, also without colours. Every second row or
    // column of the picture has dots, so that they stand when the ends of the edge move along it.
    let mask = role == .wire && !solid ? 1 : 0
    let isFlat = abs(d.x) > abs(d.y)
    for _ in 0...steps {
      let at = p
      p += step
      if !(at.x >= 0 && at.y >= 0 && at.x < Float(width) && at.y < Float(height)) { continue }
      let x = Int(at.x)
      let y = Int(at.y)
      if (isFlat ? x : y) & mask != 0 { continue }
      let surface = depth[y * width + x]
      if at.z < surface - test.near {
        if at.z < surface - test.slope && !test.background { continue }
        if !passesNeighbours(x, y, width, height, at.z, surface, test) { continue }
      }
      let cell = (y >> 2) * size.columns + (x >> 1)
      let bit = Rasterizer.dotBits >> UInt64(((y & 3) * 2 + (x & 1)) * 8)
      dots[cell] |= UInt8(truncatingIfNeeded: bit)
      if role.rawValue > roles[cell] { roles[cell] = role.rawValue }
      if at.z > nearest[cell] { nearest[cell] = at.z }
    }
  }

  /// `Braille.bits` packed, the first in the lowest byte.
  static let dotBits: UInt64 = 0x80_40_20_04_10_02_08_01

  private func passesNeighbours(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ z: Float, _ surface: Float, _ test: DepthTest
  ) -> Bool {
    let depth = self.depth.base
    var least = surface
    for ny in max(0, y - 1)...min(height - 1, y + 1) {
      for nx in max(0, x - 1)...min(width - 1, x + 1) {
        let value = depth[ny * width + nx]
        if value == -.infinity {
          if test.background { return true }
        } else if value < least {
          least = value
        }
      }
    }
    return z >= least - test.near && z > surface - test.slope
  }
}
