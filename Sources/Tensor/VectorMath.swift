import Foundation

/// e^x of sixteen numbers, relative error below 2e-7; x is held to −87…88.
///
/// x = n ln 2 + r with |r| ≤ ln 2 / 2, e^r by its series to the 7th power, 2^n put into the exponent bits.
@inline(__always) func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
  // Not `clamped`, which is not inlined: two calls for sixteen numbers.
  let above = x.replacing(with: -87, where: x .< -87)
  let held = above.replacing(with: 88, where: above .> 88)
  let magic: Float = 12_582_912  // 1.5 · 2^23: adding it rounds to a whole number and leaves that in the low bits
  let shifted = SIMD16(repeating: magic).addingProduct(held, SIMD16(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = held.addingProduct(n, SIMD16(repeating: -0.693_359_375))
  r.addProduct(n, SIMD16(repeating: 2.121_944_4e-4))
  var p = SIMD16<Float>(repeating: 1 / 5040)
  for factor: Float in [1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1] { p = SIMD16(repeating: factor).addingProduct(p, r) }
  let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self)
  let power = unsafeBitCast((bits &<< 23) &+ 0x3F80_0000, to: SIMD16<Float>.self)
  return p * power
}

/// Gaussian error linear unit in its erf form, x Φ(x), of sixteen numbers; absolute error below 2e-7 · |x|.
///
/// Source: Abramowitz and Stegun 7.1.26 for erf.
@inline(__always) func gelu(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let magnitude = x.replacing(with: -x, where: x .< 0)
  let z = magnitude * 0.707_106_78
  let t = 1 / SIMD16(repeating: 1).addingProduct(z, SIMD16(repeating: 0.327_591_1))
  var p = SIMD16<Float>(repeating: 1.061_405_429)
  for factor: Float in [-1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592] {
    p = SIMD16(repeating: factor).addingProduct(p, t)
  }
  let tail = p * t * exponential(-(z * z)) * 0.5
  let share = (1 - tail).replacing(with: tail, where: x .< 0)
  return x * share
}

/// Runs a sixteen-wide function over `count` numbers in place; the rest is padded with zeros.
///
/// `body` stands in one place only, so that it is inlined.
@inline(__always) func mapInPlace(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ body: (SIMD16<Float>) -> SIMD16<Float>) {
  var i = 0
  while i < count {
    let left = count &- i
    var v = SIMD16<Float>.zero
    if left >= 16 { v = load16(x + i) } else { for j in 0..<left { v[j] = x[i &+ j] } }
    v = body(v)
    if left >= 16 { store16(v, x + i) } else { for j in 0..<left { x[i &+ j] = v[j] } }
    i &+= 16
  }
}

/// GELU (erf form) of `count` numbers in place.
public func geluInPlace(_ x: UnsafeMutablePointer<Float>, count: Int) { mapInPlace(x, count) { gelu($0) } }

/// max(x, 0) of `count` numbers in place.
public func reluInPlace(_ x: UnsafeMutablePointer<Float>, count: Int) {
  mapInPlace(x, count) { $0.replacing(with: 0, where: $0 .< 0) }
}

/// e^x of `count` numbers in place.
public func expInPlace(_ x: UnsafeMutablePointer<Float>, count: Int) { mapInPlace(x, count) { exponential($0) } }

/// a += b, `count` numbers.
public func addInPlace(_ a: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>, count: Int) {
  var i = 0
  while i &+ 16 <= count {
    store16(load16(a + i) + load16(b + i), a + i)
    i &+= 16
  }
  while i < count {
    a[i] += b[i]
    i &+= 1
  }
}

/// a += factor · b, `count` numbers.
public func addScaled(_ a: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>, _ factor: Float, count: Int) {
  let factors = SIMD16<Float>(repeating: factor)
  var i = 0
  while i &+ 16 <= count {
    store16(load16(a + i).addingProduct(factors, load16(b + i)), a + i)
    i &+= 16
  }
  while i < count {
    a[i].addProduct(factor, b[i])
    i &+= 1
  }
}

/// The sum of `count` numbers.
public func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
  var a = SIMD16<Float>.zero, b = SIMD16<Float>.zero
  var i = 0
  while i &+ 32 <= count {
    a += load16(x + i)
    b += load16(x + i + 16)
    i &+= 32
  }
  var result = total(a + b)
  while i < count {
    result += x[i]
    i &+= 1
  }
  return result
}

/// The largest of `count` numbers (at least one).
public func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
  precondition(count > 0, "the maximum of no numbers")
  var best = x[0]
  var i = 0
  if count >= 16 {
    var lanes = load16(x)
    while i &+ 16 <= count {
      let next = load16(x + i)
      lanes = lanes.replacing(with: next, where: next .> lanes)
      i &+= 16
    }
    best = lanes.max()
  }
  while i < count {
    if x[i] > best { best = x[i] }
    i &+= 1
  }
  return best
}

/// Softmax of `count` numbers in place. −∞ becomes 0; all −∞ becomes all 0.
public func softmaxInPlace(_ x: UnsafeMutablePointer<Float>, count: Int) {
  guard count > 0 else { return }
  let top = maximum(x, count: count)
  guard top > -.infinity else {
    for i in 0..<count { x[i] = 0 }
    return
  }
  mapInPlace(x, count) { value in exponential(value - top).replacing(with: 0, where: value .< top - 87) }
  let scale = 1 / sum(x, count: count)
  mapInPlace(x, count) { $0 * scale }
}

/// Layer normalisation of one row: y = (x − mean) / √(variance + epsilon) · weight + bias; y may be x.
public func layerNorm(
  _ x: UnsafePointer<Float>, count: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float,
  into y: UnsafeMutablePointer<Float>
) {
  let mean = sum(x, count: count) / Float(count)
  var squares = SIMD16<Float>.zero
  var i = 0
  while i &+ 16 <= count {
    let centred = load16(x + i) - mean
    squares.addProduct(centred, centred)
    i &+= 16
  }
  var variance = total(squares)
  while i < count {
    variance += (x[i] - mean) * (x[i] - mean)
    i &+= 1
  }
  let scale = 1 / (variance / Float(count) + epsilon).squareRoot()
  i = 0
  while i &+ 16 <= count {
    store16(load16(bias + i).addingProduct((load16(x + i) - mean) * scale, load16(weight + i)), y + i)
    i &+= 16
  }
  while i < count {
    y[i] = bias[i] + (x[i] - mean) * scale * weight[i]
    i &+= 1
  }
}

/// y += a · b number by number.
public func multiplyAdd(_ y: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) {
  var i = 0
  while i &+ 16 <= count {
    store16(load16(y + i).addingProduct(load16(a + i), load16(b + i)), y + i)
    i &+= 16
  }
  while i < count {
    y[i].addProduct(a[i], b[i])
    i &+= 1
  }
}
