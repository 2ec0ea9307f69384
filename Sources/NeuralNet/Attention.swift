import Tensor

/// Which keys a query may see.
public enum AttentionMask: Sendable, Hashable {
  case none
  /// Keys at or before the query.
  case causal
  /// Keys at most `radius` away.
  case band(radius: Int)
  /// The first `count` keys (the rest is padding).
  case first(Int)
}

/// Scaled dot-product attention of many queries. Axis letters: Q queries, K keys, W width = heads × head width.
///
/// queries Q × W, keys K × W, values K × W → Q × W; logits are scaled by 1/√(head width).
public func attention(queries: Matrix, keys: Matrix, values: Matrix, heads: Int, mask: AttentionMask = .none) -> Matrix {
  let width = queries.columns, total = keys.rows
  precondition(width % heads == 0 && keys.columns == width && values.columns == width && values.rows == total, "shapes of attention")
  let depth = width / heads
  let block = min(queries.rows, max(32, (1 << 20) / max(total, 1)))
  return Matrix(rows: queries.rows, columns: width) { out in
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, block * total)) { scratch in
      queries.values.withUnsafeBufferPointer { queries in
        keys.values.withUnsafeBufferPointer { keys in
          values.values.withUnsafeBufferPointer { values in
            guard let q = queries.baseAddress, let k = keys.baseAddress, let v = values.baseAddress, let scores = scratch.baseAddress
            else { return }
            attend(q, queries.count / width, k, total, v, width, heads, depth, block, mask, scores, out)
          }
        }
      }
    }
  }
}

private func attend(
  _ q: UnsafePointer<Float>, _ queries: Int, _ k: UnsafePointer<Float>, _ total: Int, _ v: UnsafePointer<Float>, _ width: Int,
  _ heads: Int, _ depth: Int, _ block: Int, _ mask: AttentionMask, _ scores: UnsafeMutablePointer<Float>,
  _ out: UnsafeMutablePointer<Float>
) {
  let scale = 1 / Float(depth).squareRoot()
  for first in stride(from: 0, to: queries, by: block) {
    let count = min(block, queries - first)
    // Only keys that some query of the block may see.
    let seen = visible(first, mask, total).lowerBound..<max(visible(first + count - 1, mask, total).upperBound, 0)
    guard !seen.isEmpty else {
      for row in first..<first + count { (out + row * width).update(repeating: 0, count: width) }
      continue
    }
    for head in 0..<heads {
      let offset = head * depth
      Blas.multiplyTransposed(
        m: count, n: seen.count, k: depth, alpha: scale, a: q + first * width + offset, aStride: width,
        b: k + seen.lowerBound * width + offset, bStride: width, c: scores, cStride: seen.count)
      for row in 0..<count {
        let line = scores + row * seen.count
        let mine = visible(first + row, mask, total)
        let from = mine.lowerBound - seen.lowerBound, to = mine.upperBound - seen.lowerBound
        for index in 0..<from { line[index] = 0 }
        for index in to..<max(to, seen.count) { line[index] = 0 }
        softmaxInPlace(line + from, count: to - from)
      }
      Blas.multiply(
        m: count, n: depth, k: seen.count, a: scores, aStride: seen.count, b: v + seen.lowerBound * width + offset, bStride: width,
        c: out + first * width + offset, cStride: width)
    }
  }
}

private func visible(_ query: Int, _ mask: AttentionMask, _ total: Int) -> Range<Int> {
  switch mask {
  case .none: 0..<total
  case .causal: 0..<min(query + 1, total)
  case .band(let radius): max(0, min(query - radius, total))..<min(query + radius + 1, total)
  case .first(let count): 0..<min(count, total)
  }
}
