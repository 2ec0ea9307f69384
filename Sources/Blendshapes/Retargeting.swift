import Foundation
import Head
import Motion

/// Carries motion between the studio's named shapes and a FLAME head, over points the two faces have in common.
///
/// Axis letters: P pairs of points, T frames. The studio basis has 50 shapes and three jaw weights (open, left, right);
/// FLAME has 50 expression numbers and the jaw's rotation. Both ways the neck is taken over as it is.
///
/// - To FLAME: per frame regularised least squares for expression and jaw, with the posed difference corrected three times,
///   because a jaw turns and does not shift.
/// - To the named shapes: least squares with every weight inside 0…1 and a preference for few and steady weights, as ARKit's
///   weights are. `ARKitWeights` makes the 52 of them.
public struct Retargeting: Sendable {
  /// How far the two faces are apart after retargeting, millimetres over pairs and frames.
  public struct Residual: Sendable, Hashable {
    public var meanMillimetres: Double
    public var rootMeanSquareMillimetres: Double
    public var largestMillimetres: Double
    /// The mean motion that was to be carried over, for comparison.
    public var motionMillimetres: Double
  }

  public let correspondence: HeadCorrespondence
  private let studio: HeadModel
  private let flame: HeadModel
  /// (53 or 53) × 3P: displacement for one unit of each parameter, metres of the FLAME head.
  private let studioColumns: [[Double]]
  private let flameColumns: [[Double]]
  private let toFLAME: CholeskySolver
  private let toStudio: BoundedSolver
  private let studioRest: [Float]
  private let flameRest: [Float]
  /// Weight of a change against the frame before.
  private let steadiness: Double

  static let parameters = 53
  private static let step: Float = 0.05

  /// - Parameters:
  ///   - studio: a head in `studio-50`.
  ///   - flame: a head in one of FLAME's bases.
  ///   - steadiness: how much a weight resists changing from frame to frame, relative to what a shape moves.
  /// Errors: `RetargetingError`.
  public init(studio: HeadModel, flame: HeadModel, steadiness: Double = 0.02) throws(RetargetingError) {
    guard studio.basis == .studio50 else { throw .basis(expected: "studio-50", found: studio.basis.rawValue) }
    guard flame.basis != .studio50 else { throw .basis(expected: "one of FLAME's", found: flame.basis.rawValue) }
    let pairs = try HeadCorrespondence(studio, flame)
    correspondence = pairs
    self.studio = studio.subset(pairs.first)
    self.flame = flame.subset(pairs.second)
    studioRest = Self.posed(self.studio, Clip(frames: 1).frame(0))
    flameRest = Self.posed(self.flame, Clip(frames: 1).frame(0))
    let (small, big) = (self.studio, self.flame)
    let (smallRest, bigRest) = (studioRest, flameRest)
    studioColumns = (0..<Self.parameters).map { index in
      var parameters = [Double](repeating: 0, count: Self.parameters)
      // A jaw that opens moves points on arcs: the secant of a moderate opening serves better than the tangent.
      parameters[index] = index == 50 ? 0.5 : 1
      let moved = Self.displacement(small, Self.studioFrame(parameters), from: smallRest, pairs.fit)
      return index == 50 ? moved.map { $0 * 2 } : moved
    }
    flameColumns = (0..<Self.parameters).map { index in
      var frame = [Float](repeating: 0, count: Clip.channels)
      let size: Float = index < 50 ? 1 : Self.step
      frame[index < 50 ? index : Clip.jawRange.lowerBound + index - 50] = size
      return Self.displacement(big, frame[...], from: bigRest, .identity).map { $0 / Double(size) }
    }
    let studioGram = Self.gram(studioColumns)
    let flameGram = Self.gram(flameColumns)
    let (studioScale, flameScale) = (Self.trace(studioGram), Self.trace(flameGram))
    var regular = flameGram
    for index in 0..<Self.parameters { regular[index * Self.parameters + index] += flameScale * 1e-4 }
    toFLAME = CholeskySolver(regular, count: Self.parameters)
    var steady = studioGram
    self.steadiness = studioScale * steadiness
    for index in 0..<Self.parameters { steady[index * Self.parameters + index] += studioScale * 1e-5 + 2 * self.steadiness }
    toStudio = BoundedSolver(gram: steady, count: Self.parameters, bounds: [ClosedRange<Double>](repeating: 0...1, count: Self.parameters))
  }

