/// How a head is drawn.
public struct DrawStyle: Hashable, Sendable {
  /// The kinds of drawing.
  public enum Mode: String, Sendable, CaseIterable {
    /// Feature lines, outline, folds and a sparse wire.
    case wire
    /// Every edge, hidden lines removed.
    case dense
    /// A lit surface with its feature lines.
    case shaded
  }

  /// Kind of drawing.
  public var mode: Mode
  /// ASCII glyphs instead of braille.
  public var ascii: Bool
  /// Draw as another moment's pose: outline and features only, in the ghost role.
  public var ghost: Bool
  /// In shaded mode, dots stand for dark instead of light (for light backgrounds).
  public var darkInk: Bool
  /// Distance between the lines of the sparse wire, in dots.
  public var wireSpacing: Float
  /// Leave the sparse wire out.
  public var bare: Bool

  /// Makes a style.
  public init(
    mode: Mode = .wire, ascii: Bool = false, ghost: Bool = false, darkInk: Bool = false, wireSpacing: Float = 11, bare: Bool = false
  ) {
    self.mode = mode
    self.ascii = ascii
    self.ghost = ghost
    self.darkInk = darkInk
    self.wireSpacing = wireSpacing
    self.bare = bare
  }
}

/// What the last picture decided, so that lines of a slowly moving face do not flicker.
///
/// A value: keep it beside the picture, pass it to the next drawing, throw it away to start afresh.
public struct Steadiness: Sendable {
  var camera: Camera?
  var size = GridSize(columns: 0, rows: 0)
  var mode: DrawStyle.Mode = .wire
  /// Projected positions with play removed, of each vertex: x, y for lines, x, y for the wire.
  var places: [SIMD4<Float>] = []
  /// Last facing of each triangle: 1 toward the viewer.
  var facing: [UInt8] = []
  /// Creases shown, by edge.
  var creases: [UInt8] = []
  /// Depth level of each cell, 255 for none.
  var levels: [UInt8] = []

  /// No memory.
  public init() {}

  /// What drawing lines reads and writes: creases by edge, places by vertex.
  mutating func drawing(_ body: (UnsafeMutableBufferPointer<UInt8>, UnsafeMutableBufferPointer<SIMD4<Float>>) -> Void) {
    creases.withUnsafeMutableBufferPointer { creases in
      places.withUnsafeMutableBufferPointer { places in body(creases, places) }
    }
  }

  /// Forgets everything when the view has changed; returns whether memory is valid.
  mutating func prepare(camera: Camera, size: GridSize, mode: DrawStyle.Mode, vertices: Int, faces: Int, edges: Int) -> Bool {
    if self.camera == camera, self.size == size, self.mode == mode, places.count == vertices, facing.count == faces,
      creases.count == edges, levels.count == size.count
    {
      return true
    }
    self.camera = camera
    self.size = size
    self.mode = mode
    places = [SIMD4<Float>](repeating: .zero, count: vertices)
    facing = [UInt8](repeating: 0, count: faces)
    creases = [UInt8](repeating: 0, count: edges)
    levels = [UInt8](repeating: 255, count: size.count)
    return false
  }
}
