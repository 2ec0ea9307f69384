import Foundation
import Motion

extension HeadAuthoring {
  /// A shape that comes in when others combine, or halfway.
  struct Corrective {
    enum Driver {
      /// A tent over one weight: 0 at 0, 1 at `peak`, 0 at 1.
      case hat(String, Double)
      /// The product of weights.
      case product([String])
    }
    var name: String
    var driver: Driver
    var moves: [V3]
  }

  /// The 50 shapes and the correctives, as displacements of all vertices.
  struct Expressions {
    private(set) var moves: [[V3]]
    private(set) var correctives: [Corrective] = []
    let head: Sculpture
    let neighbours: [[Int]]
    let insideMouth: Set<Int>
    private let skinning: Skinning
    private let field: MuscleField
    private let table: ExpressionTable
    private let bindings: Bindings

    init(_ head: Sculpture, _ skinning: Skinning, _ bindings: Bindings) {
      self.head = head
      self.skinning = skinning
      self.bindings = bindings
      field = MuscleField(head)
      neighbours = head.skinNeighbours()
      insideMouth = Set(
        (head.half.mouth[MouthRing.bag1.rawValue...].flatMap { $0 } + head.half.throatPatch.flatMap { $0 }).flatMap(head.both))
      table = ExpressionTable(m: head.seamHeight)
      let none = [HeadAuthoring.V3](repeating: .zero, count: head.points.count)
      moves = [[V3]](repeating: none, count: StudioShape.allCases.count)
      for shape in StudioShape.allCases {
        if shape.name.hasSuffix("Right") { continue }
        let sided = shape.mirrored != shape
        var d = none
        if shape == .mouthLeft {
          d.replaceSubrange(0..<head.skinCount, with: field.move(table.muscles(shape), sided: false))
        } else {
          d.replaceSubrange(0..<head.skinCount, with: field.move(table.muscles(shape), sided: sided))
        }
        if let pose = table.lids(shape) { addLids(&d, pose) }
        special(shape, &d)
        bindings.follow(&d)
        if shape == .eyeBlinkLeft { lowerLashes(&d) }
        moves[shape.rawValue] = d
        if sided { moves[shape.mirrored.rawValue] = mirrored(d) }
      }
      addCorrectives()
    }

    private func mirrored(_ d: [V3]) -> [V3] { d.indices.map { flipX(d[head.mirror[$0]]) } }

    /// Adds the move of the left lids' rings from rest to `pose`, and lets the skin round them follow a little.
    private func addLids(_ d: inout [V3], _ pose: LidPose) {
      let rest = Lids.rings(LidPose())
      let now = Lids.rings(pose)
      for (ring, points) in now {
        guard let before = rest[ring] else { continue }
        for k in 0..<24 { d[head.eyeVertex(ring, k)] += points[k] - before[k] }
      }
    }

    /// Closed lashes point down and forward.
    private func lowerLashes(_ d: inout [V3]) {
      guard let range = head.ranges[.lashes] else { return }
      for k in 0...12 { d[range.lowerBound + 3 * k + 1] += V3(0, -2.6, 0.2) * sin(.pi * Double(k) / 12) }
    }

    private func special(_ shape: StudioShape, _ d: inout [V3]) {
      switch shape {
      case .jawForward: jawForward(&d)
      case .mouthClose: mouthClose(&d)
      case .mouthFunnel: roundLips(&d, Roundness.funnel)
      case .mouthPucker: roundLips(&d, Roundness.pucker)
      case .mouthRollLower: roll(&d, upper: false)
      case .mouthRollUpper: roll(&d, upper: true)
      case .tongueOut:
        if let range = head.ranges[.tongue] { for (v, move) in zip(range, Interior.tongueOutMove()) { d[v] = move } }
      default: break
      }
    }

    private func jawForward(_ d: inout [V3]) {
      let push = V3(0, -0.6, 5.5)
      for v in d.indices { d[v] += push * skinning.weights[v][2] }
      for ring in [MouthRing.contact, .inner, .bag1, .bag2, .bag3] {
        for k in 0...16 { for v in head.both(head.mouthVertex(ring, k)) { d[v] = push * 0.5 } }
      }
      for (ring, share) in [(MouthRing.wet, 0.8), (.vermilion, 0.45), (.border, 0.2)] {
        for k in 0...16 {
          for v in head.both(head.mouthVertex(ring, k)) { d[v] = mix(push * skinning.weights[v][2], push * 0.5, share) }
        }
      }
    }

    /// Brings the lips together again after the jaw has opened by the same weight, with a little to spare.
    private func mouthClose(_ d: inout [V3]) {
      let reference = 0.25
      var upper: [V3] = []
      var lower: [V3] = []
      for k in 0...8 {
        let a = head.mouthVertex(.contact, k)
        let b = head.mouthVertex(.contact, 16 - k)
        let moveA = skinning.jawMove(a, head.points[a], Skinning.jawOpen * reference) / reference
        let moveB = skinning.jawMove(b, head.points[b], Skinning.jawOpen * reference) / reference
        let meet = mix(moveA, moveB, 0.3)
        let spare = (moveA.y - moveB.y) * 0.07
        upper.append(meet - moveA - V3(0, spare * 0.2, 0))
        lower.append(meet - moveB + V3(0, spare * 0.8, 0))
      }
      let stations = (0...8).map { head.points[head.mouthVertex(.contact, $0)].x }
      func along(_ x: Double, _ values: [V3]) -> V3 {
        V3(0, interpolate(abs(x), stations, values.map(\.y)), interpolate(abs(x), stations, values.map(\.z)))
      }
      let seam = head.seamHeight
      for v in 0..<head.skinCount {
        let p = head.points[v]
        if p.z < 40 { continue }
        let side = step(31, 22, abs(p.x))
        let over = p.y - seam
        d[v] = over > 0 ? along(p.x, upper) * (step(20, 4, over) * side) : along(p.x, lower) * (step(-28, -6, over) * side)
      }
      for (ring, share) in [
        (MouthRing.skin1, 0.6), (.skin2, 0.85), (.border, 0.96), (.vermilion, 1), (.wet, 1), (.contact, 1), (.inner, 1), (.bag1, 0.6),
        (.bag2, 0.2),
        (.bag3, 0),
      ] {
        for k in 0...16 {
          let move = (k <= 8 ? upper[k] : lower[16 - k]) * share
          for v in head.both(head.mouthVertex(ring, k)) { d[v] = move }
        }
      }
    }

