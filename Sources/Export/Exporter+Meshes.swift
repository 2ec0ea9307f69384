import Containers
import Foundation
import Head
import Motion

extension Exporter {
  /// A vertex cache and, beside it, the .obj with the same vertices in the same order.
  ///
  /// PC2: little-endian header of 32 bytes, then frames × vertices × 3. MDD: big-endian counts, times in seconds, then positions.
  func writeVertexCache(
    _ take: ExportTake, to path: String, format: ExportFormat, report: inout ExportReport, progress: Progress
  ) throws {
    try requireHeadBasis(take.clip, format: "a vertex cache")
    let clip = take.clip
    let frames = Int32(clip.frameCount)
    let vertices = Int32(options.head.vertexCount)
    let object = (path as NSString).deletingPathExtension + ".obj"
    let rest = objText(options.head.template, comment: provenanceLine(clip))
    // The same .obj serves a .pc2 and a .mdd of one name.
    let isThere = FileManager.default.contents(atPath: object) == Data(rest.utf8)
    if !isThere, !options.overwrite, FileManager.default.fileExists(atPath: object) { throw ContainerError.exists(path: object) }
    let file = try AtomicFile(path, replacing: options.overwrite)
    if format == .pc2 {
      try file.write(Array("POINTCACHE2\0".utf8))
      for number in [Int32(1), vertices] { try file.write(bytes(number.littleEndian)) }
      for number in [Float(0), Float(1)] { try file.write(bytes(number.bitPattern.littleEndian)) }
      try file.write(bytes(frames.littleEndian))
    } else {
      for number in [frames, vertices] { try file.write(bytes(number.bigEndian)) }
      for frame in 0..<clip.frameCount { try file.write(bytes(Float(Double(frame) / clip.framesPerSecond).bitPattern.bigEndian)) }
    }
    var poser = HeadPoser(options.head)
    var posed: [Float] = []
    for frame in 0..<clip.frameCount {
      poser.pose(clip.frame(frame), into: &posed)
      if format == .pc2 {
        try posed.withUnsafeBytes { try file.write($0) }
      } else {
        try posed.map { $0.bitPattern.bigEndian }.withUnsafeBytes { try file.write($0) }
      }
      try progress(frame + 1, clip.frameCount)
    }
    try file.commit()
    do {
      if !isThere { try AtomicFile.write(rest, to: object, replacing: options.overwrite) }
    } catch {
      unlink(path)
      throw error
    }
    report.paths += [path, object]
  }

  private func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  private static let framesAtOnce = 16

  /// One `frame_%05d.obj` a frame.
  func writeOBJFolder(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    try requireHeadBasis(take.clip, format: "an .obj folder")
    let staging = try staged(path)
    var poser = HeadPoser(options.head)
    var posed: [Float] = []
    let faces = objFaces()
    for start in stride(from: 0, to: take.clip.frameCount, by: Self.framesAtOnce) {
      let frames = start..<min(start + Self.framesAtOnce, take.clip.frameCount)
      let poses = frames.map { frame in
        poser.pose(take.clip.frame(frame), into: &posed)
        return posed
      }
      let texts = concurrently(frames.count) { index in
        objText(poses[index], comment: "frame \(frames.lowerBound + index); " + provenanceLine(take.clip), faces: faces)
      }
      for (frame, text) in zip(frames, texts) {
        try AtomicFile.write(text, to: staging.path + "/frame_" + String(format: "%05d", frame) + ".obj")
        try progress(frame + 1, take.clip.frameCount)
      }
    }
    try staging.commit()
    report.paths.append(path)
  }

  /// The head as a Wavefront .obj: vertices in file order, quads where the head has them.
  func objText(_ vertices: [Float], comment: String, faces: String? = nil) -> String {
    var text = "# \(comment)\no head\n"
    text.reserveCapacity(vertices.count * 12 + 300_000)
    for vertex in stride(from: 0, to: vertices.count, by: 3) {
      text += "v \(vertices[vertex]) \(vertices[vertex + 1]) \(vertices[vertex + 2])\n"
    }
    return text + (faces ?? objFaces())
  }

  private func objFaces() -> String {
    let head = options.head
    let width = head.quads.isEmpty ? 3 : 4
    let indices = head.quads.isEmpty ? head.triangles : head.quads
    var text = ""
    for face in stride(from: 0, to: indices.count, by: width) {
      text += "f"
      for index in indices[face..<face + width] where index >= 0 { text += " \(index + 1)" }
      text += "\n"
    }
    return text
  }
}
