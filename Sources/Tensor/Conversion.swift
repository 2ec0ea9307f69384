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
