import CGIF
import Raster

/// Animated GIF files, written by giflib.
public enum GIF {
  /// The bytes of an animation that repeats for ever.
  /// - Parameters:
  ///   - frames: pictures of one size.
  ///   - hundredths: duration of each frame in 1/100 s (4 for 25 frames a second).
  /// - Throws: `PicturesError`.
  public static func encode(_ frames: [Picture], hundredths: Int = 4) throws -> [UInt8] {
    let encoder = try GIFEncoder(colours: ColourTable(frames), width: frames.first?.width ?? 0, height: frames.first?.height ?? 0)
    for frame in frames { try encoder.add(frame, hundredths: hundredths) }
    try encoder.finish()
    return encoder.drain()
  }
}

/// An animated GIF that is written frame by frame: of each only the box that differs from the one before.
public final class GIFEncoder {
  private final class Sink {
    var bytes: [UInt8] = []
  }

  private let sink = Sink()
  private var colours: ColourTable
  private let width: Int
  private let height: Int
  private var file: UnsafeMutablePointer<GifFileType>?
  private var shown: Picture?

  /// Starts an animation that repeats for ever.
  /// - Parameter colours: from some of the pictures to come; pixels of others get the nearest of its colours.
  /// - Throws: `PicturesError`.
  public init(colours: ColourTable, width: Int, height: Int) throws {
    guard width > 0, height > 0 else { throw PicturesError.empty }
    (self.colours, self.width, self.height) = (colours, width, height)
    var error: Int32 = 0
    let write: OutputFunc = { file, data, count in
      guard let file, let data, let user = file.pointee.UserData else { return 0 }
      Unmanaged<Sink>.fromOpaque(user).takeUnretainedValue().bytes += UnsafeBufferPointer(start: data, count: Int(count))
      return count
    }
    file = EGifOpen(Unmanaged.passUnretained(sink).toOpaque(), write, &error)
    guard let file else { throw PicturesError.gif(error) }
    var entries = colours.colours.map { GifColorType(Red: $0.red, Green: $0.green, Blue: $0.blue) }
    while entries.count < 256 { entries.append(GifColorType(Red: 0, Green: 0, Blue: 0)) }
    let map = entries.withUnsafeBufferPointer { GifMakeMapObject(256, $0.baseAddress) }
    defer { GifFreeMapObject(map) }
    EGifSetGifVersion(file, true)
    try check(EGifPutScreenDesc(file, Int32(width), Int32(height), 8, 0, map))
    let loop: [UInt8] = [1, 0, 0]
    let name = Array("NETSCAPE2.0".utf8)
    try check(EGifPutExtensionLeader(file, Int32(APPLICATION_EXT_FUNC_CODE)))
    try check(EGifPutExtensionBlock(file, Int32(name.count), name))
    try check(EGifPutExtensionBlock(file, Int32(loop.count), loop))
    try check(EGifPutExtensionTrailer(file))
  }

  deinit {
    var error: Int32 = 0
    if let file { EGifCloseFile(file, &error) }
  }

  /// Adds a picture that is shown for `hundredths` of a second.
  public func add(_ picture: Picture, hundredths: Int) throws {
    guard picture.width == width, picture.height == height else {
      throw PicturesError.sizes(expected: "\(width) × \(height)", found: "\(picture.width) × \(picture.height)")
    }
    // Something has to be drawn so that the time passes: one pixel where nothing has changed.
    let box: (x: Range<Int>, y: Range<Int>) = shown.map { picture.changes(from: $0) ?? (0..<1, 0..<1) } ?? (0..<width, 0..<height)
    let control: [UInt8] = [4, UInt8(truncatingIfNeeded: hundredths), UInt8(truncatingIfNeeded: hundredths >> 8), 0]
    try check(EGifPutExtension(file, Int32(GRAPHICS_EXT_FUNC_CODE), 4, control))
    try check(EGifPutImageDesc(file, Int32(box.x.lowerBound), Int32(box.y.lowerBound), Int32(box.x.count), Int32(box.y.count), false, nil))
    var line = [UInt8](repeating: 0, count: box.x.count)
    for y in box.y {
      colours.indices(of: picture, row: y, columns: box.x, into: &line)
      try check(EGifPutLine(file, &line, Int32(line.count)))
    }
    shown = picture
  }

  /// Ends the animation; no picture may follow.
  public func finish() throws {
    guard let file else { return }
    guard shown != nil else { throw PicturesError.empty }
    var error: Int32 = 0
    self.file = nil
    guard EGifCloseFile(file, &error) == GIF_OK else { throw PicturesError.gif(error) }
  }

  /// What has been written since the last call.
  public func drain() -> [UInt8] {
    defer { sink.bytes = [] }
    return sink.bytes
  }

  private func check(_ status: Int32) throws {
    guard status == GIF_OK else { throw PicturesError.gif(file?.pointee.Error ?? 0) }
  }
}

/// At most 256 colours for a set of pictures, by median cut over 5-bit channels.
public struct ColourTable: Sendable {
  private(set) var colours: [Colour] = []
  /// The entry of each colour of 15 bits; −1 where it has not been asked for.
  private var lookup = [Int16](repeating: -1, count: 32768)

  private struct Box {
    var keys: ArraySlice<Int>
    var weight: Int
  }

  /// The table of these pictures; others may be drawn with it too.
  public init(_ pictures: [Picture]) {
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
        lookup[key] = Int16(number)
      }
      let weight = max(1, box.weight)
      colours.append(Colour(UInt8(sum.x / weight), UInt8(sum.y / weight), UInt8(sum.z / weight)))
    }
  }

  /// Palette entries of some pixels of one row.
  mutating func indices(of picture: Picture, row: Int, columns: Range<Int>, into line: inout [UInt8]) {
    let start = (row * picture.width + columns.lowerBound) * 3
    for x in 0..<columns.count {
      let i = start + x * 3
      let key = ColourTable.key(Colour(picture.rgb[i], picture.rgb[i + 1], picture.rgb[i + 2]))
      if lookup[key] < 0 { lookup[key] = nearest(key) }
      line[x] = UInt8(lookup[key])
    }
  }

  private func nearest(_ key: Int) -> Int16 {
    let wanted = SIMD3(key >> 10 & 31, key >> 5 & 31, key & 31) &* 8 &+ 4
    let found = colours.indices.min {
      ColourTable.distance(colours[$0], wanted) < ColourTable.distance(colours[$1], wanted)
    }
    return Int16(found ?? 0)
  }

  private static func distance(_ colour: Colour, _ wanted: SIMD3<Int>) -> Int {
    let d = SIMD3(Int(colour.red), Int(colour.green), Int(colour.blue)) &- wanted
    return (d &* d).wrappedSum()
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
