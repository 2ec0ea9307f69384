import Claims

/// Clips with a voice.
extension Plan {
  mutating func talk(_ text: String, voice: String, lineSeconds: Double, mood: Score.Mood?) {
    self.mood = mood
    let voiceless: Set<ActionName> = [.talk, .shout, .sing, .sleep, .cry, .weep]
    let spare = max(0, ScoreComposer.longest - lineSeconds - 0.05)
    var lead = min(source.uniform(0.02, 0.5), spare * 0.5)
    // Something before the line: a look, a breath, a nod.
    if spare > 2, source.chance(0.22), let name = pickAction(avoiding: voiceless, within: spare - 0.8) {
      let event = event(name, at: 0.12, within: min(spare - 0.6, 2.2))
      if event.end < spare - 0.2 {
        events.append(event)
        lead = event.end + source.uniform(0.03, 0.2)
      }
    }
    let end = lead + lineSeconds
    line = Score.Line(text: text, voice: voice, start: lead, end: end)
    let shouting = mood?.name == .angry && mood?.intensity == .strong && source.chance(0.4)
    events.append(.action(shouting ? .shout : .talk, shouting ? .strong : .medium, lead..<end))
    during(lead..<end)
    cursor = max(end, events.map(\.end).max() ?? end) + 0.08
    tail = min(source.uniform(0.05, 0.6), max(0, ScoreComposer.longest - end))
    let after = ScoreComposer.longest - cursor - 0.1
    if after > 1, source.chance(0.3), let name = pickAction(avoiding: voiceless, within: after) {
      let event = event(name, at: cursor, within: min(after, 2.5))
      if event.end <= ScoreComposer.longest { events.append(event) }
    }
  }

  /// What the face does beside the words: nothing, one thing, two in a row, and now and then a smile through all of it.
  private mutating func during(_ span: Range<Double>) {
    let length = span.upperBound - span.lowerBound
    guard length > 0.9 else { return }
    if mood == nil || mood?.name == .happy, source.chance(0.14) { events.append(.unit(.smile, intensity(), span)) }
    var start = span.lowerBound + source.uniform(0, 0.4) * length
    for _ in 0..<(source.chance(0.4) ? 2 : 1) {
      let end = min(start + source.uniform(0.8, 2.2), span.upperBound + 0.2, ScoreComposer.longest)
      guard end - start > 0.6 else { return }
      start = beside(start..<end, until: span.upperBound + 0.3) + source.uniform(0.05, 0.4)
    }
  }

  /// What head, eyes and brows do while the mouth speaks; returns when they have done it.
  private mutating func beside(_ span: Range<Double>, until last: Double) -> Double {
    switch source.index(10) {
    case 0, 1, 2: events.append(anyPose(span))
    case 3:
      let event = event(source.pick([.nod, .shakeHead]), at: span.lowerBound, within: span.upperBound - span.lowerBound)
      guard event.end < last else { break }
      events.append(event)
      return event.end
    case 4: events.append(anyGaze(span))
    case 5, 6:
      let side: Side = source.chance(0.3) ? source.pick([.left, .right]) : .both
      events.append(.unit(source.pick([.browsUp, .browDown, .browInnerUp, .eyeWide, .eyeSquint]), intensity(), side: side, span))
    case 7: combinedPose(span)
    default: break
    }
    return span.upperBound
  }
}
