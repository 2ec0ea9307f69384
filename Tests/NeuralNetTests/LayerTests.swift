import Foundation
import NeuralNet
import Tensor
import Testing

func random(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1) -> Matrix {
  var source = RandomSource(seed: seed)
  return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(source.normal() * scale) })
}

@Suite struct LayerTests {
  @Test(arguments: [WeightPrecision.fp32, .fp16, .int8], [1, 2, 4, 5, 40])
  func linearMatchesTheFormula(_ precision: WeightPrecision, rows: Int) throws {
    let w = random(70, 50, seed: 1), x = random(rows, 50, seed: 2), bias = random(1, 70, seed: 3).values
    let weight = try WeightMatrix(w, precision: precision)
    var kept = w
    for row in 0..<70 { kept.values.withUnsafeMutableBufferPointer { b in b.baseAddress.map { weight.row(row, into: $0 + row * 50) } } }
    #expect(kept.largestDifference(to: w) <= [.fp32: 0, .fp16: 2e-3, .int8: 2e-2][precision] ?? 0)
    let y = Linear(weight: weight, bias: bias)(x)
    for row in 0..<rows {
      for o in 0..<70 {
        let expected = (0..<50).reduce(bias[o]) { $0 + kept[o, $1] * x[row, $1] }
        #expect(abs(expected - y[row, o]) < 1e-4)
      }
    }
  }

  @Test func fewRowsAreTheSameWithAnyNumberOfThreads() throws {
    let before = ThreadPool.shared.threads
    defer { ThreadPool.shared.use(threads: before) }
    for precision in WeightPrecision.allCases {
      let layer = Linear(weight: try WeightMatrix(random(700, 512, seed: 1), precision: precision), bias: nil)
      let x = random(2, 512, seed: 2)
      let results = [1, 2, 3].map { threads in
        ThreadPool.shared.use(threads: threads)
        return layer(x)
      }
      #expect(results[0] == results[1] && results[0] == results[2])
    }
  }

  static let masks: [AttentionMask] = [.none, .causal, .band(radius: 3), .first(5)]

  @Test(arguments: masks)
  func attentionMatchesTheFormula(_ mask: AttentionMask) {
    let heads = 2, width = 12, depth = 6, n = 9
    let q = random(n, width, seed: 1), k = random(n, width, seed: 2), v = random(n, width, seed: 3)
    let y = attention(queries: q, keys: k, values: v, heads: heads, mask: mask)
    for head in 0..<heads {
      for row in 0..<n {
        var weights = (0..<n).map { key -> Double in
          let seen =
            switch mask {
            case .none: true
            case .causal: key <= row
            case .band(let radius): abs(key - row) <= radius
            case .first(let count): key < count
            }
          let logit = (0..<depth).reduce(0.0) { $0 + Double(q[row, head * depth + $1] * k[key, head * depth + $1]) }
          return seen ? exp(logit / Double(depth).squareRoot()) : 0
        }
        let total = weights.reduce(0, +)
        weights = weights.map { $0 / total }
        for d in 0..<depth {
          let expected = (0..<n).reduce(0.0) { $0 + weights[$1] * Double(v[$1, head * depth + d]) }
          #expect(abs(expected - Double(y[row, head * depth + d])) < 1e-5)
        }
      }
    }
  }

  @Test func longBandsMatchShortBlocks() {
    let q = random(3000, 8, seed: 1), k = random(3000, 8, seed: 2), v = random(3000, 8, seed: 3)
    let whole = attention(queries: q, keys: k, values: v, heads: 2, mask: .band(radius: 10))
    let middle = attention(
      queries: q.rows(990..<1031), keys: k.rows(990..<1031), values: v.rows(990..<1031), heads: 2, mask: .band(radius: 10))
    #expect(whole.rows(1000..<1021).largestDifference(to: middle.rows(10..<31)) < 1e-6)
  }

  static let convolutions: [(taps: Int, stride: Int, padding: Int, dilation: Int, groups: Int)] = [
    (1, 1, 0, 1, 1), (3, 1, 1, 1, 1), (3, 1, 9, 9, 1), (4, 2, 1, 1, 1), (5, 1, 2, 1, 1), (10, 5, 0, 1, 1), (9, 1, 4, 1, 12),
    (8, 1, 4, 1, 3),
  ]