    /// Rolls a lip inward over the teeth.
    private func roll(_ d: inout [V3], upper: Bool) {
      let up = upper ? -1.0 : 1.0
      let rings: [(MouthRing, V3)] = [
        (.skin1, V3(0, 0.8, 0)), (.skin2, V3(0, 2, -0.6)), (.border, V3(0, 3.4, -2.2)), (.vermilion, V3(0, 2.6, -5)),
        (.wet, V3(0, 0.6, -4.2)),
        (.contact, V3(0, 0, -1.2)), (.inner, V3(0, 0, -1)),
      ]
      for (ring, move) in rings {
        for k in 0...16 {
          let n = Double(min(k, 16 - k)) / 8
          let own = upper ? k <= 8 : k >= 8
          if !own && ring != .contact && ring != .inner { continue }
          let w = 1 - n * n * n
          for v in head.both(head.mouthVertex(ring, k)) { d[v] += V3(0, move.y * up, move.z) * w }
        }
      }
    }
  }
}

extension HeadAuthoring.Expressions {

  private mutating func addCorrectives() {
    blinkHalfway()
    for other in [StudioShape.eyeWideLeft, .eyeSquintLeft, .eyeLookDownLeft, .eyeLookUpLeft, .cheekSquintLeft] {
      guard let pose = table.lids(other) else { continue }
      var d = [HeadAuthoring.V3](repeating: .zero, count: head.points.count)
      addLids(&d, pose)
      d = d.map { -$0 }
      bindings.follow(&d)
      pair("blink.\(other.name)", .eyeBlinkLeft, other, d)
    }
    var open = [HeadAuthoring.V3](repeating: .zero, count: head.points.count)
    let m = head.seamHeight
    let muscles = [
      HeadAuthoring.Muscle((25, m, 86), (10, 12, 16), (-2.6, 0, 0.6)), HeadAuthoring.Muscle((46, m + 6, 60), (12, 18, 16), (-2.2, 0, -1.2)),
    ]
    open.replaceSubrange(0..<head.skinCount, with: field.move(muscles, sided: false))
    correctives.append(HeadAuthoring.Corrective(name: "jawOpen", driver: .product(["jawOpen"]), moves: open))
    for shape in [StudioShape.mouthPucker, .mouthFunnel] { unturn(shape) }
  }

  private mutating func pair(_ name: String, _ a: StudioShape, _ b: StudioShape, _ d: [HeadAuthoring.V3]) {
    correctives.append(HeadAuthoring.Corrective(name: "\(name)", driver: .product([a.name, b.name]), moves: d))
    correctives.append(
      HeadAuthoring.Corrective(
        name: "\(name)".replacingOccurrences(of: "Left", with: "Right"), driver: .product([a.mirrored.name, b.mirrored.name]),
        moves: mirrored(d)))
  }

  /// The straight way from open to closed would cut into the eyeball; halfway the lids are put where they belong.
  private mutating func blinkHalfway() {
    let rest = HeadAuthoring.Lids.rings(HeadAuthoring.LidPose())
    let shut = HeadAuthoring.Lids.rings(HeadAuthoring.LidPose(closed: 1))
    let half = HeadAuthoring.Lids.rings(HeadAuthoring.LidPose(closed: 0.5))
    var d = [HeadAuthoring.V3](repeating: .zero, count: head.points.count)
    for (ring, points) in half {
      guard let a = rest[ring], let b = shut[ring] else { continue }
      for k in 0..<24 { d[head.eyeVertex(ring, k)] = points[k] - (a[k] + b[k]) / 2 }
    }
    bindings.follow(&d)
    correctives.append(HeadAuthoring.Corrective(name: "blinkHalf.left", driver: .hat("eyeBlinkLeft", 0.5), moves: d))
    correctives.append(HeadAuthoring.Corrective(name: "blinkHalf.right", driver: .hat("eyeBlinkRight", 0.5), moves: mirrored(d)))
  }

  /// Takes the jaw's turn out of a shape that pushes the lips forward, so that both lips carry it alike.
  private mutating func unturn(_ shape: StudioShape) {
    let d = moves[shape.rawValue]
    var fix = [HeadAuthoring.V3](repeating: .zero, count: d.count)
    for v in 0..<head.skinCount where d[v] != .zero {
      let w = skinning.weights[v][2]
      // What the jaw adds to the displacement, beyond what the upper lip gets.
      let zero = HeadAuthoring.Skinning.joints[2]
      let turned = skinning.jawMove(v, zero + d[v], HeadAuthoring.Skinning.jawOpen)
      fix[v] = w == 0 ? .zero : -turned
    }
    correctives.append(
      HeadAuthoring.Corrective(name: "\(shape.name).jawOpen", driver: .product([shape.name, "jawOpen"]), moves: fix))
  }
}
