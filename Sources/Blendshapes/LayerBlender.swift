import Foundation
import Head
import Motion
import Tensor

/// Blends a speech clip and an expression clip so that they do not fight: lips that speech closes stay closed.
///
/// Axes: T frames, P = 53 parameters (50 shapes and the jaw's rotation in units of its full turn), V face vertices, millimetres.
/// The deformation of each track is encoded; what the speech track does with expression shapes while there is an expression, and what
/// the expression track does with speech shapes while there is speech, is taken away (the cross-domain deformation); what is left is
/// added up and carried back to parameters by least squares inside their bounds. Blinks and gaze follow the expression, necks add up;
/// below an expression amount of 1, and where the expression shows nothing, the speech clip's own brows come back.
public struct LayerBlender: Sendable {
  public struct Amounts: Sendable, Hashable {
    /// 0 takes the track away, 1 leaves it, 2 is the most.
    public var speech: Double
    public var expression: Double
    public static let range = 0.0...2.0
    public init(speech: Double = 1, expression: Double = 1) {
      func clamp(_ value: Double) -> Double { value.isFinite ? min(max(value, Self.range.lowerBound), Self.range.upperBound) : 1 }
      self.speech = clamp(speech)
      self.expression = clamp(expression)
    }
  }

  /// How far the blended clip's face is from the combined deformation, millimetres over the weighted face.
  public struct Residual: Sendable, Hashable {
    public var rootMeanSquareMillimetres: Double
    /// The worst frame's.
    public var largestMillimetres: Double
  }

  /// Fixed by the reference, `training/mm2face_training/blend/mix.py`.
  private static let widest = 4
  private static let soft: [Double] = [1, 2, 3, 4, 3, 2, 1].map { $0 / 16 }
  private static let least = 0.5
  private static let nearMillimetres = 2.0

  public let shapes: LayerShapes
  let space: ParameterSpace
  private let poser: HeadPoser
  private let rest: [Float]
  private let gauge: HeadMeasurements.Gauge

  /// Errors: `BlendError.head` when the model was learnt on another head, `HeadError`.
  public init(shapes: LayerShapes, head: HeadModel) throws {
    guard head.basis == .studio50 else { throw BlendError.basis(track: "head's", found: head.basis.rawValue) }
    let last = shapes.vertices.max() ?? 0
    guard last < head.vertexCount, shapes.vertices.allSatisfy({ $0 >= 0 }) else {
      throw BlendError.head(vertices: head.vertexCount, needed: last)
    }
    self.shapes = shapes
    let face = head.subset(shapes.vertices)
    poser = HeadPoser(face)
    rest = poser.poseAll(Clip(frames: 1), keepingNeck: false)
    space = ParameterSpace(face: face, shapes: shapes)
    gauge = try HeadMeasurements.Gauge(head)
  }

  /// The model and head that the program brings along.
  public static func shipped() throws -> LayerBlender { try LayerBlender(shapes: .shipped(), head: .studio()) }

  /// Blends; a missing track leaves the other as it is, scaled.
  ///
  /// The result is as long as the longer clip. An expression that ends early is held, its blinks and gaze give way to the speech
  /// clip's; a speech that ends early comes to rest. Errors: `BlendError`, `HeadError`.
  public func blend(speech: Clip?, expression: Clip?, amounts: Amounts = Amounts()) throws -> (clip: Clip, residual: Residual) {
    for (name, clip) in [("speech", speech), ("expression", expression)] {
      if let clip, clip.basis != .studio50 { throw BlendError.basis(track: name, found: clip.basis.rawValue) }
    }
    if let a = speech?.framesPerSecond, let b = expression?.framesPerSecond, abs(a - b) > 1e-6 {
      throw BlendError.rates(speech: a, expression: b)
    }
    let frames = max(speech?.frameCount ?? 0, expression?.frameCount ?? 0)
    guard frames > 0, let model = speech ?? expression else { throw BlendError.nothing }
    var base = model
    base.values = []
    let said = Tracks.speech(speech, frames: frames)
    let shown = Tracks.expression(expression, speech: speech, frames: frames)
    let mixed = try mix(said, shown, amounts, alone: (expression?.frameCount ?? 0) == 0)
    base.values = mixed.values
    base.provenance["blendedAmounts"] = "speech \(amounts.speech), expression \(amounts.expression)"
    return (base, mixed.residual)
  }

  /// Blends clips of which each is in studio-50 or in the basis of a FLAME head, and carries the result to that head.
  ///
  /// `carried` is how far the FLAME face is from the blended studio face, millimetres.
  /// Errors: those of `blend(speech:expression:amounts:)`, `RetargetingError`.
  public func blend(
    speech: Clip?, expression: Clip?, amounts: Amounts = Amounts(), flame: Retargeting
  ) throws -> (clip: Clip, residual: Residual, carried: Retargeting.Residual) {
    func studio(_ clip: Clip?) throws -> Clip? {
      try clip.map { $0.basis == .studio50 ? $0 : try flame.studio(from: $0).clip }
    }
    let (clip, residual) = try blend(speech: try studio(speech), expression: try studio(expression), amounts: amounts)
    let there = try flame.flame(from: clip)
    return (there.clip, residual, there.residual)
  }

  // MARK: The steps

