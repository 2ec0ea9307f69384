/// c (rows × columns) += a · b where the rows of `a` may overlap: row r of `a` is the `depth` numbers from `a + r · aStride`,
/// b is depth × columns, c has no gaps between rows. This is a convolution over time without unfolding its input.
///
/// `rows` must be a multiple of 4 and `columns` one of 16. The order of the additions does not depend on the threads.
public func multiplyOverlapping(
  rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>
) {
  precondition(rows % 4 == 0 && columns % 16 == 0, "\(rows) × \(columns) is not made of tiles of 4 × 16")
  // 192 × 48 numbers of b stay in the first-level cache while all rows pass over them.
  let block = 192
  for start in Swift.stride(from: 0, to: depth, by: block) {
    let count = min(block, depth - start)
    let part = b + start * columns
    var column = 0
    while column < columns {
      let wide = column + 48 <= columns
      for row in Swift.stride(from: 0, to: rows, by: 4) {
        let source = a + row * aStride + start
        let target = c + row * columns + column
        if wide {
          tile48(source, aStride, part + column, columns, count, target)
        } else {
          tile16(source, aStride, part + column, columns, count, target)
        }
      }
      column += wide ? 48 : 16
    }
  }
}

/// 4 rows × 48 columns: twelve sums in registers, enough to hide the latency of the additions.
private func tile48(
  _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ columns: Int, _ count: Int, _ c: UnsafeMutablePointer<Float>
) {
  let a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride
  let c1 = c + columns, c2 = c1 + columns, c3 = c2 + columns
  var s00 = load16(c), s01 = load16(c + 16), s02 = load16(c + 32)
  var s10 = load16(c1), s11 = load16(c1 + 16), s12 = load16(c1 + 32)
  var s20 = load16(c2), s21 = load16(c2 + 16), s22 = load16(c2 + 32)
  var s30 = load16(c3), s31 = load16(c3 + 16), s32 = load16(c3 + 32)
  var row = b
  var k = 0
  while k < count {
    let b0 = load16(row), b1 = load16(row + 16), b2 = load16(row + 32)
    let x0 = SIMD16<Float>(repeating: a[k]), x1 = SIMD16<Float>(repeating: a1[k])
    s00.addProduct(x0, b0)
    s01.addProduct(x0, b1)
    s02.addProduct(x0, b2)
    s10.addProduct(x1, b0)
    s11.addProduct(x1, b1)
    s12.addProduct(x1, b2)
    let x2 = SIMD16<Float>(repeating: a2[k]), x3 = SIMD16<Float>(repeating: a3[k])
    s20.addProduct(x2, b0)
    s21.addProduct(x2, b1)
    s22.addProduct(x2, b2)
    s30.addProduct(x3, b0)
    s31.addProduct(x3, b1)
    s32.addProduct(x3, b2)
    row += columns
    k &+= 1
  }
  store16(s00, c)
  store16(s01, c + 16)
  store16(s02, c + 32)
  store16(s10, c1)
  store16(s11, c1 + 16)
  store16(s12, c1 + 32)
  store16(s20, c2)
  store16(s21, c2 + 16)
  store16(s22, c2 + 32)
  store16(s30, c3)
  store16(s31, c3 + 16)
  store16(s32, c3 + 32)
}

/// 4 rows × 16 columns, for what 48 leaves; odd and even terms are summed apart.
private func tile16(
  _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ columns: Int, _ count: Int, _ c: UnsafeMutablePointer<Float>
) {
  let a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride
  let c1 = c + columns, c2 = c1 + columns, c3 = c2 + columns
  var s0 = load16(c), s1 = load16(c1), s2 = load16(c2), s3 = load16(c3)
  var t0 = SIMD16<Float>.zero, t1 = t0, t2 = t0, t3 = t0
  var row = b
  var k = 0
  while k &+ 2 <= count {
    let b0 = load16(row), b1 = load16(row + columns)
    s0.addProduct(SIMD16(repeating: a[k]), b0)
    s1.addProduct(SIMD16(repeating: a1[k]), b0)
    s2.addProduct(SIMD16(repeating: a2[k]), b0)
    s3.addProduct(SIMD16(repeating: a3[k]), b0)
    t0.addProduct(SIMD16(repeating: a[k &+ 1]), b1)
    t1.addProduct(SIMD16(repeating: a1[k &+ 1]), b1)
    t2.addProduct(SIMD16(repeating: a2[k &+ 1]), b1)
    t3.addProduct(SIMD16(repeating: a3[k &+ 1]), b1)
    row += 2 * columns
    k &+= 2
  }
  if k < count {
    let b0 = load16(row)
    s0.addProduct(SIMD16(repeating: a[k]), b0)
    s1.addProduct(SIMD16(repeating: a1[k]), b0)
    s2.addProduct(SIMD16(repeating: a2[k]), b0)
    s3.addProduct(SIMD16(repeating: a3[k]), b0)
  }
  store16(s0 + t0, c)
  store16(s1 + t1, c1)
  store16(s2 + t2, c2)
  store16(s3 + t3, c3)
}
