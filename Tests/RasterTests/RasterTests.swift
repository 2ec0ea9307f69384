import Foundation
import Raster
import Tensor
import TestSupport
import Testing

private let bust = Bust()
private let topology = MeshTopology(rest: bust.vertices, triangles: bust.triangles, quads: bust.quads, features: bust.mouth)
private let framing = Framing(vertices: bust.vertices)

private func sphere(radius: Float, z: Float, rings: Int = 24) -> ([Float], [Int32]) {
  var v: [Float] = []
  var t: [Int32] = []
  for r in 0...rings {
    for a in 0..<rings {
      let (p, q) = (Float(r) / Float(rings) * Float.pi, Float(a) / Float(rings) * 2 * Float.pi)
      v += [radius * sin(p) * sin(q), radius * cos(p), z + radius * sin(p) * cos(q)]
    }
  }
  for r in 0..<rings {
    for a in 0..<rings {
      let b = (a + 1) % rings
      // At the poles the whole ring is one vertex.
      let (top, bottom) = (r == 0, r == rings - 1)
      let q = [
        r * rings + (top ? 0 : a), (r + 1) * rings + (bottom ? 0 : a), (r + 1) * rings + (bottom ? 0 : b), r * rings + (top ? 0 : b),
      ]
      .map(Int32.init)
      if r < rings - 1 { t += [q[0], q[1], q[2]] }
      if r > 0 { t += [q[0], q[2], q[3]] }
    }
  }
  return (v, t)
}

@Suite struct MeshTopologyTests {
  @Test func everyEdgeOfAClosedMeshHasTwoFaces() {
    let (v, t) = sphere(radius: 0.1, z: 0)
    let mesh = MeshTopology(rest: v, triangles: t)
    let open = mesh.edges.filter { $0.right < 0 }
    #expect(open.count == 0)
    // Euler: V − E + F = 2, counting the vertices in use.
    #expect(Set(t).count - mesh.edges.count + mesh.triangleCount == 2)
  }

  @Test func diagonalsOfQuadsAreFoundWithAndWithoutTheQuadList() {
    let guessed = MeshTopology(rest: bust.vertices, triangles: bust.triangles)
    let given = topology.edges.count { $0.flags.contains(.diagonal) }
    #expect(given == bust.quads.count / 4)
    let found = guessed.edges.count { $0.flags.contains(.diagonal) }
    #expect(Double(found) > 0.95 * Double(given))
  }

  @Test func sparseWireIsEvenAndNested() {
    var counts: [Int] = []
    for stride in [1, 2, 4, 8] as [UInt8] { counts.append(topology.edges.count { $0.stride >= stride }) }
    for (finer, coarser) in zip(counts, counts.dropFirst()) {
      #expect(Double(coarser) < 0.62 * Double(finer) && Double(coarser) > 0.35 * Double(finer), "\(counts)")
    }
  }

  @Test func indicesOutOfRangeAreDropped() {
    let mesh = MeshTopology(
      rest: bust.vertices, triangles: bust.triangles + [0, 1, 99999, -1, 2, 3], quads: bust.quads + [0, 1, 2, 99999], features: [0, 77777],
      quiet: [-4, 99999])
    #expect(mesh.triangleCount == topology.triangleCount)
    #expect(mesh.looseFeatures.isEmpty)
  }

  @Test func featureThatIsNoEdgeIsStillDrawn() {
    let loose = MeshTopology(rest: bust.vertices, triangles: bust.triangles, quads: bust.quads, features: [60 * 20, 60 * 24 + 3])
    #expect(loose.looseFeatures.count == 1)
    let grid = Rasterizer().draw(
      bust.vertices, loose, camera: Camera(framing: framing), size: GridSize(columns: 60, rows: 30), style: DrawStyle(bare: true))
    #expect(grid.cells.contains { $0.role == .feature })
  }
}

@Suite struct DrawingTests {
  @Test(arguments: [
    ("front-80x40", 80, 40, Float(0), DrawStyle()), ("threequarter-80x40", 80, 40, 0.6, DrawStyle()),
    ("dense-40x20", 40, 20, 0.3, DrawStyle(mode: .dense)), ("shaded-60x30", 60, 30, -0.5, DrawStyle(mode: .shaded)),
    ("ascii-80x24", 80, 24, 0.4, DrawStyle(ascii: true)), ("ascii-shaded-60x24", 60, 24, 0.4, DrawStyle(mode: .shaded, ascii: true)),
  ])
  func screenIsAsRecorded(_ name: String, _ columns: Int, _ rows: Int, _ yaw: Float, _ style: DrawStyle) {
    let grid = Rasterizer().draw(
      bust.vertices, topology, camera: Camera(framing: framing, yaw: yaw, pitch: 0.1), size: GridSize(columns: columns, rows: rows),
      style: style)
    let problem = Snapshot.difference(grid.text, module: "Raster", name: "\(name).txt")
    #expect(problem == nil, "\(problem ?? "")")
  }

  @Test func hiddenLinesAreHidden() {
    // A small ball behind a large one must not be seen; in front of it, it must.
    let (big, tb) = sphere(radius: 0.1, z: 0)
    let (far, tf) = sphere(radius: 0.03, z: -0.2)
    let (near, _) = sphere(radius: 0.03, z: 0.2)
    let offset = Int32(big.count / 3)
    let triangles = tb + tf.map { $0 + offset }
    let camera = Camera(framing: Framing(vertices: big))
    let size = GridSize(columns: 60, rows: 30)
    let style = DrawStyle(mode: .dense)
    let mesh = MeshTopology(rest: big + far, triangles: triangles)
    let alone = Rasterizer().draw(big, MeshTopology(rest: big, triangles: tb), camera: camera, size: size, style: style)
    let behind = Rasterizer().draw(big + far, mesh, camera: camera, size: size, style: style)
    let before = Rasterizer().draw(big + near, mesh, camera: camera, size: size, style: style)
    let moved = zip(alone.cells, behind.cells).count { $0.dots != $1.dots }
    #expect(moved == 0)
    #expect(zip(alone.cells, before.cells).count { $0.dots != $1.dots } > 20)
  }

