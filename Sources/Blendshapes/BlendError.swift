/// What can be wrong when speech and expression are blended.
public enum BlendError: Error, Hashable, Sendable, CustomStringConvertible {
  case model(path: String, part: String, expected: String, found: String)
  case head(vertices: Int, needed: Int)
  case basis(track: String, found: String)
  case rates(speech: Double, expression: Double)
  case nothing

  public var description: String {
    switch self {
    case .model(let path, let part, let expected, let found):
      "\(path): \(part) of the blendshape model is wrong: expected \(expected), found \(found). Train it again with "
        + "`python -m mm2face_training.blend`, or restore the shipped file."
    case .head(let vertices, let needed):
      "The blendshape model was learnt on another head: it needs vertex \(needed), the head has \(vertices). Use the studio head."
    case .basis(let track, let found):
      "The \(track) clip is in \(found); blending works in studio-50. Give the head it was made for with --head, or convert it with `mm2face retarget`."
    case .rates(let speech, let expression):
      "The clips have different frame rates: speech \(speech), expression \(expression). Convert one of them first."
    case .nothing: "There is nothing to blend: both clips are empty. Give a speech clip, an expression clip, or both."
    }
  }
}
