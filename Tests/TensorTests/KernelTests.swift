import Foundation
import Tensor
import Testing

func numbers(_ count: Int, seed: UInt64, scale: Double = 1) -> [Float] {
  var random = RandomSource(seed: seed)
  return (0..<count).map { _ in Float(random.normal() * scale) }
}

@Suite struct KernelTests {
  static let shapes = [(1, 1), (3, 5), (4, 16), (7, 33), (8, 64), (130, 100), (256, 256), (5, 1024), (66, 31)]

  @Test(arguments: shapes, [1, 2, 3, 5])
  func gemvMatchesTheReference(_ shape: (Int, Int), batch: Int) {
    let (outputs, inputs) = shape
    let w = numbers(outputs * inputs, seed: 1), x = numbers(batch * inputs, seed: 2), bias = numbers(outputs, seed: 3)
    func compare(_ name: String, _ weight: (Int, Int) -> Float, _ fast: (UnsafeMutablePointer<Float>) -> Void) {
      var expected = [Float](repeating: 0, count: batch * outputs), found = expected
      gemvReference(
        weight: weight, outputs: 0..<outputs, inputs: inputs, x: x, xStride: inputs, batch: batch, bias: bias, y: &expected,
        yStride: outputs)
      found.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { fast(base) } }
      for (a, b) in zip(expected, found) { #expect(abs(a - b) <= 2e-5 * max(1, abs(a)) * Float(inputs).squareRoot(), "\(name)") }
    }
    compare("fp32", { w[$0 * inputs + $1] }) {
      gemv(fp32: w, outputs: 0..<outputs, inputs: inputs, x: x, xStride: inputs, batch: batch, bias: bias, y: $0, yStride: outputs)
    }
    for kind in [PackedRows.Kind.single, .half, .byte] {
      let lanes = PackedRows.laneCount(kind, outputs: outputs, inputs: inputs), rest = inputs - PackedRows.wholeInputs(kind, inputs: inputs)
      let memory = WeightMemory(byteCount: (lanes + outputs + outputs * rest) * 4)
      let packed = PackedRows(
        kind: kind, inputs: inputs, lanes: memory.pointer(to: UInt32.self), scales: memory.pointer(to: Float.self, atByte: lanes * 4),
        rest: memory.pointer(to: Float.self, atByte: (lanes + outputs) * 4))
      var kept = w
      w.withUnsafeBufferPointer { source in
        kept.withUnsafeMutableBufferPointer { target in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          for row in 0..<outputs {
            packed.pack(source + row * inputs, at: row)
            packed.unpack(row, into: target + row * inputs)
          }
        }
      }
      for row in 0..<outputs {
        let largest = w[row * inputs..<(row + 1) * inputs].reduce(0) { max($0, abs($1)) }
        for i in row * inputs..<(row + 1) * inputs {
          let allowed = kind == .single ? 0 : kind == .half ? abs(w[i]) * 0x1p-11 + largest * 0x1p-30 : largest / 127 * 0.501
          #expect(abs(kept[i] - w[i]) <= allowed)
        }
      }
      compare("\(kind)", { kept[$0 * inputs + $1] }) {
        gemv(packed: packed, outputs: 0..<outputs, x: x, xStride: inputs, batch: batch, bias: bias, y: $0, yStride: outputs)
      }
    }
  }

  @Test func rowsDoNotDependOnHowTheWorkIsCut() {
    let outputs = 96, inputs = 77
    let w = numbers(outputs * inputs, seed: 5), x = numbers(3 * inputs, seed: 6)
    var whole = [Float](repeating: 0, count: 3 * outputs), parts = whole
    gemv(fp32: w, outputs: 0..<outputs, inputs: inputs, x: x, xStride: inputs, batch: 3, y: &whole, yStride: outputs)
    for b in 0..<3 {
      for start in stride(from: 0, to: outputs, by: 16) {
        x.withUnsafeBufferPointer { x in
          parts.withUnsafeMutableBufferPointer { y in
            guard let x = x.baseAddress, let y = y.baseAddress else { return }
            gemv(fp32: w, outputs: start..<start + 16, inputs: inputs, x: x + b * inputs, y: y + b * outputs)
          }
        }
      }
    }
    #expect(whole == parts)
  }

  /// Four rows lie interleaved: no cut through them, and no second x beside the first, may change a bit.
  @Test(arguments: [PackedRows.Kind.single, .half, .byte])
  func packedRowsDoNotDependOnHowTheWorkIsCut(_ kind: PackedRows.Kind) throws {
    let outputs = 43, inputs = 205
    let w = numbers(outputs * inputs, seed: 5), x = numbers(3 * inputs, seed: 6)
    let lanes = PackedRows.laneCount(kind, outputs: outputs, inputs: inputs), rest = inputs - PackedRows.wholeInputs(kind, inputs: inputs)
    let memory = WeightMemory(byteCount: (lanes + outputs + outputs * rest) * 4)
    let packed = PackedRows(
      kind: kind, inputs: inputs, lanes: memory.pointer(to: UInt32.self), scales: memory.pointer(to: Float.self, atByte: lanes * 4),
      rest: memory.pointer(to: Float.self, atByte: (lanes + outputs) * 4))
    try w.withUnsafeBufferPointer { w in
      let w = try #require(w.baseAddress)
      for row in 0..<outputs { packed.pack(w + row * inputs, at: row) }
    }
    var whole = [Float](repeating: 0, count: 3 * outputs), parts = whole
    gemv(packed: packed, outputs: 0..<outputs, x: x, xStride: inputs, batch: 3, y: &whole, yStride: outputs)
    try x.withUnsafeBufferPointer { x in
      let x = try #require(x.baseAddress)
      try parts.withUnsafeMutableBufferPointer { y in
        let y = try #require(y.baseAddress)
        for b in 0..<3 {
          for cut in [0..<3, 3..<4, 4..<18, 18..<43] {
            gemv(packed: packed, outputs: cut, x: x + b * inputs, y: y + b * outputs)
          }
        }
      }
    }
    #expect(whole == parts)
    guard kind == .single else { return }
    var plain = whole
    gemv(fp32: w, outputs: 0..<outputs, inputs: inputs, x: x, xStride: inputs, batch: 3, y: &plain, yStride: outputs)
    #expect(plain == whole)
  }

