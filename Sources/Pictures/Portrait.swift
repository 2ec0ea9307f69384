import Raster

/// A lit picture of a head: smooth normals, key, fill and rim light, soft shadows, dark corners, its own colours.
///
/// Everything is worked out in linear light on a supersampled grid. The shadow and the darkening of corners look
/// only at what the camera sees, which is enough for a face and costs no search through the mesh.
public struct Portrait: Sendable {
  /// Pixels across.
  public var width: Int
  /// Pixels down.
  public var height: Int
  /// Samples along each side of a pixel.
  public var supersampling: Int

  /// Makes a drawer of pictures of one size.
  public init(width: Int, height: Int, supersampling: Int = 2) {
    self.width = max(1, width)
    self.height = max(1, height)
    self.supersampling = max(1, min(4, supersampling))
  }

  /// Draws a head.
  /// - Parameters:
  ///   - vertices: V × 3 metres.
  ///   - colours: V × 3 bytes, sRGB; empty for plain clay.
  ///   - gloss: V numbers 0 (skin) … 1 (wet); empty for skin everywhere.
  public func draw(
    _ vertices: [Float], _ topology: MeshTopology, colours: [UInt8] = [], gloss: [Float] = [], camera: Camera
  ) -> Picture {
    precondition(vertices.count == topology.vertexCount * 3, "\(topology.vertexCount) vertices expected, found \(vertices.count / 3)")
    var samples = Surface(width: width * supersampling, height: height * supersampling)
    let view = camera.projection(width: Float(samples.width), height: Float(samples.height))
    samples.fill(vertices, topology, view, Portrait.albedo(colours, count: topology.vertexCount), gloss)
    let lighting = Lighting(surface: samples, radius: camera.framing.radius * view.scale)
    var picture = Picture(width: width, height: height)
    let share = 1 / Float(supersampling * supersampling)
    for y in 0..<height {
      for x in 0..<width {
        var light = SIMD3<Float>.zero
        for sy in 0..<supersampling {
          for sx in 0..<supersampling {
            let (px, py) = (x * supersampling + sx, y * supersampling + sy)
            light += samples.covered(px, py) ? lighting.shade(px, py) : background(x, y)
          }
        }
        let c = Tone.screen(light * share)
        picture[x, y] = c
      }
    }
    return picture
  }

  private func background(_ x: Int, _ y: Int) -> SIMD3<Float> {
    let u = Float(x) / Float(width) - 0.5
    let v = Float(y) / Float(height) - 0.42
    let fall = max(0, 1 - 1.1 * (u * u + v * v))
    return SIMD3(0.055, 0.062, 0.075) * (0.35 + 0.9 * fall)
  }

  private static func albedo(_ colours: [UInt8], count: Int) -> [SIMD3<Float>] {
    guard colours.count == count * 3 else { return [SIMD3<Float>](repeating: SIMD3(0.62, 0.55, 0.5), count: count) }
    return (0..<count).map { SIMD3(Tone.linear(colours[$0 * 3]), Tone.linear(colours[$0 * 3 + 1]), Tone.linear(colours[$0 * 3 + 2])) }
  }
}

/// Between linear light and the screen.
enum Tone {
  /// Linear light of an sRGB byte (IEC 61966-2-1, squared approximation of the curve refined to 1 %).
  static func linear(_ byte: UInt8) -> Float {
    let x = Float(byte) / 255
    return x * (x * (x * 0.305306011 + 0.682171111) + 0.012522878)
  }

  /// The byte on the screen for linear light, with a shoulder for what is brighter than white.
  static func screen(_ light: SIMD3<Float>) -> Colour {
    func byte(_ x: Float) -> UInt8 {
      // Narkowicz's fit of the ACES curve, then the square-root approximation of the sRGB curve.
      let m = max(0, x) * 0.82
      let t = min(1, m * (2.51 * m + 0.03) / (m * (2.43 * m + 0.59) + 0.14))
      let s1 = t.squareRoot()
      let s2 = s1.squareRoot()
      let s3 = s2.squareRoot()
      return UInt8(max(0, min(255, 255 * (0.662002687 * s1 + 0.684122060 * s2 - 0.323583601 * s3 - 0.0225411470 * t))))
    }
    return Colour(byte(light.x), byte(light.y), byte(light.z))
  }
}
