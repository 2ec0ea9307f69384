import Foundation
import Models

/// What goes into a run, and what is written down of it.
extension GenerationRun {
  /// Each level's text, and the condition of each sequence (a second one without text for guidance).
  static func encode(_ request: GenerationRequest, _ generator: Generator, _ model: MM2FaceTransformer) throws
    -> ([MM2FaceTransformer.TextRows], [[Float]])
  {
    let spoken = request.prompt.spoken
    guard let full = request.prompt.fullText, !request.fusion.isEmpty else { return ([], [model.condition(nil)]) }
    let states = try generator.textStates([full] + spoken.map(\.text))
    let rows = zip(spoken, states.dropFirst()).map { level, states in
      MM2FaceTransformer.TextRows(level: Prompt.index(level.level), states: states, weight: level.weight)
    }
    let condition = model.condition(request.fusion.contains(.fullText) ? states[0].meanRow() : nil)
    return (rows, request.settings.guidance == 1 ? [condition] : [condition, model.condition(nil)])
  }

  /// What a clip remembers of how it was made.
  func provenance(_ findings: [ClaimVerifier.Finding]) -> [String: String] {
    let request = plan.request
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func json(_ value: some Encodable) -> String { (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    var records = [
      "model": generator.modelName, "precision": generator.bundle.precision.rawValue, "seed": "\(request.settings.seed)",
      "settings": json(request.settings), "steps": "\(tokens.stepCount)",
    ]
    if !request.prompt.isEmpty { records["prompt"] = json(request.prompt) }
    if !findings.isEmpty { records["kept"] = "\((findings.kept * 1000).rounded() / 1000)" }
    if let audio = request.audio { records["audio"] = audio.name }
    if !request.constraints.isEmpty { records["constraints"] = json(request.constraints) }
    if request.base != nil { records["base"] = "\(request.scope)" }
    return records
  }
}
