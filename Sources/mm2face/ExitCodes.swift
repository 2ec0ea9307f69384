import ArgumentParser
import Containers

/// What the program answers to the shell. 0 done, 1 the work failed, 2 usage; 64 and up name the part that failed.
///
/// Listed in README, "Exit codes".
enum ExitCodes {
  static let failed: Int32 = 1
  static let usage: Int32 = 2
  /// A file could not be read: damaged, of another kind, missing (`Containers`, `Motion`, `Head` files).
  static let input: Int32 = 64
  /// The model bundle or a network (`NeuralNet`, `Models`, `Synthesis`).
  static let model: Int32 = 65
  /// Sound: decoding, resampling, the scratch voice (`Speech`).
  static let speech: Int32 = 66
  /// The data set or its annotation (`Corpus`).
  static let corpus: Int32 = 67
  /// Writing a file (`Export`).
  static let export: Int32 = 68
  /// A session (`Studio`).
  static let studio: Int32 = 69
  /// Metrics and benchmarks (`Evaluation`).
  static let evaluation: Int32 = 70

  /// The exit code of an error, by the module whose error it is.
  static func code(of error: any Error) -> Int32 {
    switch error {
    case ContainerError.unwritable, ContainerError.exists: return export
    default: break
    }
    let type = String(reflecting: Swift.type(of: error))
    switch type.split(separator: ".").first.map(String.init) ?? "" {
    case "ArgumentParser": return usage
    case "Containers", "Motion", "Head": return input
    case "NeuralNet", "Models", "Synthesis", "Blendshapes": return model
    case "Speech": return speech
    case "Corpus": return corpus
    case "Export", "Pictures": return export
    case "Studio", "StudioUI": return studio
    case "Evaluation": return evaluation
    default: return failed
    }
  }
}
