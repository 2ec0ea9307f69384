import Foundation

extension HeadAuthoring {
  /// Evaluates muscles on the skin of a sculpture.
  struct MuscleField {
    let head: Sculpture
    /// Skin points where muscles are read: the lips' two contact lines share theirs, so whatever moves them keeps them sealed.
    private(set) var places: [V3]
    /// 1 where muscles act fully, falling to 0 at the lid margins, which only the lid rings move.
    private(set) var lidMask: [Double]
    /// 1 on the upper lip and above, 0 on the lower and below.
    private(set) var upperness: [Double]

    init(_ head: Sculpture) {
      self.head = head
      let skin = head.skinCount
      places = Array(head.points[0..<skin])
      lidMask = [Double](repeating: 1, count: skin)
      let seam = head.seamHeight
      upperness = places.map { step(-7, 7, $0.y - seam) }
      let contact = (0...16).map { head.points[head.mouthVertex(.contact, $0)] }
      for (ring, share) in [(MouthRing.vermilion, 0.35), (.wet, 0.8), (.contact, 1), (.inner, 1), (.bag1, 1), (.bag2, 1), (.bag3, 1)] {
        for k in 0...16 {
          let middle = (contact[k] + contact[16 - k]) / 2
          for (side, v) in head.both(head.mouthVertex(ring, k)).enumerated() {
            places[v] = mix(head.points[v], side == 0 ? middle : flipX(middle), share)
          }
        }
      }
      for ring in MouthRing.skin2.rawValue...MouthRing.bag3.rawValue {
        for k in 0...16 {
          let t = Double(min(k, 16 - k)) / 8
          let value = k < 8 ? 1 - 0.5 * pow(t, 3) : k > 8 ? 0.5 * pow(t, 3) : 0.5
          for v in head.both(head.half.mouth[ring][k]) { upperness[v] = value }
        }
      }
      for (ring, value) in [
        (EyeRing.outer2, 0.95), (.outer3, 0.75), (.fold, 0.45), (.middle, 0.2), (.plate, 0.08), (.margin, 0), (.inner, 0), (.pocket, 0),
      ] {
        for k in 0..<24 { for v in head.both(head.eyeVertex(ring, k)) { lidMask[v] = value } }
      }
    }

    /// Displacements of the skin. `sided`: only the left half, fading out at the middle; else each muscle acts with its mirror image.
    func move(_ muscles: [Muscle], sided: Bool) -> [V3] {
      places.indices.map { v in
        let p = places[v]
        var d = V3.zero
        for m in muscles {
          let gate = m.lip == .any ? 1 : m.lip == .upper ? upperness[v] : 1 - upperness[v]
          if gate == 0 { continue }
          d += m.move(at: p) * gate
          if !sided && m.centre.x != 0 { d += flipX(m.move(at: flipX(p))) * gate }
        }
        d *= lidMask[v]
        if sided { d *= step(-4, 4, p.x) }
        if length(d) < 0.004 { return .zero }
        let normal = unit(broadGradient(p))
        let rise = dot(d, normal)
        return head.surface.slide(p, d - normal * rise, rise) - p
      }
    }

    private func broadGradient(_ p: V3) -> V3 {
      let s = head.surface
      let e = 0.5
      return V3(
        s.broad(p + V3(e, 0, 0)) - s.broad(p - V3(e, 0, 0)), s.broad(p + V3(0, e, 0)) - s.broad(p - V3(0, e, 0)),
        s.broad(p + V3(0, 0, e)) - s.broad(p - V3(0, 0, e)))
    }
  }
}
