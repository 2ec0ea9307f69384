import Raster

/// A small font of straight strokes for the printable ASCII characters, drawn smoothly at any size.
///
/// Each glyph is a list of strokes; a stroke is pairs of digits x (0…4) and y (0…9, baseline 2, capitals 8,
/// small letters 6). A stroke of one point twice is a dot.
public enum StrokeFont {
  private static let glyphs: [Character: String] = [
    "A": "022842 1434", "B": "02083847463505 3544433202", "C": "4738180703123243", "D": "02082846442202", "E": "48080242 0535",
    "F": "480802 0535", "G": "47381807031232434525", "H": "0802 4842 0545", "I": "1838 2822 1232", "J": "3833221203", "K": "0802 480542",
    "L": "080242", "M": "0208254842", "N": "02084248", "O": "180703123243473818", "P": "02083847463505",
    "Q": "180703123243473818 2442", "R": "02083847463505 2542", "S": "473818070615354443321203", "T": "0848 2822", "U": "080312324348",
    "V": "082248", "W": "0812253248", "X": "0842 0248", "Y": "082548 2522", "Z": "08480242",
    "a": "4536160503123243 4642", "b": "0802 0516364543321203", "c": "4536160503123243", "d": "4842 4536160503123243",
    "e": "04444536160503123243", "f": "382722 0636", "g": "46413010 4536160503123243", "h": "0802 0516364542", "i": "2622 2828",
    "j": "26211000 2828", "k": "0802 360432", "l": "282332", "m": "0602 05162522 25364542", "n": "0602 0516364542",
    "o": "163645433212030516", "p": "0600 0516364543321203", "q": "4640 4536160503123243", "r": "0602 05163645", "s": "4616051434433202",
    "t": "28233242 0636", "u": "0603123243 4642", "v": "062246", "w": "0612243246", "x": "0642 0246", "y": "0622 4610", "z": "06460242",
    "0": "180703123243473818 0347", "1": "172822 1232", "2": "07183847460242", "3": "0848264443321203", "4": "3832 380444",
    "5": "480805354443321203", "6": "38180603123243443505", "7": "084812", "8": "15060718384746351504031232434435",
    "9": "12324447381807061545", ".": "2222", ",": "2211", ":": "2222 2525", ";": "2211 2525", "!": "2824 2222", "?": "071838474624 2222",
    "-": "1535", "_": "0141", "+": "0545 2723", "=": "0646 0444", "/": "0248", "\\": "0842", "|": "2921", "(": "38262432", ")": "18262412",
    "[": "38181232", "]": "18383212", "{": "38272615242332", "}": "18272635242312", "<": "470543", ">": "074503", "*": "2723 0644 0446",
    "#": "1812 3832 0646 0444", "%": "0248 0707 4343", "@": "35251424343545471807031242", "&": "4206071827160403122244",
    "$": "473818070615354443321203 2921", "^": "062846", "~": "0516344546", "`": "1827", "'": "2826", "\"": "1816 3836",
  ]

  /// Draws one character into a box of `width × height` pixels with its top left at (x, y).
  public static func draw(
    _ character: Character, in picture: inout Picture, x: Int, y: Int, width: Int, height: Int, colour: Colour, weight: Float = 0.62
  ) {
    guard let strokes = glyphs[character] else { return }
    let (sx, sy) = (Float(width) * 0.17, Float(height) * 0.092)
    let (ox, oy) = (Float(width) * 0.16, Float(height) * 0.93)
    let lines: [[SIMD2<Float>]] = strokes.split(separator: " ").map { stroke in
      let digits = stroke.utf8.map { Float($0) - 48 }
      return stride(from: 0, to: digits.count - 1, by: 2).map { SIMD2(ox + digits[$0] * sx, oy - digits[$0 + 1] * sy) }
    }
    let radius = weight * Float(width) / 8
    for py in 0..<height {
      for px in 0..<width {
        let p = SIMD2(Float(px) + 0.5, Float(py) + 0.5)
        var best = Float.infinity
        for line in lines {
          for i in 0..<max(0, line.count - 1) {
            // A dot is a little larger than a stroke is wide.
            let grown: Float = line[i] == line[i + 1] ? 0.45 : 0
            best = min(best, distance(p, line[i], line[i + 1]) - grown)
          }
        }
        picture.blend(x + px, y + py, colour, radius + 0.5 - best)
      }
    }
  }

  /// Draws a line of text with cells of `width × height` pixels.
  public static func draw(
    _ text: String, in picture: inout Picture, x: Int, y: Int, width: Int = 8, height: Int = 16, colour: Colour
  ) {
    for (index, character) in text.enumerated() {
      draw(character, in: &picture, x: x + index * width, y: y, width: width, height: height, colour: colour)
    }
  }

  private static func distance(_ p: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    let (ab, ap) = (b - a, p - a)
    let length = (ab * ab).sum()
    let t = length > 0 ? max(0, min(1, (ap * ab).sum() / length)) : 0
    let d = ap - ab * t
    return (d * d).sum().squareRoot()
  }
}
