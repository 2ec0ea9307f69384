import Blendshapes
import Claims
import Containers
import Corpus
import Foundation
import Head
import Motion
import Testing

/// Blends against performances of both layers at once, which the model never saw.
@Suite struct LayerBlenderTests {
  static let blender = Result { try LayerBlender.shipped() }

  /// Seeds outside those of training, half a dozen for each mood that pulls the lips apart.
  static let performances: [LayeredPerformance] = [EmotionName.happy, .angry, .surprised].enumerated().flatMap { index, mood in
    (0..<5).map { LayeredPerformance(seed: UInt64(900_000 + index * 100 + $0), mood: .init(mood, $0 % 2 == 0 ? .medium : .strong)) }
  }

  /// How many p, b and m within the clip come within `millimetres` of lips meeting, 40 ms before to 40 ms after them, and how many there are.
  private static func closures(
    in phones: [Phone], of clip: Clip, gauge: HeadMeasurements.Gauge, within millimetres: Float
  ) throws -> (sealed: Int, all: Int) {
    let gap = try HeadMeasurements(clip, gauge: gauge).frames.map(\.lipGapMillimetres)
    let closing = phones.filter { ["p", "b", "m", "em"].contains($0.name) && $0.end <= clip.seconds }
    let sealed = closing.filter { phone in
      gap.indices.contains { frame in
        let time = (Double(frame) + 0.5) / 25
        return time >= phone.start - 0.04 && time <= phone.end + 0.04 && gap[frame] <= millimetres
      }
    }
    return (sealed.count, closing.count)
  }

