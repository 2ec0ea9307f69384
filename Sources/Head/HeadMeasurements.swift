import Motion

/// Distances and heights of the posed face in millimetres, after removing head motion (the neck is held straight).
///
/// Only the 68 landmarks are posed, so a clip is measured in milliseconds. Field names are those of `mm2face measure --json`.
public struct HeadMeasurements: Sendable, Hashable {
  /// One frame; pairs are (left, right), the face's own sides. Heights are relative to the neutral face.
  public struct Frame: Sendable, Hashable, Codable {
    public var mouthOpeningMillimetres: Float
    /// The least distance between the inner lips along the mid mouth; 0 when they touch or overlap.
    public var lipGapMillimetres: Float
    public var lipCornerHeightMillimetres: [Float]
    /// Distance of the lip corners.
    public var mouthWidthMillimetres: Float
    public var innerBrowHeightMillimetres: [Float]
    public var outerBrowHeightMillimetres: [Float]
    public var eyeOpeningMillimetres: [Float]
  }

  public var frames: [Frame]

  /// Lips nearer than this touch (half a tenth of a millimetre: the precision of the head file).
  public static let contactMillimetres: Float = 0.05

  /// - Throws: `HeadError` when the head has no landmarks or the clip is in another basis.
  public init(_ clip: Clip, head: HeadModel) throws(HeadError) {
    try self.init(clip, gauge: Gauge(head))
  }

  public init(_ clip: Clip, gauge: Gauge) throws(HeadError) {
    guard clip.basis == gauge.landmarks.basis else {
      throw .basis(head: gauge.landmarks.name, expected: gauge.landmarks.basis.rawValue, found: clip.basis.rawValue)
    }
    var poser = HeadPoser(gauge.landmarks)
    var vertices: [Float] = []
    frames = (0..<clip.frameCount).map { frame in
      poser.pose(clip.frame(frame), keepingNeck: false, into: &vertices)
      return gauge.measure(vertices)
    }
  }

  /// The landmarks of one head with their places at rest; build once, measure many clips.
  public struct Gauge: Sendable {
    /// The head reduced to its 68 landmarks.
    let landmarks: HeadModel
    private let neutral: [Float]

    /// - Throws: `HeadError.noLandmarks`.
    public init(_ head: HeadModel) throws(HeadError) {
      guard head.landmarks.count == 68 else { throw .noLandmarks(head: head.name) }
      landmarks = head.subset(head.landmarks)
      var poser = HeadPoser(landmarks)
      var vertices: [Float] = []
      poser.pose(PoseParameters(), into: &vertices)
      neutral = vertices
    }

    // iBUG numbering: the subject's right side comes first.
    private enum Point {
      static let innerBrow = (left: 22, right: 21)
      static let outerBrow = (left: 26, right: 17)
      static let corner = (left: 54, right: 48)
      static let outerLip = (upper: 51, lower: 57)
      static let innerLip = [(upper: 61, lower: 67), (upper: 62, lower: 66), (upper: 63, lower: 65)]
      static let leftLids = [(upper: 43, lower: 47), (upper: 44, lower: 46)]
      static let rightLids = [(upper: 37, lower: 41), (upper: 38, lower: 40)]
    }

    func measure(_ vertices: [Float]) -> Frame {
      func point(_ index: Int) -> SIMD3<Float> { SIMD3(vertices[index * 3], vertices[index * 3 + 1], vertices[index * 3 + 2]) * 1000 }
      func height(_ index: Int) -> Float { (vertices[index * 3 + 1] - neutral[index * 3 + 1]) * 1000 }
      func distance(_ a: Int, _ b: Int) -> Float {
        let difference = point(a) - point(b)
        return (difference * difference).sum().squareRoot()
      }
      /// 0 where the upper one lies below the lower one: they touch.
      func gap(_ upper: Int, _ lower: Int) -> Float {
        let separation = point(upper).y - point(lower).y
        return separation <= HeadMeasurements.contactMillimetres ? 0 : distance(upper, lower)
      }
      func opening(_ lids: [(upper: Int, lower: Int)]) -> Float { lids.reduce(0) { $0 + gap($1.upper, $1.lower) } / Float(lids.count) }
      return Frame(
        mouthOpeningMillimetres: distance(Point.outerLip.upper, Point.outerLip.lower),
        lipGapMillimetres: Point.innerLip.map { gap($0.upper, $0.lower) }.min() ?? 0,
        lipCornerHeightMillimetres: [height(Point.corner.left), height(Point.corner.right)],
        mouthWidthMillimetres: distance(Point.corner.left, Point.corner.right),
        innerBrowHeightMillimetres: [height(Point.innerBrow.left), height(Point.innerBrow.right)],
        outerBrowHeightMillimetres: [height(Point.outerBrow.left), height(Point.outerBrow.right)],
        eyeOpeningMillimetres: [opening(Point.leftLids), opening(Point.rightLids)])
    }
  }
}
