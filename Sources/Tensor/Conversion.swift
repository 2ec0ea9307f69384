// Weights from one number format to another.

/// Copies `count` floats; false when one is not finite.
public func copyFinite(fp32 source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>) -> Bool {
  var check = SIMD16<Float>.zero
  var i = 0
  while i &+ 16 <= count {
    let v = (source + i &* 4).loadUnaligned(as: SIMD16<Float>.self)
    check.addProduct(v, SIMD16.zero)
    store16(v, target + i)
    i &+= 16
  }
  var fine = total(check) == 0
  while i < count {
    target[i] = (source + i &* 4).loadUnaligned(as: Float.self)
    fine = fine && target[i].isFinite
    i &+= 1
  }
  return fine
}

/// True when all of `count` floats (of any alignment) are finite.
public func isFinite(fp32 source: UnsafeRawPointer, count: Int) -> Bool {
  var check = SIMD16<Float>.zero
  var i = 0
  while i &+ 16 <= count {
    check.addProduct((source + i &* 4).loadUnaligned(as: SIMD16<Float>.self), SIMD16.zero)
    i &+= 16
  }
  var fine = total(check) == 0
  while i < count {
    fine = fine && (source + i &* 4).loadUnaligned(as: Float.self).isFinite
    i &+= 1
  }
  return fine
}

/// Widens `count` IEEE half floats; false when one is not finite.
public func copyFinite(fp16 source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>) -> Bool {
  var check = SIMD16<Float>.zero
  var i = 0
  while i &+ 16 <= count {
    let v = SIMD16<Float>((source + i &* 2).loadUnaligned(as: SIMD16<Float16>.self))
    check.addProduct(v, SIMD16.zero)
    store16(v, target + i)
    i &+= 16
  }
  var fine = total(check) == 0
  while i < count {
    target[i] = Float((source + i &* 2).loadUnaligned(as: Float16.self))
    fine = fine && target[i].isFinite
    i &+= 1
  }
  return fine
}

/// Widens `count` bfloat16 numbers (the upper half of a float); false when one is not finite.
public func copyFinite(bf16 source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>) -> Bool {
  var fine = true
  for i in 0..<count {
    let v = Float(bitPattern: UInt32((source + i &* 2).loadUnaligned(as: UInt16.self)) << 16)
    fine = fine && v.isFinite
    target[i] = v
  }
  return fine
}

/// Rounds `count` floats to IEEE half floats.
public func narrow(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float16>) {
  var i = 0
  while i &+ 16 <= count {
    UnsafeMutableRawPointer(target + i).storeBytes(of: SIMD16<Float16>(load16(source + i)), as: SIMD16<Float16>.self)
    i &+= 16
  }
  while i < count {
    target[i] = Float16(source[i])
    i &+= 1
  }
}

/// Rounds one row to signed bytes: the largest magnitude becomes 127. Returns the scale that undoes it.
public func quantise(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Int8>) -> Float {
  var largest: Float = 0
  for i in 0..<count { largest = max(largest, abs(source[i])) }
  let factor = largest > 0 ? 127 / largest : 0
  var i = 0
  let magic: Float = 12_582_912  // 1.5 · 2^23 leaves the rounded number in the low bits
  while i &+ 16 <= count {
    let bits = unsafeBitCast(SIMD16(repeating: magic).addingProduct(load16(source + i), SIMD16(repeating: factor)), to: SIMD16<Int32>.self)
    UnsafeMutableRawPointer(target + i).storeBytes(of: SIMD16<Int8>(truncatingIfNeeded: bits), as: SIMD16<Int8>.self)
    i &+= 16
  }
  while i < count {
    target[i] = Int8((source[i] * factor).rounded(.toNearestOrEven))
    i &+= 1
  }
  return largest / 127
}

/// Widens signed bytes times a scale.
public func widen(_ source: UnsafePointer<Int8>, scale: Float, count: Int, into target: UnsafeMutablePointer<Float>) {
  for i in 0..<count { target[i] = Float(source[i]) * scale }
}

/// Widens IEEE half floats.
public func widen(_ source: UnsafePointer<Float16>, count: Int, into target: UnsafeMutablePointer<Float>) {
  var i = 0
  while i &+ 16 <= count {
    store16(SIMD16<Float>(UnsafeRawPointer(source + i).loadUnaligned(as: SIMD16<Float16>.self)), target + i)
    i &+= 16
  }
  while i < count {
    target[i] = Float(source[i])
    i &+= 1
  }
}