  @Test(arguments: convolutions)
  func convolutionMatchesTheFormula(_ c: (taps: Int, stride: Int, padding: Int, dilation: Int, groups: Int)) {
    let inputs = 12, outputs = 12, rows = 23
    let fan = inputs / c.groups, share = outputs / c.groups
    let w = random(outputs, fan * c.taps, seed: 4).values, bias = random(1, outputs, seed: 5).values, x = random(rows, inputs, seed: 6)
    let layer = Conv1D(
      weight: w, bias: bias, inputs: inputs, outputs: outputs, taps: c.taps, stride: c.stride, padding: c.padding, dilation: c.dilation,
      groups: c.groups)
    let y = layer(x)
    #expect(y.rows == layer.outputRows(rows))
    for t in 0..<y.rows {
      for o in 0..<outputs {
        var expected = bias[o]
        for i in 0..<fan {
          for tap in 0..<c.taps {
            let source = t * c.stride + tap * c.dilation - c.padding
            if source >= 0, source < rows { expected += w[(o * fan + i) * c.taps + tap] * x[source, o / share * fan + i] }
          }
        }
        #expect(abs(expected - y[t, o]) < 1e-4)
      }
    }
    #expect(layer(Matrix(rows: 0, columns: inputs)).rows == max(layer.outputRows(0), 0))
  }

  /// Groups of 48 and 64 outputs, as in wav2vec 2.0 base and large, and of 16; rows of every remainder by 4.
  @Test(arguments: [(3, 48, 48, 11, 21), (2, 64, 64, 128, 6), (4, 16, 16, 5, 3), (2, 24, 80, 9, 40)])
  func gatheredGroupsMatchTheFormula(_ c: (groups: Int, fan: Int, share: Int, taps: Int, rows: Int)) {
    let inputs = c.groups * c.fan, outputs = c.groups * c.share, padding = c.taps / 2
    let w = random(outputs, c.fan * c.taps, seed: 4, scale: 0.1).values, bias = random(1, outputs, seed: 5).values
    let x = random(c.rows, inputs, seed: 6)
    let layer = Conv1D(weight: w, bias: bias, inputs: inputs, outputs: outputs, taps: c.taps, padding: padding, groups: c.groups)
    let y = layer(x)
    #expect(y.rows == layer.outputRows(c.rows))
    var worst = 0.0
    for t in 0..<y.rows {
      for o in 0..<outputs {
        var expected = Double(bias[o])
        for tap in max(0, padding - t)..<min(c.taps, c.rows + padding - t) {
          for i in 0..<c.fan {
            expected += Double(w[(o * c.fan + i) * c.taps + tap]) * Double(x[t + tap - padding, o / c.share * c.fan + i])
          }
        }
        worst = max(worst, abs(expected - Double(y[t, o])))
      }
    }
    #expect(worst < 1e-4, "\(worst)")
  }

  @Test func quantizerFindsTheNearestCode() {
    let codes = random(40, 6, seed: 1), x = random(100, 6, seed: 2)
    let quantizer = VectorQuantizer(codes: codes)
    let found = quantizer.nearest(x)
    for row in 0..<100 {
      let distances = (0..<40).map { code in
        (0..<6).reduce(Float(0)) { $0 + (x[row, $1] - codes[code, $1]) * (x[row, $1] - codes[code, $1]) }
      }
      #expect(distances[found[row]] <= (distances.min() ?? 0) + 1e-5)
    }
    #expect(quantizer.nearest(quantizer.vectors([7, 3, 39])) == [7, 3, 39])
  }
}

@Suite struct WeightStoreTests {
  let store = WeightStore(
    path: "a.safetensors",
    tensors: [
      "x.weight": StoredTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]), "x.bias": StoredTensor(shape: [2], values: [0, .nan]),
    ])

  @Test func complaintsNameFileTensorExpectedAndFound() throws {
    #expect(throws: NeuralNetError.missing(file: "a.safetensors", tensor: "y.weight", shape: [2, 3])) {
      try store.scoped("y").floats("weight", shape: [2, 3])
    }
    #expect(throws: NeuralNetError.shape(file: "a.safetensors", tensor: "x.weight", expected: [3, 2], found: [2, 3])) {
      try store.scoped("x").matrix("weight", outputs: 3, inputs: 2)
    }
    #expect(throws: NeuralNetError.notFinite(file: "a.safetensors", tensor: "x.bias", index: 1)) {
      try Linear(store.scoped("x"), inputs: 3, outputs: 2)
    }
    for error: NeuralNetError in [
      .missing(file: "f", tensor: "t", shape: [1]), .shape(file: "f", tensor: "t", expected: [1], found: [2]),
      .notFinite(file: "f", tensor: "t", index: 3), .extra(file: "f", tensors: ["t"]),
    ] { #expect(error.description.contains("f: ") && error.description.contains("t")) }
  }

  @Test(arguments: WeightPrecision.allCases)
  func notANumberIsFoundInEveryFormat(_ precision: WeightPrecision) {
    var w = random(40, 33, seed: 1)
    w[39, 32] = .infinity
    #expect(throws: NeuralNetError.self) { try WeightMatrix(w, precision: precision) }
  }

  @Test func leftOverTensorsAreNamed() throws {
    _ = try store.scoped("x").floats("weight", shape: [2, 3])
    #expect(throws: NeuralNetError.extra(file: "a.safetensors", tensors: ["x.bias"])) { try store.finish() }
    store.scoped("x").ignore("bias")
    try store.finish()
  }
}
