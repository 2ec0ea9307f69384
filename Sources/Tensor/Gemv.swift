// Few rows times a matrix: y[b] = W x[b] for one or a handful of rows b, where time goes into reading W once.
//
// Axis letters: O outputs (rows of W), I inputs (columns of W), B rows of x. W is O × I row-major. Four outputs are computed at a
// time, each summed in the same order whatever the thread, the row block or B, so that results do not depend on them.

@usableFromInline typealias Lanes = SIMD16<Float>

@inline(__always) func load16(_ p: UnsafePointer<Float>) -> Lanes { UnsafeRawPointer(p).loadUnaligned(as: Lanes.self) }
@inline(__always) func store16(_ v: Lanes, _ p: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Lanes.self)
}

/// The sum of sixteen lanes, halving.
@inline(__always) func total(_ v: Lanes) -> Float {
  let a = v.lowHalf + v.highHalf
  let b = a.lowHalf + a.highHalf
  let c = b.lowHalf + b.highHalf
  return c.x + c.y
}

/// Sums of four outputs for one x.
@inline(__always) private func four(_ w: UnsafePointer<Float>, _ inputs: Int, _ x: UnsafePointer<Float>) -> SIMD4<Float> {
  var a = Lanes.zero, b = Lanes.zero, c = Lanes.zero, d = Lanes.zero
  let w1 = w + inputs, w2 = w + 2 &* inputs, w3 = w + 3 &* inputs
  let whole = inputs & ~15
  var i = 0
  while i < whole {
    let v = load16(x + i)
    a.addProduct(v, load16(w + i))
    b.addProduct(v, load16(w1 + i))
    c.addProduct(v, load16(w2 + i))
    d.addProduct(v, load16(w3 + i))
    i &+= 16
  }
  var sums = SIMD4(total(a), total(b), total(c), total(d))
  while i < inputs {
    sums.addProduct(x[i], SIMD4(w[i], w1[i], w2[i], w3[i]))
    i &+= 1
  }
  return sums
}

/// Sums of four outputs for two x, reading the weights once.
@inline(__always) private func fourByTwo(
  _ w: UnsafePointer<Float>, _ inputs: Int, _ x: UnsafePointer<Float>, _ z: UnsafePointer<Float>
) -> (SIMD4<Float>, SIMD4<Float>) {
  var a = Lanes.zero, b = Lanes.zero, c = Lanes.zero, d = Lanes.zero
  var e = Lanes.zero, f = Lanes.zero, g = Lanes.zero, h = Lanes.zero
  let w1 = w + inputs, w2 = w + 2 &* inputs, w3 = w + 3 &* inputs
  let whole = inputs & ~15
  var i = 0
  while i < whole {
    let v = load16(x + i), u = load16(z + i)
    let p = load16(w + i), q = load16(w1 + i), r = load16(w2 + i), s = load16(w3 + i)
    a.addProduct(v, p)
    b.addProduct(v, q)
    c.addProduct(v, r)
    d.addProduct(v, s)
    e.addProduct(u, p)
    f.addProduct(u, q)
    g.addProduct(u, r)
    h.addProduct(u, s)
    i &+= 16
  }
  var first = SIMD4(total(a), total(b), total(c), total(d))
  var second = SIMD4(total(e), total(f), total(g), total(h))
  while i < inputs {
    let column = SIMD4(w[i], w1[i], w2[i], w3[i])
    first.addProduct(x[i], column)
    second.addProduct(z[i], column)
    i &+= 1
  }
  return (first, second)
}

@inline(__always) private func one(_ w: UnsafePointer<Float>, _ inputs: Int, _ x: UnsafePointer<Float>) -> Float {
  var a = Lanes.zero
  let whole = inputs & ~15
  var i = 0
  while i < whole {
    a.addProduct(load16(x + i), load16(w + i))
    i &+= 16
  }
  var sum = total(a)
  while i < inputs {
    sum.addProduct(x[i], w[i])
    i &+= 1
  }
  return sum
}

@inline(__always) private func finish(_ sums: SIMD4<Float>, _ o: Int, _ bias: UnsafePointer<Float>?)
  -> SIMD4<Float>
{
  var y = sums
  if let bias { y += UnsafeRawPointer(bias + o).loadUnaligned(as: SIMD4<Float>.self) }
  return y
}

@inline(__always) private func rowsTimes(
  _ w: UnsafePointer<Float>, outputs: Range<Int>, inputs: Int, x: UnsafePointer<Float>, xStride: Int,
  batch: Int, bias: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, yStride: Int
) {
  var o = outputs.lowerBound
  while o &+ 4 <= outputs.upperBound {
    let block = w + o &* inputs
    var b = 0
    while b &+ 2 <= batch {
      let (first, second) = fourByTwo(block, inputs, x + b &* xStride, x + (b &+ 1) &* xStride)
      let target = UnsafeMutableRawPointer(y + b &* yStride + o), other = UnsafeMutableRawPointer(y + (b &+ 1) &* yStride + o)
      target.storeBytes(of: finish(first, o, bias), as: SIMD4<Float>.self)
      other.storeBytes(of: finish(second, o, bias), as: SIMD4<Float>.self)
      b &+= 2
    }
    if b < batch {
      let sums = four(block, inputs, x + b &* xStride)
      UnsafeMutableRawPointer(y + b &* yStride + o).storeBytes(of: finish(sums, o, bias), as: SIMD4<Float>.self)
    }
    o &+= 4
  }
  while o < outputs.upperBound {
    for b in 0..<batch {
      var sum = one(w + o &* inputs, inputs, x + b &* xStride)
      if let bias { sum += bias[o] }
      y[b &* yStride &+ o] = sum
    }
    o &+= 1
  }
}

/// y[b][o] = Σ W[o][i] x[b][i] + bias[o] for the outputs of the range; W in 32-bit floats.
public func gemv(
  fp32 w: UnsafePointer<Float>, outputs: Range<Int>, inputs: Int, x: UnsafePointer<Float>, xStride: Int = 0, batch: Int = 1,
  bias: UnsafePointer<Float>? = nil, y: UnsafeMutablePointer<Float>, yStride: Int = 0
) {
  rowsTimes(
    w, outputs: outputs, inputs: inputs, x: x, xStride: xStride, batch: batch, bias: bias, y: y, yStride: yStride)
}

/// The reference of the kernels, as plain as it can be; sums in double.
public func gemvReference(
  weight: (_ output: Int, _ input: Int) -> Float, outputs: Range<Int>, inputs: Int, x: UnsafePointer<Float>, xStride: Int = 0,
  batch: Int = 1, bias: UnsafePointer<Float>? = nil, y: UnsafeMutablePointer<Float>, yStride: Int = 0
) {
  for b in 0..<batch {
    for o in outputs {
      var sum = Double(bias?[o] ?? 0)
      for i in 0..<inputs { sum += Double(weight(o, i)) * Double(x[b * xStride + i]) }
      y[b * yStride + o] = Float(sum)
    }
  }
}
