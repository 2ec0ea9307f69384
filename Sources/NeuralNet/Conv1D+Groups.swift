import Tensor

/// Convolutions of many narrow groups, for example wav2vec 2.0's over 128 frames in 16 groups.
///
/// A matrix product a tap and group would be thousands of tiny ones. With a group's channels gathered side by side, the taps of
/// one output row are one run of numbers, and the next row's run starts one row later: one product with overlapping rows a group.
extension Conv1D {
  static func gathersGroups(fan: Int, share: Int, taps: Int, stride: Int, dilation: Int, groups: Int) -> Bool {
    groups > 1 && share % 16 == 0 && fan * taps >= 64 && stride == 1 && dilation == 1
  }

  /// x: (rows + taps − 1) × I, padded; adds to y, rows × O.
  func gathered(_ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ rows: Int, _ y: UnsafeMutablePointer<Float>) {
    let fan = inputs / groups, share = outputs / groups
    let reach = taps * fan
    let whole = (rows + 3) / 4 * 4
    ThreadPool.shared.run(chunks: groups) { group in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: (whole + taps - 1) * fan + whole * share) { room in
        guard let source = room.baseAddress else { return }
        let target = source + (whole + taps - 1) * fan
        for row in 0..<rows + taps - 1 { (source + row * fan).update(from: x + row * inputs + group * fan, count: fan) }
        (source + (rows + taps - 1) * fan).update(repeating: 0, count: (whole - rows) * fan)
        target.update(repeating: 0, count: whole * share)
        multiplyOverlapping(
          rows: whole, columns: share, depth: reach, a: source, aStride: fan, b: w + group * reach * share, c: target)
        for row in 0..<rows { addInPlace(y + row * outputs + group * share, target + row * share, count: share) }
      }
    }
  }
}