  @Test(arguments: [1, 5, 15, 16, 17, 100, 250])
  func softmaxMatchesTheFormula(_ count: Int) {
    var x = numbers(count, seed: UInt64(count), scale: 10)
    if count > 3 { x[2] = -.infinity }
    let top = x.max() ?? 0
    let weights = x.map { exp(Double($0) - Double(top)) }
    let total = weights.reduce(0, +)
    softmaxInPlace(&x, count: count)
    for (found, weight) in zip(x, weights) { #expect(abs(Double(found) - weight / total) < 1e-6) }
    if count > 3 { #expect(x[2] == 0) }
    var none = [Float](repeating: -.infinity, count: count)
    softmaxInPlace(&none, count: count)
    #expect(none.allSatisfy { $0 == 0 })
  }

  @Test func functionsMatchTheLibrary() {
    var x = stride(from: Float(-12), through: 12, by: 0.01).map { $0 }
    let inputs = x
    geluInPlace(&x, count: x.count)
    for (value, found) in zip(inputs, x) {
      let expected = 0.5 * Double(value) * (1 + erf(Double(value) / 2.0.squareRoot()))
      #expect(abs(expected - Double(found)) < 3e-7 * max(1, abs(Double(value))))
    }
    x = inputs
    expInPlace(&x, count: x.count)
    for (value, found) in zip(inputs, x) { #expect(abs(Double(found) / exp(Double(value)) - 1) < 3e-7) }
    x = inputs
    reluInPlace(&x, count: x.count)
    #expect(zip(inputs, x).allSatisfy { max($0, 0) == $1 })
  }

  @Test(arguments: [1, 8, 16, 48, 192, 1024, 50])
  func layerNormMatchesTheFormula(_ count: Int) {
    let x = numbers(count, seed: 7, scale: 3), weight = numbers(count, seed: 8), bias = numbers(count, seed: 9)
    var y = x
    layerNorm(x, count: count, weight: weight, bias: bias, epsilon: 1e-5, into: &y)
    let mean = x.reduce(0) { $0 + Double($1) } / Double(count)
    let variance = x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)
    for i in 0..<count {
      let expected = (Double(x[i]) - mean) / (variance + 1e-5).squareRoot() * Double(weight[i]) + Double(bias[i])
      #expect(abs(expected - Double(y[i])) < 1e-5 * max(1, abs(expected)))
    }
  }

  @Test(arguments: [1, 7, 16, 33, 70, 307], [4, 16, 24, 64, 112])
  func rowAttentionMatchesTheFormula(_ rows: Int, depth: Int) {
    let capacity = 320, span = min(2, rows - 1)..<rows
    let q = numbers(depth, seed: 1), keys = numbers(depth * capacity, seed: 2), values = numbers(rows * depth, seed: 3)
    var scores = [Float](repeating: 0, count: span.count)
    scoreRows(q, depth: depth, scale: 0.5, keys: keys, capacity: capacity, span: span, into: &scores)
    for (i, n) in span.enumerated() {
      let expected = 0.5 * (0..<depth).reduce(Float(0)) { $0 + q[$1] * keys[$1 * capacity + n] }
      #expect(abs(expected - scores[i]) < 1e-4)
    }
    var out = [Float](repeating: 1, count: depth)
    mixRows(scores, span: span, values: values, stride: depth, depth: depth, into: &out)
    for d in 0..<depth {
      let expected = 1 + span.enumerated().reduce(Float(0)) { $0 + scores[$1.offset] * values[$1.element * depth + d] }
      #expect(abs(expected - out[d]) < 1e-3)
    }
  }

  @Test func blasMultipliesBothWays() {
    let a = numbers(3 * 4, seed: 1), b = numbers(5 * 4, seed: 2)
    var c = [Float](repeating: 0, count: 15), d = c
    Blas.multiplyTransposed(m: 3, n: 5, k: 4, a: a, aStride: 4, b: b, bStride: 4, c: &c, cStride: 5)
    let turned = Matrix(rows: 5, columns: 4, values: b).transposed()
    Blas.multiply(m: 3, n: 5, k: 4, a: a, aStride: 4, b: turned.values, bStride: 5, c: &d, cStride: 5)
    for row in 0..<3 {
      for column in 0..<5 {
        let expected = (0..<4).reduce(Float(0)) { $0 + a[row * 4 + $1] * b[column * 4 + $1] }
        #expect(abs(c[row * 5 + column] - expected) < 1e-5 && abs(d[row * 5 + column] - expected) < 1e-5)
      }
    }
    #expect(!Blas.coreName.isEmpty)
  }
}
