/// Memory of one kind that grows and is kept between pictures.
final class Plane<Element: BitwiseCopyable> {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var count: Int

  init() {
    base = .allocate(capacity: 1)
    count = 0
  }

  deinit { base.deallocate() }

  /// At least `wanted` elements; what was there is lost when it grows.
  func ensure(_ wanted: Int) -> UnsafeMutablePointer<Element> {
    if wanted > count {
      base.deallocate()
      base = .allocate(capacity: wanted)
      count = wanted
    }
    return base
  }

  /// As `ensure`, every element set.
  func filled(_ wanted: Int, with value: Element) -> UnsafeMutablePointer<Element> {
    let pointer = ensure(wanted)
    pointer.update(repeating: value, count: wanted)
    return pointer
  }
}

/// Draws posed heads into grids of terminal cells.
///
/// The result depends only on the arguments; the object holds scratch memory, nothing else. Use one a thread.
/// The way of a picture: project → facing and normals → depth at dot resolution → lines against the depth → cells.
public final class Rasterizer {
  // Scratch of the mesh: projected vertices (x, y, z in dots), facing and unit normals of triangles.
  let points = Plane<SIMD4<Float>>()
  let normals = Plane<SIMD4<Float>>()
  let front = Plane<UInt8>()
  let light = Plane<SIMD4<Float>>()
  // Scratch of the picture, at dot resolution.
  let depth = Plane<Float>()
  let glow = Plane<Float>()
  // Scratch of the picture, by cell: dots of lines, dots of the wire, strongest role, nearest depth.
  let lineDots = Plane<UInt8>()
  let wireDots = Plane<UInt8>()
  let roles = Plane<UInt8>()
  let nearest = Plane<Float>()

  /// Makes a drawer without memory yet.
  public init() {}

  /// Draws one head.
  /// - Parameters:
  ///   - vertices: V × 3 metres, +y up, +z toward the viewer at yaw 0.
  ///   - steady: what the last picture of this view decided; pass the same value from frame to frame.
  public func draw(
    _ vertices: [Float], _ topology: MeshTopology, camera: Camera, size: GridSize, style: DrawStyle = DrawStyle(),
    steady: inout Steadiness
  ) -> CellGrid {
    var grid = CellGrid(size: size)
    draw(vertices, topology, camera: camera, style: style, steady: &steady, over: &grid)
    return grid
  }

  /// Draws one head without memory of earlier frames.
  public func draw(
    _ vertices: [Float], _ topology: MeshTopology, camera: Camera, size: GridSize, style: DrawStyle = DrawStyle()
  ) -> CellGrid {
    var steady = Steadiness()
    return draw(vertices, topology, camera: camera, size: size, style: style, steady: &steady)
  }

  /// Draws a head over what a grid already shows (onion skin: ghosts first, the pose of now last).
  public func draw(
    _ vertices: [Float], _ topology: MeshTopology, camera: Camera, style: DrawStyle, steady: inout Steadiness, over grid: inout CellGrid
  ) {
    precondition(
      vertices.count == topology.vertexCount * 3, "\(topology.vertexCount) vertices expected, found \(vertices.count / 3)")
    let size = grid.size
    guard size.count > 0, topology.vertexCount > 0 else { return }
    let known = steady.prepare(
      camera: camera, size: size, mode: style.mode, vertices: topology.vertexCount, faces: topology.triangleCount,
      edges: topology.edges.count)
    let view = camera.projection(width: Float(size.dotColumns), height: Float(size.dotRows))
    project(vertices, view, &steady, known: known)
    face(topology, &steady, known: known)
    if style.mode == .shaded && !style.ghost { lightVertices(topology) }
    fillDepth(topology, size, shaded: style.mode == .shaded && !style.ghost)
    drawLines(topology, size, view, style, &steady, known: known)
    compose(size, view, camera.framing, style, &steady, known: known, over: &grid)
  }
}
