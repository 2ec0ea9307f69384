import NeuralNet
import Tensor

/// A network that turns word pieces into states.
public protocol TextEncoder: Sendable {
  /// Numbers a token's state has.
  var width: Int { get }
  /// The most tokens a text may have.
  var maximumTokens: Int { get }
  /// Texts as token ids (each from 1 to `maximumTokens` of them) → the last hidden states, tokens × width a text.
  func states(_ texts: [[Int32]], trace: Trace?) throws -> [Matrix]
}

extension TextEncoder {
  /// One text's states.
  public func states(_ ids: [Int32], trace: Trace? = nil) throws -> Matrix { try states([ids], trace: trace)[0] }
}
