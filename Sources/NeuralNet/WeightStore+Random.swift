import Foundation
import Tensor

extension WeightStore {
  /// A store of random weights of a sensible size, the same for the same seed: matrices uniform with variance 1 / inputs, norms 1,
  /// biases 0, code books of unit variance, standard deviations 0.1.
  public static func random(path: String = "random weights", seed: UInt64) -> WeightStore {
    WeightStore(path: path) { name, shape in
      let count = shape.reduce(1, *)
      let last = name.split(separator: ".").last.map(String.init) ?? name
      let memory = WeightMemory(byteCount: max(count, 1) * 4)
      let values = memory.pointer(to: Float.self)
      switch last {
      case "bias", "mean": values.update(repeating: 0, count: count)
      case "std": values.update(repeating: 0.1, count: count)
      case "weight" where shape.count == 1: values.update(repeating: 1, count: count)
      default:
        // A book of codes is drawn wide, later books finer; everything else by the number of its inputs.
        let isCode = name.contains("codebook") || name.hasSuffix("_emb.weight") && !name.contains("pos_emb") && !name.contains("left_emb")
        let inputs = shape.count > 1 ? shape.dropFirst().reduce(1, *) : 12
        let deviation = isCode ? 0.7 : 1 / Double(max(inputs, 1)).squareRoot()
        var random = RandomSource(seed: seed).fork(name)
        let width = Float(deviation * 12.0.squareRoot())
        for index in 0..<count { values[index] = (Float(random.next() >> 40) * 0x1p-24 - 0.5) * width }
      }
      return StoredTensor(element: .fp32, shape: shape, bytes: UnsafeRawBufferPointer(start: values, count: count * 4), owner: memory)
    }
  }
}
