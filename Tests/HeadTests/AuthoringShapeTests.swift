import Head
import Motion
import Testing

@Suite("What the authored shapes do")
struct AuthoringShapeTests {
  let face = AuthoredFace.shared

  /// A shape, a landmark of the left side or the middle, and the least move it must make along an axis (sign included), millimetres.
  struct Direction: Sendable, CustomTestStringConvertible {
    var shape: StudioShape
    var landmark: Int
    var axis: Int
    var least: Double
    init(_ shape: StudioShape, _ landmark: Int, _ axis: Int, _ least: Double) {
      self.shape = shape
      self.landmark = landmark
      self.axis = axis
      self.least = least
    }
    var testDescription: String { "\(shape.name) moves \(landmark) along \("xyz".map { $0 }[axis]) by \(least)" }
  }

  static let directions = [
    Direction(.eyeBlinkLeft, 43, 1, -6), Direction(.eyeLookDownLeft, 43, 1, -2), Direction(.eyeLookUpLeft, 43, 1, 1),
    Direction(.eyeLookInLeft, 43, 0, -0.3), Direction(.eyeLookOutLeft, 43, 0, 0.3), Direction(.eyeSquintLeft, 46, 1, 1),
    Direction(.eyeWideLeft, 43, 1, 1.5), Direction(.jawForward, 8, 2, 4), Direction(.mouthPucker, 54, 0, -8),
    Direction(.mouthPucker, 51, 2, 3),
    Direction(.mouthFunnel, 54, 0, -3), Direction(.mouthFunnel, 57, 1, -3), Direction(.mouthFunnel, 51, 1, 2),
    Direction(.mouthLeft, 54, 0, 3),
    Direction(.mouthRight, 48, 0, -3), Direction(.mouthSmileLeft, 54, 0, 3), Direction(.mouthSmileLeft, 54, 1, 4),
    Direction(.mouthFrownLeft, 54, 1, -4), Direction(.mouthDimpleLeft, 54, 0, 1.5), Direction(.mouthDimpleLeft, 54, 2, -1.5),
    Direction(.mouthStretchLeft, 54, 0, 4), Direction(.mouthRollLower, 57, 1, 2), Direction(.mouthRollLower, 57, 2, -1),
    Direction(.mouthRollUpper, 51, 1, -2), Direction(.mouthRollUpper, 51, 2, -1), Direction(.mouthShrugLower, 57, 1, 1.5),
    Direction(.mouthShrugUpper, 51, 1, 1.5), Direction(.mouthPressLeft, 52, 1, -0.8), Direction(.mouthPressLeft, 56, 1, 0.8),
    Direction(.mouthLowerDownLeft, 56, 1, -3), Direction(.mouthUpperUpLeft, 52, 1, 3), Direction(.browDownLeft, 22, 1, -3),
    Direction(.browInnerUpLeft, 22, 1, 4), Direction(.browOuterUpLeft, 25, 1, 4), Direction(.cheekSquintLeft, 46, 1, 0.7),
    Direction(.noseSneerLeft, 35, 1, 2), Direction(.noseSneerLeft, 52, 1, 1),
  ]

  @Test("each does what its name means", arguments: directions)
  func direction(_ d: Direction) {
    let moved = face.move(d.shape, face.landmark(d.landmark))[d.axis]
    #expect(d.least > 0 ? moved >= d.least : moved <= d.least, "moved \(moved) mm")
  }

  @Test("cheeks puff out, cheeks lift in a smile, the tongue comes past the lips")
  func cheeksAndTongue() {
    let cheek = face.nearest(SIMD3(43, -40, 27))
    #expect(face.length(face.move(.cheekPuff, cheek)) > 5)
    #expect(face.move(.cheekPuff, cheek).x > 3)
    let apple = face.nearest(SIMD3(38, -20, 38))
    #expect(face.move(.mouthSmileLeft, apple).y > 1.5)
    #expect(face.move(.cheekSquintLeft, apple).y > 1.5)
    let out = face.posed(["tongueOut": 1], jaw: 0.25)
    let tip = face.part("tongue").map { out[$0].z }.max() ?? 0
    let lips = face.region("lips").map { out[$0].z }.max() ?? 0
    #expect(tip > lips + 5)
    let rest = face.posed([:])
    let teeth = face.part("teethLower").map { rest[$0].z }.max() ?? 0
    #expect((face.part("tongue").map { rest[$0].z }.max() ?? 0) < teeth)
  }

