import ArgumentParser
import Containers
import Foundation
import Motion
import Synthesis

/// Writes what `generate` and `batch` make: motion as `.npz`, tokens as `.tokens`.
enum ClipOutput {
  static let endings = ["npz", "tokens"]

  /// Fails before any work is done when a path has an ending that cannot be written.
  static func check(_ paths: [String]) throws {
    for path in paths where !endings.contains((path as NSString).pathExtension.lowercased()) {
      throw ValidationError(
        "--out \(path): expected a file that ends in .npz (motion) or .tokens; mm2face export writes other formats from .npz")
    }
  }

  static func write(_ result: GenerationResult, to path: String) throws {
    if (path as NSString).pathExtension.lowercased() == "tokens" {
      try TokenFile.write(result.tokens, to: path)
    } else {
      try result.clip.write(npz: path)
    }
  }

  /// `clip.npz`, take 2 → `clip-2.npz`; the first take keeps the name.
  static func path(_ path: String, take: Int) -> String {
    guard take > 1 else { return path }
    let name = path as NSString
    return "\(name.deletingPathExtension)-\(take)" + (name.pathExtension.isEmpty ? "" : ".\(name.pathExtension)")
  }
}

/// Tokens as JSON: `{"lanes":[…],"tokens":[…]}`.
enum TokenFile {
  static func read(_ path: String) throws -> TokenSequence {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw SynthesisError.unreadable(path: path, reason: error.localizedDescription)
    }
    do {
      return try JSONDecoder().decode(TokenSequence.self, from: data)
    } catch {
      throw SynthesisError.bundle(path: path, key: "the file", expected: "lanes and tokens as JSON", found: "something else")
    }
  }

  static func write(_ tokens: TokenSequence, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(try encoder.encode(tokens) + Data("\n".utf8), to: path)
  }
}
