import Foundation

extension HeadAuthoring {
  /// Where the lips' rings go when the mouth is rounded: each ring an ellipse in front of the teeth.
  struct Roundness {
    /// Half width, height above and below the seam, and how far its middle comes forward; nil heights keep the ring's own.
    struct Ring {
      var width: Double
      var above: Double
      var below: Double
      var forward: Double
    }
    var rings: [MouthRing: Ring]
    /// Depth lost at x from the middle: bend · x².
    var bend: Double

    static let funnel = Roundness(
      rings: [
        .border: Ring(width: 20, above: 12, below: 15.5, forward: 4.5), .vermilion: Ring(width: 16, above: 9.4, below: 11.6, forward: 8),
        .wet: Ring(width: 12.6, above: 6.6, below: 7.6, forward: 8.5), .contact: Ring(width: 11.6, above: 5.4, below: 6.2, forward: 6.5),
        .inner: Ring(width: 12.5, above: 6, below: 6.8, forward: 3),
      ], bend: 0.024)
    static let pucker = Roundness(
      rings: [
        .border: Ring(width: 14.6, above: 7.2, below: 10.2, forward: 5), .vermilion: Ring(width: 13.2, above: 5, below: 6, forward: 9),
        .wet: Ring(width: 12.4, above: 1.6, below: 1.8, forward: 9), .contact: Ring(width: 11.8, above: 0, below: 0, forward: 8),
        .inner: Ring(width: 12, above: 0, below: 0, forward: 7),
      ], bend: 0.032)
  }
}

extension HeadAuthoring.Expressions {
  /// Moves the lips to rounded rings and lets the skin around follow evenly.
  func roundLips(_ d: inout [HeadAuthoring.V3], _ target: HeadAuthoring.Roundness) {
    typealias V3 = HeadAuthoring.V3
    let head = self.head
    let seam = head.seamHeight - 0.5
    var known: [Int: V3] = [:]
    for (ring, shape) in target.rings {
      for k in 0...16 {
        let a = Double(k) * .pi / 16
        let v = head.mouthVertex(ring, k)
        let middle = head.points[head.mouthVertex(ring, k <= 8 ? 0 : 16)].z * (k == 8 ? 0.5 : 1)
        let front = k == 8 ? middle + head.points[head.mouthVertex(ring, 16)].z * 0.5 : middle
        let x = shape.width * sin(a)
        let c = cos(a)
        let to = V3(k == 0 || k == 16 ? 0 : x, seam + (c > 0 ? shape.above : shape.below) * c, front + shape.forward - target.bend * x * x)
        let move = to - head.points[v]
        for (side, w) in head.both(v).enumerated() { known[w] = side == 0 ? move : HeadAuthoring.flipX(move) }
      }
    }
    if target.rings[.contact]?.above == 0 {
      // Sealed: both contact lines go to the same place.
      for ring in [HeadAuthoring.MouthRing.contact, .inner] {
        for k in 0...8 {
          let pair = [head.mouthVertex(ring, k), head.mouthVertex(ring, 16 - k)]
          let both = pair.map(head.both)
          for side in both[0].indices {
            if let a = known[both[0][side]], let b = known[both[1][side]] {
              known[both[0][side]] = (a + b) / 2
              known[both[1][side]] = (a + b) / 2
            }
          }
        }
      }
    }
    let inner = [HeadAuthoring.MouthRing.bag1, .bag2, .bag3].map { head.half.mouth[$0.rawValue] }
    for (share, ring) in zip([0.5, 0.2, 0], inner) {
      for k in 0...16 {
        let from = head.mouthVertex(.inner, k)
        for (side, v) in head.both(ring[k]).enumerated() {
          known[v] = (known[head.both(from)[min(side, head.both(from).count - 1)]] ?? .zero) * share
        }
      }
    }
    let spread = spread(known) { p in
      let q = V3(p.x / 40, (p.y - seam) / (p.y > seam ? 23 : 27), 0)
      return HeadAuthoring.dot(q, q) < 1 && p.z > 55
    }
    for (v, move) in spread { d[v] = known[v] ?? d[v] + move }
  }

  /// Fills a region of skin with displacements that pass smoothly from `known` to nothing at its border.
  func spread(_ known: [Int: HeadAuthoring.V3], region: (HeadAuthoring.V3) -> Bool) -> [(Int, HeadAuthoring.V3)] {
    typealias V3 = HeadAuthoring.V3
    let around = neighbours
    let free = (0..<head.skinCount).filter { known[$0] == nil && region(head.points[$0]) && !insideMouth.contains($0) }
    var d = [V3](repeating: .zero, count: head.skinCount)
    for (v, move) in known { d[v] = move }
    var laplacian = [V3](repeating: .zero, count: head.skinCount)
    let isFree = Set(free)
    // Gauss-Seidel on the even spread, then some steps toward equal second differences, which rounds the foot of the slope.
    for _ in 0..<300 {
      for v in free { d[v] = around[v].reduce(V3.zero) { $0 + d[$1] } / Double(around[v].count) }
    }
    for _ in 0..<120 {
      for v in free { laplacian[v] = around[v].reduce(V3.zero) { $0 + d[$1] } / Double(around[v].count) - d[v] }
      for v in free {
        let mean = around[v].reduce(V3.zero) { $0 + (isFree.contains($1) ? laplacian[$1] : .zero) } / Double(around[v].count)
        d[v] += (laplacian[v] - mean) * 0.35
      }
    }
    return (known.keys.sorted() + free).map { ($0, d[$0]) }
  }
}
