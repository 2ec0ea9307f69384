import Tensor

/// Syllables of no language, for talking that has no sound.
enum Babble {
  /// Phones that fill a span with syllables and short pauses.
  static func phones(_ span: Range<Double>, source: inout RandomSource) -> [Phone] {
    let onsets = "b m p f v d t n s l k g w r sh ch j th hh st br pl".split(separator: " ").map(String.init)
    let vowels = "aa ae ah eh iy ih ow uw ay ey er ao ax ax ih".split(separator: " ").map(String.init)
    let codas = ["", "", "", "n", "m", "t", "s", "k", "l", "v", "p", "r"]
    var phones: [Phone] = []
    var time = span.lowerBound
    func add(_ name: String, _ seconds: Double) {
      guard time + 0.03 < span.upperBound else { return }
      let end = min(time + seconds, span.upperBound)
      phones.append(Phone(name, time, end))
      time = end
    }
    add("pau", 0.08)
    while time < span.upperBound - 0.3 {
      for _ in 0..<(2 + source.index(7)) where time < span.upperBound - 0.25 {
        let onset = source.pick(onsets)
        for consonant in onset == "st"
          ? ["s", "t"] : onset == "br" ? ["b", "r"] : onset == "pl" ? ["p", "l"] : onset == "j" ? ["jh"] : [onset]
        {
          add(consonant, source.uniform(0.05, 0.1))
        }
        add(source.pick(vowels), source.uniform(0.07, 0.19))
        let coda = source.pick(codas)
        if !coda.isEmpty { add(coda, source.uniform(0.05, 0.1)) }
      }
      add("pau", source.uniform(0.08, 0.35))
    }
    if time < span.upperBound { phones.append(Phone("pau", time, span.upperBound)) }
    return phones
  }
}
