import ArgumentParser
import Evaluation
import Foundation
import Head
import Motion
import Pictures
import Raster
import Speech
import Synthesis

extension EvaluateVerb {
  /// Texts of the gallery: eight emotions and six head poses over one voice.
  static let gallery: [(caption: String, level: Prompt.Level, text: String)] = [
    ("neutral", .emotion, "The person is calm and neutral."), ("happy", .emotion, "The person is happy and smiles."),
    ("sad", .emotion, "The person is sad."), ("angry", .emotion, "The person is angry."),
    ("surprised", .emotion, "The person is surprised."), ("fearful", .emotion, "The person is afraid."),
    ("disgusted", .emotion, "The person is disgusted."), ("contempt", .emotion, "The person feels contempt."),
    ("up", .pose, "The head is raised and looks up."), ("down", .pose, "The head is lowered and looks down."),
    ("turn left", .pose, "The head turns to the left."), ("turn right", .pose, "The head turns to the right."),
    ("tilt left", .pose, "The head tilts to the left."), ("tilt right", .pose, "The head tilts to the right."),
  ]

  /// Draws one voice under each text of the gallery, at the frame that differs most from rest, and writes the sheet.
  func drawGallery(_ path: String, model: Generator, head: HeadModel, reporter: ProgressReporter) async throws {
    let voice: AudioSource
    if let galleryAudio {
      voice = .file(path: galleryAudio)
    } else {
      let spoken = try ScratchVoice.preferred().speak("My mother made a warm apple pie, and everybody came by for more.")
      voice = .waveform(spoken.waveform, name: spoken.voice)
    }
    let topology = MeshTopology(rest: head.template, triangles: head.triangles, quads: head.quads)
    let camera = Camera(framing: Framing(vertices: head.template), zoom: 1.25)
    let portrait = Portrait(width: 240, height: 280)
    var poser = HeadPoser(head)
    var vertices = [Float](repeating: 0, count: head.template.count)
    var sheet = ContactSheet(columns: 7)
    for (index, item) in Self.gallery.enumerated() {
      var prompt = Prompt()
      prompt[item.level].texts = [item.text]
      let request = GenerationRequest(prompt: prompt, audio: voice, settings: SamplingSettings(seed: seed))
      let clip = try await model.result(of: request).clip
      guard clip.frameCount > 0 else { continue }
      poser.pose(clip.frame(Self.telling(clip)), into: &vertices)
      sheet.add(portrait.draw(vertices, topology, colours: head.colors, camera: camera), caption: item.caption)
      reporter.report("gallery", done: index + 1, of: Self.gallery.count)
    }
    reporter.finish()
    do {
      try Data(try PNG.encode(sheet.picture())).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw EvaluationError.writing(path: path, reason: error.localizedDescription)
    }
    print("\(Self.gallery.count) pictures in \(path)")
  }

  /// The frame whose upper face and head are farthest from rest; the mouth, which follows the voice, does not count.
  private static func telling(_ clip: Clip) -> Int {
    let mouth = Set(StudioShape.allCases.filter { $0.name.hasPrefix("mouth") || $0.name.hasPrefix("eye") }.map(\.rawValue))
    let channels = Array(0..<Clip.neckRange.upperBound).filter { !mouth.contains($0) }
    func distance(_ frame: Int) -> Float { channels.reduce(0) { $0 + clip[frame, $1] * clip[frame, $1] } }
    return (0..<clip.frameCount).max { distance($0) < distance($1) } ?? 0
  }
}
