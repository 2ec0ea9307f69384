import Foundation
import Motion
import Tensor

/// Draws one lane's token from logits.
struct TokenSampler {
  /// How many alternatives an event carries.
  static let alternatives = 8

  let settings: SamplingSettings

  struct Draw {
    var choice: LaneChoice
    /// Probability of END at this step (0 on lanes without END).
    var endProbability: Double
    /// True when END was drawn; `choice` then holds the best code.
    var ended: Bool
  }

  /// One for each lane of a bundle's tokenizer; the mouth's own lanes are led by the voice where one is `heard`.
  static func lanes(of bundle: ModelBundle, settings: SamplingSettings, heard: Bool) -> [TokenSampler] {
    let tokenizer = bundle.description.tokenizer
    return tokenizer.lanes.map { lane in
      let channels = tokenizer.streams[lane.stream].channels
      let isMouth = channels.contains(Clip.jawRange.lowerBound) && !channels.contains(Clip.neckRange.lowerBound)
      return TokenSampler(settings: heard && isMouth ? settings.ledByVoice : settings)
    }
  }

  /// - Parameters:
  ///   - logits: B × (codes, + END when `hasEnd`): with text, and for guidance a second row without.
  ///   - allowsEnd: whether END may be drawn.
  ///   - forced: a token that stands here whatever the model says.
  ///   - banned: codes that may not be drawn.
  ///   - noise: a number in [0, 1) that depends on seed, step and lane only.
  /// - Returns: nil when nothing may be drawn.
  func draw(
    _ logits: Matrix, codes: Int, hasEnd: Bool, allowsEnd: Bool, forced: (token: Int, origin: LaneChoice.Origin)?, banned: [Int],
    noise: Double
  ) -> Draw? {
    let endProbability = hasEnd ? self.endProbability(logits, codes: codes) : 0
    var values = Array(guided(logits)[0..<codes])
    let temperature = settings.temperature > 0 ? settings.temperature : 1
    for i in values.indices { values[i] = Float(Double(values[i]) / temperature) }
    var probabilities = values
    softmaxInPlace(&probabilities, count: probabilities.count)
    let best = ranked(probabilities, codes: codes)
    let entropy = -probabilities.reduce(0.0) { $1 > 0 ? $0 + Double($1) * log2(Double($1)) : $0 }
    func choice(_ token: Int, _ origin: LaneChoice.Origin) -> LaneChoice {
      LaneChoice(token: token, probability: Double(probabilities[token]), alternatives: best, entropy: entropy, origin: origin)
    }
    if let forced { return Draw(choice: choice(forced.token, forced.origin), endProbability: endProbability, ended: false) }
    var allowed = probabilities
    for token in banned where token >= 0 && token < codes { allowed[token] = -1 }
    var noise = noise
    if hasEnd, allowsEnd {
      let ends = settings.temperature == 0 ? endProbability > 0.5 : noise < endProbability
      if ends { return Draw(choice: choice(best.first?.token ?? 0, .sampled), endProbability: endProbability, ended: true) }
      // The rest of the draw is as good as a fresh one.
      noise = (noise - endProbability) / (1 - endProbability)
    }
    guard let token = pick(allowed, noise: noise) else { return nil }
    return Draw(choice: choice(token, .sampled), endProbability: endProbability, ended: false)
  }

  /// How likely the motion ends here: as trained, with the text and at temperature 1. Guidance and temperature are for what happens; drawn
  /// with them, motions last a sixth longer than those the model learnt from.
  private func endProbability(_ logits: Matrix, codes: Int) -> Double {
    var all = Array(logits.row(0))
    softmaxInPlace(&all, count: all.count)
    return Double(all[codes])
  }

  /// Log-probability of a token at this temperature.
  func logProbability(_ logits: Matrix, of token: Int) -> Double {
    let values = guided(logits).map { Double($0) / (settings.temperature > 0 ? settings.temperature : 1) }
    let top = values.max() ?? 0
    return values[token] - top - log(values.reduce(0) { $0 + exp($1 - top) })
  }

  /// Without text + guidance · (with text − without text).
  private func guided(_ logits: Matrix) -> [Float] {
    guard logits.rows > 1 else { return Array(logits.row(0)) }
    let guidance = Float(settings.guidance)
    return zip(logits.row(0), logits.row(1)).map { with, without in without + guidance * (with - without) }
  }

  private func ranked(_ probabilities: [Float], codes: Int) -> [TokenAlternative] {
    var best: [(Int, Float)] = []
    for token in 0..<codes where best.count < Self.alternatives || probabilities[token] > best[best.count - 1].1 {
      let place = best.firstIndex { $0.1 < probabilities[token] } ?? best.count
      best.insert((token, probabilities[token]), at: place)
      if best.count > Self.alternatives { best.removeLast() }
    }
    return best.map { TokenAlternative(token: $0.0, probability: Double($0.1)) }
  }

  /// One index in proportion to the weights that top-k and top-p leave; weights below 0 are banned.
  private func pick(_ weights: [Float], noise: Double) -> Int? {
    if settings.temperature == 0 {
      let best = weights.indices.max { weights[$0] < weights[$1] || (weights[$0] == weights[$1] && $0 > $1) }
      return best.flatMap { weights[$0] < 0 ? nil : $0 }
    }
    var kept = weights
    if (settings.topK > 0 && settings.topK < weights.count) || settings.topP < 1 {
      let order = weights.indices.sorted { weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1] }
      let total = weights.reduce(0.0) { $0 + max(Double($1), 0) }
      var sum = 0.0
      for (rank, token) in order.enumerated() {
        if rank > 0, (settings.topK > 0 && rank >= settings.topK) || sum >= settings.topP * total { kept[token] = 0 }
        sum += max(Double(weights[token]), 0)
      }
    }
    let total = kept.reduce(0.0) { $0 + max(Double($1), 0) }
    if total <= 0 { return weights.indices.filter { weights[$0] >= 0 }.max { weights[$0] < weights[$1] } }
    var left = noise * total
    var last: Int?
    for (token, weight) in kept.enumerated() where weight > 0 {
      left -= Double(weight)
      last = token
      if left < 0 { return token }
    }
    return last
  }
}
