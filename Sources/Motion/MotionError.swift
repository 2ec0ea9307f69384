import Containers

/// What can be wrong with motion, in words for its owner.
public enum MotionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A table: line and column count from 1.
  case table(path: String, line: Int, column: String, expected: String, found: String)
  case noMotion(path: String, found: String)
  case notFinite(path: String, frame: Int, channel: Int)
  case tooLarge(path: String, frame: Int, channel: Int, found: Float, limit: Float)
  case frameRate(path: String, found: Double)
  case basis(path: String, found: String)
  case mixedBases(Clip.Basis, Clip.Basis)
  case range(wanted: String, frames: Int)

  public var description: String {
    switch self {
    case .table(let path, let line, let column, let expected, let found):
      "\(path): line \(line), column \(column): expected \(expected), found \(printable(found)). Correct that place or export the take again."
    case .noMotion(let path, let found):
      "\(path): no motion found. Expected 56 numbers a frame (50 expression, 3 neck, 3 jaw), as an array (frames, 56) or a dictionary "
        + "with expression, neck and jaw; found \(printable(found, limit: 300))."
    case .notFinite(let path, let frame, let channel):
      "\(path): frame \(frame), channel \(channel) is not a finite number. The file is damaged or its maker failed; write it again."
    case .tooLarge(let path, let frame, let channel, let found, let limit):
      "\(path): frame \(frame), channel \(channel) is \(found), which no face does; expected numbers within ±\(Int(limit)). "
        + "The file is damaged or of another kind; write it again."
    case .frameRate(let path, let found):
      "\(path): a frame rate of \(found) is not possible; expected 1 to 1000 frames a second."
    case .basis(let path, let found):
      "\(path): the basis \(printable(found)) is not known; expected one of \(Clip.Basis.allCases.map(\.rawValue).joined(separator: ", "))."
    case .mixedBases(let first, let second):
      "These belong to different bases, \(first.rawValue) and \(second.rawValue); convert one of them first (mm2face retarget)."
    case .range(let wanted, let frames):
      "The frame range \(printable(wanted)) does not fit a clip of \(frames) frames; expected FIRST-LAST with 0 ≤ FIRST ≤ LAST < \(frames)."
    }
  }
}
