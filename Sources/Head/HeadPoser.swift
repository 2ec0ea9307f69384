import Dispatch
import Motion

/// Poses a head: blendshapes, correctives, joints, linear blend skinning.
///
/// Agrees with FLAME's reference (`smplx`, class FLAME and lbs). A poser keeps its working memory; copies are independent.
public struct HeadPoser: Sendable {
  public let head: HeadModel
  /// For each vertex up to three joints with their weights; most vertices hang on one or two.
  private let influences: [Influence]
  private let poseCorrectivesMatter: Bool
  private var shaped: [Float]

  private struct Influence: Sendable {
    var joints: SIMD4<UInt8> = .zero
    var weights: SIMD4<Float> = .zero
    var count: UInt8 = 0
    /// The fifth weight, for the rare vertex that hangs on all joints.
    var rest: Float = 0
  }

  public init(_ head: HeadModel) {
    self.head = head
    shaped = head.template
    poseCorrectivesMatter = head.poseCorrectives.contains { !$0.isZero }
    influences = (0..<head.vertexCount).map { vertex in
      var influence = Influence()
      for joint in 0..<5 {
        let weight = head.skinning[vertex * 5 + joint]
        guard weight != 0 else { continue }
        if influence.count == 4 {
          influence.rest = weight
        } else {
          influence.joints[Int(influence.count)] = UInt8(joint)
          influence.weights[Int(influence.count)] = weight
        }
        influence.count += 1
      }
      return influence
    }
  }

  /// Poses one frame of a clip.
  ///
  /// - Parameters:
  ///   - keepingNeck: false leaves the neck straight, as the benchmark's vertex metrics do.
  ///   - vertices: receives V × 3 metres.
  public mutating func pose(_ frame: ArraySlice<Float>, keepingNeck: Bool = true, into vertices: inout [Float]) {
    var pose = PoseParameters(frame: frame, eyeLook: head.eyeLook)
    if !keepingNeck { pose.neck = .zero }
    self.pose(pose, into: &vertices)
  }

  /// Poses the head.
  ///
  /// - Parameter vertices: receives V × 3 metres.
  public mutating func pose(_ pose: PoseParameters, into vertices: inout [Float]) {
    if vertices.count != head.template.count { vertices = [Float](repeating: 0, count: head.template.count) }
    let rotations = pose.rotations.map { Rotation(axisAngle: $0) }
    shape(pose, rotations)
    let motions = jointMotions(pose, rotations)
    skin(motions, into: &vertices)
  }

