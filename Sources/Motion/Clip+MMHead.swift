import Containers

/// MMHead's `facial_motion/NAME.pkl`: an array (T, 56), or a dictionary with such an array or with its parts.
extension Clip {
  /// Errors: those of `Pickle`, `MotionError.noMotion` with what was found.
  public init(mmhead file: FileBytes, basis: Basis = .flame2020) throws {
    let root = try Pickle.read(file)
    let values = try Self.motion(in: root, path: file.path)
    var rate = Clip.modelFramesPerSecond
    for key in ["fps", "framerate", "frame_rate"] { rate = root[key]?.double ?? rate }
    try self.init(path: file.path, basis: basis, framesPerSecond: rate, values: values, provenance: [:])
  }

  public init(mmheadPath path: String, basis: Basis = .flame2020) throws { try self.init(mmhead: FileBytes(reading: path), basis: basis) }

  private static func motion(in root: Pickle.Value, path: String) throws -> [Float] {
    if let values = MotionAssembly.frames(array(root)) { return values }
    guard let members = root.members else {
      if let items = root.items, items.count == 1, let only = items.first, let values = MotionAssembly.frames(array(only)) { return values }
      throw MotionError.noMotion(path: path, found: root.kind)
    }
    let preferred = ["motion", "facial_motion", "params", "data"]
    for key in preferred + members.map(\.key).filter({ !preferred.contains($0) }) {
      if let value = root[key], let values = MotionAssembly.frames(array(value)) { return values }
    }
    func part(_ names: String...) -> (String, NPYArray)? {
      for name in names { if let value = root[name], array(value).count > 0 { return (name, array(value)) } }
      return nil
    }
    if let expression = part("expression", "expr", "exp", "expression_params", "expcode") {
      var (neck, jaw) = (part("neck", "neck_pose", "neck_params"), part("jaw", "jaw_pose", "jaw_params"))
      // A pose of six numbers is neck (or global) and jaw.
      if neck == nil, jaw == nil, let pose = part("pose", "posecode", "pose_params"), pose.1.shape.last == 6, let numbers = pose.1.floats {
        let frames = numbers.count / 6
        func half(_ start: Int) -> [Float] { (0..<frames).flatMap { numbers[$0 * 6 + start..<$0 * 6 + start + 3] } }
        neck = (pose.0, NPYArray(shape: [frames, 3], half(0)))
        jaw = (pose.0, NPYArray(shape: [frames, 3], half(3)))
      }
      return try MotionAssembly.join(path: path, expression: expression, neck: neck, jaw: jaw)
    }
    let found = members.prefix(20).map { "\($0.key): \($0.value.kind)" }.joined(separator: ", ")
    throw MotionError.noMotion(path: path, found: "a dictionary with \(found)")
  }

  private static func array(_ value: Pickle.Value) -> NPYArray {
    (try? value.array("motion")) ?? NPYArray(element: .float32, shape: [0], bytes: [])
  }
}
