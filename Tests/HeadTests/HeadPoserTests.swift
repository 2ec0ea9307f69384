import Foundation
import Head
import Motion
import Tensor
import Testing

/// The head that ships, read from the source tree.
func studioHead() throws -> HeadModel {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  return try HeadModel(studioFile: root.appendingPathComponent("assets/head/studio.safetensors").path)
}

struct HeadPoserTests {
  /// FLAME's forward pass step by step in Double, dense and slow, beside the fast one.
  static func reference(_ head: HeadModel, _ pose: PoseParameters) -> [Double] {
    func rotation(_ r: SIMD3<Float>) -> [[Double]] {
      let v = [Double(r.x), Double(r.y), Double(r.z)]
      let angle = v.map { ($0 + 1e-8) * ($0 + 1e-8) }.reduce(0, +).squareRoot()
      let a = v.map { $0 / angle }
      let k = [[0, -a[2], a[1]], [a[2], 0, -a[0]], [-a[1], a[0], 0]]
      return (0..<3).map { i in
        (0..<3).map { j in
          let square = (0..<3).reduce(0) { $0 + k[i][$1] * k[$1][j] }
          return (i == j ? 1 : 0) + sin(angle) * k[i][j] + (1 - cos(angle)) * square
        }
      }
    }
    var shaped = head.template.map(Double.init)
    for (index, weight) in pose.expression.enumerated() where index < head.expression.count {
      for (at, value) in head.expression[index].dense.enumerated() { shaped[at] += Double(weight) * Double(value) }
    }
    for (index, corrective) in head.correctives.enumerated() {
      func value(_ source: HeadModel.Corrective.Source) -> Double {
        let raw: Float = if case .expression(let k) = source { pose.expression[k] } else { pose.jaw.x / head.jawOpenRadians }
        return min(max(Double(raw), 0), 1.2)
      }
      let weight: Double =
        switch corrective.driver {
        case .hat(let source, let peak):
          value(source) <= Double(peak) ? value(source) / Double(peak) : max(0, (1 - value(source)) / (1 - Double(peak)))
        case .product(let sources): sources.reduce(1) { $0 * value($1) }
        }
      for (at, offset) in head.correctiveShapes[index].dense.enumerated() { shaped[at] += weight * Double(offset) }
    }
    var joints = head.joints.map(Double.init)
    for (index, weight) in pose.expression.enumerated() where index < head.jointShapes.count {
      for axis in 0..<15 { joints[axis] += Double(weight) * Double(head.jointShapes[index][axis]) }
    }
    let parents = [-1, 0, 1, 1, 1]
    let local = [pose.global, pose.neck, pose.jaw, pose.leftEye, pose.rightEye].map(rotation)
    var world: [(r: [[Double]], t: [Double])] = []
    for joint in 0..<5 {
      let place = Array(joints[joint * 3..<joint * 3 + 3])
      guard parents[joint] >= 0 else {
        world.append((local[joint], place))
        continue
      }
      let parent = world[parents[joint]]
      let offset = (0..<3).map { place[$0] - joints[parents[joint] * 3 + $0] }
      let r = (0..<3).map { i in (0..<3).map { j in (0..<3).reduce(0) { $0 + parent.r[i][$1] * local[joint][$1][j] } } }
      world.append((r, (0..<3).map { i in parent.t[i] + (0..<3).reduce(0) { $0 + parent.r[i][$1] * offset[$1] } }))
    }
    var result = [Double](repeating: 0, count: shaped.count)
    for vertex in 0..<head.vertexCount {
      for joint in 0..<5 {
        let weight = Double(head.skinning[vertex * 5 + joint])
        for i in 0..<3 {
          var moved = world[joint].t[i]
          for k in 0..<3 { moved += world[joint].r[i][k] * (shaped[vertex * 3 + k] - joints[joint * 3 + k]) }
          result[vertex * 3 + i] += weight * moved
        }
      }
    }
    return result
  }

  static func randomFrame(_ source: inout RandomSource) -> [Float] {
    (0..<Clip.channels).map { channel in
      channel < 50 ? (source.chance(0.6) ? 0 : Float(source.uniform(-0.1, 1.2))) : Float(source.normal(deviation: 0.2))
    }
  }

  @Test func agreesWithTheFormulas() throws {
    let head = try studioHead()
    var poser = HeadPoser(head)
    var source = RandomSource(seed: 11)
    var vertices: [Float] = []
    for _ in 0..<6 {
      let frame = Self.randomFrame(&source)
      poser.pose(frame[...], into: &vertices)
      let expected = Self.reference(head, PoseParameters(frame: frame[...], eyeLook: head.eyeLook))
      let worst = zip(vertices, expected).map { abs(Double($0) - $1) }.max() ?? 1
      #expect(worst < 1e-6, "largest difference \(worst) m")
    }
  }

