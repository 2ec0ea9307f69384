import Claims
import Containers
import Foundation
import Head
import Motion
import Speech
import Synthesis
import TestSupport
import Testing

/// What is promised of the bundle the program ships.
@Suite(.serialized, .enabled(if: ShippedBundle.isThere, "assets/models/studio is not here")) struct ShippedBundleTests {
  /// What the shipped bundle reads in texts that no corpus holds.
  @Test(arguments: [
    ("nods twice", ["nod twice"]), ("she does not smile at all", ["no smile"]), ("look to the left and then nod", ["look left before nod"]),
    ("raises only the left eyebrow", ["left brows up"]),
  ])
  func textsClaimWhatTheySay(_ text: String, _ claims: [String]) throws {
    let bundle = try ModelBundle(folder: ShippedBundle.folder)
    let verifier = try #require(try bundle.verifier())
    let read = verifier.readings(of: try bundle.states(of: text), level: .action).filter { $0.probability >= 0.5 }.map(\.claim.words)
    for claim in claims { #expect(read.contains(claim), "\(read)") }
  }

  /// fp16 and int8 weights hold the same token likeliest as fp32 on 99 % and 97 % of steps, every model fed the same tokens.
  @Test func narrowWeightsHoldTheSameTokensLikeliest() async throws {
    let exact = try Generator(folder: ShippedBundle.folder)
    let narrow = [
      (bound: 0.99, generator: try Generator(folder: ShippedBundle.folder, precision: .fp16)),
      (bound: 0.97, generator: try Generator(folder: ShippedBundle.folder, precision: .int8)),
    ]
    let prompts = ShippedBundle.prompts(ShippedBundle.everything ? 40 : 5)
    var same = [0, 0], whole = [0, 0], places = 0, steps = 0
    for (index, prompt) in prompts.enumerated() {
      let drawn = try await exact.result(
        of: GenerationRequest(
          prompt: prompt, length: .seconds(ShippedBundle.everything ? 6 : 4),
          settings: SamplingSettings(seed: UInt64(index)))
      ).tokens
      let tops = try await ShippedBundle.likeliest(exact, prompt, tokens: drawn)
      let lanes = drawn.lanes.count
      try #require(tops.count == drawn.stepCount * lanes && !tops.contains { $0 < 0 })
      places += tops.count
      steps += drawn.stepCount
      for (kind, model) in narrow.enumerated() {
        let others = try await ShippedBundle.likeliest(model.generator, prompt, tokens: drawn)
        let equal = zip(tops, others).map { $0 == $1 }
        same[kind] += equal.count { $0 }
        whole[kind] += (0..<drawn.stepCount).count { step in equal[step * lanes..<(step + 1) * lanes].allSatisfy { $0 } }
      }
    }
    for (kind, model) in narrow.enumerated() {
      let share = Double(same[kind]) / Double(places)
      let name = model.generator.bundle.precision
      print("\(name): same likeliest token \(same[kind]) of \(places), on all lanes \(whole[kind]) of \(steps) steps")
      // A small sample may miss the bound by chance; all of it may not.
      let slack = ShippedBundle.everything ? 0 : 2 * (model.bound * (1 - model.bound) / Double(places)).squareRoot()
      #expect(share >= model.bound - slack, "\(name): \(share) of \(places)")
    }
  }

  /// Where a new window takes over, the face moves no faster than elsewhere.
  ///
  /// One frame in twenty is faster than the 95th percentile by definition, and so is about one seam in twenty when nothing is wrong.
  /// So the median seam must lie below it, and no more seams above it than chance explains (three standard deviations).
  @Test(.enabled(if: ShippedBundle.everything, "set MM2FACE_TEST_ALL"))
  func longSpeechHasNoSeams() async throws {
    let generator = try Generator(folder: ShippedBundle.folder)
    let seconds = 600.0
    let audio: AudioSource
    if let file = ProcessInfo.processInfo.environment["MM2FACE_LONG_SPEECH"] {
      audio = .file(path: file)
    } else {
      audio = TinyBundle.voice(seconds: seconds)
    }
    let result = try await generator.result(
      of: GenerationRequest(prompt: Prompt(emotion: "happy"), audio: audio, settings: SamplingSettings(seed: 1)))
    let root = URL(fileURLWithPath: ShippedBundle.folder).deletingLastPathComponent().deletingLastPathComponent()
    var poser = HeadPoser(try HeadModel(studioFile: root.appendingPathComponent("head/studio.safetensors").path))
    let velocities = Self.velocities(result.clip, &poser)
    let length = generator.bundle.description.transformer.maxSteps
    let overlap = min(length / 3, length - 1)
    let seams = stride(from: length, to: result.tokens.stepCount, by: length - overlap).map { $0 * generator.framesPerStep - 1 }
      .filter(velocities.indices.contains)
    try #require(seams.count >= 20, "\(seams.count) seams are too few to judge")
    let sorted = velocities.sorted()
    let bound = sorted[sorted.count * 95 / 100]
    let atSeams = seams.map { velocities[$0] }.sorted()
    let above = atSeams.count { $0 > bound }
    let count = Double(seams.count)
    let middle = seams.count / 2
    print("\(result.clip.frameCount) frames, \(seams.count) seams, \(above) above the 95th percentile; mean vertex velocity, mm a frame:")
    print("  seams: median \(atSeams[middle]), largest \(atSeams[seams.count - 1])")
    print("  clip: median \(sorted[sorted.count / 2]), 95th percentile \(bound), largest \(sorted[sorted.count - 1])")
    #expect(atSeams[middle] <= bound)
    #expect(Double(above) <= 0.05 * count + 3 * (0.05 * 0.95 * count).squareRoot())
    // Nothing is cut: as many frames as the sound is long.
    let promised = try audio.seconds() * 25
    #expect(abs(Double(result.clip.frameCount) - promised) <= 1)
  }

  /// The mean way of the head's vertices from frame to frame, millimetres; one number fewer than frames.
  private static func velocities(_ clip: Clip, _ poser: inout HeadPoser) -> [Float] {
    var before: [Float] = [], now: [Float] = [], found: [Float] = []
    for frame in 0..<clip.frameCount {
      poser.pose(clip.values[frame * Clip.channels..<(frame + 1) * Clip.channels], into: &now)
      if frame > 0 {
        var sum: Float = 0
        for vertex in stride(from: 0, to: now.count, by: 3) {
          let x = now[vertex] - before[vertex], y = now[vertex + 1] - before[vertex + 1], z = now[vertex + 2] - before[vertex + 2]
          sum += (x * x + y * y + z * z).squareRoot()
        }
        found.append(sum / Float(now.count / 3) * 1000)
      }
      swap(&before, &now)
    }
    return found
  }
}

extension AudioSource {
  /// How long the sound is.
  fileprivate func seconds() throws -> Double {
    switch self {
    case .file(let path, _, _): Double(try Waveform(path: path).samples.count) / 16_000
    case .waveform(let waveform, _): Double(waveform.samples.count) / 16_000
    }
  }
}
