import Foundation
import Tensor

/// Damages files the way disks, networks and attackers do, the same for the same seed.
public struct Hostile: Sendable {
  private let base: [UInt8]
  private var source: RandomSource

  public init(_ base: [UInt8], seed: UInt64) {
    self.base = base
    source = RandomSource(seed: seed)
  }

  /// The next damaged copy: one to four of bit flips, strange bytes and numbers, cuts, insertions, repeated and moved parts.
  public mutating func next() -> [UInt8] {
    var bytes = base
    for _ in 0...source.index(4) where !bytes.isEmpty { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let place = source.index(bytes.count)
    let length = min(1 + source.index(16), bytes.count - place)
    switch source.index(8) {
    case 0: bytes[place] ^= 1 << UInt8(source.index(8))
    case 1: bytes[place] = UInt8(source.index(256))
    case 2: bytes[place] = source.pick([0, 0x7F, 0x80, 0xFF, 0x2E, 0x30, 0x39, 0x28, 0x5D, 0x52])
    case 3: for index in place..<min(place + source.pick([2, 4, 8]), bytes.count) { bytes[index] = source.pick([0, 0x7F, 0xFF]) }
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.removeSubrange(place..<place + length)
    case 6: bytes.insert(contentsOf: (0..<length).map { _ in UInt8(source.index(256)) }, at: place)
    default: bytes.insert(contentsOf: bytes[place..<place + length], at: source.index(bytes.count))
    }
  }
}

/// The memory this program holds now, in bytes.
public func residentBytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
}

/// What repeating something leaves behind: five times the least growth of this program's memory over five parts of the work.
///
/// Tests run side by side, and what another suite holds meanwhile would count otherwise; what really stays, stays in every part.
public func memoryGrowth(of parts: (Int) -> Void) -> Int {
  let growth = (0..<5).map { part in
    let before = residentBytes()
    parts(part)
    return residentBytes() - before
  }
  return (growth.min() ?? 0) * growth.count
}

/// A file of `Tests/Fixtures`.
public func fixture(_ name: String, file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
}
