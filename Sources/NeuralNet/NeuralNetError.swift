/// What can be wrong with a checkpoint, in words for its owner.
public enum NeuralNetError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(file: String, tensor: String, shape: [Int])
  case shape(file: String, tensor: String, expected: [Int], found: [Int])
  case type(file: String, tensor: String, expected: String, found: String)
  case size(file: String, tensor: String, expectedBytes: Int, foundBytes: Int)
  case notFinite(file: String, tensor: String, index: Int)
  case extra(file: String, tensors: [String])

  public var description: String {
    switch self {
    case .missing(let file, let tensor, let shape):
      "\(file): the tensor \(tensor) is missing (expected shape \(shape)). The file belongs to another model, or its configuration is wrong."
    case .shape(let file, let tensor, let expected, let found):
      "\(file): the tensor \(tensor) should have shape \(expected), found \(found). Weights and configuration do not belong together."
    case .type(let file, let tensor, let expected, let found):
      "\(file): the tensor \(tensor) should hold \(expected), found \(found). Export the weights again as 32- or 16-bit floats."
    case .size(let file, let tensor, let expected, let found):
      "\(file): the tensor \(tensor) should take \(expected) bytes, found \(found). The file is damaged; copy it again."
    case .notFinite(let file, let tensor, let index):
      "\(file): the tensor \(tensor) holds a number that is not finite at index \(index). The training diverged or the file is damaged."
    case .extra(let file, let tensors):
      "\(file): unexpected tensors \(tensors.prefix(4).joined(separator: ", "))\(tensors.count > 4 ? " and \(tensors.count - 4) more" : ""). "
        + "The file belongs to another model, or its configuration is wrong."
    }
  }
}
