import CGIF
import Raster

/// Animated GIF files, written by giflib.
public enum GIF {
  private final class Sink {
    var bytes: [UInt8] = []
  }

  /// The bytes of an animation that repeats for ever.
  /// - Parameters:
  ///   - frames: pictures of one size.
  ///   - hundredths: duration of each frame in 1/100 s (4 for 25 frames a second).
  /// - Throws: `PicturesError`.
  public static func encode(_ frames: [Picture], hundredths: Int = 4) throws -> [UInt8] {
    guard let first = frames.first, first.width > 0, first.height > 0 else { throw PicturesError.empty }
    for frame in frames where frame.width != first.width || frame.height != first.height {
      throw PicturesError.sizes(expected: "\(first.width) × \(first.height)", found: "\(frame.width) × \(frame.height)")
    }
    let palette = ColourTable(frames)
    let sink = Sink()
    var error: Int32 = 0
    let write: OutputFunc = { file, data, count in
      guard let file, let data, let user = file.pointee.UserData else { return 0 }
      Unmanaged<Sink>.fromOpaque(user).takeUnretainedValue().bytes += UnsafeBufferPointer(start: data, count: Int(count))
      return count
    }
    guard let file = EGifOpen(Unmanaged.passUnretained(sink).toOpaque(), write, &error) else { throw PicturesError.gif(error) }
    var colours = palette.colours.map { GifColorType(Red: $0.red, Green: $0.green, Blue: $0.blue) }
    while colours.count < 256 { colours.append(GifColorType(Red: 0, Green: 0, Blue: 0)) }
    let map = colours.withUnsafeBufferPointer { GifMakeMapObject(256, $0.baseAddress) }
    defer { GifFreeMapObject(map) }
    EGifSetGifVersion(file, true)
    var done = EGifPutScreenDesc(file, Int32(first.width), Int32(first.height), 8, 0, map) == GIF_OK
    done = done && repeatForever(file)
    for frame in frames where done {
      let control: [UInt8] = [4, UInt8(truncatingIfNeeded: hundredths), UInt8(truncatingIfNeeded: hundredths >> 8), 0]
      done = EGifPutExtension(file, Int32(GRAPHICS_EXT_FUNC_CODE), 4, control) == GIF_OK
      done = done && EGifPutImageDesc(file, 0, 0, Int32(frame.width), Int32(frame.height), false, nil) == GIF_OK
      for y in 0..<frame.height where done {
        var line = palette.indices(of: frame, row: y)
        done = EGifPutLine(file, &line, Int32(line.count)) == GIF_OK
      }
    }
    let code = file.pointee.Error
    let closed = EGifCloseFile(file, &error) == GIF_OK
    guard done, closed else { throw PicturesError.gif(done ? error : code) }
    return sink.bytes
  }

  private static func repeatForever(_ file: UnsafeMutablePointer<GifFileType>) -> Bool {
    let name = Array("NETSCAPE2.0".utf8)
    let loop: [UInt8] = [1, 0, 0]
    return EGifPutExtensionLeader(file, Int32(APPLICATION_EXT_FUNC_CODE)) == GIF_OK
      && EGifPutExtensionBlock(file, Int32(name.count), name) == GIF_OK && EGifPutExtensionBlock(file, Int32(loop.count), loop) == GIF_OK
      && EGifPutExtensionTrailer(file) == GIF_OK
  }
}

/// At most 256 colours for a set of pictures, by median cut over 5-bit channels.
struct ColourTable {
  private(set) var colours: [Colour] = []
  private var lookup = [UInt8](repeating: 0, count: 32768)

  private struct Box {
    var keys: ArraySlice<Int>
    var weight: Int
  }

  init(_ pictures: [Picture]) {
    var counts = [Int](repeating: 0, count: 32768)
    var sums = [SIMD3<Int>](repeating: .zero, count: 32768)
    for picture in pictures {
      for i in stride(from: 0, to: picture.rgb.count, by: 3) {
        let c = Colour(picture.rgb[i], picture.rgb[i + 1], picture.rgb[i + 2])
        let key = ColourTable.key(c)
        counts[key] += 1
        sums[key] &+= SIMD3(Int(c.red), Int(c.green), Int(c.blue))
      }
    }
    let used = counts.indices.filter { counts[$0] > 0 }
    var boxes = [Box(keys: used[...], weight: counts.reduce(0, +))]
    while boxes.count < 256 {
      // Split the box with the most pixels times its spread.
      let splittable = boxes.indices.filter { boxes[$0].keys.count > 1 }
      guard let index = splittable.max(by: { ColourTable.worth(boxes[$0]) < ColourTable.worth(boxes[$1]) }) else { break }
      let (a, b) = ColourTable.split(boxes[index], counts)
      boxes[index] = a
      boxes.append(b)
    }
    for (number, box) in boxes.enumerated() {
      var sum = SIMD3<Int>.zero
      for key in box.keys {
        sum &+= sums[key]
        lookup[key] = UInt8(number)
      }
      let weight = max(1, box.weight)
      colours.append(Colour(UInt8(sum.x / weight), UInt8(sum.y / weight), UInt8(sum.z / weight)))
    }
  }

  /// Palette entries of one row.
  func indices(of picture: Picture, row: Int) -> [UInt8] {
    (0..<picture.width).map { lookup[ColourTable.key(picture[$0, row])] }
  }

  private static func key(_ c: Colour) -> Int { Int(c.red >> 3) << 10 | Int(c.green >> 3) << 5 | Int(c.blue >> 3) }

  private static func channel(_ key: Int, _ axis: Int) -> Int { key >> (10 - 5 * axis) & 31 }

  private static func spread(_ box: Box) -> (axis: Int, extent: Int) {
    (0..<3).map { axis in
      let values = box.keys.map { channel($0, axis) }
      return (axis, (values.max() ?? 0) - (values.min() ?? 0))
    }.max { $0.1 < $1.1 } ?? (0, 0)
  }

  private static func worth(_ box: Box) -> Double { Double(box.weight).squareRoot() * Double(spread(box).extent) }

  private static func split(_ box: Box, _ counts: [Int]) -> (Box, Box) {
    let axis = spread(box).axis
    let sorted = box.keys.sorted { (channel($0, axis), $0) < (channel($1, axis), $1) }
    var left = 0
    var cut = 0
    while cut < sorted.count - 1, left + counts[sorted[cut]] <= box.weight / 2 || cut == 0 {
      left += counts[sorted[cut]]
      cut += 1
    }
    return (Box(keys: sorted[..<cut], weight: left), Box(keys: sorted[cut...], weight: box.weight - left))
  }
}
