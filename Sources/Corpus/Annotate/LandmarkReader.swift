import Head
import Motion

/// Reads the motion of any head as shapes of studio-50, through its 68 landmarks: how action units are had from FLAME motion.
///
/// Both heads are posed with the jaw and the neck at rest; the landmarks' departures from rest, in parts of the distance between the
/// outer eye corners, are explained by as few of our head's shapes as will do (least squares with weights from 0 up and a small price
/// on every weight, by coordinate descent). Jaw and neck are rotations in both bases and are taken over. What landmarks cannot show
/// stays 0: gaze, tongue, cheeks. A closed mouth over an open jaw is read from the gap of the inner lips.
public struct LandmarkReader: Sendable {
  private let landmarks: HeadModel
  private let neutral: [Float]
  /// Landmarks' departures at full weight, one row of 204 numbers a shape, and their products.
  private let rows: [[Float]]
  private let products: [[Float]]
  private let shapes: [StudioShape]
  /// Inner lips' gap of our head over its jaw opening, in eye distances per 1.0 of jawOpen.
  private let gapOfJaw: Float

  /// The price of a weight, as a part of the shape's own size.
  private static let price: Float = 0.015
  private static let sweeps = 40
  private static let lips = [(61, 67), (62, 66), (63, 65)]

  /// Prepares to read motions of `head`; `studio` is our own.
  ///
  /// - Throws: `HeadError.noLandmarks` when either head has not its 68 landmarks.
  public init(_ head: HeadModel, studio: HeadModel) throws(HeadError) {
    for head in [head, studio] where head.landmarks.count != 68 { throw .noLandmarks(head: head.name) }
    landmarks = head.subset(head.landmarks)
    neutral = Self.points(landmarks, [Float](repeating: 0, count: Clip.channels), jaw: false)
    let ours = studio.subset(studio.landmarks)
    let rest = Self.points(ours, [Float](repeating: 0, count: Clip.channels), jaw: false)
    func posed(_ set: (inout [Float]) -> Void) -> [Float] {
      var frame = [Float](repeating: 0, count: Clip.channels)
      set(&frame)
      return Self.points(ours, frame, jaw: true)
    }
    let unseen: Set<StudioShape> = [.mouthClose, .tongueOut, .cheekPuff, .cheekSquintLeft, .cheekSquintRight]
    var found: [(StudioShape, [Float])] = []
    for shape in StudioShape.allCases where !unseen.contains(shape) && !shape.name.hasPrefix("eyeLook") {
      let row = zip(posed { $0[shape.rawValue] = 1 }, rest).map { $0 - $1 }
      // Less than a hundredth of the eye distance over all landmarks is not seen.
      if row.reduce(0, { $0 + $1 * $1 }) > 1e-4 { found.append((shape, row)) }
    }
    shapes = found.map(\.0)
    rows = found.map(\.1)
    products = found.map { a in found.map { b in zip(a.1, b.1).reduce(0) { $0 + $1.0 * $1.1 } } }
    let open = posed { $0[53] = Float(JawConvention.openRadians) * 0.5 }
    gapOfJaw = max(2 * Self.gap(open), 0.01)
  }

  /// The clip as studio-50, as far as landmarks show it; same frames and rate.
  ///
  /// - Throws: `HeadError.basis` for a clip of another basis than the head's.
  public func read(_ clip: Clip) throws(HeadError) -> Clip {
    guard clip.basis == landmarks.basis else {
      throw .basis(head: landmarks.name, expected: landmarks.basis.rawValue, found: clip.basis.rawValue)
    }
    var result = Clip(frames: clip.frameCount)
    result.framesPerSecond = clip.framesPerSecond
    var weights = [Float](repeating: 0, count: shapes.count)
    for frame in 0..<clip.frameCount {
      let values = Array(clip.frame(frame))
      let points = Self.points(landmarks, values, jaw: false)
      fit(zip(points, neutral).map { $0 - $1 }, &weights)
      for (index, shape) in shapes.enumerated() { result[frame, shape] = weights[index] }
      for channel in 50..<Clip.channels { result[frame, channel] = values[channel] }
      let open = values[53] / Float(JawConvention.openRadians)
      if open > 0 {
        let gap = Self.gap(Self.points(landmarks, values, jaw: true))
        result[frame, .mouthClose] = min(open, max(0, open - gap / gapOfJaw))
      }
    }
    return result
  }

  /// Weights that explain the departures; starts from the weights given.
  private func fit(_ departures: [Float], _ weights: inout [Float]) {
    let targets = rows.map { row in zip(row, departures).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<Self.sweeps {
      var change: Float = 0
      for j in weights.indices {
        var rest = targets[j]
        for k in weights.indices where k != j { rest -= products[j][k] * weights[k] }
        let next = min(max((rest - Self.price * products[j][j]) / products[j][j], 0), 1.2)
        change = max(change, abs(next - weights[j]))
        weights[j] = next
      }
      if change < 1e-4 { break }
    }
  }

  /// 68 landmarks with the neck straight, in eye distances; 204 numbers.
  private static func points(_ head: HeadModel, _ frame: [Float], jaw: Bool) -> [Float] {
    var pose = PoseParameters(frame: frame[...], eyeLook: head.eyeLook)
    pose.neck = .zero
    if !jaw { pose.jaw = .zero }
    var poser = HeadPoser(head)
    var vertices: [Float] = []
    poser.pose(pose, into: &vertices)
    let (right, left) = (36 * 3, 45 * 3)
    let eyes = (0..<3).reduce(Float(0)) { sum, axis in
      let difference = head.template[left + axis] - head.template[right + axis]
      return sum + difference * difference
    }.squareRoot()
    return vertices.map { $0 / max(eyes, 1e-6) }
  }

  private static func gap(_ points: [Float]) -> Float {
    lips.map { upper, lower in max(0, points[upper * 3 + 1] - points[lower * 3 + 1]) }.min() ?? 0
  }
}
