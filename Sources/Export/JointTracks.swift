import Head
import Motion

/// A clip's joints as scene graphs want them: for each joint a rotation and a translation below its parent, frame by frame.
///
/// FLAME's joints move with the shapes (J = regressor · shaped vertices) while bind poses stay. The translations here make up for
/// it, so that a standard skin gives FLAME's vertices exactly.
struct JointTracks {
  /// T × J quaternions (x, y, z, w), shortest way from frame to frame.
  private(set) var rotations: [[SIMD4<Float>]] = []
  /// T × J metres below the parent.
  private(set) var translations: [[SIMD3<Float>]] = []
  /// J places at rest, metres from the origin.
  let rest: [SIMD3<Float>]
  /// False when the shapes do not move the joints, so that translations stay as at rest.
  let moves: Bool

  init(_ clip: Clip, head: HeadModel) {
    let joints = HeadModel.Joint.allCases
    rest = joints.map { SIMD3(head.joints[$0.rawValue * 3], head.joints[$0.rawValue * 3 + 1], head.joints[$0.rawValue * 3 + 2]) }
    moves = head.jointShapes.contains { $0.contains { abs($0) > 1e-6 } }
    var previous = [SIMD4<Float>](repeating: [0, 0, 0, 1], count: joints.count)
    for index in 0..<clip.frameCount {
      let pose = PoseParameters(frame: clip.frame(index), eyeLook: head.eyeLook)
      let local = [pose.global, pose.neck, pose.jaw, pose.leftEye, pose.rightEye].map { Rotation(axisAngle: $0) }
      var turn = local.map { SIMD4<Float>($0.vector) }
      for joint in turn.indices where (turn[joint] * previous[joint]).sum() < 0 { turn[joint] = -turn[joint] }
      previous = turn
      rotations.append(turn)
      translations.append(moves ? Self.translations(pose, local, rest: rest, head: head) : Self.below(rest))
    }
  }

  /// Places below the parent of places in the world, with no rotation between.
  static func below(_ places: [SIMD3<Float>]) -> [SIMD3<Float>] {
    HeadModel.Joint.allCases.map { joint in places[joint.rawValue] - (joint.parent.map { places[$0.rawValue] } ?? .zero) }
  }

  private static func translations(_ pose: PoseParameters, _ local: [Rotation], rest: [SIMD3<Float>], head: HeadModel) -> [SIMD3<Float>] {
    var moved = rest
    for (index, weight) in pose.expression.prefix(head.jointShapes.count).enumerated() where weight != 0 {
      for joint in moved.indices {
        let offset = head.jointShapes[index]
        moved[joint] += weight * SIMD3(offset[joint * 3], offset[joint * 3 + 1], offset[joint * 3 + 2])
      }
    }
    // World rotation, FLAME's world place G of each joint, and the place W a skin with bind pose `rest` needs: W = G − R (J' − J).
    var turns: [Rotation] = []
    var places: [SIMD3<Double>] = []
    var wanted: [SIMD3<Double>] = []
    for joint in HeadModel.Joint.allCases {
      let own = joint.rawValue
      let turn = joint.parent.map { turns[$0.rawValue] * local[own] } ?? local[own]
      let place =
        joint.parent.map { places[$0.rawValue] + turned(SIMD3<Double>(moved[own] - moved[$0.rawValue]), by: turns[$0.rawValue]) }
        ?? SIMD3<Double>(moved[own])
      turns.append(turn)
      places.append(place)
      wanted.append(place - turned(SIMD3<Double>(moved[own] - rest[own]), by: turn))
    }
    return HeadModel.Joint.allCases.map { joint in
      guard let parent = joint.parent else { return SIMD3<Float>(wanted[joint.rawValue]) }
      return SIMD3<Float>(turned(wanted[joint.rawValue] - wanted[parent.rawValue], by: turns[parent.rawValue].inverse))
    }
  }

  private static func turned(_ point: SIMD3<Double>, by rotation: Rotation) -> SIMD3<Double> {
    let m = rotation.matrix
    return SIMD3(
      m[0] * point.x + m[1] * point.y + m[2] * point.z, m[3] * point.x + m[4] * point.y + m[5] * point.z,
      m[6] * point.x + m[7] * point.y + m[8] * point.z)
  }
}

/// A head's shapes as morph targets with weights in 0…1: the 50 expression shapes, correctives and pose correctives.
struct MorphTargets {
  var names: [String] = []
  var shapes: [ShapeDeltas] = []
  private let head: HeadModel

  init(_ head: HeadModel) {
    self.head = head
    for (index, shape) in head.expression.enumerated() {
      names.append(head.basis == .studio50 ? StudioShape(rawValue: index)?.name ?? "shape\(index)" : "expression\(index)")
      shapes.append(shape)
    }
    for (index, corrective) in head.correctives.enumerated() {
      names.append("corrective." + corrective.name)
      shapes.append(head.correctiveShapes[index])
    }
    for (index, shape) in head.poseCorrectives.enumerated() where !shape.isZero {
      names.append("pose\(index)")
      shapes.append(shape)
    }
  }

  /// The weight of every target at one frame.
  func weights(_ frame: ArraySlice<Float>) -> [Float] {
    let pose = PoseParameters(frame: frame, eyeLook: head.eyeLook)
    var weights = Array(pose.expression.prefix(head.expression.count))
    for corrective in head.correctives {
      weights.append(corrective.weight(expression: pose.expression, jawOpen: pose.jaw.x / head.jawOpenRadians))
    }
    if head.poseCorrectives.contains(where: { !$0.isZero }) {
      let values = [pose.neck, pose.jaw, pose.leftEye, pose.rightEye].flatMap { rotation -> [Float] in
        let m = Rotation(axisAngle: rotation).matrix
        return (0..<9).map { Float(m[$0] - ($0 % 4 == 0 ? 1 : 0)) }
      }
      for (index, shape) in head.poseCorrectives.enumerated() where !shape.isZero { weights.append(values[index]) }
    }
    return weights
  }
}
