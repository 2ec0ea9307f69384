import Foundation
import Head
import Motion
import Testing

@Suite("The authored head's structure")
struct AuthoringStructureTests {
  let face = AuthoredFace.shared
  var head: AuthoredHead { face.head }

  @Test("size, landmarks and names")
  func names() {
    #expect((3000...8000).contains(head.vertexCount))
    #expect(head.expression.count == 50 * head.vertexCount * 3)
    #expect(head.landmarks.count == 68)
    #expect(Set(head.landmarks).count == 68)
    let wanted = [
      "face", "lips", "nose", "forehead", "left_eye_region", "right_eye_region", "eye_region", "left_eyeball", "right_eyeball", "left_ear",
      "right_ear", "scalp", "neck", "boundary",
    ]
    #expect(Set(wanted).isSubset(of: Set(head.regions.map(\.name))))
    for (name, vertices) in head.regions + head.parts {
      #expect(!vertices.isEmpty, "\(name) is empty")
      #expect(vertices.allSatisfy { (0..<Int32(head.vertexCount)).contains($0) }, "\(name) leaves the vertices")
    }
    for feature in head.features { #expect(!feature.edges.isEmpty && feature.edges.count % 2 == 0, "\(feature.name)") }
  }

  @Test("every directed edge belongs to one triangle, every triangle has area")
  func manifold() {
    var seen = Set<Int>()
    let n = head.vertexCount
    for t in stride(from: 0, to: head.triangles.count, by: 3) {
      let f = (0..<3).map { Int(head.triangles[t + $0]) }
      for k in 0..<3 { #expect(seen.insert(f[k] * n + f[(k + 1) % 3]).inserted, "edge \(f[k])–\(f[(k + 1) % 3]) used twice") }
      let a = face.rest(f[1]) - face.rest(f[0])
      let b = face.rest(f[2]) - face.rest(f[0])
      let c = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
      if !face.part("mouthInner").contains(f[0]) { #expect(face.length(c) > 1e-4 || isLipSeam(f), "triangle \(t / 3) has no area") }
    }
  }

  /// Lips touch, so triangles between the contact lines and the wet rim may lie flat at the corners.
  private func isLipSeam(_ f: [Int]) -> Bool {
    let lips = Set(face.region("lips"))
    return f.allSatisfy { lips.contains($0) }
  }

  @Test("weights sum to 1 and joints lie where the weights turn")
  func weights() {
    for v in 0..<head.vertexCount {
      let row = head.weights[(5 * v)..<(5 * v + 5)]
      #expect(row.reduce(0, +) == 1)
      #expect(row.allSatisfy { $0 >= 0 })
    }
    for (joint, name) in [(3, "eyeLeft"), (4, "eyeRight")] {
      let centre = face.joint(joint)
      for v in face.part(name) { #expect(abs(face.length(face.rest(v) - centre) - 13.1) < 0.01) }
    }
  }

  @Test("template, weights and shapes are mirror images exactly")
  func symmetry() {
    func flip(_ p: AuthoredFace.Point) -> AuthoredFace.Point { .init(-p.x, p.y, p.z) }
    for v in 0..<head.vertexCount {
      let m = Int(head.mirror[v])
      #expect(face.rest(m) == flip(face.rest(v)))
      let a = (0..<5).map { head.weights[5 * v + $0] }
      let b = [0, 1, 2, 4, 3].map { head.weights[5 * m + $0] }
      #expect(a == b)
      for shape in StudioShape.allCases {
        let difference = face.length(face.move(shape.mirrored, m) - flip(face.move(shape, v)))
        if difference > 0.002 { Issue.record("\(shape.name) at vertex \(v) differs from its mirror image by \(difference) mm") }
      }
    }
  }

  @Test("the committed file is what the builder makes, byte for byte")
  func reproducible() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let committed = try Data(contentsOf: root.appendingPathComponent("assets/head/studio.safetensors"))
    #expect(head.safetensors() == committed)
    #expect(committed.count <= 4_000_000)
  }
}
