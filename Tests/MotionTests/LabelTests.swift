import Motion
import Testing

struct LabelTests {
  @Test(arguments: [
    (SIMD3<Float>(-0.3, 0, 0), [HeadPoseLabel.up]), (SIMD3(0.3, 0, 0), [.down]), (SIMD3(0, -0.3, 0), [.turnsRight]),
    (SIMD3(0, 0.3, 0), [.turnsLeft]),
    (SIMD3(0, 0, -0.3), [.tiltsLeft]), (SIMD3(0, 0, 0.3), [.tiltsRight]), (SIMD3(0.05, -0.05, 0.05), [.straight]),
    (SIMD3(0.2, -0.3, 0), [.down, .turnsRight]),
  ])
  func followsTableA(_ neck: SIMD3<Float>, _ labels: [HeadPoseLabel]) { #expect(HeadPoseLabel.labels(neck: neck) == labels) }

  @Test func stretchesOfTime() {
    var clip = Clip(frames: 75)
    for frame in 25..<50 { clip.setNeck(frame, SIMD3(0, 0.4, 0)) }
    clip.setNeck(60, SIMD3(0.2, 0, 0))
    let segments = clip.headPoseSegments()
    #expect(segments.map(\.labels) == [[.straight], [.turnsLeft], [.straight]])
    #expect(segments.map(\.frames) == [0..<25, 25..<50, 50..<75])
    #expect(abs(segments[1].peakDegrees.y - 22.918) < 0.01)
  }

  @Test func unitsFollowTheirShapes() throws {
    var clip = Clip(frames: 1)
    clip[0, .mouthSmileLeft] = 0.8
    clip[0, .mouthSmileRight] = 0.2
    func value(_ unit: ActionUnit) -> Float { unit.intensity(frame: clip.frame(0)) }
    #expect(value(ActionUnit(12, .left)) == 0.8 && value(ActionUnit(12, .right)) == 0.2 && value(ActionUnit(12)) == 0.8)
    #expect(ActionUnit.all.filter { value($0) > 0 }.allSatisfy { $0.number == 12 })
    clip.setJaw(0, JawConvention.rotation(open: 1, left: 0, right: 0))
    #expect(value(ActionUnit(26)) == 1 && value(ActionUnit(27)) == 1 && value(ActionUnit(25)) == 1)
    clip[0, .mouthClose] = 1
    #expect(value(ActionUnit(25)) == 0)
    #expect(ActionUnit(25).intensity(frame: clip.frame(0), lipGapMillimetres: 5) == 0.5)
  }

  @Test func theDetectorsUnits() {
    #expect(ActionUnit.detector.count == 41 && Set(ActionUnit.detector).count == 41)
    #expect(ActionUnit.withoutCounterpart.map(\.name) == ["AU11", "AU13", "AU32", "AU38", "AU39"])
  }

  @Test func briefClosingIsABlinkAndLongIsNot() {
    var clip = Clip(frames: 100)
    for frame in 10..<15 { clip[frame, .eyeBlinkLeft] = 0.9 }
    for frame in 50..<90 { clip[frame, .eyeBlinkLeft] = 0.9 }
    let units = clip.actionUnits()
    let (held, brief) = (ActionUnit.all.firstIndex(of: ActionUnit(43)) ?? 0, ActionUnit.all.firstIndex(of: ActionUnit(45)) ?? 0)
    #expect(units[12][brief] == 0.9 && units[12][held] == 0 && units[70][held] == 0.9 && units[70][brief] == 0)
  }
}
