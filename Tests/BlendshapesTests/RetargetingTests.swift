import Blendshapes
import Foundation
import Head
import Motion
import Tensor
import Testing

struct RetargetingTests {
  private static func studio() throws -> HeadModel {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try HeadModel(studioFile: root.appendingPathComponent("assets/head/studio.safetensors").path)
  }

  /// Faces that come and go: some shapes at a time, both sides near one another, jaw and lips at work.
  private static func expressive(frames: Int) -> Clip {
    var source = RandomSource(seed: 4)
    var clip = Clip(frames: frames)
    let resting: Set<StudioShape> = [
      .eyeLookInLeft, .eyeLookInRight, .eyeLookOutLeft, .eyeLookOutRight, .eyeLookUpLeft, .eyeLookUpRight, .eyeLookDownLeft,
      .eyeLookDownRight,
    ]
    for shape in StudioShape.allCases where !resting.contains(shape) && source.chance(0.5) {
      let (speed, phase, height) = (source.uniform(0.05, 0.25), source.uniform(0, 6), source.uniform(0.3, 0.8))
      for frame in 0..<frames { clip[frame, shape] = Float(height * max(0, sin(speed * Double(frame) + phase))) }
    }
    for frame in 0..<frames {
      clip.setJaw(frame, JawConvention.rotation(open: Float(0.3 + 0.3 * sin(Double(frame) / 4)), left: 0.1, right: 0))
      clip.setNeck(frame, SIMD3(0.1, -0.2, 0.05))
    }
    return clip
  }

  @Test func thereAndBack() throws {
    let studio = try Self.studio()
    let retargeting = try Retargeting(studio: studio, flame: FlameLike.head(of: studio))
    #expect(retargeting.correspondence.restMillimetres < 0.5, "\(retargeting.correspondence.restMillimetres) mm at rest")
    let clip = Self.expressive(frames: 40)
    let there = try retargeting.flame(from: clip)
    #expect(there.clip.basis == .flame2020 && there.clip.frameCount == 40)
    #expect(there.residual.meanMillimetres < 0.5, "\(there.residual)")
    #expect(there.residual.meanMillimetres < 0.2 * there.residual.motionMillimetres)
    let back = try retargeting.studio(from: there.clip)
    #expect(back.clip.values.indices.allSatisfy { $0 % 56 >= 50 || (0...1).contains(back.clip.values[$0]) })
    var sum = 0.0
    for frame in 0..<40 {
      let pairs = zip(ARKitWeights.weights(frame: clip.frame(frame)), ARKitWeights.weights(frame: back.clip.frame(frame)))
      sum += pairs.reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / 52
      #expect(back.clip.neck(frame) == clip.neck(frame))
    }
    print(
      "retargeting: rest \(retargeting.correspondence.restMillimetres) mm, there \(there.residual), back \(back.residual), weights \(sum / 40)"
    )
    #expect(sum / 40 < 0.08, "mean difference of the weights \(sum / 40)")
    #expect(back.residual.meanMillimetres < 0.5, "\(back.residual)")
  }

  @Test func basesThatDoNotFitAreNamed() throws {
    let studio = try Self.studio()
    #expect(throws: RetargetingError.self) { try Retargeting(studio: studio, flame: studio) }
    let retargeting = try Retargeting(studio: studio, flame: FlameLike.head(of: studio))
    #expect(throws: RetargetingError.basis(expected: "studio-50", found: "flame-2023")) {
      try retargeting.flame(from: Clip(basis: .flame2023, frames: 1))
    }
    #expect(throws: RetargetingError.basis(expected: "flame-2020", found: "studio-50")) { try retargeting.studio(from: Clip(frames: 1)) }
  }

  @Test func similarityFitsAreFound() {
    var source = RandomSource(seed: 2)
    let turn = Rotation(yaw: 1.2, pitch: -0.4, roll: 2.2)
    let m = turn.matrix
    let points = (0..<20).map { _ in SIMD3<Double>(source.normal(), source.normal(), source.normal()) }
    let rows = (0..<3).map { SIMD3<Double>(m[$0 * 3], m[$0 * 3 + 1], m[$0 * 3 + 2]) }
    let targets = points.map { p -> SIMD3<Double> in
      let turned = SIMD3<Double>((rows[0] * p).sum(), (rows[1] * p).sum(), (rows[2] * p).sum())
      return turned * 1.7 + SIMD3<Double>(1, 2, 3)
    }
    let fit = SimilarityFit(points, onto: targets)
    #expect(abs(fit.scale - 1.7) < 1e-9)
    for (point, target) in zip(points, targets) {
      let difference = fit.place(point) - target
      #expect((difference * difference).sum() < 1e-18)
    }
  }
}
