extension Rasterizer {
  /// Ordered thresholds of a 4 × 4 square, so that a lit surface does not crawl when it moves.
  static let thresholds: [Float] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5].map { ($0 + 0.5) / 16 }

  /// Turns dots, roles and depths into cells over what the grid already shows.
  func compose(
    _ size: GridSize, _ view: Projection, _ framing: Framing, _ style: DrawStyle, _ steady: inout Steadiness, known: Bool,
    over grid: inout CellGrid
  ) {
    let shaded = style.mode == .shaded && !style.ghost
    let near = framing.radius * view.scale
    let span = 1.45 * near
    let lines = lineDots.base
    let wires = wireDots.base
    let roles = self.roles.base
    let nearest = self.nearest.base
    let ascii = style.ascii ? AsciiShapes.table : []
    grid.cells.withUnsafeMutableBufferPointer { cells in
      steady.levels.withUnsafeMutableBufferPointer { levels in
        for i in 0..<size.count {
          if shaded {
            if let cell = shadedCell(i, size, style, ascii) {
              cells[i] = Cell(glyph: cell.glyph, role: cell.role, level: settle(cell.tone * 8, &levels[i]), dots: cell.dots)
            } else {
              levels[i] = 255
            }
            continue
          }
          let dots = lines[i] != 0 ? lines[i] : wires[i]
          if dots == 0 {
            levels[i] = 255
            continue
          }
          let role = style.ghost ? CellRole.ghost : CellRole(rawValue: roles[i]) ?? .wire
          if cells[i].role == .ghost && role == .wire { continue }
          let level = settle((near - nearest[i]) / span * 8, &levels[i])
          let glyph = style.ascii ? UInt32(ascii[Int(dots)]) : Braille.glyph(dots)
          cells[i] = Cell(glyph: glyph, role: role, level: level, dots: dots)
        }
      }
    }
  }

  /// The level of a value 0…8, keeping the last level until the value has clearly left it.
  @inline(__always)
  private func settle(_ value: Float, _ last: inout UInt8) -> UInt8 {
    let limited = max(0, min(Float(Cell.levels) - 0.01, value))
    if last != 255, abs(limited - Float(last) - 0.5) < 0.8 { return last }
    last = UInt8(limited)
    return last
  }

  private func shadedCell(
    _ cell: Int, _ size: GridSize, _ style: DrawStyle, _ ascii: [UInt8]
  ) -> (glyph: UInt32, role: CellRole, tone: Float, dots: UInt8)? {
    let width = size.dotColumns
    let x0 = (cell % size.columns) * 2
    let y0 = (cell / size.columns) * 4
    var dots: UInt8 = 0
    var covered: Float = 0
    var sum: Float = 0
    for i in 0..<8 {
      let x = x0 + (i & 1)
      let y = y0 + (i >> 1)
      let value = glow.base[y * width + x]
      if value < 0 { continue }
      covered += 1
      sum += value
      let tone = style.darkInk ? 1 - value : value
      if (tone + tone.squareRoot()) * 0.5 > Rasterizer.thresholds[(y & 3) * 4 + (x & 3)] { dots |= Braille.bits[i] }
    }
    let marks = lineDots.base[cell]
    if covered == 0 { return nil }
    let mean = sum / covered
    let tone = style.darkInk ? mean : 1 - mean
    if style.ascii {
      if marks != 0 { return (UInt32(ascii[Int(marks)]), .feature, 0, marks) }
      let light = style.darkInk ? 1 - mean : mean
      let ink = (light + light.squareRoot()) * 0.5 * covered / 8
      let glyph = AsciiShapes.ramp[min(AsciiShapes.ramp.count - 1, Int(ink * Float(AsciiShapes.ramp.count)))]
      return glyph == 0x20 ? nil : (UInt32(glyph), .shade, tone, dots)
    }
    let carved = style.darkInk ? dots | marks : dots & ~marks
    return carved == 0 ? nil : (Braille.glyph(carved), .shade, tone, carved)
  }
}
