import Foundation

/// A glTF binary under construction: accessors and views in one buffer, the scene as JSON text.
///
/// Source: the glTF 2.0 specification. Chunks and views are aligned to 4 bytes; animation views have no stride.
struct GLBDocument {
  private(set) var data: [UInt8] = []
  private(set) var views: [String] = []
  private(set) var accessors: [String] = []

  enum Component: Int {
    case u8 = 5121
    case u16 = 5123
    case u32 = 5125
    case f32 = 5126
  }

  /// Appends numbers as a buffer view; `target` 34962 for vertex attributes, 34963 for indices, nil otherwise.
  mutating func view<T: BitwiseCopyable>(_ values: [T], target: Int? = nil) -> Int {
    while data.count % 4 != 0 { data.append(0) }
    let start = data.count
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    let aim = target.map { ",\"target\":\($0)" } ?? ""
    views.append("{\"buffer\":0,\"byteOffset\":\(start),\"byteLength\":\(data.count - start)\(aim)}")
    return views.count - 1
  }

  /// Adds an accessor; minimum and maximum are required for positions and for animation times.
  mutating func accessor(
    view: Int?, _ component: Component, count: Int, type: String, minimum: [Float]? = nil, maximum: [Float]? = nil,
    normalized: Bool = false,
    sparse: String? = nil
  ) -> Int {
    var text = "{"
    if let view { text += "\"bufferView\":\(view)," }
    text += "\"componentType\":\(component.rawValue),\"count\":\(count),\"type\":\"\(type)\""
    if normalized { text += ",\"normalized\":true" }
    if let minimum { text += ",\"min\":[\(minimum.map(Self.bound).joined(separator: ","))]" }
    if let maximum { text += ",\"max\":[\(maximum.map(Self.bound).joined(separator: ","))]" }
    if let sparse { text += ",\"sparse\":\(sparse)" }
    accessors.append(text + "}")
    return accessors.count - 1
  }

  /// A bound as the double the stored float is: validators compare the two exactly.
  static func bound(_ value: Float) -> String { value == 0 ? "0" : "\(Double(value))" }

  /// A float in the shortest decimal form that reads back as itself.
  static func exact(_ value: Float) -> String { value == 0 ? "0" : "\(value)" }

  /// Smallest and largest of each of three coordinates.
  static func bounds(_ points: [Float]) -> (minimum: [Float], maximum: [Float]) {
    var low = [Float](repeating: .infinity, count: 3)
    var high = [Float](repeating: -.infinity, count: 3)
    for (index, value) in points.enumerated() {
      low[index % 3] = min(low[index % 3], value)
      high[index % 3] = max(high[index % 3], value)
    }
    return points.isEmpty ? ([0, 0, 0], [0, 0, 0]) : (low, high)
  }

  /// V × 3 floats as vertex positions or normals.
  mutating func points(_ values: [Float], bounded: Bool) -> Int {
    let view = view(values, target: 34962)
    let bounds = Self.bounds(values)
    return accessor(
      view: view, .f32, count: values.count / 3, type: "VEC3", minimum: bounded ? bounds.minimum : nil,
      maximum: bounded ? bounds.maximum : nil)
  }

  /// Offsets of a morph target, stored where they are not zero.
  mutating func morph(_ dense: [Float]) -> Int {
    let count = dense.count / 3
    let moved = (0..<count).filter { dense[$0 * 3] != 0 || dense[$0 * 3 + 1] != 0 || dense[$0 * 3 + 2] != 0 }
    let bounds = Self.bounds(dense)
    guard !moved.isEmpty else {
      return accessor(view: nil, .f32, count: count, type: "VEC3", minimum: [0, 0, 0], maximum: [0, 0, 0])
    }
    let indices = count <= 65536 ? view(moved.map { UInt16($0) }) : view(moved.map { UInt32($0) })
    let values = view(moved.flatMap { dense[$0 * 3..<$0 * 3 + 3] })
    let kind = count <= 65536 ? Component.u16 : .u32
    let sparse =
      "{\"count\":\(moved.count),\"indices\":{\"bufferView\":\(indices),\"componentType\":\(kind.rawValue)},\"values\":{\"bufferView\":\(values)}}"
    return accessor(view: nil, .f32, count: count, type: "VEC3", minimum: bounds.minimum, maximum: bounds.maximum, sparse: sparse)
  }

  /// The file: header, JSON chunk, binary chunk. `scene` holds every top-level member but buffers, views and accessors.
  func encoded(scene: String) -> [UInt8] {
    let json =
      "{\(scene),\"buffers\":[{\"byteLength\":\(data.count)}],\"bufferViews\":[\(views.joined(separator: ","))],\"accessors\":[\(accessors.joined(separator: ","))]}"
    var text = Array(json.utf8)
    while text.count % 4 != 0 { text.append(0x20) }
    var binary = data
    while binary.count % 4 != 0 { binary.append(0) }
    func word(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value).littleEndian) { Array($0) } }
    return Array("glTF".utf8) + word(2) + word(12 + 8 + text.count + 8 + binary.count) + word(text.count) + Array("JSON".utf8) + text
      + word(binary.count) + Array("BIN\0".utf8) + binary
  }
}
