// Few rows times a matrix packed for it. Widening 16 and 8 bit numbers lane by lane is a call the compiler does not inline here, so
// weights are packed into 32-bit lanes from which a shift and a mask make floats (three to four instructions for sixteen weights).

/// A way to pack weights into 32-bit lanes.
protocol WeightPacking {
  /// Weights a lane holds: those of inputs i, i + 16, … from the lowest bits up.
  static var parts: Int { get }
  /// What every decoded weight is too large by, in units of the row's scale.
  static var offset: Float { get }
  /// The weights of one part of sixteen lanes.
  static func weights(_ lanes: SIMD16<UInt32>, part: Int) -> SIMD16<Float>
}

/// 32 bits: floats as they are, in the order in which one product reads them.
enum SinglePacking: WeightPacking {
  static let parts = 1
  static let offset: Float = 0
  @inline(__always) static func weights(_ lanes: SIMD16<UInt32>, part: Int) -> SIMD16<Float> {
    unsafeBitCast(lanes, to: SIMD16<Float>.self)
  }
}

/// 16 bits: sign, 5 bits of exponent, 10 of fraction, as IEEE half floats but for magnitudes from 2⁻³¹ to 2 times a power of two a row.
enum HalfPacking: WeightPacking {
  static let parts = 2
  static let offset: Float = 0

  @inline(__always) static func weights(_ lanes: SIMD16<UInt32>, part: Int) -> SIMD16<Float> {
    let signed = unsafeBitCast(lanes, to: SIMD16<Int32>.self)
    return float(part == 0 ? signed &<< 16 : signed)
  }

  /// The upper half of each lane as a float: the sign shifts into the exponent's top, which becomes 011.
  @inline(__always) private static func float(_ lanes: SIMD16<Int32>) -> SIMD16<Float> {
    unsafeBitCast((lanes &>> 3) & Int32(bitPattern: 0xBFFF_E000) | 0x3000_0000, to: SIMD16<Float>.self)
  }

  static func bits(_ value: Float) -> UInt32 {
    let sign = value < 0 ? UInt32(0x8000) : 0
    // Rounds to 10 bits of fraction (to even).
    let magnitude = abs(value).bitPattern
    let rounded = (magnitude &+ 0x0FFF &+ (magnitude >> 13 & 1)) >> 13
    let lowest = UInt32(96) << 10
    return sign | (rounded < lowest ? 0 : min(rounded - lowest, 0x7FFF))
  }

  static func value(_ bits: UInt32) -> Float {
    Float(bitPattern: (bits & 0x8000) << 16 | ((bits & 0x7FFF) + (96 << 10)) << 13)
  }
}

/// 8 bits: −127…127 plus 128. As the top bits of a float's fraction a byte u reads as 256 + u, and 384 times the sum of x is taken off at
/// the end.
enum BytePacking: WeightPacking {
  static let parts = 4
  static let offset: Float = 384

  @inline(__always) static func weights(_ lanes: SIMD16<UInt32>, part: Int) -> SIMD16<Float> {
    switch part {
    case 0: float(lanes &<< 15)
    case 1: float(lanes &<< 7)
    case 2: float(lanes &>> 1)
    default: float(lanes &>> 9)
    }
  }

  @inline(__always) private static func float(_ lanes: SIMD16<UInt32>) -> SIMD16<Float> {
    unsafeBitCast(lanes & 0x007F_8000 | 0x4380_0000, to: SIMD16<Float>.self)
  }
}

/// Packed rows in memory: `whole` inputs of each row in lanes, the rest (fewer than a group) as floats.
///
/// Four rows lie interleaved, sixteen lanes of each in turn: one product reads one stream from front to back, as memory likes it
/// (four streams within a page are read half as fast).
public struct PackedRows: @unchecked Sendable {
  public enum Kind: Sendable, Hashable {
    case single, half, byte
    /// Inputs that one group of sixteen lanes holds.
    var columns: Int {
      switch self {
      case .single: 16 * SinglePacking.parts
      case .half: 16 * HalfPacking.parts
      case .byte: 16 * BytePacking.parts
      }
    }
  }

  public let kind: Kind
  public let inputs: Int
  /// Lanes of all rows, four rows after four rows.
  public let lanes: UnsafeMutablePointer<UInt32>
  /// One factor an output.
  public let scales: UnsafeMutablePointer<Float>
  /// The inputs that fill no group, row after row.
  public let rest: UnsafeMutablePointer<Float>

