import Motion
import Synthesis

extension Document {
  /// Changes the document by one edit.
  ///
  /// - Throws: `StudioError.refused` with the reason when the edit does not fit (an unknown take, a token outside its codebook).
  public mutating func apply(_ edit: Edit) throws(StudioError) {
    switch edit {
    case .setText(let field, let text): setText(field, text)
    case .setWeight(let level, let weight): prompt[level].weight = weight.isFinite ? min(max(weight, 0), 4) : 1
    case .setMuted(let level, let muted): prompt[level].isMuted = muted
    case .setSettings(let settings): self.settings = settings
    case .setSeconds(let seconds): self.seconds = seconds.map { min(max($0, 0.2), 3600) }
    case .setAudio(let audio): self.audio = audio
    case .select(let frames): selection = frames
    case .setLoop(let frames): loop = frames
    case .setConstraints(let constraints): self.constraints = constraints
    case .addMarker, .renameMarker, .removeMarker: try applyMarker(edit)
    case .group(_, let edits):
      for edit in edits { try apply(edit) }
    default: try applyTake(edit)
    }
  }

  /// An emptied box at the end of the list is dropped, so that clearing a text is the same as never having written it.
  private mutating func setText(_ field: Edit.PromptField, _ text: String) {
    let index = field.index
    guard (0..<(field.level == .scenario ? Prompt.scenarioLimit : 1)).contains(index) else { return }
    var texts = prompt[field.level].texts
    while texts.count <= index { texts.append("") }
    texts[index] = text
    while texts.last == "" { texts.removeLast() }
    prompt[field.level].texts = texts
  }

  private mutating func applyMarker(_ edit: Edit) throws(StudioError) {
    switch edit {
    case .addMarker(let marker):
      markers.append(marker)
      markers.sort { ($0.seconds, $0.name) < ($1.seconds, $1.name) }
    case .renameMarker(let index, let name):
      guard markers.indices.contains(index) else { throw .refused(edit: edit.label, reason: "there is no marker \(index + 1)") }
      markers[index].name = name
    case .removeMarker(let index):
      guard markers.indices.contains(index) else { throw .refused(edit: edit.label, reason: "there is no marker \(index + 1)") }
      markers.remove(at: index)
    default: break
    }
  }

  private mutating func applyTake(_ edit: Edit) throws(StudioError) {
    switch edit {
    case .addTake(var take):
      take.id = nextTakeID
      nextTakeID += 1
      if take.name.isEmpty { take.name = "take \(take.id)" }
      takes.append(take)
      currentTake = take.id
    case .selectTake(let id):
      if let id { _ = try index(of: id, edit) }
      currentTake = id
    case .compareTake(let id):
      if let id { _ = try index(of: id, edit) }
      comparedTake = id
    case .renameTake(let id, let name): takes[try index(of: id, edit)].name = name
    case .starTake(let id, let starred): takes[try index(of: id, edit)].starred = starred
    case .duplicateTake(let id):
      var copy = takes[try index(of: id, edit)]
      copy.parent = id
      copy.starred = false
      copy.name += " copy"
      try apply(.addTake(copy))
    case .deleteTake(let id): try delete(id, edit)
    case .replaceToken(let id, let step, let lane, let token):
      let take = try index(of: id, edit)
      try replaceToken(take: take, step: step, lane: lane, token: token, edit)
    case .setLayers(let id, let layers): takes[try index(of: id, edit)].layers = layers.clamped
    case .addOffset(let id, let channel, let frames, let amount, let ease):
      guard (0..<Clip.channels).contains(channel), frames.lowerBound >= 0, frames.count <= 1 << 20, amount.isFinite else {
        throw .refused(edit: edit.label, reason: "channel \(channel), frames \(frames) or amount \(amount) is out of range")
      }
      takes[try index(of: id, edit)].offsets.add(amount, channel: channel, frames: frames, ease: min(max(ease, 0), 250))
    case .clearOffsets(let id, let channel): takes[try index(of: id, edit)].offsets.clear(channel: channel)
    default: break
    }
  }

  private func index(of id: Take.ID, _ edit: Edit) throws(StudioError) -> Int {
    guard let index = takes.firstIndex(where: { $0.id == id }) else {
      throw .refused(edit: edit.label, reason: "take \(id) is not in this session (any more)")
    }
    return index
  }

  /// Children of a deleted take hang on its parent.
  private mutating func delete(_ id: Take.ID, _ edit: Edit) throws(StudioError) {
    let index = try index(of: id, edit)
    let parent = takes[index].parent
    takes.remove(at: index)
    for child in takes.indices where takes[child].parent == id { takes[child].parent = parent }
    if currentTake == id { currentTake = takes.indices.contains(index) ? takes[index].id : takes.last?.id }
    if comparedTake == id { comparedTake = nil }
  }

  private mutating func replaceToken(take: Int, step: Int, lane: Int, token: Int, _ edit: Edit) throws(StudioError) {
    guard let tokens = takes[take].tokens else { throw .refused(edit: edit.label, reason: "an imported take has no tokens") }
    guard (0..<tokens.stepCount).contains(step), tokens.lanes.indices.contains(lane), token >= 0 else {
      throw .refused(
        edit: edit.label,
        reason:
          "token \(token) at step \(step + 1), lane \(lane + 1) lies outside the take (\(tokens.stepCount) steps, \(tokens.lanes.count) lanes)"
      )
    }
    takes[take].tokens?[step, lane] = token
  }
}
