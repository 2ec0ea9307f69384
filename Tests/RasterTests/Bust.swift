import Foundation

/// A head-like mesh made of quads: an egg with brow, nose and chin, open at the neck.
struct Bust {
  var vertices: [Float]
  var triangles: [Int32]
  var quads: [Int32]
  /// A ring of edges where a mouth would be.
  var mouth: [Int32]

  init(rings: Int = 40, around: Int = 60, jaw: Float = 0) {
    vertices = []
    triangles = []
    quads = []
    mouth = []
    for r in 0...rings {
      let v = Float(r) / Float(rings)
      let polar = 0.02 + v * 2.5
      for a in 0..<around {
        let azimuth = Float(a) / Float(around) * 2 * Float.pi
        var x = 0.075 * sin(polar) * sin(azimuth)
        var y = 0.115 * cos(polar)
        var z = 0.095 * sin(polar) * cos(azimuth)
        if z > 0 {
          z += 0.022 * exp(-pow((y + 0.005) / 0.022, 2) - pow(x / 0.012, 2))
          z += 0.008 * exp(-pow((y - 0.03) / 0.01, 2) - pow(abs(x) / 0.04, 4))
          z -= 0.010 * exp(-pow((y - 0.012) / 0.01, 2) - pow((abs(x) - 0.03) / 0.014, 2))
          if y < -0.04 { y -= jaw * 0.03 * exp(-pow(x / 0.05, 2)) }
        }
        x *= 1 - 0.15 * max(0, -y) / 0.1
        vertices += [x, y, z]
      }
    }
    for r in 0..<rings {
      for a in 0..<around {
        let b = (a + 1) % around
        let q = [r * around + a, (r + 1) * around + a, (r + 1) * around + b, r * around + b].map(Int32.init)
        quads += q
        triangles += [q[0], q[1], q[2], q[0], q[2], q[3]]
      }
    }
    let row = Int(Float(rings) * 0.78)
    for a in [around - 4, around - 3, around - 2, around - 1, 0, 1, 2, 3] {
      mouth += [Int32(row * around + a), Int32(row * around + (a + 1) % around)]
    }
  }
}
