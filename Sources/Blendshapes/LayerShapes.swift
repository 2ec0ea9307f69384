import Containers
import Foundation
import NeuralNet
import Tensor

/// The learnt speech and expression blendshapes with the two encoders that find their weights.
///
/// Axes: V vertices of the face, G cells along a side of the geometry image, S speech shapes, E expression shapes, millimetres.
/// Source: "Learning Disentangled Speech- and Expression-Driven Blendshapes for 3D Talking Face Animation" (2025); trained by
/// `python -m mm2face_training.blend` on performances of our own corpus, speech alone and expression alone.
public struct LayerShapes: Sendable {
  /// Constants of the blend, written by training so that both sides agree.
  struct Settings: Decodable, Sendable {
    var format: Int
    var side: Int
    var speechShapes: Int
    var expressionShapes: Int
    /// Root mean square of the speech weights over speech.
    var activity: Double
    /// The share of `activity` at which speech takes half of its room.
    var gate: Double
    /// Ridge of the way back to parameters, a share of what a parameter moves on average.
    var damping: Double
  }

  let settings: Settings
  /// The head's vertices that make up the face, V.
  let vertices: [Int]
  /// V, of sum 1: how much a vertex counts.
  let weight: [Float]
  /// G² × 3 places in `vertices` and their shares: what a cell of the image mixes.
  let imageIndex: [Int]
  let imageShare: [Float]
  /// (S + E) × (V · 3) millimetres.
  public let shapes: Matrix
  let speech: ShapeEncoder
  let expression: ShapeEncoder
  public var speechCount: Int { settings.speechShapes }
  public var expressionCount: Int { settings.expressionShapes }

  /// Reads a model file. Errors: `ContainerError`, `NeuralNetError`, `BlendError.model`.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    func wrong(_ part: String, _ expected: String, _ found: String) -> BlendError {
      .model(path: path, part: part, expected: expected, found: found)
    }
    guard let text = file.metadata["blend"] else { throw wrong("the header", "settings under \"blend\"", "none") }
    do {
      settings = try JSONDecoder().decode(Settings.self, from: Data(text.utf8))
    } catch {
      throw wrong("the header", "settings of the blend", String(text.prefix(80)))
    }
    guard settings.format == 1 else { throw wrong("format", "1", String(settings.format)) }
    guard settings.side % 8 == 0, (8...256).contains(settings.side) else { throw wrong("side", "a multiple of 8", String(settings.side)) }
    guard (1...512).contains(settings.speechShapes), (1...512).contains(settings.expressionShapes) else {
      throw wrong("the number of shapes", "1 to 512", "\(settings.speechShapes) and \(settings.expressionShapes)")
    }
    guard settings.activity > 0, settings.gate > 0, settings.damping > 0 else {
      throw wrong("activity, gate, damping", "numbers above 0", "\(settings.activity), \(settings.gate), \(settings.damping)")
    }
    vertices = try file.integers("vertices")
    imageIndex = try file.integers("image.index")
    imageShare = try file.floats("image.share")
    weight = try file.floats("weight")
    let count = vertices.count, cells = settings.side * settings.side
    let total = settings.speechShapes + settings.expressionShapes
    guard count > 0, weight.count == count else { throw wrong("weight", "\(count) numbers", String(weight.count)) }
    guard imageIndex.count == 3 * cells, imageShare.count == 3 * cells, imageIndex.allSatisfy({ (0..<count).contains($0) }) else {
      throw wrong("image", "3 places below \(count) for each of \(cells) cells", "\(imageIndex.count) and \(imageShare.count)")
    }
    let values = try file.floats("shapes")
    guard values.count == total * count * 3 else { throw wrong("shapes", "\(total) × \(count) × 3", String(values.count)) }
    guard values.allSatisfy(\.isFinite), imageShare.allSatisfy(\.isFinite), weight.allSatisfy(\.isFinite) else {
      throw wrong("numbers", "finite", "others")
    }
    shapes = Matrix(rows: total, columns: count * 3, values: values)
    let store = try WeightStore(safetensors: file)
    speech = try ShapeEncoder(store.scoped("speech"), side: settings.side, shapes: settings.speechShapes)
    expression = try ShapeEncoder(store.scoped("expression"), side: settings.side, shapes: settings.expressionShapes)
  }

  /// The model that the program brings along.
  public static func shipped() throws -> LayerShapes {
    try LayerShapes(path: AssetLocator.path("assets/models/blend/blend.safetensors"))
  }
}
