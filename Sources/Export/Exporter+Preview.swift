import Containers
import Foundation
import Head
import Motion
import Pictures
import Raster

extension HeadModel {
  /// The head as the drawing module wants it.
  var topology: MeshTopology {
    func edges(_ fine: Bool) -> [Int32] {
      features.filter { $0.key.hasPrefix("fine.") == fine }.sorted { $0.key < $1.key }
        .flatMap { $0.value.flatMap { [Int32($0.0), Int32($0.1)] } }
    }
    let albedo = stride(from: 0, to: colors.count - 2, by: 3).map { vertex -> Float in
      let colour = SIMD3<Float>(Float(colors[vertex]), Float(colors[vertex + 1]), Float(colors[vertex + 2]))
      return (colour * SIMD3<Float>(0.2126, 0.7152, 0.0722)).sum() / 255
    }
    return MeshTopology(
      rest: template, triangles: triangles, quads: quads, features: edges(false), fineFeatures: edges(true), quiet: quiet.map { Int32($0) },
      albedo: albedo)
  }
}

extension Exporter {
  /// Pixels of a picture and of a small one on a contact sheet.
  private static let pictureSize = (width: 480, height: 560)
  private static let sheetSize = (width: 200, height: 240)
  private static let sheetPictures = 24
  /// Frames that a moving picture takes its colours from.
  private static let colourFrames = 8

  /// A terminal recording, a moving picture, or a lit picture.
  func writePreview(_ take: ExportTake, to path: String, format: ExportFormat, report: inout ExportReport, progress: Progress) throws {
    try requireHeadBasis(take.clip, format: "a preview")
    switch format {
    case .cast: try writeCast(take, to: path, progress: progress)
    case .gif: try writeGIF(take, to: path, progress: progress)
    default: try writePicture(take, to: path)
    }
    report.paths.append(path)
  }

  private var camera: Camera {
    Camera(
      framing: Framing(vertices: options.head.template), yaw: Float(options.yawDegrees * .pi / 180),
      pitch: Float(options.pitchDegrees * .pi / 180),
      zoom: Float(options.zoom))
  }

  private func grids(_ take: ExportTake, frames: some Collection<Int>, progress: Progress, _ use: (Int, CellGrid) throws -> Void) throws {
    let topology = options.head.topology
    let rasterizer = Rasterizer()
    var steady = Steadiness()
    var poser = HeadPoser(options.head)
    var vertices: [Float] = []
    let size = GridSize(columns: options.previewColumns, rows: options.previewRows)
    for (index, frame) in frames.enumerated() {
      poser.pose(take.clip.frame(frame), into: &vertices)
      try use(frame, rasterizer.draw(vertices, topology, camera: camera, size: size, steady: &steady))
      try progress(index + 1, frames.count)
    }
  }

  private func writeCast(_ take: ExportTake, to path: String, progress: Progress) throws {
    let file = try AtomicFile(path, replacing: options.overwrite)
    var cast = Asciicast(size: GridSize(columns: options.previewColumns, rows: options.previewRows), title: take.name)
    var painter = AnsiPainter()
    cast.output("\u{1B}[?25l", milliseconds: 0)
    try grids(take, frames: 0..<take.clip.frameCount, progress: progress) { frame, grid in
      cast.output(painter.frame(grid), milliseconds: Int((Double(frame) / take.clip.framesPerSecond * 1000).rounded()))
      try file.write(cast.drain())
    }
    cast.output("\u{1B}[0m\u{1B}[?25h\r\n", milliseconds: Int((take.clip.seconds * 1000).rounded()))
    try file.write(cast.drain())
    try file.commit()
  }

  private func writeGIF(_ take: ExportTake, to path: String, progress: Progress) throws {
    let file = try AtomicFile(path, replacing: options.overwrite)
    let painter = GridPainter()
    let count = take.clip.frameCount
    var samples: [Picture] = []
    try grids(take, frames: Array(stride(from: 0, to: count, by: max(1, count / Self.colourFrames))), progress: { _, _ in }) { _, grid in
      samples.append(painter.paint(grid))
    }
    guard let first = samples.first else { throw ExportError.emptyClip(path: path) }
    let encoder = try GIFEncoder(colours: ColourTable(samples), width: first.width, height: first.height)
    samples = []
    // Hundredths add up to the clip's time whatever its rate.
    func hundredths(_ frame: Int) -> Int { Int((Double(frame) / take.clip.framesPerSecond * 100).rounded()) }
    var shown: (grid: CellGrid, picture: Picture)?
    try grids(take, frames: 0..<count, progress: progress) { frame, grid in
      var picture: Picture
      if let last = shown {
        picture = last.picture
        painter.repaint(&picture, from: last.grid, to: grid)
      } else {
        picture = painter.paint(grid)
      }
      try encoder.add(picture, hundredths: max(2, hundredths(frame + 1) - hundredths(frame)))
      try file.write(encoder.drain())
      shown = (grid, picture)
    }
    try encoder.finish()
    try file.write(encoder.drain())
    try file.commit()
  }

  /// One lit frame, or a sheet of frames spread over the clip.
  private func writePicture(_ take: ExportTake, to path: String) throws {
    let topology = options.head.topology
    var poser = HeadPoser(options.head)
    var vertices: [Float] = []
    if let frame = options.pictureFrame {
      guard (0..<take.clip.frameCount).contains(frame) else {
        throw ExportError.badRange(range: "\(frame)", frames: take.clip.frameCount)
      }
      poser.pose(take.clip.frame(frame), into: &vertices)
      let portrait = Portrait(width: Self.pictureSize.width, height: Self.pictureSize.height)
      let picture = portrait.draw(vertices, topology, colours: options.head.colors, camera: camera)
      return try AtomicFile.write(PNG.encode(picture), to: path, replacing: options.overwrite)
    }
    let count = min(Self.sheetPictures, take.clip.frameCount)
    let frames = (0..<count).map { count == 1 ? 0 : $0 * (take.clip.frameCount - 1) / (count - 1) }
    let portrait = Portrait(width: Self.sheetSize.width, height: Self.sheetSize.height)
    let poses = frames.map { frame in
      poser.pose(take.clip.frame(frame), into: &vertices)
      return vertices
    }
    let pictures = concurrently(count) { portrait.draw(poses[$0], topology, colours: options.head.colors, camera: camera) }
    var sheet = ContactSheet(columns: 6)
    for (picture, frame) in zip(pictures, frames) {
      sheet.add(picture, caption: String(format: "%.2f s", Double(frame) / take.clip.framesPerSecond))
    }
    try AtomicFile.write(PNG.encode(sheet.picture()), to: path, replacing: options.overwrite)
  }
}
