import Foundation
import Head
import Motion
import Tensor

/// The 53 parameters that deform a face (50 shapes, jaw rotation in units of its full turn) as a linear space, and the way back
/// from learnt shapes to them: least squares inside bounds, factorised once.
struct ParameterSpace: Sendable {
  static let count = 53
  private static let sweeps = 12
  /// Clip value of one unit of each parameter.
  private let units: [Float]
  /// 53 × 53, weighted and damped.
  private let gram: [Double]
  /// 53 × K: parameters that one unit of a shape is worth.
  private let back: [Double]
  /// For the residual, undamped: columns with columns, columns with shapes, shapes with shapes.
  private let own: [Double], mutual: [Double], shapeGram: [Double]
  private let shapeCount: Int
  private let locked: Set<Int>

  private static func channel(_ parameter: Int) -> Int { parameter < 50 ? parameter : Clip.jawRange.lowerBound + parameter - 50 }

  init(face: HeadModel, shapes: LayerShapes) {
    let n = Self.count, k = shapes.shapes.rows, width = shapes.shapes.columns
    let side = JawConvention.rotation(open: 0, left: 1, right: 0).y
    units = (0..<n).map { $0 < 50 ? 1 : $0 == 50 ? face.jawOpenRadians : abs(side) }
    locked = Set(Tracks.lids)
    let rest = Self.posed(face, Clip(frames: 1))
    let root = shapes.weight.flatMap { w in [w.squareRoot(), w.squareRoot(), w.squareRoot()] }
    var columns: [Float] = []
    for parameter in 0..<n {
      // A jaw turns points on arcs: the secant of a moderate turn. Gaze is left out, lids follow it.
      let size: Float = parameter < 50 ? 1 : parameter == 50 ? 0.25 : parameter == 51 ? 0.5 : 0.05 / units[52]
      if parameter < 50 {
        columns += face.expression[parameter].dense.map { $0 * 1000 }
      } else {
        var clip = Clip(frames: 1)
        clip[0, Self.channel(parameter)] = size * units[parameter]
        columns += zip(Self.posed(face, clip), rest).map { ($0 - $1) * 1000 / size }
      }
    }
    var weighted = shapes.shapes.values
    for index in columns.indices { columns[index] *= root[index % width] }
    for index in weighted.indices { weighted[index] *= root[index % width] }
    func products(_ a: [Float], _ b: [Float]) -> [Double] {
      let rows = a.count / width, others = b.count / width
      var result = [Float](repeating: 0, count: rows * others)
      Blas.multiplyTransposed(
        m: rows, n: others, k: width, a: a, aStride: width, b: b, bStride: width, c: &result, cStride: others)
      return result.map(Double.init)
    }
    own = products(columns, columns)
    mutual = products(columns, weighted)
    shapeGram = products(weighted, weighted)
    let trace = (0..<n).reduce(0.0) { [own] in $0 + own[$1 * n + $1] } / Double(n)
    var damped = own
    for index in 0..<n { damped[index * n + index] += shapes.settings.damping * trace }
    gram = damped
    shapeCount = k
    let solver = CholeskySolver(damped, count: n)
    var back = [Double](repeating: 0, count: n * k)
    for shape in 0..<k {
      let solved = solver.solve((0..<n).map { [mutual] in mutual[$0 * k + shape] })
      for parameter in 0..<n { back[parameter * k + shape] = solved[parameter] }
    }
    self.back = back
  }

  private static func posed(_ head: HeadModel, _ clip: Clip) -> [Float] { HeadPoser(head).poseAll(clip, keepingNeck: false) }

  /// T × 53 in units.
  func parameters(_ clip: Clip, times amount: Double) -> [Double] {
    (0..<clip.frameCount).flatMap { frame in
      (0..<Self.count).map { amount * Double(clip[frame, Self.channel($0)] / units[$0]) }
    }
  }

  func write(_ values: [Double], _ frame: Int, to clip: inout Clip) {
    for parameter in 0..<Self.count {
      clip[frame, Self.channel(parameter)] = Float(values[frame * Self.count + parameter]) * units[parameter]
    }
  }

  /// Both tracks added up without the cross-domain deformation: T × 53, and by frame the mean square distance that is left, mm².
  func solve(tracks: ([Double], [Double]), cross: Matrix, frames: Int) -> (values: [Double], errors: [Double]) {
    let n = Self.count
    var values = [Double](repeating: 0, count: frames * n)
    var errors = [Double](repeating: 0, count: frames)
    for frame in 0..<frames {
      let weights = cross.row(frame).map(Double.init)
      var x = [Double](repeating: 0, count: n), low = x, high = x, sum = x
      var inside = true
      for p in 0..<n {
        let (a, b) = (tracks.0[frame * n + p], tracks.1[frame * n + p])
        sum[p] = a + b
        var wanted = sum[p]
        for k in 0..<shapeCount { wanted -= back[p * shapeCount + k] * weights[k] }
        low[p] = locked.contains(p) ? 0 : p > 50 ? -1.2 : min(0, a, b)
        high[p] = locked.contains(p) ? 0 : p > 50 ? 1.2 : max(1.2, a, b)
        x[p] = wanted
        inside = inside && wanted >= low[p] && wanted <= high[p]
      }
      if !inside { bound(&x, low, high) }
      errors[frame] = distance(zip(x, sum).map { $0 - $1 }, weights)
      values.replaceSubrange(frame * n..<(frame + 1) * n, with: x)
    }
    return (values, errors)
  }

  /// The nearest parameters inside their bounds, nearness measured on the face: coordinate descent with the gradient kept.
  private func bound(_ x: inout [Double], _ low: [Double], _ high: [Double]) {
    let n = Self.count
    var gradient = [Double](repeating: 0, count: n)
    for p in 0..<n {
      let change = min(max(x[p], low[p]), high[p]) - x[p]
      guard change != 0 else { continue }
      x[p] += change
      for q in 0..<n { gradient[q] += gram[p * n + q] * change }
    }
    for _ in 0..<Self.sweeps {
      for p in 0..<n {
        let next = min(max(x[p] - gradient[p] / gram[p * n + p], low[p]), high[p])
        let change = next - x[p]
        guard change != 0 else { continue }
        x[p] = next
        for q in 0..<n { gradient[q] += gram[p * n + q] * change }
      }
    }
  }

  /// Mean square over the weighted face of columns · change + shapes · weights, mm².
  private func distance(_ change: [Double], _ weights: [Double]) -> Double {
    let n = Self.count, k = shapeCount
    var sum = 0.0
    for p in 0..<n where change[p] != 0 {
      for q in 0..<n { sum += change[p] * own[p * n + q] * change[q] }
      for s in 0..<k { sum += 2 * change[p] * mutual[p * k + s] * weights[s] }
    }
    for s in 0..<k where weights[s] != 0 { for t in 0..<k { sum += weights[s] * shapeGram[s * k + t] * weights[t] } }
    return max(0, sum)
  }
}
