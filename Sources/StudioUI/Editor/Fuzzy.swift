/// Fuzzy search: the letters of the query in order, better when they begin words and stand together.
public enum Fuzzy {
  /// How well a text matches, higher is better, with the places of the matched letters; nil when it does not.
  public static func match(_ query: String, _ text: String) -> (score: Int, places: [Int])? {
    let wanted = Array(query.lowercased()).filter { $0 != " " }
    if wanted.isEmpty { return (0, []) }
    let letters = Array(text)
    let lower = letters.map { Character($0.lowercased().first.map(String.init) ?? String($0)) }
    var places: [Int] = []
    var score = 0
    var from = 0
    for letter in wanted {
      // Prefer a place that begins a word or follows the last hit.
      var best: (place: Int, worth: Int)?
      for i in from..<max(from, lower.count) where lower[i] == letter {
        var worth = 10 - min(9, i - from)
        if let last = places.last, i == last + 1 { worth += 25 }
        if i == 0 || !letters[i - 1].isLetter && !letters[i - 1].isNumber { worth += 20 }
        if best.map({ worth > $0.worth }) ?? true { best = (i, worth) }
        if i - from > 60 { break }
      }
      guard let best else { return nil }
      places.append(best.place)
      score += best.worth
      from = best.place + 1
    }
    return (score * 4 - letters.count / 4, places)
  }

  /// The matching texts, best first; ties keep their order.
  public static func sorted<T>(_ query: String, _ items: [T], by text: (T) -> String) -> [(item: T, places: [Int])] {
    let hits = items.enumerated().compactMap { index, item in match(query, text(item)).map { (index, item, $0.score, $0.places) } }
    return hits.sorted { $0.2 != $1.2 ? $0.2 > $1.2 : $0.0 < $1.0 }.map { ($0.1, $0.3) }
  }
}
