import ArgumentParser

/// One share of a list that several machines divide: `--shard 2/8`.
struct Shard {
  /// From 0.
  let index: Int
  let count: Int

  /// Errors: anything but I/N with I from 1 to N.
  init(_ text: String) throws {
    let numbers = text.split(separator: "/").map { Int($0) }
    guard numbers.count == 2, let place = numbers[0], let count = numbers[1], count >= 1, (1...count).contains(place) else {
      throw ValidationError("--shard \(text): expected I/N with I from 1 to N")
    }
    index = place - 1
    self.count = count
  }

  /// The places of this share among `total`.
  func indices(of total: Int) -> [Int] { (0..<total).filter { $0 % count == index } }
}
