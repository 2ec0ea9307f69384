/// A colour of the screen, eight bits a channel, sRGB.
public struct Colour: Hashable, Sendable {
  /// Red, 0…255.
  public var red: UInt8
  /// Green, 0…255.
  public var green: UInt8
  /// Blue, 0…255.
  public var blue: UInt8

  /// Makes a colour from its channels.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Makes a colour from `0xRRGGBB`.
  public init(hex: UInt32) { self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255)) }

  /// The colour a part of the way to another; 0 is this one, 1 the other.
  public func mixed(with other: Colour, _ amount: Float) -> Colour {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8(max(0, min(255, Float(a) + (Float(b) - Float(a)) * amount + 0.5))) }
    return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// Perceived lightness, 0…1.
  public var lightness: Float { (0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)) / 255 }

  /// The nearest entry of the terminal's 256 colours (the 6 × 6 × 6 cube and the greys; never the user's 16).
  public var index256: UInt8 {
    let steps: [Int] = [0, 95, 135, 175, 215, 255]
    func nearest(_ value: UInt8) -> Int { steps.indices.min { abs(steps[$0] - Int(value)) < abs(steps[$1] - Int(value)) } ?? 0 }
    let (r, g, b) = (nearest(red), nearest(green), nearest(blue))
    let cube = Colour(UInt8(steps[r]), UInt8(steps[g]), UInt8(steps[b]))
    let greyStep = max(0, min(23, (Int(red) + Int(green) + Int(blue) - 24 + 15) / 30))
    let level = UInt8(8 + 10 * greyStep)
    let grey = Colour(level, level, level)
    return distance(to: grey) < distance(to: cube) ? UInt8(232 + greyStep) : UInt8(16 + 36 * r + 6 * g + b)
  }

  /// The nearest of the sixteen classic colours, by hue and lightness.
  public var index16: UInt8 {
    let classic: [UInt32] = [
      0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff,
      0xff55ff, 0x55ffff, 0xffffff,
    ]
    let order = classic.indices.min { distance(to: Colour(hex: classic[$0])) < distance(to: Colour(hex: classic[$1])) }
    return UInt8(order ?? 7)
  }

  /// Squared distance weighted for the eye.
  public func distance(to other: Colour) -> Int {
    let (r, g, b) = (Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue))
    return 2 * r * r + 4 * g * g + 3 * b * b
  }
}

/// How many colours a terminal shows; the ladder goes down from truecolour.
public enum ColourDepth: Int, Sendable, Comparable, CaseIterable {
  case mono, sixteen, indexed, truecolour

  public static func < (a: ColourDepth, b: ColourDepth) -> Bool { a.rawValue < b.rawValue }
}

/// Colours of a drawn head by role and depth.
public struct HeadPalette: Hashable, Sendable {
  /// Behind the head.
  public var background: Colour
  /// Eight colours, near to far, for each role in the order of `CellRole`.
  public var roles: [[Colour]]

  /// Light lines on dark.
  public static let dark = HeadPalette(
    background: Colour(hex: 0x11141b),
    ghost: (0x7a5573, 0x4a3548), wire: (0x5d86ad, 0x222c3a), shade: (0xffeedd, 0x2c2e44), crease: (0xa9c4dd, 0x53687d),
    contour: (0x9cc4ea, 0x6d8cab), feature: (0xfff6e8, 0xe9dccb))

  /// Dark lines on light.
  public static let light = HeadPalette(
    background: Colour(hex: 0xfaf8f3),
    ghost: (0xc79bbd, 0xe0c9da), wire: (0x7d9ab5, 0xd6dee6), shade: (0x2b2a33, 0xc9c4bd), crease: (0x4c6780, 0x8fa3b5),
    contour: (0x2c5b88, 0x5c7f9f), feature: (0x1b1a1f, 0x34313a))

  /// Gradients from near to far.
  public init(
    background: Colour, ghost: (UInt32, UInt32), wire: (UInt32, UInt32), shade: (UInt32, UInt32), crease: (UInt32, UInt32),
    contour: (UInt32, UInt32), feature: (UInt32, UInt32)
  ) {
    self.background = background
    roles = [(0, 0), ghost, wire, shade, crease, contour, feature].enumerated().map { index, ends in
      (0..<Cell.levels).map { level in
        let role = CellRole(rawValue: UInt8(index)) ?? .blank
        return Colour(hex: ends.0).mixed(with: Colour(hex: ends.1), role.part(ofLevel: level))
      }
    }
  }

  /// The colour of a cell.
  public subscript(cell: Cell) -> Colour { roles[Int(cell.role.rawValue)][Int(min(cell.level, UInt8(Cell.levels - 1)))] }
}
