import Foundation

/// The seeded random numbers of the whole program: SplitMix64.
///
/// The same seed gives the same numbers on every machine and in every release. A stream is split by name
/// (`fork("mouth")`), so that drawing more numbers in one place does not move those of another.
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
public struct RandomSource: RandomNumberGenerator, Sendable, Hashable {
  public private(set) var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1) with 53 random bits.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in [lower, upper).
  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * unit() }

  /// A whole number in 0 ..< count; `count` must be positive.
  public mutating func index(_ count: Int) -> Int {
    precondition(count > 0, "RandomSource.index needs a positive count")
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// A normally distributed number (Box–Muller, one of the pair).
  public mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    let radius = (-2 * log(max(unit(), 0x1p-53))).squareRoot()
    return mean + deviation * radius * cos(2 * .pi * unit())
  }

  /// One element of a collection that is not empty.
  public mutating func pick<T>(_ items: [T]) -> T { items[index(items.count)] }

  /// An index drawn in proportion to weights that are not all zero.
  public mutating func weightedIndex(_ weights: [Double]) -> Int {
    var remaining = unit() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      remaining -= weight
      if remaining < 0 { return index }
    }
    return max(weights.lastIndex { $0 > 0 } ?? 0, 0)
  }

  /// An independent stream named by `label`; this stream does not move (FNV-1a over the label).
  public func fork(_ label: String) -> RandomSource {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var source = RandomSource(seed: state ^ hash)
    return RandomSource(seed: source.next())
  }
}