  @Test func everyGlyphIsAllowedInEveryModeAndView() {
    var random = RandomSource(seed: 7)
    let drawer = Rasterizer()
    for _ in 0..<60 {
      let style = DrawStyle(
        mode: DrawStyle.Mode.allCases[random.index(3)], ascii: random.chance(0.5), ghost: random.chance(0.2), darkInk: random.chance(0.5))
      let size = GridSize(columns: random.index(120), rows: random.index(50))
      let camera = Camera(
        framing: framing, yaw: Float(random.uniform(-7, 7)), pitch: Float(random.uniform(-2, 2)), zoom: Float(random.uniform(0.1, 12)),
        panX: Float(random.uniform(-1, 1)), panY: Float(random.uniform(-1, 1)))
      let grid = drawer.draw(bust.vertices, topology, camera: camera, size: size, style: style)
      #expect(grid.cells.count == size.count)
      for cell in grid.cells {
        let braille = cell.glyph > 0x2800 && cell.glyph <= 0x28ff
        let plain = cell.glyph >= 0x20 && cell.glyph < 0x7f
        #expect(style.ascii ? plain : (braille || cell.glyph == 0x20))
        #expect(cell.level < 8)
      }
    }
  }

  @Test func notANumberDrawsNothingAndDoesNotTrap() {
    var broken = bust.vertices
    for i in stride(from: 0, to: broken.count, by: 7) { broken[i] = [Float.nan, .infinity, -1e30][i % 3] }
    let grid = Rasterizer().draw(broken, topology, camera: Camera(framing: framing), size: GridSize(columns: 80, rows: 40))
    #expect(grid.cells.count == 3200)
  }

  @Test func onionSkinKeepsTheGhostUnderTheWire() {
    let drawer = Rasterizer()
    let open = Bust(jaw: 1)
    var steady = Steadiness()
    var grid = CellGrid(size: GridSize(columns: 80, rows: 40))
    var memory = Steadiness()
    drawer.draw(open.vertices, topology, camera: Camera(framing: framing), style: DrawStyle(ghost: true), steady: &memory, over: &grid)
    #expect(grid.cells.contains { $0.role == .ghost })
    drawer.draw(bust.vertices, topology, camera: Camera(framing: framing), style: DrawStyle(), steady: &steady, over: &grid)
    #expect(grid.cells.contains { $0.role == .ghost })
    #expect(grid.cells.contains { $0.role == .feature })
  }
}

@Suite struct SteadinessTests {
  /// Cells that differ between one frame and the next, over a slowly breathing face.
  private func flicker(steady keep: Bool) -> Int {
    let drawer = Rasterizer()
    var steady = Steadiness()
    var last: CellGrid?
    var changed = 0
    for frame in 0..<60 {
      var vertices = bust.vertices
      for i in stride(from: 0, to: vertices.count, by: 3) {
        vertices[i + 1] += 0.0002 * sin(Float(frame) * 0.9 + vertices[i] * 40)
        vertices[i + 2] += 0.0004 * sin(Float(frame) * 0.7 + vertices[i + 1] * 30)
      }
      if !keep { steady = Steadiness() }
      let grid = drawer.draw(
        vertices, topology, camera: Camera(framing: framing, yaw: 0.4), size: GridSize(columns: 120, rows: 50), steady: &steady)
      if let last { changed += zip(last.cells, grid.cells).count { $0 != $1 } }
      last = grid
    }
    return changed
  }

  @Test func aBreathingFaceHardlyFlickers() {
    let (with, without) = (flicker(steady: true), flicker(steady: false))
    #expect(with * 4 < without, "cells changed: \(with) with memory, \(without) without")
  }

  @Test func sameFramesGiveTheSamePictures() {
    let a = Rasterizer().draw(bust.vertices, topology, camera: Camera(framing: framing), size: GridSize(columns: 80, rows: 40))
    let drawer = Rasterizer()
    _ = drawer.draw(Bust(jaw: 1).vertices, topology, camera: Camera(framing: framing, yaw: 1), size: GridSize(columns: 30, rows: 9))
    let b = drawer.draw(bust.vertices, topology, camera: Camera(framing: framing), size: GridSize(columns: 80, rows: 40))
    #expect(a == b)
  }
}

@Suite struct AsciiShapeTests {
  @Test(arguments: [
    (UInt8(0), " "), (0xff, "#"), (0b0100_0111, "|"), (0b1011_1000, "|"), (0b0001_0010, "-"), (0b1100_0000, "_"), (0b0100_0000, "."),
    (0x01, "'"), (0b0101_1100, "/"), (0b1010_0011, "\\"),
  ])
  func patternsTakeTheGlyphOfTheirShape(_ dots: UInt8, _ glyph: String) {
    #expect(String(UnicodeScalar(AsciiShapes.table[Int(dots)])) == glyph)
  }

  @Test func onlyTheEmptyPatternIsASpace() {
    #expect(AsciiShapes.table.count == 256)
    #expect(AsciiShapes.table.indices.filter { AsciiShapes.table[$0] == 0x20 } == [0])
  }
}
