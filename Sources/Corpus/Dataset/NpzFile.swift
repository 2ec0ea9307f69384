import Foundation
import Motion

/// A motion as a `.npz` file: `motion` (T, 56) float32, `fps` float64, `basis` a text. Members are stored, not compressed.
enum NpzFile {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    return value
  }

  private static func checksum(_ data: Data) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    table.withUnsafeBufferPointer { table in
      for byte in data { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
    }
    return value ^ 0xFFFF_FFFF
  }

  private static func npy(_ kind: String, _ shape: String, _ body: Data) -> Data {
    var header = "{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }"
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    return data + body
  }

  static func encode(_ clip: Clip) -> Data {
    let motion = clip.values.withUnsafeBytes { Data($0) }
    let fps = withUnsafeBytes(of: clip.framesPerSecond.bitPattern.littleEndian) { Data($0) }
    var basis = Data()
    for scalar in clip.basis.rawValue.unicodeScalars { withUnsafeBytes(of: scalar.value.littleEndian) { basis.append(contentsOf: $0) } }
    let members = [
      ("motion.npy", npy("<f4", "(\(clip.frameCount), \(Clip.channels))", motion)), ("fps.npy", npy("<f8", "()", fps)),
      ("basis.npy", npy("<U\(clip.basis.rawValue.unicodeScalars.count)", "()", basis)),
    ]
    var data = Data()
    var directory = Data()
    func put<T: FixedWidthInteger>(_ value: T, _ target: inout Data) { withUnsafeBytes(of: value.littleEndian) { target.append(contentsOf: $0) } }
    func common(_ name: String, _ body: Data, _ target: inout Data) {
      for value in [UInt16(20), 0, 0, 0, 0x21] { put(value, &target) }
      put(checksum(body), &target)
      put(UInt32(body.count), &target)
      put(UInt32(body.count), &target)
      put(UInt16(name.utf8.count), &target)
      put(UInt16(0), &target)
    }
    for (name, body) in members {
      let offset = UInt32(data.count)
      put(UInt32(0x0403_4B50), &data)
      common(name, body, &data)
      data.append(contentsOf: name.utf8)
      data.append(body)
      put(UInt32(0x0201_4B50), &directory)
      put(UInt16(20), &directory)
      common(name, body, &directory)
      for value in [UInt16(0), 0, 0] { put(value, &directory) }
      put(UInt32(0), &directory)
      put(offset, &directory)
      directory.append(contentsOf: name.utf8)
    }
    let start = UInt32(data.count)
    data.append(directory)
    put(UInt32(0x0605_4B50), &data)
    for value in [UInt16(0), 0, UInt16(members.count), UInt16(members.count)] { put(value, &data) }
    put(UInt32(directory.count), &data)
    put(start, &data)
    put(UInt16(0), &data)
    return data
  }
}
