import Foundation

/// One movement of one control: values at times, joined by minimum-jerk curves, so it starts and stops without a corner.
///
/// Source: Flash and Hogan, "The coordination of arm movements" (1985), the minimum-jerk polynomial.
struct Stroke: Sendable {
  struct Key: Sendable {
    var time: Double
    var value: Double
  }
  var control: Int
  var keys: [Key]

  /// 10x³ − 15x⁴ + 6x⁵, clamped to 0…1.
  static func minimumJerk(_ x: Double) -> Double {
    let x = min(max(x, 0), 1)
    return x * x * x * (10 + x * (-15 + 6 * x))
  }

  /// Calls `body` with every sample of a grid that the stroke reaches, and its value there.
  func sample(rate: Double, count: Int, _ body: (Int, Double) -> Void) {
    guard let first = keys.first, let last = keys.last else { return }
    let lower = max(0, Int((first.time * rate).rounded(.up)))
    let upper = min(count - 1, Int((last.time * rate).rounded(.down)))
    guard lower <= upper else { return }
    var segment = 0
    for index in lower...upper {
      let time = Double(index) / rate
      while segment + 1 < keys.count - 1, keys[segment + 1].time <= time { segment += 1 }
      let a = keys[segment]
      let b = keys[min(segment + 1, keys.count - 1)]
      let x = b.time > a.time ? (time - a.time) / (b.time - a.time) : 1
      body(index, a.value + (b.value - a.value) * Stroke.minimumJerk(x))
    }
  }
}
