import Foundation

// Attention of one row over a span of cached rows. Axis letters: W width, H heads, D = W / H, N cached rows.
// Keys lie transposed (W × capacity), so that sixteen rows are scored at once without summing across lanes; values lie row by row (N × W).

/// scores[n − span.lowerBound] = scale · Σ_d q[d] · keys[d][n] for the rows n of the span, one head of width `depth`.
public func scoreRows(
  _ q: UnsafePointer<Float>, depth: Int, scale: Float, keys: UnsafePointer<Float>, capacity: Int, span: Range<Int>,
  into scores: UnsafeMutablePointer<Float>
) {
  var n = span.lowerBound
  var out = scores
  // As many rows at a time as registers hold: memory is read in long runs.
  while n &+ 128 <= span.upperBound {
    var a = Lanes.zero, b = Lanes.zero, c = Lanes.zero, e = Lanes.zero
    var f = Lanes.zero, g = Lanes.zero, h = Lanes.zero, i = Lanes.zero
    var column = keys + n
    for d in 0..<depth {
      let query = Lanes(repeating: q[d])
      a.addProduct(query, load16(column))
      b.addProduct(query, load16(column + 16))
      c.addProduct(query, load16(column + 32))
      e.addProduct(query, load16(column + 48))
      f.addProduct(query, load16(column + 64))
      g.addProduct(query, load16(column + 80))
      h.addProduct(query, load16(column + 96))
      i.addProduct(query, load16(column + 112))
      column += capacity
    }
    store16(a * scale, out)
    store16(b * scale, out + 16)
    store16(c * scale, out + 32)
    store16(e * scale, out + 48)
    store16(f * scale, out + 64)
    store16(g * scale, out + 80)
    store16(h * scale, out + 96)
    store16(i * scale, out + 112)
    out += 128
    n &+= 128
  }
  while n &+ 32 <= span.upperBound {
    var a = Lanes.zero, b = Lanes.zero
    var column = keys + n
    for d in 0..<depth {
      let query = Lanes(repeating: q[d])
      a.addProduct(query, load16(column))
      b.addProduct(query, load16(column + 16))
      column += capacity
    }
    store16(a * scale, out)
    store16(b * scale, out + 16)
    out += 32
    n &+= 32
  }
  while n &+ 16 <= span.upperBound {
    var a = Lanes.zero
    var column = keys + n
    for d in 0..<depth {
      a.addProduct(Lanes(repeating: q[d]), load16(column))
      column += capacity
    }
    store16(a * scale, out)
    out += 16
    n &+= 16
  }
  while n < span.upperBound {
    var a: Float = 0
    for d in 0..<depth { a.addProduct(q[d], keys[d &* capacity &+ n]) }
    out.pointee = a * scale
    out += 1
    n &+= 1
  }
}

/// out[d] += Σ_n weights[n − span.lowerBound] · values[n][d] over the rows of the span, one head of width `depth`.
public func mixRows(
  _ weights: UnsafePointer<Float>, span: Range<Int>, values: UnsafePointer<Float>, stride: Int, depth: Int,
  into out: UnsafeMutablePointer<Float>
) {
  var d = 0
  while d &+ 64 <= depth {
    var a = load16(out + d), b = load16(out + d + 16), c = load16(out + d + 32), e = load16(out + d + 48)
    var row = values + span.lowerBound &* stride + d
    for n in 0..<span.count {
      let weight = Lanes(repeating: weights[n])
      a.addProduct(weight, load16(row))
      b.addProduct(weight, load16(row + 16))
      c.addProduct(weight, load16(row + 32))
      e.addProduct(weight, load16(row + 48))
      row += stride
    }
    store16(a, out + d)
    store16(b, out + d + 16)
    store16(c, out + d + 32)
    store16(e, out + d + 48)
    d &+= 64
  }
  while d &+ 32 <= depth {
    var a = load16(out + d), b = load16(out + d + 16)
    var row = values + span.lowerBound &* stride + d
    for n in 0..<span.count {
      let weight = Lanes(repeating: weights[n])
      a.addProduct(weight, load16(row))
      b.addProduct(weight, load16(row + 16))
      row += stride
    }
    store16(a, out + d)
    store16(b, out + d + 16)
    d &+= 32
  }
  while d &+ 16 <= depth {
    var a = load16(out + d)
    var row = values + span.lowerBound &* stride + d
    for n in 0..<span.count {
      a.addProduct(Lanes(repeating: weights[n]), load16(row))
      row += stride
    }
    store16(a, out + d)
    d &+= 16
  }
  while d < depth {
    var a = out[d]
    for n in 0..<span.count { a.addProduct(weights[n], values[(span.lowerBound &+ n) &* stride &+ d]) }
    out[d] = a
    d &+= 1
  }
}