  /// Poses every frame of a clip on the machine's cores.
  ///
  /// - Returns: frames × V × 3 metres.
  public func poseAll(_ clip: Clip, keepingNeck: Bool = true) -> [Float] {
    let stride = head.template.count
    let frames = clip.frameCount
    let parts = min(max(frames / 16, 1), 8)
    return [Float](unsafeUninitializedCapacity: frames * stride) { target, count in
      let output = SendablePointer(target.baseAddress)
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        var poser = self
        var vertices: [Float] = []
        for frame in frames * part / parts..<frames * (part + 1) / parts {
          poser.pose(clip.frame(frame), keepingNeck: keepingNeck, into: &vertices)
          vertices.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress else { return }
            output.pointer?.advanced(by: frame * stride).initialize(from: from, count: stride)
          }
        }
      }
      count = frames * stride
    }
  }

  /// A pointer whose parts are written by one task each.
  private struct SendablePointer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>?
    init(_ pointer: UnsafeMutablePointer<Float>?) { self.pointer = pointer }
  }

  // MARK: The steps, in FLAME's order

  /// v_p = template + Σ ψ_k shape_k + correctives + pose correctives · (R − I)
  private mutating func shape(_ pose: PoseParameters, _ rotations: [Rotation]) {
    let head = head
    let correctsPose = poseCorrectivesMatter
    shaped.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      head.template.withUnsafeBufferPointer { source in
        if let from = source.baseAddress { target.update(from: from, count: source.count) }
      }
      for (index, weight) in pose.expression.prefix(head.expression.count).enumerated() where weight != 0 {
        head.expression[index].add(weight, to: target)
      }
      for (index, corrective) in head.correctives.enumerated() {
        let weight = corrective.weight(expression: pose.expression, jawOpen: pose.jaw.x / head.jawOpenRadians)
        if weight != 0 { head.correctiveShapes[index].add(weight, to: target) }
      }
      guard correctsPose else { return }
      for (index, value) in rotations.dropFirst().flatMap(\.withoutIdentity).enumerated() where abs(value) > 1e-7 {
        head.poseCorrectives[index].add(value, to: target)
      }
    }
  }

  /// A_i: where each joint carries a point of the shaped head.
  private func jointMotions(_ pose: PoseParameters, _ rotations: [Rotation]) -> [RigidMotion] {
    var places = head.joints
    for (index, weight) in pose.expression.prefix(head.jointShapes.count).enumerated() where weight != 0 {
      for (axis, offset) in head.jointShapes[index].enumerated() { places[axis] += weight * offset }
    }
    func place(_ joint: HeadModel.Joint) -> SIMD3<Float> {
      SIMD3(places[joint.rawValue * 3], places[joint.rawValue * 3 + 1], places[joint.rawValue * 3 + 2])
    }
    var world: [RigidMotion] = []
    for joint in HeadModel.Joint.allCases {
      let parent = joint.parent
      let local = RigidMotion(rotation: rotations[joint.rawValue], translation: place(joint) - (parent.map(place) ?? .zero))
      world.append(parent.map { world[$0.rawValue] * local } ?? local)
    }
    return HeadModel.Joint.allCases.map { joint in
      let motion = world[joint.rawValue]
      return RigidMotion(rotation: motion.rotation, translation: motion.translation - motion.rotation * place(joint) + pose.translation)
    }
  }

  /// v = Σ w_i A_i v_p
  private func skin(_ motions: [RigidMotion], into vertices: inout [Float]) {
    func four(_ vector: SIMD3<Float>) -> SIMD4<Float> { SIMD4(vector.x, vector.y, vector.z, 0) }
    // Four columns a joint, so that blending is four multiplications and adds of SIMD4.
    let columns = motions.flatMap { [four($0.rotation.x), four($0.rotation.y), four($0.rotation.z), four($0.translation)] }
    columns.withUnsafeBufferPointer { columns in
      influences.withUnsafeBufferPointer { influences in
        shaped.withUnsafeBufferPointer { shaped in
          vertices.withUnsafeMutableBufferPointer { vertices in
            for vertex in 0..<influences.count {
              let influence = influences[vertex]
              let first = Int(influence.joints[0]) * 4
              var x = columns[first]
              var y = columns[first + 1]
              var z = columns[first + 2]
              var translation = columns[first + 3]
              if influence.count > 1 {
                let weight = influence.weights[0]
                x *= weight
                y *= weight
                z *= weight
                translation *= weight
                for slot in 1..<Int(influence.count) {
                  let joint = slot < 4 ? Int(influence.joints[slot]) * 4 : 16
                  let weight = slot < 4 ? influence.weights[slot] : influence.rest
                  x.addProduct(weight, columns[joint])
                  y.addProduct(weight, columns[joint + 1])
                  z.addProduct(weight, columns[joint + 2])
                  translation.addProduct(weight, columns[joint + 3])
                }
              } else if influence.weights[0] != 1 {
                let weight = influence.weights[0]
                x *= weight
                y *= weight
                z *= weight
                translation *= weight
              }
              let at = vertex * 3
              let point = translation.addingProduct(shaped[at], x).addingProduct(shaped[at + 1], y).addingProduct(shaped[at + 2], z)
              vertices[at] = point.x
              vertices[at + 1] = point.y
              vertices[at + 2] = point.z
            }
          }
        }
      }
    }
  }
}

extension HeadModel.Corrective {
  /// How much of the corrective a pose asks for.
  public func weight(expression: [Float], jawOpen: Float) -> Float {
    func value(_ source: Source) -> Float {
      let raw: Float =
        switch source {
        case .expression(let index): index < expression.count ? expression[index] : 0
        case .jawOpen: jawOpen
        }
      return min(max(raw, 0), 1.2)
    }
    switch driver {
    case .hat(let source, let peak):
      let weight = value(source)
      return weight <= peak ? weight / peak : max(0, (1 - weight) / (1 - peak))
    case .product(let sources): return sources.reduce(1) { $0 * value($1) }
    }
  }
}