  private func mix(_ said: Clip, _ shown: Clip, _ amounts: Amounts, alone: Bool) throws -> (values: [Float], residual: Residual) {
    let frames = said.frameCount
    let spokenClip = Tracks.withoutLids(said), shownClip = Tracks.withoutLids(shown)
    let (a, b) = (amounts.speech, amounts.expression)
    // Without an expression the speech clip keeps its own.
    let given = alone ? 0 : min(b, 1)
    let spoken = images(spokenClip)
    let speechWeights = shapes.speech(spoken)
    let straySpeech = shapes.expression(spoken)
    let felt = images(shownClip)
    let strayExpression = shapes.speech(felt)
    let presence = Self.presence(straySpeech, times: a, shapes.expression(felt), times: b)
    let room = room(speechWeights, gap: try HeadMeasurements(spokenClip, gauge: gauge).frames.map { Double($0.lipGapMillimetres) })
    let (s, e) = (shapes.speechCount, shapes.expressionCount)
    // Weights of the cross-domain deformation, T × (S + E).
    let cross = Matrix(rows: frames, columns: s + e) { out in
      for frame in 0..<frames {
        for k in 0..<s { out[frame * (s + e) + k] = Float(b * room[frame]) * strayExpression[frame, k] }
        for k in 0..<e { out[frame * (s + e) + s + k] = Float(a * given * presence[frame]) * straySpeech[frame, k] }
      }
    }
    let (found, errors) = space.solve(
      tracks: (space.parameters(spokenClip, times: a), space.parameters(shownClip, times: b)), cross: cross, frames: frames)
    var clip = said
    for frame in 0..<frames {
      space.write(found, frame, to: &clip)
      for channel in Clip.neckRange {
        clip[frame, channel] = Float(min(a, 1)) * said[frame, channel] + Float(min(b, 1)) * shown[frame, channel]
      }
      for channel in Tracks.lids {
        clip[frame, channel] = Float(given) * shown[frame, channel] + Float((1 - given) * min(a, 1)) * said[frame, channel]
      }
    }
    let mean = errors.reduce(0, +) / Double(max(frames, 1))
    return (clip.values, Residual(rootMeanSquareMillimetres: mean.squareRoot(), largestMillimetres: (errors.max() ?? 0).squareRoot()))
  }

  /// Geometry images of the displacements, T × (G² · 3) millimetres.
  private func images(_ clip: Clip) -> Matrix {
    let cells = shapes.imageShare.count / 3
    let stride = rest.count
    return Matrix(rows: clip.frameCount, columns: cells * 3) { out in
      for first in Swift.stride(from: 0, to: clip.frameCount, by: 64) {
        let last = min(first + 64, clip.frameCount)
        let part = Clip(values: Array(clip.values[first * Clip.channels..<last * Clip.channels]))
        let posed = poser.poseAll(part, keepingNeck: false)
        for frame in first..<last {
          let at = (frame - first) * stride
          for cell in 0..<cells {
            var sum = SIMD3<Float>.zero
            for corner in 0..<3 {
              let vertex = shapes.imageIndex[cell * 3 + corner] * 3
              let moved = SIMD3(
                posed[at + vertex] - rest[vertex], posed[at + vertex + 1] - rest[vertex + 1], posed[at + vertex + 2] - rest[vertex + 2])
              sum += shapes.imageShare[cell * 3 + corner] * 1000 * moved
            }
            let target = out + (frame * cells + cell) * 3
            target[0] = sum.x
            target[1] = sum.y
            target[2] = sum.z
          }
        }
      }
    }
  }

  /// The share of the expression's speech-like deformation that gives way, T × 0…1: none in silence, half while lips are well
  /// apart, all where they close.
  private func room(_ weights: Matrix, gap: [Double]) -> [Double] {
    let scale = 1 / (shapes.settings.gate * shapes.settings.activity)
    let talking = Self.power(weights, times: scale).map { $0 * $0 / (1 + $0 * $0) }
    let wide = Self.soften(Self.highest(talking, reach: Self.widest))
    let closing = Self.highest(gap.map { exp(-($0 / Self.nearMillimetres) * ($0 / Self.nearMillimetres)) }, reach: 1)
    let soft = Self.soften(closing)
    return wide.indices.map { wide[$0] * (Self.least + (1 - Self.least) * max(closing[$0], soft[$0])) }
  }

  /// How much of what speech does with the expression's shapes gives way to the expression, T × 0…1: as much as that is the stronger
  /// of the two, so that a face that shows nothing leaves speech as it is.
  private static func presence(_ stray: Matrix, times a: Double, _ shown: Matrix, times b: Double) -> [Double] {
    zip(soften(power(shown, times: b)), soften(power(stray, times: a))).map { $0 / ($0 + $1 + 1e-6) }
  }

  /// The sum of squares of every frame's weights, each times `amount`.
  private static func power(_ weights: Matrix, times amount: Double) -> [Double] {
    (0..<weights.rows).map { weights.row($0).reduce(0.0) { $0 + Double($1) * Double($1) } * amount * amount }
  }

  private static func highest(_ values: [Double], reach: Int) -> [Double] {
    values.indices.map { values[max(0, $0 - reach)...min(values.count - 1, $0 + reach)].max() ?? 0 }
  }

  private static func soften(_ values: [Double]) -> [Double] {
    let reach = soft.count / 2
    return values.indices.map { index in
      soft.indices.reduce(0.0) { $0 + soft[$1] * values[min(max(index + $1 - reach, 0), values.count - 1)] }
    }
  }
}