  public init(
    kind: Kind, inputs: Int, lanes: UnsafeMutablePointer<UInt32>, scales: UnsafeMutablePointer<Float>, rest: UnsafeMutablePointer<Float>
  ) {
    self.kind = kind
    self.inputs = inputs
    self.lanes = lanes
    self.scales = scales
    self.rest = rest
  }

  public static func wholeInputs(_ kind: Kind, inputs: Int) -> Int { inputs / kind.columns * kind.columns }
  /// 32-bit lanes of all rows; the last four are filled up.
  public static func laneCount(_ kind: Kind, outputs: Int, inputs: Int) -> Int { (outputs + 3) / 4 * 4 * (inputs / kind.columns) * 16 }

  public var whole: Int { Self.wholeInputs(kind, inputs: inputs) }
  private var groups: Int { inputs / kind.columns }

  /// The lanes of a row's group.
  private func lanes(_ output: Int, group: Int) -> UnsafeMutablePointer<UInt32> {
    lanes + ((output >> 2) * groups + group) * 64 + (output & 3) * 16
  }

  /// Packs one row of finite floats.
  public func pack(_ row: UnsafePointer<Float>, at output: Int) {
    if kind == .single {
      scales[output] = 1
      for group in 0..<groups {
        UnsafeMutableRawPointer(lanes(output, group: group)).copyMemory(from: row + group * 16, byteCount: 64)
      }
      for i in whole..<inputs { rest[output * (inputs - whole) + i - whole] = row[i] }
      return
    }
    var largest: Float = 0
    for i in 0..<inputs { largest = max(largest, abs(row[i])) }
    let scale: Float =
      largest == 0 ? 1 : kind == .half ? Float(sign: .plus, exponent: largest.exponent, significand: 1) : largest / 127
    scales[output] = scale
    for group in 0..<groups {
      let source = row + group * kind.columns, target = lanes(output, group: group)
      for lane in 0..<16 {
        var word: UInt32 = 0
        for part in 0..<kind.columns / 16 {
          let value = source[part * 16 + lane] / scale
          word |=
            kind == .half
            ? HalfPacking.bits(value) << UInt32(16 * part)
            : UInt32(Int32(value.rounded(.toNearestOrEven)) + 128) << UInt32(8 * part)
        }
        target[lane] = word
      }
    }
    for i in whole..<inputs { rest[output * (inputs - whole) + i - whole] = row[i] / scale }
  }

  /// One row as floats.
  public func unpack(_ output: Int, into target: UnsafeMutablePointer<Float>) {
    if kind == .single {
      for group in 0..<groups {
        UnsafeMutableRawPointer(target + group * 16).copyMemory(from: lanes(output, group: group), byteCount: 64)
      }
      for i in whole..<inputs { target[i] = rest[output * (inputs - whole) + i - whole] }
      return
    }
    let scale = scales[output]
    for group in 0..<groups {
      let source = lanes(output, group: group)
      for lane in 0..<16 {
        let word = source[lane]
        for part in 0..<kind.columns / 16 {
          target[group * kind.columns + part * 16 + lane] =
            kind == .half
            ? HalfPacking.value(word >> UInt32(16 * part) & 0xFFFF) * scale
            : (Float(word >> UInt32(8 * part) & 0xFF) - 128) * scale
        }
      }
    }
    for i in whole..<inputs { target[i] = rest[output * (inputs - whole) + i - whole] * scale }
  }
}

/// As `gemv(fp32:)` with packed weights.
public func gemv(
  packed w: PackedRows, outputs: Range<Int>, x: UnsafePointer<Float>, xStride: Int = 0, batch: Int = 1,
  bias: UnsafePointer<Float>? = nil, y: UnsafeMutablePointer<Float>, yStride: Int = 0
) {
  switch w.kind {
  case .single: packedRowsTimes(SinglePacking.self, w, outputs, x, xStride, batch, bias, y, yStride)
  case .half: packedRowsTimes(HalfPacking.self, w, outputs, x, xStride, batch, bias, y, yStride)
  case .byte: packedRowsTimes(BytePacking.self, w, outputs, x, xStride, batch, bias, y, yStride)
  }
}

@inline(__always) private func loadLanes(_ p: UnsafePointer<UInt32>) -> SIMD16<UInt32> {
  UnsafeRawPointer(p).loadUnaligned(as: SIMD16<UInt32>.self)
}

