import Containers
import Foundation
import Motion
import TestSupport
import Testing

struct ResamplingTests {
  @Test(arguments: [25.0, 30, 60, 24, 12.5])
  func lastsAsLongAndKeepsRest(_ rate: Double) {
    let clip = Clip(frames: 200).resampled(to: rate)
    #expect(abs(clip.seconds - 8) <= 1.01 / rate)
    #expect(clip.framesPerSecond == rate && clip.values.allSatisfy { $0 == 0 })
  }

  @Test func theSameRateChangesNothing() {
    let clip = randomClip(frames: 20, seed: 3)
    #expect(clip.resampled(to: 25) == clip)
  }

  /// A slow wave survives; one above half the new rate must vanish and not come back as a slow one.
  @Test(arguments: [(3.0, true), (14.0, false)])
  func foldsNothingBack(_ hertz: Double, _ survives: Bool) {
    var clip = Clip(basis: .studio50, framesPerSecond: 30, values: [Float](repeating: 0, count: 300 * 56))
    for frame in 0..<300 { clip[frame, .mouthSmileLeft] = Float(0.5 + 0.4 * sin(2 * .pi * hertz * Double(frame) / 30)) }
    let slow = clip.resampled(to: 25)
    var worst = 0.0
    for frame in 20..<slow.frameCount - 20 {
      let wave = survives ? 0.4 * sin(2 * .pi * hertz * Double(frame) / 25) : 0
      worst = max(worst, abs(Double(slow[frame, .mouthSmileLeft]) - 0.5 - wave))
    }
    #expect(worst < (survives ? 0.01 : 0.15), "\(worst)")
  }

  @Test func staysInsideTheRangeOfItsNeighbours() {
    var clip = Clip(basis: .studio50, framesPerSecond: 60, values: [Float](repeating: 0, count: 120 * 56))
    for frame in 50..<60 { clip[frame, .eyeBlinkLeft] = 1 }
    let slow = clip.resampled(to: 25)
    #expect(slow.values.allSatisfy { (0...1).contains($0) })
    #expect((0..<slow.frameCount).contains { slow[$0, .eyeBlinkLeft] > 0.9 })
  }

  /// A head that turns at constant speed keeps turning at that speed, also far from straight.
  @Test(arguments: [(25.0, 30.0), (25, 60), (60, 25), (30, 25)])
  func headsTurnEvenly(_ from: Double, _ to: Double) {
    var clip = Clip(basis: .studio50, framesPerSecond: from, values: [Float](repeating: 0, count: 100 * 56))
    let start = Rotation(axisAngle: SIMD3(0.8, -0.5, 0.4))
    let axis = SIMD3<Double>(0.6, 0.8, 0)
    for frame in 0..<100 { clip.setNeck(frame, (Rotation(axis: axis, radians: Double(frame) / from) * start).axisAngle) }
    let other = clip.resampled(to: to)
    for frame in 10..<other.frameCount - 10 {
      let wanted = Rotation(axis: axis, radians: Double(frame) / to) * start
      let cosine = abs((Rotation(axisAngle: other.neck(frame)).vector * wanted.vector).sum())
      #expect(cosine > 1 - 1e-7)
    }
  }

  @Test(arguments: [("0-2", 3), ("5", 1), ("7-", 3)])
  func rangesAreCut(_ text: String, _ frames: Int) throws {
    let clip = randomClip(frames: 10, seed: 4)
    let cut = try clip.sliced(text)
    #expect(cut.frameCount == frames && cut.frame(frames - 1).elementsEqual(clip.frame((Int(text.prefix(1)) ?? 0) + frames - 1)))
  }

  @Test(arguments: ["", "3-1", "0-10", "a-b", "-5", "1-2-3"])
  func rangesThatDoNotFitAreRefused(_ text: String) {
    #expect(throws: MotionError.self) { try Clip(frames: 10).sliced(text) }
  }
}

struct RotationTests {
  private func rows(_ key: String) throws -> [[Double]] {
    let json = try JSONValue(parsing: FileBytes(reading: fixture("Motion/rotations.json")))
    return (json[key]?.elements ?? []).map { ($0.elements ?? []).compactMap(\.double) }
  }

  private func rotation(_ row: [Double]) -> Rotation { Rotation(axisAngle: SIMD3<Float>(Float(row[0]), Float(row[1]), Float(row[2]))) }

  private func expect(_ found: Rotation, _ wanted: [Double], _ what: String) {
    let cosine = abs((found.vector * rotation(wanted).vector).sum())
    #expect(cosine > 1 - 1e-9, "\(what)")
  }

  @Test func agreesWithScipy() throws {
    let (first, second) = (try rows("first"), try rows("second"))
    #expect(first.count == 8)
    for index in first.indices {
      let (a, b) = (rotation(first[index]), rotation(second[index]))
      expect(a * b, try rows("product")[index], "product")
      expect(a.slerp(to: b, 0.3), try rows("slerp")[index], "slerp")
      let angles = try rows("yawPitchRoll")[index]
      let found = a.yawPitchRoll
      #expect(abs(found.yaw - angles[0]) < 1e-5 && abs(found.pitch - angles[1]) < 1e-5 && abs(found.roll - angles[2]) < 1e-5)
      expect(Rotation(yaw: angles[0], pitch: angles[1], roll: angles[2]), first[index], "angles")
      for (x, y) in zip(a.matrix, try rows("matrix")[index]) { #expect(abs(x - y) < 1e-6) }
      for axis in 0..<3 { #expect(abs(Double(a.axisAngle[axis]) - first[index][axis]) < 1e-6) }
    }
    #expect(Rotation(axisAngle: .zero).axisAngle == .zero)
  }
}
