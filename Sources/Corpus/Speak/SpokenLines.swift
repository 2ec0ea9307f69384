import Containers
import Foundation
import Tensor

/// What the corpus says aloud: lines of a file, and lines put together from parts.
struct SpokenLines: Sendable {
  private let lines: [Split: [String]]

  /// Reads one line a sentence; `#` starts a comment. A missing file leaves only composed lines.
  init(file: URL?) {
    var lines: [Split: [String]] = [:]
    let text = file.flatMap { try? FileBytes.text($0.path) } ?? ""
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let words = line.trimmingCharacters(in: .whitespaces)
      if !words.isEmpty { lines[Split.of(words, seed: 0), default: []].append(words) }
    }
    self.lines = lines
  }

  /// A line of the split of at most `longest` letters. A line is said in one split only.
  func draw(_ split: Split, longest: Int, source: inout RandomSource) -> String {
    let written = (lines[split] ?? []).filter { $0.count <= longest }
    // The composed lines carry on where the file is short.
    let share = written.isEmpty ? 0 : min(0.85, Double(written.count) / 600)
    if source.chance(share) { return source.pick(written) }
    for _ in 0..<60 {
      let line = Self.compose(&source)
      if line.count <= longest, Split.of(line, seed: 0) == split { return line }
    }
    return source.pick(Self.short)
  }

  private static let short = ["Maybe tomorrow.", "Oh, I see.", "Not yet.", "Give me a moment.", "What about you?", "Yes, of course."]

  private static let openings = [
    "", "", "", "", "Well, ", "Oh, ", "Look, ", "Honestly, ", "You know, ", "I think ", "I believe ", "Maybe ", "By the way, ", "So ",
    "To be fair, ", "Tell me, ", "Hmm, ", "I suppose ", "Please remember that ", "I heard that ", "Remember, ", "Believe me, ",
  ]
  private static let people = [
    "my brother", "the woman from the bakery", "our neighbour", "Peter", "my mother", "the new teacher", "Mary", "the bus driver",
    "everybody",
    "somebody", "the boy with the blue cap", "Vivian", "my best friend", "the whole family", "Bob", "the doctor", "my boss", "Fiona",
    "a fisherman",
    "the plumber", "grandfather", "one of the players", "Zoe", "the chef", "Charlotte", "a stranger", "the vet", "Pam",
  ]
  private static let deeds = [
    "bought a big brown umbrella", "left the window open all night", "forgot the tickets again", "painted the bathroom yellow",
    "moved to a village by the sea", "baked apple pie for breakfast", "found five puppies behind the barn", "fixed the washing machine",
    "never answers the phone", "wants to leave before the others", "knows how to play the violin", "walked home through the rain",
    "put the map under the pillow", "won the chess game on Monday", "broke my favourite cup", "works in the museum every weekend",
    "gave me half of the chocolate", "will be back in a minute", "would love to see the mountains", "keeps bees in the garden",
    "missed the early train by a minute", "put too much pepper in the soup", "threw the old shoes away", "saw a fox near the river",
    "made up the whole story", "finished the book in one evening", "drove us to the airport", "grew tomatoes on the balcony",
    "wrote a very long letter", "has been waiting for over an hour", "hopes to become a pilot", "borrowed the blue bicycle",
  ]
  private static let places = [
    "", "", "", " this morning", " last summer", " after the show", " in the kitchen", " for no reason", " before lunch",
    " on the way home", " when we were young", " of course", " by mistake",
  ]
  private static let whole = [
    "I can hardly believe what just happened.", "Could you move your bag, please?", "We should have turned left at the bridge.",
    "That is the most beautiful thing I have ever seen.", "Why would anybody do that?", "Please help me push the piano.",
    "How much does a pound of plums cost?", "I would rather stay at home tonight.", "What time does the movie begin?",
    "There must be some mistake with my bill.", "Nobody told me about the meeting.", "Put the box on the table over there.",
    "You have been working far too much.", "I am so proud of you.", "Would you mind closing the door?", "The coffee is already cold.",
    "Do you remember the summer by the lake?", "It was better before they changed it.", "My phone fell into the bathtub.",
    "I have never been so happy in my life.", "Be quiet, the baby is asleep.", "Everything will be fine, I promise.",
    "Who left the fish out of the fridge?", "This bread smells wonderful.", "I am afraid we have bad news.", "Get out of my room!",
    "Stop making fun of me.", "He jumped over the fence and vanished.", "We pay by card, if possible.", "Ask me again in the morning.",
    "Very few people have ever been up there.", "Five brave men pulled the boat ashore.", "I simply cannot bear that noise.",
    "Leave it, it is not worth the trouble.", "Thank you for picking me up.", "She sells vegetables from the farm.",
    "Both of them were wrong.",
  ]

  /// A line from an opening, a person, a deed and a place or time; or a whole one.
  private static func compose(_ source: inout RandomSource) -> String {
    if source.chance(0.12) { return source.pick(whole) }
    let opening = source.pick(openings)
    var line = opening + source.pick(people) + " " + source.pick(deeds)
    if source.chance(0.22) { line += source.pick([", but ", " and ", ", so "]) + source.pick(people) + " " + source.pick(deeds) }
    line += source.pick(places)
    let mark = opening.hasPrefix("Tell me") ? "?" : source.pick([".", ".", ".", "!", "?"])
    return line.prefix(1).uppercased() + line.dropFirst() + mark
  }
}