  @Test func agreesWithTheReference() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/Blendshapes/blend.safetensors").path
    let file = try SafetensorsFile(path: path)
    let speech = Clip(values: try file.floats("speech")), expression = Clip(values: try file.floats("expression"))
    let blender = try Self.blender.get()
    for (name, amounts) in [("blend", LayerBlender.Amounts()), ("strong", .init(speech: 1.5, expression: 2))] {
      let expected = try file.floats(name)
      let found = try blender.blend(speech: speech, expression: expression, amounts: amounts).clip.values
      let largest = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
      #expect(found.count == expected.count && largest < 0.01, "\(name): largest difference \(largest)")
    }
  }

  @Test func keepsLipsAndExpression() throws {
    let head = try HeadModel.studio()
    let gauge = try HeadMeasurements.Gauge(head)
    let blender = try Self.blender.get()
    let lips = try #require(head.regions["lips"]), face = try #require(head.regions["face"])
    let mouthShapes = (14..<38).map { head.expression[$0].dense }
    let brows = face.filter { vertex in
      let mouth = mouthShapes.contains { shape in
        let moved = SIMD3(shape[vertex * 3], shape[vertex * 3 + 1], shape[vertex * 3 + 2])
        return (moved * moved).sum() > 0.00005 * 0.00005
      }
      return !mouth && head.skinning[vertex * 5 + 2] < 0.002
    }
    let lipPoser = HeadPoser(head.subset(lips)), browPoser = HeadPoser(head.subset(brows))
    let browRest = browPoser.poseAll(Clip(frames: 1), keepingNeck: false)
    /// The largest distance among the lips, mean over frames, millimetres.
    func lipError(_ a: Clip, _ b: Clip) -> Double {
      let x = lipPoser.poseAll(a, keepingNeck: false), y = lipPoser.poseAll(b, keepingNeck: false)
      var sum = 0.0
      for frame in 0..<a.frameCount {
        var most: Float = 0
        for lip in lips.indices {
          let at = (frame * lips.count + lip) * 3
          let apart = SIMD3(x[at] - y[at], x[at + 1] - y[at + 1], x[at + 2] - y[at + 2])
          most = max(most, (apart * apart).sum())
        }
        sum += Double(most.squareRoot()) * 1000
      }
      return sum / Double(a.frameCount)
    }
    func energy(_ clip: Clip) -> Double {
      let x = browPoser.poseAll(clip, keepingNeck: false)
      var sum = 0.0
      for index in x.indices {
        let moved = Double(x[index] - browRest[index % browRest.count])
        sum += moved * moved
      }
      return sum
    }
    func seals(_ clip: Clip, _ phones: [Phone]) throws -> Int {
      try Self.closures(in: phones, of: clip, gauge: gauge, within: 0.5).sealed
    }
    var mine = 0.0, alone = 0.0, added = 0.0, amplitude = (0.0, 0.0), sealed = (0, 0, 0)
    for played in Self.performances {
      let blend = try blender.blend(speech: played.speech, expression: played.expression).clip
      var sum = played.speech
      for index in sum.values.indices { sum.values[index] += played.expression.values[index] }
      mine += lipError(blend, played.both)
      alone += lipError(played.speech, played.both)
      added += lipError(sum, played.both)
      amplitude.0 += energy(blend)
      amplitude.1 += energy(played.both)
      sealed.0 += try seals(blend, played.phones)
      sealed.1 += try seals(played.speech, played.phones)
      sealed.2 += try seals(sum, played.phones)
    }
    let count = Double(Self.performances.count)
    #expect(mine / count <= alone / count + 0.02, "lips \(mine / count) mm against \(alone / count) mm of speech alone")
    #expect(mine < added, "lips \(mine / count) mm against \(added / count) mm of direct addition")
    #expect(sealed.1 > 20)
    #expect(Double(sealed.0) >= 0.97 * Double(sealed.1), "sealed \(sealed.0) of \(sealed.1); direct addition \(sealed.2)")
    let ratio = (amplitude.0 / amplitude.1).squareRoot()
    #expect(abs(ratio - 1) <= 0.05, "amplitude away from the mouth \(ratio)")
  }

  /// Two clips of a FLAME head give on that head what the studio's clips give, but for what FLAME cannot show.
  @Test func blendsOnAFlameHead() throws {
    let studio = try HeadModel.studio()
    let flame = FlameLike.head(of: studio)
    let retargeting = try Retargeting(studio: studio, flame: flame)
    let blender = try Self.blender.get()
    let gauge = try HeadMeasurements.Gauge(studio)
    for played in Self.performances.prefix(2) {
      let speech = try retargeting.flame(from: played.speech).clip, expression = try retargeting.flame(from: played.expression).clip
      #expect(throws: BlendError.basis(track: "speech", found: flame.basis.rawValue)) {
        try blender.blend(speech: speech, expression: expression)
      }
      let (clip, residual, carried) = try blender.blend(speech: speech, expression: expression, flame: retargeting)
      #expect(clip.basis == flame.basis && clip.frameCount == played.both.frameCount)
      #expect(residual.rootMeanSquareMillimetres < 0.5 && carried.meanMillimetres < 0.5, "\(residual), \(carried)")
      // Half of it in studio numbers gives the same.
      let mixed = try blender.blend(speech: played.speech, expression: expression, flame: retargeting).clip
      let direct = try retargeting.flame(from: blender.blend(speech: played.speech, expression: played.expression).clip).clip
      let poser = HeadPoser(flame)
      let wanted = poser.poseAll(direct, keepingNeck: false)
      for (name, found) in [("both", clip), ("expression", mixed)] {
        let posed = poser.poseAll(found, keepingNeck: false)
        var sum = 0.0
        for at in stride(from: 0, to: posed.count, by: 3) {
          let apart = SIMD3(posed[at] - wanted[at], posed[at + 1] - wanted[at + 1], posed[at + 2] - wanted[at + 2])
          sum += Double((apart * apart).sum().squareRoot()) * 1000
        }
        let mean = sum / Double(posed.count / 3)
        #expect(mean < 0.3, "\(name) in FLAME's numbers: \(mean) mm from the blend of the studio's clips")
      }
      let (sealed, all) = try Self.closures(in: played.phones, of: retargeting.studio(from: clip).clip, gauge: gauge, within: 1)
      #expect(Double(sealed) >= 0.9 * Double(all), "sealed \(sealed) of \(all)")
    }
  }

  /// The jaw's largest move from one frame to the next, radians.
  private static func jump(_ clip: Clip?) -> Float {
    guard let clip, clip.frameCount > 1 else { return 0 }
    return (1..<clip.frameCount).reduce(0) { max($0, abs(clip[$1, 53] - clip[$1 - 1, 53])) }
  }

  @Test func extremesStaySane() throws {
    let blender = try Self.blender.get()
    let played = Self.performances[0]
    func cut(_ clip: Clip, _ frames: Int) -> Clip { Clip(values: Array(clip.values.prefix(frames * Clip.channels))) }
    let smile: Clip = {
      var clip = Clip(frames: 30)
      for frame in 0..<30 {
        clip[frame, .mouthSmileLeft] = 0.8
        clip[frame, .mouthSmileRight] = 0.8
      }
      return clip
    }()
    let long = played.speech.frameCount
    let cases: [(name: String, speech: Clip?, expression: Clip?, frames: Int)] = [
      ("short expression", played.speech, cut(played.expression, 20), long),
      ("short speech", cut(played.speech, 20), played.expression, long),
      ("no expression", played.speech, nil, long), ("no speech", nil, played.expression, long), ("static", played.speech, smile, long),
      ("one frame", cut(played.speech, 1), cut(played.expression, 1), 1),
    ]
    for item in cases {
      for (a, b) in [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 2.0), (2.0, 0.0)] {
        let clip = try blender.blend(speech: item.speech, expression: item.expression, amounts: .init(speech: a, expression: b)).clip
        #expect(clip.frameCount == item.frames, "\(item.name)")
        #expect(clip.values.allSatisfy { $0.isFinite && abs($0) < 3 }, "\(item.name) at \(a), \(b)")
        // No frame jumps further than the tracks themselves do together, and a little; nor, but for speech twice as large, than 0.17.
        let most = Float(a) * Self.jump(item.speech) + Float(b) * Self.jump(item.expression) + 0.02
        let jump = Self.jump(clip)
        #expect(jump < most && (a > 1 || jump < 0.17), "\(item.name) at \(a), \(b): the jaw jumps \(jump) rad in a frame")
      }
    }
    // One track alone at its own size is left as it is, but for bounds.
    let alone = try blender.blend(speech: nil, expression: played.expression).clip
    #expect(zip(alone.values, played.expression.values).allSatisfy { abs($0 - $1) < 1e-3 })
    // A face that shows nothing leaves speech as it is, and one that shows next to nothing next to all of it.
    for (weight, most) in [(Float(0), Float(1e-3)), (0.01, 0.06)] {
      var calm = Clip(frames: long)
      for frame in 0..<long { calm[frame, .mouthSmileLeft] = weight }
      let clip = try blender.blend(speech: played.speech, expression: calm).clip
      let largest = zip(clip.values, played.speech.values).map { abs($0 - $1) }.max() ?? 1
      #expect(largest <= most, "a smile of \(weight) changes speech by \(largest)")
    }
    #expect(throws: BlendError.nothing) { try blender.blend(speech: nil, expression: nil) }
    var slow = played.speech
    slow.framesPerSecond = 30
    #expect(throws: BlendError.rates(speech: 30, expression: 25)) { try blender.blend(speech: slow, expression: played.expression) }
  }

  @Test func refusesDamagedModels() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("blend-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: AssetLocator.path("assets/models/blend/blend.safetensors")))
    #expect(whole.count <= 4_000_000)
    for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
      let path = folder.appendingPathComponent("\(length).safetensors")
      try whole.prefix(length).write(to: path)
      #expect(throws: (any Error).self) { try LayerShapes(path: path.path) }
    }
  }
}
