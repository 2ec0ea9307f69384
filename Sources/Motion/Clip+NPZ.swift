import Containers

/// Clips as .npz: `motion` (T, 56) float32 bit for bit, `fps`, `basis`, `provenance` (JSON); also FLAME trackers' files in.
extension Clip {
  /// The arrays of a clip, as `NPZFile` writes them.
  public var arrays: [(name: String, array: NPYArray)] {
    [
      ("motion", NPYArray(shape: [frameCount, Self.channels], values)),
      ("fps", NPYArray(shape: [], [framesPerSecond])),
      ("basis", NPYArray(text: basis.rawValue)),
      ("provenance", NPYArray(text: JSONValue(texts: provenance).encoded)),
    ]
  }

  /// Writes the clip. Errors: `ContainerError.unwritable`, `.exists`.
  public func write(npz path: String, replacing: Bool = true) throws { try NPZFile.write(arrays, to: path, replacing: replacing) }

  /// Reads a clip from .npz: `motion` (or the only array with 56 columns), or the keys of FLAME trackers
  /// (`expr`, `neck_pose`, `jaw_pose`), of whose expression the first 50 numbers are kept.
  ///
  /// - Parameter assumedBasis: the basis of a file that does not name one.
  /// Errors: those of `NPZFile`, `MotionError`.
  public init(npz file: FileBytes, assumedBasis: Basis = .flame2020) throws {
    let npz = try NPZFile(file)
    func text(_ name: String) throws -> String? { npz.contains(name) ? try npz.array(name).text : nil }
    let named = try text("basis")
    var basis = assumedBasis
    if let named {
      guard let known = Basis(rawValue: named) else { throw MotionError.basis(path: npz.path, found: named) }
      basis = known
    }
    var rate = Clip.modelFramesPerSecond
    for key in ["fps", "framerate", "frame_rate"] where npz.contains(key) { rate = try npz.array(key).doubles?.first ?? rate }
    var provenance: [String: String] = [:]
    if let json = try text("provenance") {
      for member in try JSONValue(parsing: json, path: npz.path, part: "provenance").members ?? [] {
        provenance[member.key] = member.value.text ?? member.value.encoded
      }
    }
    try self.init(
      path: npz.path, basis: basis, framesPerSecond: rate, values: Self.motion(in: npz), provenance: provenance)
  }

  public init(npzPath path: String) throws { try self.init(npz: FileBytes(reading: path)) }

  private static func motion(in npz: NPZFile) throws -> [Float] {
    if npz.contains("expr") || npz.contains("exp") {
      func part(_ names: String...) throws -> (String, NPYArray)? {
        guard let name = names.first(where: { npz.contains($0) }) else { return nil }
        return (name, try npz.array(name))
      }
      return try MotionAssembly.join(
        path: npz.path, expression: part("expr", "exp"), neck: part("neck_pose", "neck"), jaw: part("jaw_pose", "jaw"))
    }
    var found: [String] = []
    for name in ["motion"] + npz.names.filter({ $0 != "motion" }) where npz.contains(name) {
      if try npz.isObject(name) {
        found.append("\(name): Python objects")
        continue
      }
      let array = try npz.array(name)
      if let values = MotionAssembly.frames(array) { return values }
      found.append("\(name): shape \(array.shape)")
    }
    throw MotionError.noMotion(path: npz.path, found: found.isEmpty ? "no array" : found.joined(separator: ", "))
  }

  /// Weights and angles are near 1; squares of what is below this are still numbers.
  private static let largest: Float = 1e6

  /// A clip from numbers that came from a file: checked for finite values that a face can have and a possible rate.
  init(path: String, basis: Basis, framesPerSecond: Double, values: [Float], provenance: [String: String]) throws {
    guard framesPerSecond.isFinite, (1...1000).contains(framesPerSecond) else {
      throw MotionError.frameRate(path: path, found: framesPerSecond)
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw MotionError.notFinite(path: path, frame: bad / Self.channels, channel: bad % Self.channels)
    }
    if let bad = values.firstIndex(where: { abs($0) > Self.largest }) {
      throw MotionError.tooLarge(
        path: path, frame: bad / Self.channels, channel: bad % Self.channels, found: values[bad], limit: Self.largest)
    }
    self.init(basis: basis, framesPerSecond: framesPerSecond, values: values, provenance: provenance)
  }
}

/// Putting 56 numbers a frame together from what files hold.
enum MotionAssembly {
  /// The numbers of an array (T, 56), also with leading ones; nil for another shape.
  static func frames(_ array: NPYArray) -> [Float]? {
    let shape = array.shape.drop { $0 == 1 }
    guard array.shape.last == Clip.channels, shape.count <= 2, array.count > 0 else { return nil }
    return array.floats
  }

  /// Expression (T, ≥ 50) with neck and jaw (T, 3); those that are missing are zero.
  static func join(
    path: String, expression: (String, NPYArray)?, neck: (String, NPYArray)?, jaw: (String, NPYArray)?
  ) throws -> [Float] {
    guard let (name, array) = expression, let numbers = array.floats, let (frames, width) = rows(array.shape), width >= 50 else {
      throw MotionError.noMotion(path: path, found: expression.map { "\($0.0) of shape \($0.1.shape)" } ?? "no expression")
    }
    func angles(_ part: (String, NPYArray)?) throws -> [Float]? {
      guard let (partName, array) = part else { return nil }
      guard let numbers = array.floats, let (count, size) = rows(array.shape), count == frames, size == 3 else {
        throw MotionError.noMotion(path: path, found: "\(name) of \(frames) frames with \(partName) of shape \(array.shape)")
      }
      return numbers
    }
    let (neckAngles, jawAngles) = (try angles(neck), try angles(jaw))
    var values: [Float] = []
    values.reserveCapacity(frames * Clip.channels)
    for frame in 0..<frames {
      values += numbers[frame * width..<frame * width + 50]
      for angles in [neckAngles, jawAngles] { values += angles.map { $0[frame * 3..<frame * 3 + 3] } ?? [0, 0, 0] }
    }
    return values
  }

  private static func rows(_ shape: [Int]) -> (Int, Int)? {
    let sizes = shape.count > 2 ? Array(shape.drop { $0 == 1 }) : shape
    if sizes.count == 2, sizes[0] > 0 { return (sizes[0], sizes[1]) }
    return sizes.count == 1 ? (1, sizes[0]) : nil
  }
}
