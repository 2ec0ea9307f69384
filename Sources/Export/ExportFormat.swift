/// The formats a clip can leave in, chosen by the file's extension or by name.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  case npz
  case flameFolder = "flame-folder"
  case glb
  case usda
  case liveLink = "livelink"
  case audio2Face = "audio2face"
  case pc2
  case mdd
  case obj
  case rhubarbTSV = "rhubarb-tsv"
  case rhubarbJSON = "rhubarb-json"
  case rhubarbXML = "rhubarb-xml"
  case rhubarbDAT = "rhubarb-dat"
  case cast
  case gif
  case png
  case wav

  /// One line for help texts.
  public var summary: String {
    switch self {
    case .npz: "MMHead's (T, 56) array with the keys of GaussianAvatars and FLAME loaders"
    case .flameFolder: "a folder of one .npz a frame, as VHAP and LAM read it"
    case .glb: "glTF: skinned head with morph targets, one animation a take"
    case .usda: "UsdSkel with blend shapes and joints"
    case .liveLink: "Live Link Face table, 52 ARKit weights and nine angles, 30 or 60 fps"
    case .audio2Face: "Audio2Face blend-shape weights"
    case .pc2: "vertex cache (PointCache2) with its .obj"
    case .mdd: "vertex cache (MDD) with its .obj"
    case .obj: "a folder of one .obj a frame"
    case .rhubarbTSV, .rhubarbJSON, .rhubarbXML: "mouth cues in Rhubarb's nine shapes"
    case .rhubarbDAT: "mouth cues for Moho's switch layers"
    case .cast: "terminal recording (asciicast v2)"
    case .gif: "moving picture"
    case .png: "picture of one frame, or a contact sheet"
    case .wav: "the clip's speech"
    }
  }

  /// The formats an extension may mean, the usual one first.
  private static let extensions: [String: [ExportFormat]] = [
    "npz": [.npz], "glb": [.glb], "usda": [.usda], "csv": [.liveLink], "json": [.audio2Face, .rhubarbJSON], "pc2": [.pc2], "mdd": [.mdd],
    "obj": [.obj], "tsv": [.rhubarbTSV], "xml": [.rhubarbXML], "dat": [.rhubarbDAT], "cast": [.cast], "gif": [.gif], "png": [.png],
    "wav": [.wav], "": [.flameFolder, .obj],
  ]

  /// The format of a path.
  ///
  /// - Parameter named: what `--format` said; it must fit the extension.
  /// - Throws: `ExportError.unknownFormat` listing what there is.
  public static func of(path: String, named: String? = nil) throws(ExportError) -> ExportFormat {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let ending = name.contains(".") ? (name.split(separator: ".").last.map { $0.lowercased() } ?? "") : ""
    if let named {
      guard let format = ExportFormat(rawValue: named) else { throw .unknownFormat(path: path, ending: named) }
      return format
    }
    guard let formats = extensions[ending], let format = formats.first else { throw .unknownFormat(path: path, ending: ending) }
    if ending.isEmpty { throw .ambiguousFormat(path: path, choices: formats.map(\.rawValue)) }
    return format
  }
}