/// Sums of four interleaved rows for one x.
@inline(__always) private func four<P: WeightPacking>(_: P.Type, _ rows: UnsafePointer<UInt32>, _ groups: Int, _ x: UnsafePointer<Float>)
  -> SIMD4<Float>
{
  var a = Lanes.zero, b = Lanes.zero, c = Lanes.zero, d = Lanes.zero
  var x = x, w = rows
  for _ in 0..<groups {
    let p = loadLanes(w), q = loadLanes(w + 16), r = loadLanes(w + 32), s = loadLanes(w + 48)
    for part in 0..<P.parts {
      let v = load16(x + part &* 16)
      a.addProduct(v, P.weights(p, part: part))
      b.addProduct(v, P.weights(q, part: part))
      c.addProduct(v, P.weights(r, part: part))
      d.addProduct(v, P.weights(s, part: part))
    }
    x += P.parts &* 16
    w += 64
  }
  return SIMD4(total(a), total(b), total(c), total(d))
}

/// Sums of four interleaved rows for two x, reading and widening the weights once.
@inline(__always) private func fourByTwo<P: WeightPacking>(
  _: P.Type, _ rows: UnsafePointer<UInt32>, _ groups: Int, _ x: UnsafePointer<Float>, _ z: UnsafePointer<Float>
) -> (SIMD4<Float>, SIMD4<Float>) {
  var a = Lanes.zero, b = Lanes.zero, c = Lanes.zero, d = Lanes.zero
  var e = Lanes.zero, f = Lanes.zero, g = Lanes.zero, h = Lanes.zero
  var x = x, z = z, w = rows
  for _ in 0..<groups {
    let p = loadLanes(w), q = loadLanes(w + 16), r = loadLanes(w + 32), s = loadLanes(w + 48)
    for part in 0..<P.parts {
      let v = load16(x + part &* 16), u = load16(z + part &* 16)
      let i = P.weights(p, part: part), j = P.weights(q, part: part), k = P.weights(r, part: part), l = P.weights(s, part: part)
      a.addProduct(v, i)
      b.addProduct(v, j)
      c.addProduct(v, k)
      d.addProduct(v, l)
      e.addProduct(u, i)
      f.addProduct(u, j)
      g.addProduct(u, k)
      h.addProduct(u, l)
    }
    x += P.parts &* 16
    z += P.parts &* 16
    w += 64
  }
  return (SIMD4(total(a), total(b), total(c), total(d)), SIMD4(total(e), total(f), total(g), total(h)))
}

@inline(__always) private func packedRowsTimes<P: WeightPacking>(
  _: P.Type, _ w: PackedRows, _ outputs: Range<Int>, _ x: UnsafePointer<Float>, _ xStride: Int, _ batch: Int,
  _ bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ yStride: Int
) {
  let whole = w.whole, groups = whole / (P.parts &* 16), restCount = w.inputs &- whole
  func finish(_ sums: SIMD4<Float>, _ first: Int, _ taken: Float, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    // Of four rows those outside the range are not stored.
    for o in max(first, outputs.lowerBound)..<min(first &+ 4, outputs.upperBound) {
      var value = sums[o &- first] - taken
      for r in 0..<restCount { value.addProduct(x[whole &+ r], w.rest[o &* restCount &+ r]) }
      value *= w.scales[o]
      if let bias { value += bias[o] }
      y[o] = value
    }
  }
  var b = 0
  while b < batch {
    let x0 = x + b &* xStride, y0 = y + b &* yStride, pair = b &+ 1 < batch
    let x1 = pair ? x0 + xStride : x0, y1 = y0 + yStride
    let taken0 = P.offset == 0 ? 0 : P.offset * sum(x0, count: whole)
    let taken1 = P.offset == 0 || !pair ? 0 : P.offset * sum(x1, count: whole)
    var first = outputs.lowerBound & ~3
    while first < outputs.upperBound {
      let rows = UnsafePointer(w.lanes) + first &* groups &* 16
      if pair {
        let sums = fourByTwo(P.self, rows, groups, x0, x1)
        finish(sums.0, first, taken0, x0, y0)
        finish(sums.1, first, taken1, x1, y1)
      } else {
        finish(four(P.self, rows, groups, x0), first, taken0, x0, y0)
      }
      first &+= 4
    }
    b &+= 2
  }
}
