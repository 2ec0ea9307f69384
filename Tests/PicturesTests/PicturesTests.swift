import Foundation
import Pictures
import Raster
import TestSupport
import Testing

private func ball(_ n: Int = 24) -> (vertices: [Float], triangles: [Int32]) {
  var v: [Float] = []
  var t: [Int32] = []
  for r in 0...n {
    for a in 0..<n {
      let (p, q) = (Float(r) / Float(n) * Float.pi, Float(a) / Float(n) * 2 * Float.pi)
      v += [0.1 * sin(p) * sin(q), 0.1 * cos(p), 0.1 * sin(p) * cos(q)]
    }
  }
  for r in 0..<n {
    for a in 0..<n {
      let b = (a + 1) % n
      let q = [r * n + a, (r + 1) * n + a, (r + 1) * n + b, r * n + b].map(Int32.init)
      t += [q[0], q[1], q[2], q[0], q[2], q[3]]
    }
  }
  return (v, t)
}

private func gridOfBall() -> CellGrid {
  let (v, t) = ball()
  let camera = Camera(framing: Framing(vertices: v))
  return Rasterizer().draw(v, MeshTopology(rest: v, triangles: t), camera: camera, size: GridSize(columns: 20, rows: 10))
}

@Suite struct FileTests {
  @Test func pngHasItsSizeInTheHeader() throws {
    let bytes = try PNG.encode(GridPainter().paint(gridOfBall()))
    #expect(Array(bytes.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
    #expect(Array(bytes[16..<24]) == [0, 0, 0, 160, 0, 0, 0, 160])
    #expect(bytes == (try PNG.encode(GridPainter().paint(gridOfBall()))))
  }

  @Test func gifHasAllItsFramesAndRepeats() throws {
    var frames = [Picture(width: 30, height: 20, colour: Colour(255, 0, 0))]
    for x in 0..<30 { frames[0][x, 3] = Colour(0, UInt8(x * 8), 90) }
    frames.append(Picture(width: 30, height: 20, colour: Colour(0, 0, 255)))
    let bytes = try GIF.encode(frames)
    #expect(String(decoding: bytes.prefix(6), as: UTF8.self) == "GIF89a")
    #expect(Array(bytes[6..<10]) == [30, 0, 20, 0])
    #expect(String(decoding: bytes, as: UTF8.self).contains("NETSCAPE2.0"))
    let controls = (0..<bytes.count - 2).count { bytes[$0] == 0x21 && bytes[$0 + 1] == 0xf9 && bytes[$0 + 2] == 4 }
    #expect(controls == 2)
    #expect(bytes.last == 0x3b)
  }

  /// Boxes of an animation's pictures, by the descriptor that follows each control block.
  private func boxes(_ bytes: [UInt8]) -> [[Int]] {
    (0..<bytes.count - 17).filter { bytes[$0] == 0x21 && bytes[$0 + 1] == 0xf9 && bytes[$0 + 2] == 4 && bytes[$0 + 8] == 0x2c }.map { at in
      (0..<4).map { Int(bytes[at + 9 + $0 * 2]) | Int(bytes[at + 10 + $0 * 2]) << 8 }
    }
  }

  @Test func gifHoldsOnlyWhatChanges() throws {
    var frames = [Picture](repeating: Picture(width: 30, height: 20, colour: Colour(40, 40, 40)), count: 3)
    for (x, y) in [(4, 3), (20, 9)] { frames[1][x, y] = Colour(250, 10, 10) }
    frames[2] = frames[1]
    #expect(boxes(try GIF.encode(frames)) == [[0, 0, 30, 20], [4, 3, 17, 7], [0, 0, 1, 1]])
    // Colours that the table was not made from are drawn by the nearest of its own, and bytes come as they are made.
    let encoder = try GIFEncoder(colours: ColourTable([frames[0]]), width: 30, height: 20)
    try encoder.add(frames[0], hundredths: 4)
    let start = encoder.drain()
    try encoder.add(frames[1], hundredths: 4)
    try encoder.finish()
    #expect(boxes(start + encoder.drain()).count == 2 && start.starts(with: Array("GIF89a".utf8)))
  }

  @Test func repaintingEqualsPainting() {
    let painter = GridPainter()
    let grids = [0.0, 0.4, 0.9].map { turn in
      let (v, t) = ball()
      let camera = Camera(framing: Framing(vertices: v), yaw: Float(turn))
      return Rasterizer().draw(v, MeshTopology(rest: v, triangles: t), camera: camera, size: GridSize(columns: 20, rows: 10))
    }
    var picture = painter.paint(grids[0])
    for (old, grid) in zip(grids, grids.dropFirst()) {
      painter.repaint(&picture, from: old, to: grid)
      #expect(picture == painter.paint(grid))
    }
    #expect(grids[0] != grids[2])
  }

