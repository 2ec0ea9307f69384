import Foundation

/// Reads a .glb as a viewer does, checking the specification's rules on the way; shares no code with the writer.
struct GLBReader {
  let json: [String: Any]
  let binary: [UInt8]
  /// Rules that are broken, in words.
  private(set) var faults: [String] = []

  init(_ data: Data) {
    let bytes = [UInt8](data)
    func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2]) << 16 | Int(bytes[at + 3]) << 24 }
    let length = word(12)
    json = (try? JSONSerialization.jsonObject(with: Data(bytes[20..<20 + length]))) as? [String: Any] ?? [:]
    let second = 20 + length
    binary = Array(bytes[(second + 8)..<(second + 8 + word(second))])
    if Array(bytes[0..<4]) != Array("glTF".utf8) || word(4) != 2 { faults.append("header") }
    if word(8) != bytes.count { faults.append("length") }
    if length % 4 != 0 || word(second) % 4 != 0 { faults.append("chunks not aligned") }
    if json.isEmpty { faults.append("JSON") }
  }

  func list(_ name: String) -> [[String: Any]] { json[name] as? [[String: Any]] ?? [] }

  static let widths = ["SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16]

  /// An accessor's numbers, sparse ones filled in.
  func values(_ index: Int) -> [Double] {
    let accessor = list("accessors")[index]
    let count = accessor["count"] as? Int ?? 0
    let width = Self.widths[accessor["type"] as? String ?? ""] ?? 1
    let kind = accessor["componentType"] as? Int ?? 0
    var values = [Double](repeating: 0, count: count * width)
    if let view = accessor["bufferView"] as? Int { values = read(view, kind, count * width) }
    if accessor["normalized"] as? Bool == true { values = values.map { $0 / (kind == 5123 ? 65535 : 255) } }
    if let sparse = accessor["sparse"] as? [String: Any], let number = sparse["count"] as? Int,
      let indices = sparse["indices"] as? [String: Any], let filled = sparse["values"] as? [String: Any],
      let indexView = indices["bufferView"] as? Int, let indexKind = indices["componentType"] as? Int,
      let valueView = filled["bufferView"] as? Int
    {
      let places = read(indexView, indexKind, number).map { Int($0) }
      let moved = read(valueView, kind, number * width)
      for (row, place) in places.enumerated() { for column in 0..<width { values[place * width + column] = moved[row * width + column] } }
    }
    return values
  }

  private func read(_ view: Int, _ kind: Int, _ count: Int) -> [Double] {
    let start = list("bufferViews")[view]["byteOffset"] as? Int ?? 0
    return binary.withUnsafeBytes { bytes in
      (0..<count).map { index in
        switch kind {
        case 5121: Double(bytes[start + index])
        case 5123: Double(bytes.loadUnaligned(fromByteOffset: start + index * 2, as: UInt16.self))
        case 5125: Double(bytes.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self))
        default: Double(bytes.loadUnaligned(fromByteOffset: start + index * 4, as: Float.self))
        }
      }
    }
  }

  /// The validator's rules that bite, checked over the whole file.
  mutating func check() {
    let accessors = list("accessors")
    for (index, accessor) in accessors.enumerated() {
      let width = Self.widths[accessor["type"] as? String ?? ""] ?? 1
      let found = values(index)
      if let low = accessor["min"] as? [Double], let high = accessor["max"] as? [Double] {
        for column in 0..<width {
          let line = stride(from: column, to: found.count, by: width).map { found[$0] }
          if let least = line.min(), abs(least - low[column]) > 1e-9 {
            faults.append("accessor \(index): min \(low[column]) is not \(least)")
          }
          if let most = line.max(), abs(most - high[column]) > 1e-9 {
            faults.append("accessor \(index): max \(high[column]) is not \(most)")
          }
        }
      }
      if found.contains(where: { !$0.isFinite }) { faults.append("accessor \(index): not finite") }
      if let sparse = accessor["sparse"] as? [String: Any], let indices = sparse["indices"] as? [String: Any],
        let view = indices["bufferView"] as? Int, let kind = indices["componentType"] as? Int, let count = sparse["count"] as? Int
      {
        let places = read(view, kind, count)
        if zip(places, places.dropFirst()).contains(where: { $0 >= $1 }) {
          faults.append("accessor \(index): sparse indices do not increase")
        }
      }
    }
    for view in list("bufferViews") {
      if (view["byteOffset"] as? Int ?? 0) % 4 != 0 { faults.append("view not aligned") }
      if (view["byteOffset"] as? Int ?? 0) + (view["byteLength"] as? Int ?? 0) > binary.count { faults.append("view outside the buffer") }
      if view["byteStride"] != nil { faults.append("stride") }
    }
    checkMesh()
    checkAnimations()
  }

  private mutating func checkMesh() {
    for mesh in list("meshes") {
      let primitives = mesh["primitives"] as? [[String: Any]] ?? []
      let counts = Set(primitives.map { ($0["targets"] as? [Any])?.count ?? 0 })
      if counts.count != 1 { faults.append("primitives differ in targets") }
      let names = (mesh["extras"] as? [String: Any])?["targetNames"] as? [String] ?? []
      if names.count != counts.first { faults.append("targetNames") }
      for primitive in primitives {
        guard let attributes = primitive["attributes"] as? [String: Int], let position = attributes["POSITION"] else { continue }
        let base = list("accessors")[position]
        if base["min"] == nil || base["max"] == nil { faults.append("POSITION without bounds") }
        for target in primitive["targets"] as? [[String: Int]] ?? [] {
          let morph = list("accessors")[target["POSITION"] ?? 0]
          if morph["count"] as? Int != base["count"] as? Int { faults.append("morph of another length") }
        }
        if let weights = attributes["WEIGHTS_0"], let joints = attributes["JOINTS_0"] {
          let w = values(weights)
          let j = values(joints)
          for vertex in stride(from: 0, to: w.count, by: 4) {
            if abs(w[vertex..<vertex + 4].reduce(0, +) - 1) > 1e-5 { faults.append("weights of vertex \(vertex / 4)") }
            if (0..<4).contains(where: { w[vertex + $0] == 0 && j[vertex + $0] != 0 }) { faults.append("zero weight with joint") }
          }
        }
        if let normal = attributes["NORMAL"] {
          let n = values(normal)
          for vertex in stride(from: 0, to: n.count, by: 3) {
            let length = (n[vertex] * n[vertex] + n[vertex + 1] * n[vertex + 1] + n[vertex + 2] * n[vertex + 2]).squareRoot()
            if abs(length - 1) > 1e-4 { faults.append("normal of vertex \(vertex / 3)") }
          }
        }
      }
    }
  }

  private mutating func checkAnimations() {
    for animation in list("animations") {
      let samplers = animation["samplers"] as? [[String: Any]] ?? []
      for channel in animation["channels"] as? [[String: Any]] ?? [] {
        let sampler = samplers[channel["sampler"] as? Int ?? 0]
        let times = values(sampler["input"] as? Int ?? 0)
        let path = (channel["target"] as? [String: Any])?["path"] as? String ?? ""
        let output = values(sampler["output"] as? Int ?? 0)
        if times.first ?? -1 < 0 || zip(times, times.dropFirst()).contains(where: { $0 >= $1 }) { faults.append("times") }
        if list("accessors")[sampler["input"] as? Int ?? 0]["min"] == nil { faults.append("times without bounds") }
        if path == "rotation" {
          for key in stride(from: 0, to: output.count, by: 4) {
            if abs(output[key..<key + 4].reduce(0) { $0 + $1 * $1 } - 1) > 1e-5 { faults.append("quaternion \(key / 4)") }
          }
        }
        if path == "weights", output.contains(where: { $0 < 0 || $0 > 1.5 }) { faults.append("weights outside 0…1") }
      }
    }
  }
}
