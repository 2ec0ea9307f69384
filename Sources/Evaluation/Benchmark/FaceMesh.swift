import Head
import Motion

/// The head's face and lips, posed for the vertex metrics: neck at rest, only the vertices that are looked at.
public struct FaceMesh: Sendable {
  /// Vertices of the face in the order of the head's region.
  public let faceVertices: [Int]
  public var faceCount: Int { faceVertices.count }
  /// The lips' places among the vertices posed.
  let lips: [Int]
  /// Landmarks' measures (lip gap), when the head has landmarks.
  let gauge: HeadMeasurements.Gauge?
  public let basis: Clip.Basis
  private let poser: HeadPoser
  private let count: Int
  /// Face at rest, faceCount × 3.
  public let rest: [Float]

  /// Errors: a head without the regions "face" and "lips".
  public init(_ head: HeadModel) throws {
    func region(_ names: String...) throws -> [Int] {
      for name in names { if let found = head.regions[name], !found.isEmpty { return found } }
      throw EvaluationError.region(name: names[0], known: head.regions.keys.sorted())
    }
    let face = try region("face")
    let lipVertices = try region("lips", "lip")
    // Lips outside the face region come behind it.
    let outside = lipVertices.filter { !Set(face).contains($0) }
    let kept = face + outside
    let place = Dictionary(kept.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    faceVertices = face
    count = kept.count
    lips = lipVertices.compactMap { place[$0] }
    gauge = try? HeadMeasurements.Gauge(head)
    basis = head.basis
    poser = HeadPoser(head.subset(kept))
    rest = Array(poser.poseAll(Clip(basis: head.basis, frames: 1), keepingNeck: false).prefix(face.count * 3))
  }

  /// A posed clip: frames × count × 3 metres.
  struct Posed {
    var vertices: [Float]
    var frames: Int
  }

  func pose(_ clip: Clip) -> Posed { Posed(vertices: poser.poseAll(clip, keepingNeck: false), frames: clip.frameCount) }

  /// The face alone, frames × faceCount × 3.
  func face(_ posed: Posed) -> [Float] {
    if faceCount == count { return posed.vertices }
    return (0..<posed.frames).flatMap { posed.vertices[$0 * count * 3..<($0 * count + faceCount) * 3] }
  }

  /// LVE and FVE in millimetres over the frames both have.
  func errors(_ mine: Posed, _ real: Posed) -> (lips: Double, face: Double) {
    let frames = min(mine.frames, real.frames)
    let length = frames * count * 3
    let a = mine.vertices.count == length ? mine.vertices : Array(mine.vertices.prefix(length))
    let b = real.vertices.count == length ? real.vertices : Array(real.vertices.prefix(length))
    return (
      1000 * VertexError.largest(a, b, vertices: count, region: lips, frames: frames),
      1000 * VertexError.mean(a, b, vertices: count, region: Array(0..<faceCount), frames: frames)
    )
  }

  /// Unsteadiness of the lips, added to `measures`.
  func addJitter(_ posed: Posed, to measures: inout ClipMeasures) {
    var points: [Float] = []
    points.reserveCapacity(posed.frames * lips.count * 3)
    for frame in 0..<posed.frames {
      for lip in lips {
        let at = (frame * count + lip) * 3
        points.append(contentsOf: posed.vertices[at..<at + 3])
      }
    }
    measures.addJitter(points, count: lips.count)
  }

  /// The lip gap by frame in millimetres; empty without landmarks.
  func lipGap(_ clip: Clip) throws -> [Float] {
    guard let gauge else { return [] }
    return try HeadMeasurements(clip, gauge: gauge).frames.map(\.lipGapMillimetres)
  }
}