  @Test func faultsAreSaid() {
    #expect(throws: PicturesError.empty) { try PNG.encode(Picture(width: 0, height: 4)) }
    #expect(throws: PicturesError.empty) { try GIF.encode([]) }
    #expect(throws: PicturesError.sizes(expected: "2 × 2", found: "3 × 2")) {
      try GIF.encode([Picture(width: 2, height: 2), Picture(width: 3, height: 2)])
    }
  }

  @Test func castIsOneJsonValueALine() throws {
    var cast = Asciicast(size: GridSize(columns: 80, rows: 24), title: "a \"b\"")
    cast.output("\u{1b}[2J⣿\r\n", milliseconds: 40)
    cast.output("x", milliseconds: 12_005)
    let lines = cast.text.split(separator: "\n")
    #expect(lines.count == 3)
    let head = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(head["width"] as? Int == 80 && head["version"] as? Int == 2 && head["title"] as? String == "a \"b\"")
    let event = try #require(try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [Any])
    #expect(event[0] as? Double == 0.04 && event[2] as? String == "\u{1b}[2J⣿\r\n")
    #expect(lines[2].hasPrefix("[12.005"))
  }
}

@Suite struct PaintingTests {
  @Test func dotsLieWhereTheBitsSay() {
    var grid = CellGrid(size: GridSize(columns: 2, rows: 1))
    grid[1, 0] = Cell(glyph: 0x2880, role: .feature, level: 0, dots: 0x80)
    let picture = GridPainter(cellWidth: 8).paint(grid)
    #expect(picture[13, 13].lightness > 0.7)
    #expect(picture[9, 13].lightness < 0.2 && picture[5, 13].lightness < 0.2)
  }

  @Test func everyPrintableCharacterHasAGlyph() {
    for code in UInt8(0x21)...0x7e {
      var picture = Picture(width: 8, height: 16)
      StrokeFont.draw(Character(UnicodeScalar(code)), in: &picture, x: 0, y: 0, width: 8, height: 16, colour: Colour(255, 255, 255))
      #expect(picture.rgb.contains { $0 > 120 }, "no ink for \(UnicodeScalar(code))")
    }
  }

  @Test func portraitIsLitFromTheUpperLeft() {
    let (v, t) = ball()
    let picture = Portrait(width: 60, height: 60).draw(
      v, MeshTopology(rest: v, triangles: t), camera: Camera(framing: Framing(vertices: v)))
    #expect(picture[20, 18].lightness > picture[40, 44].lightness + 0.15)
    #expect(picture[30, 30].lightness > picture[1, 1].lightness)
  }

  @Test func onlyChangesAreWritten() {
    var painter = AnsiPainter()
    let grid = gridOfBall()
    let whole = painter.frame(grid)
    #expect(whole.contains("\u{1b}[2J"))
    #expect(painter.frame(grid) == "")
    var other = grid
    other[4, 5] = Cell(glyph: 0x28ff, role: .feature, level: 0, dots: 255)
    let change = painter.frame(other)
    #expect(change == "\u{1b}[6;5H\u{1b}[38;2;255;246;232m⣿")
  }

  @Test(arguments: ColourDepth.allCases) func replayedBytesGiveTheScreen(_ depth: ColourDepth) {
    var painter = AnsiPainter(depth: depth, lineFeeds: depth == .indexed)
    let (v, t) = ball()
    let mesh = MeshTopology(rest: v, triangles: t)
    let size = GridSize(columns: 30, rows: 12)
    var terminal = VirtualTerminal(30, 12)
    let drawer = Rasterizer()
    for k in 0..<12 {
      let camera = Camera(framing: Framing(vertices: v), yaw: Float(k) * 0.1, zoom: 0.6 + Float(k % 5) * 0.2)
      let grid = drawer.draw(v, mesh, camera: camera, size: size)
      terminal.feed(painter.frame(grid).utf8)
      let wanted = (0..<12).map { r in (0..<30).map { String(Character(UnicodeScalar(grid[$0, r].glyph) ?? " ")) } }
      #expect(terminal.cells == wanted)
    }
  }

  @Test func contactSheetHoldsItsPictures() {
    var sheet = ContactSheet(columns: 3)
    for i in 0..<5 { sheet.add(Picture(width: 40, height: 30, colour: Colour(UInt8(i * 50), 0, 0)), caption: "no \(i)") }
    let picture = sheet.picture()
    #expect(picture.width == 3 * 44 + 4 && picture.height == 2 * 54 + 4)
    #expect(picture[4 + 44 + 20, 4 + 54 + 10] == Colour(200, 0, 0))
  }
}
