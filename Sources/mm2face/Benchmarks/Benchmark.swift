import Foundation
import Tensor

/// One line of `bench`.
struct BenchmarkLine: Encodable {
  var name: String
  var msMedian, msMin, msMax: Double
  var repeats: Int
  var threads: Int
  var blasCore: String
  /// Further figures, by name with their unit.
  var extra: [String: Double]?

  init(_ name: String, milliseconds: [Double], extra: [String: Double]? = nil) {
    let sorted = milliseconds.sorted()
    self.name = name
    msMedian = sorted.isEmpty ? 0 : Self.rounded(sorted[sorted.count / 2])
    msMin = Self.rounded(sorted.first ?? 0)
    msMax = Self.rounded(sorted.last ?? 0)
    repeats = sorted.count
    threads = ThreadPool.shared.threads
    blasCore = Blas.coreName
    self.extra = extra
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  func show(json: Bool) {
    if json { return print(JSONLine.text(self)) }
    let rest = (extra ?? [:]).sorted { $0.key < $1.key }.map { "  \($0.key) \(String(format: "%.3f", $0.value))" }.joined()
    print(
      "\(name.padding(toLength: 22, withPad: " ", startingAt: 0)) \(String(format: "%10.3f", msMedian)) ms  "
        + "(\(String(format: "%.3f", msMin)) to \(String(format: "%.3f", msMax)), \(repeats)×)\(rest)")
  }
}

/// Runs `body` `repeats` times after `warm` times that do not count; milliseconds each.
func timed(_ repeats: Int, warm: Int = 1, _ body: () throws -> Void) rethrows -> [Double] {
  for _ in 0..<warm { try body() }
  return try (0..<max(repeats, 1)).map { _ in
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .milliseconds(1)
  }
}