  @Test func restIsTheTemplate() throws {
    let head = try studioHead()
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    poser.pose(PoseParameters(), into: &vertices)
    #expect(zip(vertices, head.template).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func aSubsetPosesLikeTheWhole() throws {
    let head = try studioHead()
    var source = RandomSource(seed: 2)
    let chosen = (0..<200).map { _ in source.index(head.vertexCount) }
    var whole = HeadPoser(head)
    var part = HeadPoser(head.subset(chosen))
    var all: [Float] = []
    var some: [Float] = []
    for _ in 0..<20 {
      let frame = Self.randomFrame(&source)
      whole.pose(frame[...], into: &all)
      part.pose(frame[...], into: &some)
      for (row, vertex) in chosen.enumerated() {
        for axis in 0..<3 { #expect(abs(some[row * 3 + axis] - all[vertex * 3 + axis]) < 1e-6) }
      }
    }
  }

  @Test func allFramesAtOnceAreTheSameAsOneByOne() throws {
    let head = try studioHead()
    var source = RandomSource(seed: 5)
    let clip = Clip(values: (0..<70).flatMap { _ in Self.randomFrame(&source) })
    let batch = HeadPoser(head).poseAll(clip)
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    let stride = head.template.count
    for frame in 0..<clip.frameCount {
      poser.pose(clip.frame(frame), into: &vertices)
      #expect((Array(batch[frame * stride..<(frame + 1) * stride]) == vertices) as Bool)
    }
  }

  @Test func eyesTurnWhereTheShapesSay() throws {
    let head = try studioHead()
    func iris(_ shape: StudioShape, _ part: String) throws -> SIMD3<Float> {
      var frame = [Float](repeating: 0, count: 56)
      frame[shape.rawValue] = 1
      var vertices: [Float] = []
      var poser = HeadPoser(head)
      poser.pose(frame[...], into: &vertices)
      // The frontmost vertex of the eye at rest is the middle of its pupil.
      let eye = try #require(head.parts[part])
      let front = try #require(eye.max { head.template[$0 * 3 + 2] < head.template[$1 * 3 + 2] })
      return SIMD3((0..<3).map { vertices[front * 3 + $0] - head.template[front * 3 + $0] })
    }
    #expect(try iris(.eyeLookUpLeft, "eyeLeft").y > 0.003)
    #expect(try iris(.eyeLookDownRight, "eyeRight").y < -0.003)
    #expect(try iris(.eyeLookOutLeft, "eyeLeft").x > 0.003)
    #expect(try iris(.eyeLookInLeft, "eyeLeft").x < -0.003)
    #expect(try iris(.eyeLookOutRight, "eyeRight").x < -0.003)
    #expect(try iris(.eyeLookInRight, "eyeRight").x > 0.003)
    let other = try iris(.eyeLookUpLeft, "eyeRight")
    #expect((other * other).sum() < 1e-12)
  }
}

struct HeadMeasurementsTests {
  /// One frame with some shapes and a jaw opening (1 = fully open), measured.
  static func measure(_ shapes: [StudioShape: Float], jaw: Float = 0, neck: SIMD3<Float> = .zero) throws -> HeadMeasurements.Frame {
    var clip = Clip(frames: 1)
    for (shape, weight) in shapes { clip[0, shape] = weight }
    clip[0, 53] = jaw * Float(JawConvention.openRadians)
    for axis in 0..<3 { clip[0, 50 + axis] = neck[axis] }
    return try #require(try HeadMeasurements(clip, head: studioHead()).frames.first)
  }

  @Test func restIsRest() throws {
    let rest = try Self.measure([:])
    #expect(rest.lipGapMillimetres == 0)
    #expect(rest.lipCornerHeightMillimetres == [0, 0])
    #expect(rest.eyeOpeningMillimetres.allSatisfy { $0 > 6 && $0 < 14 })
    #expect(rest.mouthWidthMillimetres > 40 && rest.mouthWidthMillimetres < 60)
  }

  @Test func theHeadsOwnMotionIsTakenOut() throws {
    #expect(try Self.measure([:], neck: [0.3, 0.4, -0.2]) == Self.measure([:]))
  }

  @Test func theJawOpensAndMouthCloseSeals() throws {
    #expect(try Self.measure([:], jaw: 1).lipGapMillimetres > 20)
    for jaw in stride(from: Float(0.05), through: 0.4, by: 0.05) {
      #expect(try Self.measure([:], jaw: jaw).lipGapMillimetres > 0.5)
      #expect(try Self.measure([.mouthClose: jaw * 1.05], jaw: jaw).lipGapMillimetres == 0)
    }
  }

  @Test func eachSideIsItsOwn() throws {
    let smile = try Self.measure([.mouthSmileLeft: 1])
    #expect(smile.lipCornerHeightMillimetres[0] > 3 && abs(smile.lipCornerHeightMillimetres[1]) < 0.3)
    let brow = try Self.measure([.browInnerUpRight: 1])
    #expect(brow.innerBrowHeightMillimetres[1] > 3 && abs(brow.innerBrowHeightMillimetres[0]) < 0.4)
    let blink = try Self.measure([.eyeBlinkRight: 1])
    #expect(blink.eyeOpeningMillimetres[1] <= 0.3)
    #expect(try blink.eyeOpeningMillimetres[0] == Self.measure([:]).eyeOpeningMillimetres[0])
  }
}
