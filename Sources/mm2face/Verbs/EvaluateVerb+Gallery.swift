import ArgumentParser
import Containers
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
    var sheet = ContactSheet(columns: Self.galleryColumns)
    var clips: [Clip] = []
    for (index, item) in Self.gallery.enumerated() {
      var prompt = Prompt()
      prompt[item.level].texts = [item.text]
      let request = GenerationRequest(prompt: prompt, audio: voice, settings: SamplingSettings(seed: seed))
      let clip = try await model.result(of: request).clip
      guard clip.frameCount > 0 else {
        throw EvaluationError.writing(path: path, reason: "the model gave no motion for \"\(item.text)\"")
      }
      clips.append(clip)
      poser.pose(clip.frame(Self.telling(clip)), into: &vertices)
      sheet.add(portrait.draw(vertices, topology, colours: head.colors, camera: camera), caption: item.caption)
      reporter.report("gallery", done: index + 1, of: Self.gallery.count)
    }
    reporter.finish()
    let isCast = (path as NSString).pathExtension.lowercased() == "cast"
    let data = isCast ? Data(cast(clips, head: head, topology: topology).utf8) : Data(try PNG.encode(sheet.picture()))
    try AtomicFile.write(data, to: path, replacing: force)
    let about: JSONValue = ["performances": .integer(Self.gallery.count), "out": .string(path)]
    common.show(about, or: "\(Self.gallery.count) performances in \(path)")
  }

  private static let galleryColumns = 7

  /// A terminal recording of all performances side by side, each with its caption, twelve and a half frames a second.
  private func cast(_ clips: [Clip], head: HeadModel, topology: MeshTopology) -> String {
    let cell = GridSize(columns: 26, rows: 14)
    let rows = (clips.count + Self.galleryColumns - 1) / Self.galleryColumns
    let size = GridSize(columns: cell.columns * Self.galleryColumns, rows: (cell.rows + 1) * rows)
    let camera = Camera(framing: Framing(vertices: head.template), zoom: 1.25)
    let rasterizer = Rasterizer()
    var steady = [Steadiness](repeating: Steadiness(), count: clips.count)
    var poser = HeadPoser(head)
    var vertices = [Float](repeating: 0, count: head.template.count)
    var cast = Asciicast(size: size, title: "one voice under eight emotions and six head poses")
    var painter = AnsiPainter()
    cast.output("\u{1b}[?25l", milliseconds: 0)
    for frame in stride(from: 0, to: clips.map(\.frameCount).max() ?? 0, by: 2) {
      var grid = CellGrid(size: size)
      for (index, clip) in clips.enumerated() {
        let left = index % Self.galleryColumns * cell.columns
        let top = index / Self.galleryColumns * (cell.rows + 1)
        poser.pose(clip.frame(min(frame, clip.frameCount - 1)), into: &vertices)
        let face = rasterizer.draw(vertices, topology, camera: camera, size: cell, steady: &steady[index])
        for row in 0..<cell.rows { for column in 0..<cell.columns { grid[left + column, top + row] = face[column, row] } }
        for (at, letter) in Self.gallery[index].caption.unicodeScalars.prefix(cell.columns).enumerated() {
          grid[left + at, top + cell.rows] = Cell(glyph: letter.value, role: .feature, level: 0, dots: 0)
        }
      }
      let bytes = painter.frame(grid)
      if !bytes.isEmpty { cast.output(bytes, milliseconds: Int(Double(frame) * 1000 / Clip.modelFramesPerSecond)) }
    }
    return cast.text
  }

  /// The frame whose upper face, lip corners and head are farthest from rest, between blinks where there is such a frame; the rest of the
  /// mouth, which follows the voice, does not count.
  private static func telling(_ clip: Clip) -> Int {
    let corners: Set<StudioShape> = [.mouthSmileLeft, .mouthSmileRight, .mouthFrownLeft, .mouthFrownRight]
    let left = StudioShape.allCases.filter { ($0.name.hasPrefix("mouth") || $0.name.hasPrefix("eye")) && !corners.contains($0) }
    let channels = Set(0..<Clip.neckRange.upperBound).subtracting(left.map(\.rawValue))
    func distance(_ frame: Int) -> Float { channels.reduce(0) { $0 + clip[frame, $1] * clip[frame, $1] } }
    let open = (0..<clip.frameCount).filter { max(clip[$0, .eyeBlinkLeft], clip[$0, .eyeBlinkRight]) < 0.4 }
    return (open.isEmpty ? Array(0..<clip.frameCount) : open).max { distance($0) < distance($1) } ?? 0
  }
}