  // MARK: Both ways

  /// A `studio-50` clip on the FLAME head. Errors: `RetargetingError.basis`.
  public func flame(from clip: Clip) throws(RetargetingError) -> (clip: Clip, residual: Residual) {
    guard clip.basis == .studio50 else { throw .basis(expected: "studio-50", found: clip.basis.rawValue) }
    var result = Clip(basis: flame.basis, framesPerSecond: clip.framesPerSecond, provenance: clip.provenance)
    var tally = Tally()
    for index in 0..<clip.frameCount {
      let target = Self.displacement(studio, clip.frame(index), from: studioRest, correspondence.fit)
      var frame = [Float](repeating: 0, count: Clip.channels)
      var left = target
      for _ in 0..<3 {
        let change = toFLAME.solve(Self.project(flameColumns, left))
        for (parameter, value) in change.enumerated() {
          frame[parameter < 50 ? parameter : Clip.jawRange.lowerBound + parameter - 50] += Float(value)
        }
        left = zip(target, Self.displacement(flame, frame[...], from: flameRest, .identity)).map { $0 - $1 }
      }
      tally.add(left, target)
      result.values += Self.withNeck(frame, clip.neck(index))
    }
    return (result, tally.residual)
  }

  /// A FLAME clip in the named shapes, every weight inside 0…1. Errors: `RetargetingError.basis`.
  public func studio(from clip: Clip) throws(RetargetingError) -> (clip: Clip, residual: Residual) {
    guard clip.basis == flame.basis else { throw .basis(expected: flame.basis.rawValue, found: clip.basis.rawValue) }
    let targets = (0..<clip.frameCount).map { Self.displacement(flame, clip.frame($0), from: flameRest, .identity) }
    let plain = targets.map { Self.project(studioColumns, $0) }
    var weights = [[Double]](repeating: [Double](repeating: 0, count: Self.parameters), count: clip.frameCount)
    var right = plain
    // Each round: what the posed head gets wrong against its linear picture goes to the other side; then sweeps over the
    // frames, where each looks at both neighbours.
    for round in 0..<3 {
      if round > 0 {
        for index in weights.indices {
          let posed = Self.displacement(studio, Self.studioFrame(weights[index]), from: studioRest, correspondence.fit)
          var linear = [Double](repeating: 0, count: posed.count)
          for (parameter, weight) in weights[index].enumerated() where weight != 0 {
            for (place, value) in studioColumns[parameter].enumerated() { linear[place] += weight * value }
          }
          right[index] = Self.project(studioColumns, Self.corrected(targets[index], posed: posed, linear: linear))
        }
      }
      for sweep in 0..<3 {
        for index in weights.indices {
          let before = weights[max(index - 1, 0)]
          let after = sweep == 0 && round == 0 ? before : weights[min(index + 1, weights.count - 1)]
          var pull = right[index]
          for parameter in pull.indices { pull[parameter] += steadiness * (before[parameter] + after[parameter]) }
          weights[index] = toStudio.solve(pull, from: weights[index], sweeps: 40)
        }
      }
    }
    var result = Clip(basis: .studio50, framesPerSecond: clip.framesPerSecond, provenance: clip.provenance)
    var tally = Tally()
    for (index, row) in weights.enumerated() {
      let frame = Self.studioFrame(row)
      let posed = Self.displacement(studio, frame, from: studioRest, correspondence.fit)
      tally.add(zip(targets[index], posed).map { $0 - $1 }, targets[index])
      result.values += Self.withNeck(Array(frame), clip.neck(index))
    }
    return (result, tally.residual)
  }

  // MARK: Parts

