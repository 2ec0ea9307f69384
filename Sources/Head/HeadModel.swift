import Motion

/// A head in FLAME's layout, ready to be posed: template with identity folded in, expression shapes, joints, skinning.
///
/// Axis letters: V vertices, F triangles, K expression shapes (50 for clips), J joints (5). Metres; +x the face's left, +y up,
/// +z toward the viewer. Source: Li et al., "Learning a model of facial shape and expression from 4D scans" (2017).
public struct HeadModel: Sendable {
  /// FLAME's five joints, in order; each turns about its own place, below its parent.
  public enum Joint: Int, Sendable, CaseIterable, Hashable {
    case global, neck, jaw, leftEye, rightEye

    public var parent: Joint? {
      switch self {
      case .global: nil
      case .neck: .global
      case .jaw, .leftEye, .rightEye: .neck
      }
    }
  }

  /// A shape that is added when the shapes it belongs to are on.
  public struct Corrective: Sendable, Hashable {
    public enum Driver: Sendable, Hashable {
      /// Rises from 0 at weight 0 to 1 at `peak` and falls to 0 at weight 1.
      case hat(of: Source, peak: Float)
      /// The product of the weights, each clamped to 0…1.2.
      case product([Source])
    }

    /// What drives: a channel of the expression, or how far the jaw is open (1 = the head's full opening).
    public enum Source: Sendable, Hashable {
      case expression(Int)
      case jawOpen
    }

    public var name: String
    public var driver: Driver
  }

  /// How far the eyes turn at weight 1 of an eyeLook shape, in radians.
  public struct EyeLook: Sendable, Hashable {
    public var side: Float
    public var up: Float
    public var down: Float
    public init(side: Float = 0.52, up: Float = 0.44, down: Float = 0.52) {
      self.side = side
      self.up = up
      self.down = down
    }
  }

  public var name: String
  public var licence: String
  /// What the expression numbers mean on this head.
  public var basis: Clip.Basis
  /// V × 3 metres, identity folded in.
  public var template: [Float]
  /// F × 3 vertex indices, counter-clockwise from outside.
  public var triangles: [Int32]
  /// Q × 4 vertex indices where the head has quads; the fourth is −1 for a triangle. Empty when unknown.
  public var quads: [Int32] = []
  /// K shapes, each V × 3 metres at weight 1.
  public var expression: [ShapeDeltas]
  /// 36 × (V × 3): pose correctives of neck, jaw and eyes; empty when the head has none.
  public var poseCorrectives: [ShapeDeltas] = []
  public var correctives: [Corrective] = []
  public var correctiveShapes: [ShapeDeltas] = []
  /// J × 3 metres of the template.
  public var joints: [Float]
  /// K × (J × 3): how each shape moves the joints.
  public var jointShapes: [[Float]]
  /// V × 5, each row sums to 1.
  public var skinning: [Float]
  /// Named vertex sets: FLAME's regions.
  public var regions: [String: [Int]] = [:]
  /// Named vertex sets: skin, eyes, teeth, tongue …
  public var parts: [String: [Int]] = [:]
  /// 68 vertices in the order of the iBUG landmarks; empty when unknown.
  public var landmarks: [Int] = []
  /// Named edge lists (pairs of vertices) that are always drawn.
  public var features: [String: [(Int, Int)]] = [:]
  /// Vertices where creases are not drawn.
  public var quiet: [Int] = []
  /// V × 3, 0…255; empty when unknown.
  public var colors: [UInt8] = []
  /// The jaw rotation about x that `jawOpen` 1.0 stands for.
  public var jawOpenRadians: Float
  public var eyeLook: EyeLook?
  /// SHA-256 of the file the head was read from.
  public var fingerprint = ""

  /// Name and the first 16 digits of the fingerprint, for records; a head that was read from no file has none.
  public var recordName: String { fingerprint.isEmpty ? name : "\(name)@\(fingerprint.prefix(16))" }

  public var vertexCount: Int { template.count / 3 }
  public var triangleCount: Int { triangles.count / 3 }

  public init(
    name: String, licence: String, basis: Clip.Basis, template: [Float], triangles: [Int32], expression: [ShapeDeltas], joints: [Float],
    jointShapes: [[Float]], skinning: [Float], jawOpenRadians: Float, eyeLook: EyeLook? = nil
  ) {
    let vertices = template.count / 3
    precondition(template.count == vertices * 3 && skinning.count == vertices * 5, "template and skinning must have the same vertices")
    precondition(joints.count == 15 && jointShapes.count == expression.count, "five joints, and joint offsets for every shape")
    self.name = name
    self.licence = licence
    self.basis = basis
    self.template = template
    self.triangles = triangles
    self.expression = expression
    self.joints = joints
    self.jointShapes = jointShapes
    self.skinning = skinning
    self.jawOpenRadians = jawOpenRadians
    self.eyeLook = eyeLook
  }

  /// The head reduced to some vertices, in that order: poses only what a measure needs. Triangles and names are left out.
  public func subset(_ vertices: [Int]) -> HeadModel {
    func rows(_ values: [Float], _ width: Int) -> [Float] { vertices.flatMap { values[$0 * width..<($0 + 1) * width] } }
    var head = HeadModel(
      name: name, licence: licence, basis: basis, template: rows(template, 3), triangles: [],
      expression: expression.map { $0.subset(vertices) },
      joints: joints, jointShapes: jointShapes, skinning: rows(skinning, 5), jawOpenRadians: jawOpenRadians, eyeLook: eyeLook)
    head.poseCorrectives = poseCorrectives.map { $0.subset(vertices) }
    head.correctives = correctives
    head.correctiveShapes = correctiveShapes.map { $0.subset(vertices) }
    head.fingerprint = fingerprint
    return head
  }
}
