import Foundation

/// Finds what the program brings along (head, models, demo, themes): `MM2FACE_ASSETS`, beside the program, the source tree, in that order.
public enum AssetLocator {
  /// The path of an asset, for example `assets/head/studio.safetensors` or `themes/dusk.toml`.
  ///
  /// Errors: `ContainerError.assetMissing` with the places looked at.
  public static func path(_ name: String) throws -> String {
    let places = roots
    for root in places {
      // MM2FACE_ASSETS may name the folder that holds `assets`, or `assets` itself.
      for candidate in ["\(root)/\(name)"] + (name.hasPrefix("assets/") ? ["\(root)/\(name.dropFirst(7))"] : [])
      where FileManager.default.fileExists(atPath: candidate) {
        return candidate
      }
    }
    throw ContainerError.assetMissing(name: name, places: places)
  }

  /// The folders looked at, in order.
  public static var roots: [String] {
    var roots: [String] = []
    if let named = ProcessInfo.processInfo.environment["MM2FACE_ASSETS"], !named.isEmpty { roots.append(named) }
    if let program = realpath("/proc/self/exe", nil) ?? realpath(CommandLine.arguments.first ?? "", nil) {
      let folder = (String(cString: program) as NSString).deletingLastPathComponent
      free(program)
      roots.append((folder as NSString).deletingLastPathComponent + "/share/mm2face")
      roots += sourceTree(above: folder)
    }
    return roots + sourceTree(above: FileManager.default.currentDirectoryPath)
  }

  /// The nearest folder above that is this project's source tree, when there is one.
  private static func sourceTree(above folder: String) -> [String] {
    var folder = folder
    while folder != "/", !folder.isEmpty {
      if FileManager.default.fileExists(atPath: folder + "/Package.swift"), FileManager.default.fileExists(atPath: folder + "/assets") {
        return [folder]
      }
      folder = (folder as NSString).deletingLastPathComponent
    }
    return []
  }
}
