import ArgumentParser
import Containers
import NeuralNet
import Synthesis
import Tensor

extension WeightPrecision: ExpressibleByArgument {}

extension CommonOptions {
  /// Where the shipped bundle lies below the program's assets.
  static let shippedModel = "assets/models/studio"

  /// The folder of the model bundle asked for, or the shipped one.
  func modelFolder() throws -> String { try modelPath ?? AssetLocator.path(Self.shippedModel) }

  /// Applies `--threads` and opens the model.
  func generator(precision: WeightPrecision = .fp32) throws -> Generator {
    useThreads()
    return try Generator(folder: modelFolder(), precision: precision)
  }

  /// Gives `--threads`, or else `automatic`, to our own kernels and to BLAS; with neither, all cores are used.
  func useThreads(automatic: Int? = nil) {
    guard let threads = threads ?? automatic else { return }
    ThreadPool.shared.use(threads: threads)
    Blas.use(threads: threads)
  }
}
