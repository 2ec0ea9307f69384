import NeuralNet
import Tensor

extension MM2FaceTransformer {
  /// Starts a generation. With `guided`, a second sequence without text runs beside the first. `length` in steps where it is known and fits
  /// a window: a model that was trained with it then knows how much is left.
  public func begin(memory: CrossMemory, guided: Bool = false, length: Int? = nil) -> TransformerState {
    TransformerState(self, memory: memory, seesText: guided ? [true, false] : [true], length: length)
  }

  /// Puts in position 0: one condition vector (W) a sequence.
  public func start(_ state: TransformerState, conditions: [[Float]]) {
    precondition(state.position == 0 && conditions.count == state.batch, "one condition for each of \(state.batch) sequences, at the start")
    for (sequence, condition) in conditions.enumerated() {
      (state.x + sequence * config.width).update(from: condition, count: config.width)
    }
    run(state)
  }

  /// Puts in the start token of a transformer without conditions.
  public func start(_ state: TransformerState) {
    tokens[0].weight.row(config.lanes[0] + 1, into: state.x)
    run(state)
  }

  /// Puts in one step of L tokens; afterwards `logits` predicts the next.
  public func step(_ state: TransformerState, tokens step: [Int]) {
    precondition(step.count == tokens.count, "a step has \(tokens.count) tokens, found \(step.count)")
    let width = config.width
    state.x.update(repeating: 0, count: width)
    for (lane, token) in step.enumerated() {
      tokens[lane].weight.row(token, into: state.added)
      addInPlace(state.x, state.added, count: width)
    }
    for sequence in 1..<max(state.batch, 1) { (state.x + sequence * width).update(from: state.x, count: width) }
    run(state)
  }

  /// The logits of one lane, lanes in order; `drawn` holds the tokens of the earlier lanes of this step. B rows of codes (+ END on lane 0).
  public func logits(_ state: TransformerState, lane: Int, drawn: [Int]) -> Matrix {
    precondition(drawn.count == lane, "lane \(lane) follows \(lane) drawn tokens, found \(drawn.count)")
    let width = config.width, batch = state.batch
    state.drawn.update(from: state.hidden, count: batch * width)
    for (index, token) in drawn.enumerated() {
      draws[index].weight.row(token, into: state.added)
      for sequence in 0..<batch { addInPlace(state.drawn + sequence * width, state.added, count: width) }
    }
    let head = heads[lane]
    var source = UnsafePointer(state.drawn)
    if let hidden = head.hidden {
      hidden.applyToFewRows(source, rows: batch, into: state.headHidden) { geluInPlace($0, count: $1) }
      source = UnsafePointer(state.headHidden)
    }
    let result = Matrix(rows: batch, columns: head.out.outputs) { head.out.applyToFewRows(source, rows: batch, into: $0) }
    state.trace?("step.\(state.position - 1).logits.\(lane)", result)
    return result
  }

  /// One position of every sequence through the layers; `state.x` holds the input without its position.
  private func run(_ state: TransformerState) {
    let position = state.position, width = config.width, batch = state.batch
    precondition(position <= config.maxSteps, "a window holds \(config.maxSteps) steps")
    let trace = state.trace?.scoped("step.\(position)")
    add(row: position, of: positions, to: state)
    if let left, let length = state.length, (0..<left.rows).contains(length - position) { add(row: length - position, of: left, to: state) }
    trace?("input", snapshot(state.x, batch))
    for (index, layer) in layers.enumerated() {
      let trace = trace?.scoped("layers.\(index)")
      layer.ln1.apply(state.x, rows: batch, into: state.normed)
      layer.selfQKV.applyToFewRows(state.normed, rows: batch, into: state.qkv)
      remember(state, layer: index)
      attendToPast(state, layer: index)
      layer.selfOut.applyToFewRows(state.mixed, rows: batch, into: state.added)
      addInPlace(state.x, state.added, count: batch * width)
      trace?("self", snapshot(state.x, batch))
      layer.ln2.apply(state.x, rows: batch, into: state.normed)
      layer.crossQ.applyToFewRows(state.normed, rows: batch, into: state.qkv)
      attendToMemory(state, layer: index)
      layer.crossOut.applyToFewRows(state.mixed, rows: batch, into: state.added)
      addInPlace(state.x, state.added, count: batch * width)
      trace?("cross", snapshot(state.x, batch))
      layer.ln3.apply(state.x, rows: batch, into: state.normed)
      layer.up.applyToFewRows(state.normed, rows: batch, into: state.wide) { geluInPlace($0, count: $1) }
      layer.down.applyToFewRows(state.wide, rows: batch, into: state.added)
      addInPlace(state.x, state.added, count: batch * width)
      trace?("ffn", snapshot(state.x, batch))
    }
    finalNorm.apply(state.x, rows: batch, into: state.hidden)
    trace?("hidden", snapshot(state.hidden, batch))
    state.position = position + 1
  }

