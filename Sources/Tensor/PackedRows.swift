// Few rows times a matrix of narrow weights. Widening 16 and 8 bit numbers lane by lane is a call the compiler does not inline here, so
// weights are packed into 32-bit lanes from which a shift and a mask make floats (three to four instructions for sixteen weights).

/// A way to pack weights into 32-bit lanes.
protocol WeightPacking {
  /// Inputs that one group of sixteen lanes holds.
  static var columns: Int { get }
  /// What every decoded weight is too large by, in units of the row's scale.
  static var offset: Float { get }
  /// sum += Σ weights · x for the weights of sixteen lanes.
  static func accumulate(_ lanes: SIMD16<UInt32>, _ x: UnsafePointer<Float>, _ sum: inout SIMD16<Float>)
}

/// 16 bits: sign, 5 bits of exponent, 10 of fraction, as IEEE half floats but for magnitudes from 2⁻³¹ to 2 times a power of two a row.
///
/// A lane holds input i in its low half and input i + 16 in its high half.
enum HalfPacking: WeightPacking {
  static let columns = 32
  static let offset: Float = 0

  @inline(__always) static func accumulate(_ lanes: SIMD16<UInt32>, _ x: UnsafePointer<Float>, _ sum: inout SIMD16<Float>) {
    let signed = unsafeBitCast(lanes, to: SIMD16<Int32>.self)
    sum.addProduct(load16(x), float(signed &<< 16))
    sum.addProduct(load16(x + 16), float(signed))
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

/// 8 bits: −127…127 plus 128. A lane holds inputs i, i + 16, i + 32, i + 48 from the lowest byte up; as the top bits of a float's fraction
/// a byte u reads as 256 + u, and 384 times the sum of x is taken off at the end.
enum BytePacking: WeightPacking {
  static let columns = 64
  static let offset: Float = 384

  @inline(__always) static func accumulate(_ lanes: SIMD16<UInt32>, _ x: UnsafePointer<Float>, _ sum: inout SIMD16<Float>) {
    sum.addProduct(load16(x), float(lanes &<< 15))
    sum.addProduct(load16(x + 16), float(lanes &<< 7))
    sum.addProduct(load16(x + 32), float(lanes &>> 1))
    sum.addProduct(load16(x + 48), float(lanes &>> 9))
  }

  @inline(__always) private static func float(_ lanes: SIMD16<UInt32>) -> SIMD16<Float> {
    unsafeBitCast(lanes & 0x007F_8000 | 0x4380_0000, to: SIMD16<Float>.self)
  }
}

/// Packed rows in memory: `whole` inputs of each row in lanes, the rest (fewer than a group) as floats.
public struct PackedRows: @unchecked Sendable {
  public enum Kind: Sendable, Hashable {
    case half, byte
    var columns: Int { self == .half ? HalfPacking.columns : BytePacking.columns }
  }

  public let kind: Kind
  public let inputs: Int
  /// Lanes of all rows, row after row.
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
  /// 32-bit lanes a row.
  public static func lanesPerRow(_ kind: Kind, inputs: Int) -> Int { inputs / kind.columns * 16 }

  public var whole: Int { Self.wholeInputs(kind, inputs: inputs) }
  public var rowLanes: Int { Self.lanesPerRow(kind, inputs: inputs) }

  /// Packs one row of finite floats.
  public func pack(_ row: UnsafePointer<Float>, at output: Int) {
    var largest: Float = 0
    for i in 0..<inputs { largest = max(largest, abs(row[i])) }
    let target = lanes + output * rowLanes
    let scale: Float = largest == 0 ? 1 : kind == .half ? Float(sign: .plus, exponent: largest.exponent, significand: 1) : largest / 127
    scales[output] = scale
    for group in 0..<whole / kind.columns {
      let source = row + group * kind.columns
      for lane in 0..<16 {
        var word: UInt32 = 0
        for part in 0..<kind.columns / 16 {
          let value = source[part * 16 + lane] / scale
          word |=
            kind == .half
            ? HalfPacking.bits(value) << UInt32(16 * part)
            : UInt32(Int32(value.rounded(.toNearestOrEven)) + 128) << UInt32(8 * part)
        }
        target[group * 16 + lane] = word
      }
    }
    for i in whole..<inputs { rest[output * (inputs - whole) + i - whole] = row[i] / scale }
  }

  /// One row as floats.
  public func unpack(_ output: Int, into target: UnsafeMutablePointer<Float>) {
    let scale = scales[output]
    let source = lanes + output * rowLanes
    for group in 0..<whole / kind.columns {
      for lane in 0..<16 {
        let word = source[group * 16 + lane]
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
  case .half: packedRowsTimes(HalfPacking.self, w, outputs, x, xStride, batch, bias, y, yStride)
  case .byte: packedRowsTimes(BytePacking.self, w, outputs, x, xStride, batch, bias, y, yStride)
  }
}

@inline(__always) private func loadLanes(_ p: UnsafePointer<UInt32>) -> SIMD16<UInt32> {
  UnsafeRawPointer(p).loadUnaligned(as: SIMD16<UInt32>.self)
}

@inline(__always) private func packedRowsTimes<P: WeightPacking>(
  _: P.Type, _ w: PackedRows, _ outputs: Range<Int>, _ x: UnsafePointer<Float>, _ xStride: Int, _ batch: Int,
  _ bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ yStride: Int
) {
  let whole = w.whole, rowLanes = w.rowLanes, restCount = w.inputs &- whole
  for b in 0..<batch {
    let x = x + b &* xStride, y = y + b &* yStride
    let taken = P.offset == 0 ? 0 : P.offset * sum(x, count: whole)
    var o = outputs.lowerBound
    while o < outputs.upperBound {
      // Four outputs at a time; the last ones repeat the last row and are not stored.
      let last = outputs.upperBound &- 1
      let r0 = w.lanes + o &* rowLanes, r1 = w.lanes + min(o &+ 1, last) &* rowLanes
      let r2 = w.lanes + min(o &+ 2, last) &* rowLanes, r3 = w.lanes + min(o &+ 3, last) &* rowLanes
      var a = SIMD16<Float>.zero, c = SIMD16<Float>.zero, d = SIMD16<Float>.zero, e = SIMD16<Float>.zero
      var i = 0, j = 0
      while i < whole {
        P.accumulate(loadLanes(r0 + j), x + i, &a)
        P.accumulate(loadLanes(r1 + j), x + i, &c)
        P.accumulate(loadLanes(r2 + j), x + i, &d)
        P.accumulate(loadLanes(r3 + j), x + i, &e)
        i &+= P.columns
        j &+= 16
      }
      let sums = SIMD4(total(a), total(c), total(d), total(e)) - taken
      let count = min(4, outputs.upperBound &- o)
      for k in 0..<count {
        var value = sums[k]
        for r in 0..<restCount { value.addProduct(x[whole &+ r], w.rest[(o &+ k) &* restCount &+ r]) }
        value *= w.scales[o &+ k]
        if let bias { value += bias[o &+ k] }
        y[o &+ k] = value
      }
      o &+= 4
    }
  }
}
