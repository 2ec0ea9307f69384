import ArgumentParser
import Containers
import Foundation
import Head
import Motion
import Pictures
import Raster

/// What is drawn and from where; shared by the verbs that draw.
struct DrawingOptions: ParsableArguments {
  @Option(help: "Wire, dense or shaded.")
  var mode: DrawStyle.Mode = .wire
  @Flag(help: "ASCII glyphs instead of braille.")
  var ascii = false
  @Option(help: "Turn of the head in degrees; 35 is three-quarter, 90 the side.")
  var yaw: Float = 20
  @Option(help: "Height of the eye in degrees.")
  var pitch: Float = 4
  @Option(help: "1 shows the whole head.")
  var zoom: Float = 1

  func validate() throws {
    try checkView(yaw: yaw, pitch: pitch, zoom: zoom)
  }

  func camera(_ framing: Framing) -> Camera {
    Camera(framing: framing, yaw: yaw * .pi / 180, pitch: pitch * .pi / 180, zoom: zoom)
  }

  func style(darkInk: Bool = false) -> DrawStyle { DrawStyle(mode: mode, ascii: ascii, darkInk: darkInk) }
}

extension DrawStyle.Mode: ExpressibleByArgument {}

/// A size given as COLUMNSxROWS.
struct SizeOption: ExpressibleByArgument {
  var grid: GridSize

  init(_ grid: GridSize) { self.grid = grid }

  init?(argument: String) {
    let parts = argument.lowercased().split(whereSeparator: { $0 == "x" || $0 == "×" }).compactMap { Int($0) }
    guard parts.count == 2, (1...1000).contains(parts[0]), (1...1000).contains(parts[1]) else { return nil }
    grid = GridSize(columns: parts[0], rows: parts[1])
  }

  var defaultValueDescription: String { "\(grid.columns)x\(grid.rows)" }
}

extension CommonOptions {
  /// The head to draw: the one asked for, or the studio head.
  func drawnHead() throws -> HeadModel { try HeadModel(studioFile: headPath ?? AssetLocator.path("assets/head/studio.safetensors")) }
}

/// A clip as grids of cells, frame after frame.
struct ClipDrawer {
  let head: HeadModel
  let topology: MeshTopology
  let framing: Framing
  private var poser: HeadPoser
  private let rasterizer = Rasterizer()
  private var steady = Steadiness()
  private(set) var vertices: [Float] = []

  init(_ head: HeadModel) {
    self.head = head
    topology = MeshTopology(head)
    framing = Framing(vertices: head.template)
    poser = HeadPoser(head)
  }

  /// Draws one frame; lines stay steady from call to call.
  mutating func grid(_ clip: Clip, _ frame: Int, size: GridSize, camera: Camera, style: DrawStyle) -> CellGrid {
    poser.pose(clip.frame(frame), into: &vertices)
    return rasterizer.draw(vertices, topology, camera: camera, size: size, style: style, steady: &steady)
  }

  /// A lit picture of one frame.
  mutating func portrait(_ clip: Clip, _ frame: Int, width: Int, height: Int, camera: Camera) -> Picture {
    poser.pose(clip.frame(frame), into: &vertices)
    let wet = Set(["eyeLeft", "eyeRight", "teethUpper", "teethLower", "tongue"].flatMap { head.parts[$0] ?? [] })
    let gloss = (0..<head.vertexCount).map { wet.contains($0) ? Float(1) : 0 }
    return Portrait(width: width, height: height).draw(vertices, topology, colours: head.colors, gloss: gloss, camera: camera)
  }
}

