/// What can be wrong with a head, worded in one place.
public enum HeadError: Error, Sendable, Hashable {
  case notAHead(path: String, found: String)
  case shape(path: String, part: String, expected: String, found: String)
  case notFinite(path: String, part: String)
  case index(path: String, part: String, found: Int, vertices: Int)
  case corrective(path: String, name: String, found: String)
  case basis(head: String, expected: String, found: String)
  case noLandmarks(head: String)
}

extension HeadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAHead(let path, let found):
      "\(path): expected a head file, found \(found). FLAME files are read by `mm2face head import`."
    case .shape(let path, let part, let expected, let found):
      "\(path): \(part): expected \(expected), found \(found). The file is of another head or cut short."
    case .notFinite(let path, let part): "\(path): \(part) holds numbers that are not finite. Write the head again."
    case .index(let path, let part, let found, let vertices):
      "\(path): \(part) names vertex \(found), but the head has \(vertices) vertices (0…\(vertices - 1))."
    case .corrective(let path, let name, let found):
      "\(path): corrective \"\(name)\": expected a hat or product of named shapes, found \(found)."
    case .basis(let head, let expected, let found):
      "the clip is in basis \(found), the head \"\(head)\" moves in \(expected). Convert the clip first: mm2face retarget CLIP --head FLAME --out NEW."
    case .noLandmarks(let head): "the head \"\(head)\" has no landmarks, which measuring needs."
    }
  }
}