  /// Adds a row of a table to the input of every sequence.
  private func add(row: Int, of table: Matrix, to state: TransformerState) {
    table.values.withUnsafeBufferPointer { values in
      guard let row = values.baseAddress.map({ $0 + row * config.width }) else { return }
      for sequence in 0..<state.batch { addInPlace(state.x + sequence * config.width, row, count: config.width) }
    }
  }

  private func snapshot(_ p: UnsafePointer<Float>, _ rows: Int) -> Matrix {
    Matrix(rows: rows, columns: config.width, values: Array(UnsafeBufferPointer(start: p, count: rows * config.width)))
  }

  /// Writes this position's keys and values into the cache.
  private func remember(_ state: TransformerState, layer: Int) {
    let width = config.width, position = state.position, capacity = state.capacity
    for sequence in 0..<state.batch {
      let source = state.qkv + sequence * 3 * width
      let keys = state.keys(layer: layer, sequence: sequence) + position
      for column in 0..<width { keys[column * capacity] = source[width + column] }
      (state.values(layer: layer, sequence: sequence) + position * width).update(from: source + 2 * width, count: width)
    }
  }

  private func attendToPast(_ state: TransformerState, layer: Int) {
    let width = config.width, depth = width / config.heads, span = 0..<state.position + 1
    let scale = 1 / Float(depth).squareRoot()
    eachHead(state, rows: span.count) { sequence, head, scores in
      let offset = head * depth
      let out = state.mixed + sequence * width + offset
      scoreRows(
        state.qkv + sequence * 3 * width + offset, depth: depth, scale: scale,
        keys: state.keys(layer: layer, sequence: sequence) + offset * state.capacity, capacity: state.capacity, span: span, into: scores)
      softmaxInPlace(scores, count: span.count)
      out.update(repeating: 0, count: depth)
      mixRows(
        scores, span: span, values: state.values(layer: layer, sequence: sequence) + offset, stride: width, depth: depth, into: out)
    }
  }

  /// Null row and text rows, then the audio rows near this step, with their bias.
  private func attendToMemory(_ state: TransformerState, layer: Int) {
    let memory = state.memory
    let width = config.width, depth = width / config.heads
    let scale = 1 / Float(depth).squareRoot()
    let firstHeard = (state.position - config.lookAround) * rate
    let heardFrames = (2 * config.lookAround + 1) * rate
    let from = max(memory.audioRows.lowerBound, memory.audioRows.lowerBound + firstHeard - memory.firstFrame)
    let to = min(memory.audioRows.upperBound, memory.audioRows.lowerBound + firstHeard + heardFrames - memory.firstFrame)
    let audio = from < to ? from..<to : memory.audioRows.upperBound..<memory.audioRows.upperBound
    let biasStart = from - memory.audioRows.lowerBound + memory.firstFrame - firstHeard
    let bias = conditions?.crossBias ?? []
    let keys = memory.keys(layer: layer), values = memory.values(layer: layer)
    eachHead(state, rows: memory.textRows.upperBound + audio.count) { sequence, head, scores in
      let text = 0..<(state.seesText[sequence] ? memory.textRows.upperBound : min(1, memory.textRows.upperBound))
      let offset = head * depth
      let q = state.qkv + sequence * width + offset
      let out = state.mixed + sequence * width + offset
      scoreRows(q, depth: depth, scale: scale, keys: keys + offset * memory.capacity, capacity: memory.capacity, span: text, into: scores)
      for row in text { scores[row] += memory.offsets[row] }
      if !audio.isEmpty {
        let heard = scores + text.count
        scoreRows(
          q, depth: depth, scale: scale, keys: keys + offset * memory.capacity, capacity: memory.capacity, span: audio, into: heard)
        if !bias.isEmpty { for row in 0..<audio.count { heard[row] += bias[head * heardFrames + biasStart + row] } }
      }
      softmaxInPlace(scores, count: text.count + audio.count)
      out.update(repeating: 0, count: depth)
      mixRows(scores, span: text, values: values + offset, stride: width, depth: depth, into: out)
      mixRows(scores + text.count, span: audio, values: values + offset, stride: width, depth: depth, into: out)
    }
  }

  /// Runs `body` for every sequence and head, on the thread pool when there is enough to do.
  private func eachHead(_ state: TransformerState, rows: Int, _ body: (Int, Int, UnsafeMutablePointer<Float>) -> Void) {
    let count = state.batch * config.heads
    func share(_ index: Int) {
      body(index / config.heads, index % config.heads, state.scores + index * state.scoreStride)
    }
    if rows * config.width * state.batch < 96 << 10 {
      for index in 0..<count { share(index) }
    } else {
      ThreadPool.shared.run(chunks: count, share)
    }
  }
}