/// `mm2face render CLIP`: frames as text, or as a picture, an animation or a recording.
struct RenderVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Draw a clip as text, PNG, GIF or asciicast.",
    discussion: """
      Without --out the frame is printed as text. --out by its ending: .png one frame, .gif and .cast the whole clip, .txt text.
      --lit draws PNG and GIF as a lit picture of the head instead of terminal cells.
      """)

  @Argument(help: "The clip: .npz, .pkl (MMHead) or .csv (Live Link Face).")
  var clip: String
  @Option(help: ArgumentHelp("Only this frame, from 0.", valueName: "n"))
  var frame: Int?
  @Option(help: ArgumentHelp("Columns and rows.", valueName: "colsxrows"))
  var size = SizeOption(GridSize(columns: 80, rows: 40))
  @Option(help: ArgumentHelp("File to write; its ending decides the format.", valueName: "file"))
  var out: [String] = []
  @Flag(help: "A lit picture instead of terminal cells (PNG and GIF).")
  var lit = false
  @Flag(help: "Dark lines on light.")
  var light = false
  @Flag(help: "Replace files that exist.")
  var force = false
  @OptionGroup var drawing: DrawingOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try ClipOutput.check(out, replacing: force)
    let motion = try ClipFile.read(clip)
    guard motion.frameCount > 0 else { throw ValidationError("\(clip): the clip has no frames; nothing to draw") }
    if let frame, !(0..<motion.frameCount).contains(frame) {
      throw ValidationError("--frame \(frame): the clip has frames 0 to \(motion.frameCount - 1)")
    }
    var drawer = ClipDrawer(try common.drawnHead())
    if out.isEmpty {
      let picture = text(motion, &drawer)
      let about: JSONValue = [
        "frame": .integer(frame ?? 0), "columns": .integer(size.grid.columns), "rows": .integer(size.grid.rows), "text": .string(picture),
      ]
      return print(common.json ? about.encoded + "\n" : picture, terminator: "")
    }
    for path in out {
      let data = try render(motion, path, &drawer)
      try AtomicFile.write(data, to: path, replacing: force)
      if !common.json { print(path) }
    }
    if common.json { print((["files": .array(out.map { .string($0) })] as JSONValue).encoded) }
  }

  private func render(_ motion: Clip, _ path: String, _ drawer: inout ClipDrawer) throws -> Data {
    switch (path as NSString).pathExtension.lowercased() {
    case "png": return Data(try PNG.encode(picture(motion, frame ?? 0, &drawer)))
    case "gif":
      // Every second frame at 12.5 a second: half the size, still fluent.
      let frames = frame.map { [$0] } ?? Array(stride(from: 0, to: motion.frameCount, by: 2))
      let reporter = ProgressReporter(common.progress)
      var pictures: [Picture] = []
      for (i, f) in frames.enumerated() {
        pictures.append(picture(motion, f, &drawer))
        reporter.report("drawing", done: i + 1, of: frames.count)
      }
      reporter.finish()
      return Data(try GIF.encode(pictures, hundredths: Int((200 / motion.framesPerSecond).rounded())))
    case "cast": return Data(cast(motion, &drawer).utf8)
    case "txt": return Data(text(motion, &drawer).utf8)
    case let ending:
      throw ValidationError("\(path): expected an ending .png, .gif, .cast or .txt, found \(ending.isEmpty ? "none" : "." + ending)")
    }
  }

  private var palette: HeadPalette { light ? .light : .dark }

  private func picture(_ motion: Clip, _ frame: Int, _ drawer: inout ClipDrawer) -> Picture {
    let camera = drawing.camera(drawer.framing)
    if lit { return drawer.portrait(motion, frame, width: size.grid.columns * 8, height: size.grid.rows * 16, camera: camera) }
    return GridPainter(palette: palette).paint(
      drawer.grid(motion, frame, size: size.grid, camera: camera, style: drawing.style(darkInk: light)))
  }

  private func text(_ motion: Clip, _ drawer: inout ClipDrawer) -> String {
    drawer.grid(motion, frame ?? 0, size: size.grid, camera: drawing.camera(drawer.framing), style: drawing.style()).text
  }

  private func cast(_ motion: Clip, _ drawer: inout ClipDrawer) -> String {
    var cast = Asciicast(size: size.grid, title: (clip as NSString).lastPathComponent)
    var painter = AnsiPainter(palette: palette)
    cast.output("\u{1b}[?25l", milliseconds: 0)
    for f in frame.map({ $0...$0 }) ?? 0...motion.frameCount - 1 {
      let grid = drawer.grid(motion, f, size: size.grid, camera: drawing.camera(drawer.framing), style: drawing.style(darkInk: light))
      let bytes = painter.frame(grid)
      let milliseconds = Int(Double(f - (frame ?? 0)) * 1000 / motion.framesPerSecond)
      if !bytes.isEmpty { cast.output(bytes, milliseconds: milliseconds) }
    }
    return cast.text
  }
}