  /// 53 weights (50 shapes, jaw open, left, right) as a frame of 56 numbers.
  private static func studioFrame(_ parameters: [Double]) -> ArraySlice<Float> {
    var frame = parameters[..<50].map { Float($0) } + [0, 0, 0]
    let jaw = JawConvention.rotation(open: Float(parameters[50]), left: Float(parameters[51]), right: Float(parameters[52]))
    frame += [jaw.x, jaw.y, jaw.z]
    return frame[...]
  }

  private static func withNeck(_ frame: [Float], _ neck: SIMD3<Float>) -> [Float] {
    var frame = frame
    for axis in 0..<3 { frame[Clip.neckRange.lowerBound + axis] = neck[axis] }
    return frame
  }

  private static func posed(_ head: HeadModel, _ frame: ArraySlice<Float>) -> [Float] {
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    poser.pose(frame, keepingNeck: false, into: &vertices)
    return vertices
  }

  /// 3P numbers: how far the points move from rest, in the FLAME head's space.
  private static func displacement(_ head: HeadModel, _ frame: ArraySlice<Float>, from rest: [Float], _ fit: SimilarityFit) -> [Double] {
    let vertices = posed(head, frame)
    var result: [Double] = []
    result.reserveCapacity(vertices.count)
    for start in stride(from: 0, to: vertices.count, by: 3) {
      let now = SIMD3<Float>(vertices[start], vertices[start + 1], vertices[start + 2])
      let moved = SIMD3<Double>(now - SIMD3<Float>(rest[start], rest[start + 1], rest[start + 2]))
      let carried = fit.direction(moved)
      result += [carried.x, carried.y, carried.z]
    }
    return result
  }

  private static func gram(_ columns: [[Double]]) -> [Double] {
    var gram = [Double](repeating: 0, count: columns.count * columns.count)
    for (row, a) in columns.enumerated() {
      for column in 0...row {
        let value = dot(a, columns[column])
        gram[row * columns.count + column] = value
        gram[column * columns.count + row] = value
      }
    }
    return gram
  }

  private static func trace(_ gram: [Double]) -> Double {
    (0..<parameters).reduce(0.0) { $0 + gram[$1 * parameters + $1] } / Double(parameters)
  }

  /// The target as the linear picture has to see it.
  private static func corrected(_ target: [Double], posed: [Double], linear: [Double]) -> [Double] {
    var result = target
    for index in result.indices { result[index] += linear[index] - posed[index] }
    return result
  }

  private static func project(_ columns: [[Double]], _ values: [Double]) -> [Double] { columns.map { dot($0, values) } }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "a product of \(a.count) and \(b.count) numbers")
    return a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        var sums = SIMD8<Double>.zero
        var place = 0
        while place + 64 <= a.count {
          sums +=
            a.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self) * b.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
          place += 64
        }
        var sum = sums.sum()
        while place < a.count {
          sum += a.loadUnaligned(fromByteOffset: place, as: Double.self) * b.loadUnaligned(fromByteOffset: place, as: Double.self)
          place += 8
        }
        return sum
      }
    }
  }

  /// Distances over pairs and frames.
  private struct Tally {
    private var count = 0
    private var sum = 0.0
    private var squares = 0.0
    private var largest = 0.0
    private var motion = 0.0

    mutating func add(_ difference: [Double], _ target: [Double]) {
      for start in stride(from: 0, to: difference.count, by: 3) {
        func length(_ values: [Double]) -> Double {
          (values[start] * values[start] + values[start + 1] * values[start + 1] + values[start + 2] * values[start + 2]).squareRoot()
            * 1000
        }
        let distance = length(difference)
        count += 1
        sum += distance
        squares += distance * distance
        largest = max(largest, distance)
        motion += length(target)
      }
    }

    var residual: Residual {
      let n = Double(max(count, 1))
      return Residual(
        meanMillimetres: sum / n, rootMeanSquareMillimetres: (squares / n).squareRoot(), largestMillimetres: largest,
        motionMillimetres: motion / n)
    }
  }
}