  @Test("a shape of one side leaves the other alone: at most 5 % of its own")
  func sides() {
    for shape in StudioShape.allCases where shape.mirrored != shape && shape != .mouthLeft && shape != .mouthRight {
      let sign = shape.name.hasSuffix("Left") ? 1.0 : -1.0
      var own = 0.0
      var other = 0.0
      for v in 0..<face.head.vertexCount {
        let x = face.rest(v).x * sign
        let d = face.length(face.move(shape, v))
        if x > 0 { own = max(own, d) } else if x < 0 { other = max(other, d) }
      }
      #expect(own > 0.3, "\(shape.name) does nothing")
      #expect(other <= 0.05 * own, "\(shape.name) moves the other half by \(other) of \(own) mm")
    }
  }

  @Test("lips are sealed at rest and stay sealed in shapes that do not part them")
  func sealed() {
    #expect(face.lipGap(face.posed([:])) == 0)
    for name in [
      "mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch", "mouthPress", "mouthPucker", "mouthLeft", "mouthRight", "mouthRollLower",
      "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "cheekPuff", "noseSneer", "jawForward",
    ] {
      #expect(face.lipGap(face.posed(AuthoredFace.both(name))) < 1e-4, "\(name)")
    }
    for name in ["mouthLowerDown", "mouthUpperUp", "mouthFunnel", "tongueOut"] {
      #expect(face.lipGap(face.posed(AuthoredFace.both(name))) > 1.5, "\(name)")
    }
    #expect(face.lipGap(face.posed([:], jaw: 1)) > 20)
  }

  @Test("mouthClose with the jaw open seals the lips", arguments: [0.05, 0.1, 0.2, 0.3, 0.4])
  func mouthClose(_ jaw: Double) {
    for factor in [1.0, 1.05, 1.1] {
      for other in ["", "mouthSmile", "mouthFrown", "mouthStretch", "mouthPucker"] {
        var weights = other.isEmpty ? [:] : AuthoredFace.both(other)
        weights["mouthClose"] = jaw * factor
        #expect(face.lipGap(face.posed(weights, jaw: jaw)) == 0, "jaw \(jaw) close \(jaw * factor) \(other)")
      }
    }
    #expect(face.lipGap(face.posed([:], jaw: jaw)) > 15 * jaw)
  }

  @Test("blinks close and go round the eyeball", arguments: [0, 0.25, 0.5, 0.75, 1])
  func blink(_ w: Double) {
    for left in [true, false] {
      let name = left ? "eyeBlinkLeft" : "eyeBlinkRight"
      let posed = face.posed([name: w])
      let opening = face.eyeOpening(posed, left: left)
      let open = face.eyeOpening(face.posed([:]), left: left)
      #expect(open > 6)
      if w == 1 { #expect(abs(opening) <= 0.3) } else { #expect(abs(opening - open * (1 - w)) < 1) }
      let centre = face.joint(left ? 3 : 4)
      for v in face.region(left ? "left_eye_region" : "right_eye_region") where face.length(face.rest(v) - centre) > 13.3 {
        let clear = face.length(posed[v] - centre) - 13.1
        if clear < 0 { Issue.record("vertex \(v) is \(-clear) mm inside the eyeball") }
      }
    }
  }

  @Test("a blink closes whatever else the lids do", arguments: ["eyeWide", "eyeSquint", "eyeLookDown", "eyeLookUp", "cheekSquint"])
  func blinkWith(_ other: String) {
    let posed = face.posed(AuthoredFace.both("eyeBlink").merging(AuthoredFace.both(other)) { a, _ in a })
    for left in [true, false] { #expect(abs(face.eyeOpening(posed, left: left)) <= 0.3) }
  }
}
