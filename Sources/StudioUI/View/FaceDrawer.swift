import Head
import Motion
import Raster

/// Poses and draws the head for the screen; keeps scratch memory and what makes lines steady.
///
/// Used by one thread at a time; pictures depend on the arguments and on the frames drawn before in the same slot.
public final class FaceDrawer {
  public let topology: MeshTopology
  public let framing: Framing
  private var poser: HeadPoser
  private let rasterizer = Rasterizer()
  private var vertices: [Float] = []
  private var steady: [Int: Steadiness] = [:]
  private let rest = [Float](repeating: 0, count: Clip.channels)

  public init(_ head: HeadModel) {
    topology = MeshTopology(head)
    framing = Framing(vertices: head.template)
    poser = HeadPoser(head)
  }

  /// Draws a frame of a clip; without one, the face at rest.
  /// - Parameters:
  ///   - slot: which picture on the screen this is, so that each keeps its own memory.
  ///   - ghosts: frames drawn faintly below.
  public func draw(
    _ clip: Clip?, frame: Int, ghosts: [Int] = [], size: GridSize, view: ViewState, style: DrawStyle, slot: Int
  ) -> CellGrid {
    let degrees = Float.pi / 180
    let camera = Camera(framing: framing, yaw: view.yaw * degrees, pitch: view.pitch * degrees, zoom: view.zoom)
    var grid = CellGrid(size: size)
    for (index, ghost) in ghosts.enumerated() {
      var under = style
      under.ghost = true
      pose(clip, ghost)
      rasterizer.draw(
        vertices, topology, camera: camera, style: under, steady: &steady[slot * 8 + 1 + index, default: Steadiness()], over: &grid)
    }
    pose(clip, frame)
    rasterizer.draw(vertices, topology, camera: camera, style: style, steady: &steady[slot * 8, default: Steadiness()], over: &grid)
    return grid
  }

  private func pose(_ clip: Clip?, _ frame: Int) {
    guard let clip, clip.frameCount > 0 else {
      poser.pose(rest[...], into: &vertices)
      return
    }
    poser.pose(clip.frame(max(0, min(clip.frameCount - 1, frame))), into: &vertices)
  }
}

extension MeshTopology {
  /// The topology of a head file: its quads, marked lines, quiet places and colours.
  public init(_ head: HeadModel) {
    func pairs(_ fine: Bool) -> [Int32] {
      head.features.keys.sorted().filter { $0.hasPrefix("fine.") == fine }
        .flatMap { head.features[$0, default: []].flatMap { [Int32($0.0), Int32($0.1)] } }
    }
    let count = head.template.count / 3
    let albedo: [Float] =
      head.colors.count == count * 3
      ? (0..<count).map { Colour(head.colors[$0 * 3], head.colors[$0 * 3 + 1], head.colors[$0 * 3 + 2]).lightness } : []
    self.init(
      rest: head.template, triangles: head.triangles, quads: head.quads, features: pairs(false), fineFeatures: pairs(true),
      quiet: head.quiet.map(Int32.init), albedo: albedo)
  }
}
