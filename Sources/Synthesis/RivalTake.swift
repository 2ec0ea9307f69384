import Models
import Motion
import Tensor

/// A take that is drawn beside others, of which one is kept; one window holds it.
final class RivalTake {
  /// A motion, and what it does of what the texts claim.
  typealias Decoded = (clip: Clip, findings: [ClaimVerifier.Finding])

  /// The most steps it has: all of them where the length is known.
  let total: Int
  let noise: RandomSource
  let samplers: [TokenSampler]
  let state: TransformerState
  var tokens: TokenSequence
  var events: [StepEvent] = []
  var reachedEnd = false
  var failure: (any Error)?
  var decoded: Decoded?

  init(total: Int, noise: RandomSource, samplers: [TokenSampler], state: TransformerState, tokens: TokenSequence) {
    self.total = total
    self.noise = noise
    self.samplers = samplers
    self.state = state
    self.tokens = tokens
  }
}
