import Foundation
import Raster

/// An image in memory: rows of RGB bytes from the top left.
public struct Picture: Hashable, Sendable {
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// `height × width × 3` bytes.
  public var rgb: [UInt8]

  /// A picture of one colour.
  public init(width: Int, height: Int, colour: Colour = Colour(0, 0, 0)) {
    self.width = max(0, width)
    self.height = max(0, height)
    rgb = [UInt8](repeating: 0, count: self.width * self.height * 3)
    if colour != Colour(0, 0, 0) { fill(colour) }
  }

  /// The pixel at column x and row y.
  public subscript(x: Int, y: Int) -> Colour {
    get {
      let i = (y * width + x) * 3
      return Colour(rgb[i], rgb[i + 1], rgb[i + 2])
    }
    set {
      let i = (y * width + x) * 3
      rgb[i] = newValue.red
      rgb[i + 1] = newValue.green
      rgb[i + 2] = newValue.blue
    }
  }

  /// Makes every pixel one colour.
  public mutating func fill(_ colour: Colour) {
    for i in stride(from: 0, to: rgb.count, by: 3) {
      rgb[i] = colour.red
      rgb[i + 1] = colour.green
      rgb[i + 2] = colour.blue
    }
  }

  /// Makes a box of pixels one colour; it must lie inside.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
    for row in y..<y + height {
      for column in x..<x + width { self[column, row] = colour }
    }
  }

  /// Mixes a colour into a pixel; pixels outside are left alone.
  public mutating func blend(_ x: Int, _ y: Int, _ colour: Colour, _ amount: Float) {
    guard x >= 0, y >= 0, x < width, y < height, amount > 0 else { return }
    self[x, y] = self[x, y].mixed(with: colour, min(1, amount))
  }

  /// The smallest box that holds every pixel in which this picture differs from another of its size; nil when none does.
  func changes(from other: Picture) -> (x: Range<Int>, y: Range<Int>)? {
    precondition(width == other.width && height == other.height)
    return rgb.withUnsafeBytes { mine in
      other.rgb.withUnsafeBytes { theirs -> (x: Range<Int>, y: Range<Int>)? in
        let stride = width * 3
        func differs(_ row: Int) -> Bool { memcmp(mine.baseAddress! + row * stride, theirs.baseAddress! + row * stride, stride) != 0 }
        guard stride > 0, let top = (0..<height).first(where: differs), let bottom = (0..<height).last(where: differs) else { return nil }
        var (left, right) = (stride, 0)
        for row in top...bottom {
          let at = row * stride
          var first = 0
          while first < left, mine[at + first] == theirs[at + first] { first += 1 }
          left = min(left, first)
          var last = stride - 1
          while last > right, mine[at + last] == theirs[at + last] { last -= 1 }
          right = max(right, last)
        }
        return (left / 3..<right / 3 + 1, top..<bottom + 1)
      }
    }
  }

  /// Copies another picture in, its top left at (x, y); what does not fit is cut.
  public mutating func paste(_ other: Picture, x: Int, y: Int) {
    let left = max(0, -x)
    let count = min(other.width, width - x) - left
    guard count > 0 else { return }
    for row in max(0, -y)..<max(max(0, -y), min(other.height, height - y)) {
      let from = (row * other.width + left) * 3
      let to = ((y + row) * width + x + left) * 3
      rgb.replaceSubrange(to..<to + count * 3, with: other.rgb[from..<from + count * 3])
    }
  }
}
