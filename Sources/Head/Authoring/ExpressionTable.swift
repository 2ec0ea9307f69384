import Motion

extension HeadAuthoring {
  /// The muscles and lid poses behind each shape. Sided shapes are given for the left; the right mirrors them.
  struct ExpressionTable {
    /// Height of the lips' seam.
    let m: Double

    func muscles(_ shape: StudioShape) -> [Muscle] {
      brows(shape) ?? eyesAndCheeks(shape) ?? corners(shape) ?? lips(shape) ?? []
    }

    private func brows(_ shape: StudioShape) -> [Muscle]? {
      switch shape {
      case .browInnerUpLeft:
        [
          Muscle((12, 19, 90), (12, 12, 20), (0.4, 6.4, 0.2)), Muscle((16, 40, 90), (16, 14, 25), (0, 3.2, 0.2)),
          Muscle((26, 10, 82), (10, 7, 14), (0, 1.6, 0.4)),
        ]
      case .browOuterUpLeft:
        [
          Muscle((38, 19, 76), (16, 13, 22), (0, 6.2, 0)), Muscle((40, 40, 80), (16, 14, 25), (0, 3.2, 0)),
          Muscle((38, 8, 76), (12, 7, 14), (0, 2.2, 0.6)),
        ]
      case .browDownLeft:
        [
          Muscle((13, 16, 91), (9, 9, 16), (-2.4, -5, 0.8)), Muscle((31, 20, 85), (14, 9, 18), (-1.2, -4.4, 0.5)),
          Muscle((5, 13, 94), (6, 8, 12), (0.2, -2.2, 0.7)), Muscle((30, 9, 81), (16, 6, 14), (0, -2, 0.6)),
        ]
      default: nil
      }
    }

    private func eyesAndCheeks(_ shape: StudioShape) -> [Muscle]? {
      switch shape {
      case .eyeSquintLeft:
        [
          Muscle((31, -11, 78), (15, 6, 12), (0, 1.8, 0.4)), Muscle((50, -2, 58), (7, 9, 12), (-1.2, 0.3, 0)),
          Muscle((32, 14, 82), (15, 6, 14), (0, -0.8, 0)),
        ]
      case .eyeWideLeft: [Muscle((30, 10, 82), (15, 6, 14), (0, 1, 0))]
      case .eyeLookUpLeft: [Muscle((30, 10, 82), (15, 6, 14), (0, 0.6, 0))]
      case .eyeLookDownLeft: [Muscle((31, 9, 82), (15, 5, 14), (0, -0.8, 0))]
      case .cheekSquintLeft:
        [
          Muscle((37, -31, 78), (15, 13, 16), (0.6, 5.4, 4), folds: true), Muscle((31, -13, 78), (15, 6, 12), (0, 2.8, 1)),
          Muscle((50, -3, 58), (7, 9, 12), (-1, 0.6, 0)), Muscle((19, -40, 94), (7, 7, 10), (0.5, 0.8, 0)),
        ]
      case .noseSneerLeft:
        [
          Muscle((15.5, -43, 98), (7.5, 8, 10), (1.2, 4.4, 0.2)), Muscle((7.5, -15, 96), (6, 12, 10), (0, 2.6, 0.8)),
          Muscle((11, m + 10, 101), (8, 6, 14), (0.2, 3.4, 0.3)), Muscle((10, 12, 92), (8, 7, 12), (-0.8, -1.8, 0.5)),
          Muscle((31, -46, 86), (10, 11, 13), (0.6, 3, 2.2), folds: true), Muscle((27, -12, 79), (10, 5, 10), (0, 1.2, 0.4)),
        ]
      case .cheekPuff:
        [
          Muscle((43, m + 5, 68), (15, 16, 22), (8.6, 0, 8.6)), Muscle((30, m - 1, 82), (8, 12, 12), (1.6, 0, 3)),
          Muscle((17, m + 11, 95), (9, 6, 12), (0.8, 0.5, 2.6)),
          Muscle((16, m - 13, 88), (10, 7, 12), (0.8, -0.5, 2.2)), Muscle((23, m, 88), (7, 6, 12), (-1.6, 0, 1)),
          Muscle((10, m, 99), (12, 5, 12), (-0.8, 0, 0.6)),
        ]
      default: nil
      }
    }

    private func corners(_ shape: StudioShape) -> [Muscle]? {
      switch shape {
      case .mouthSmileLeft:
        [
          Muscle((23.6, m, 86), (9.5, 10, 26), (5.2, 5.8, -3.4), fan: true), Muscle((31, m + 7, 80), (7, 8, 12), (1.6, 2, 1)),
          Muscle((38, -49, 79), (13, 13, 18), (1.4, 5.6, 6.6), folds: true), Muscle((24.5, -55, 92), (3.8, 7, 9), (0, 0, -2.6)),
          Muscle((31.5, -66, 84), (3.8, 8, 9), (0, 0, -2.6)), Muscle((18, -42, 96), (7, 7, 9), (1.8, 1.3, -0.2)),
          Muscle((31, -15, 78), (15, 8, 12), (0, 2.8, 1.6)), Muscle((8, m + 5, 100), (10, 6, 14), (0, 0.4, -1)),
          Muscle((8, m - 7, 99), (11, 7, 14), (0, 0.5, -1)), Muscle((31, m - 12, 80), (9, 9, 12), (1.4, 2, 0.4)),
        ]
      case .mouthFrownLeft:
        [
          Muscle((23.6, m, 86), (9.5, 10, 26), (0.8, -6.4, -1), fan: true), Muscle((28, m - 12, 80), (10, 9, 12), (0, -2.6, 0.6)),
          Muscle((8, m - 20, 94), (11, 8, 12), (0, 2, 1.4)), Muscle((7, m - 5, 99), (9, 6, 10), (0, 0.9, 0.9)),
          Muscle((7, m + 6, 99), (9, 6, 10), (0, 0.6, 0.5)), Muscle((23, -54, 92), (7, 9, 10), (0, -1.4, -0.4)),
        ]
      case .mouthDimpleLeft:
        [
          Muscle((23.6, m, 86), (8, 8, 26), (3.8, 0.8, -3.6), fan: true), Muscle((31, m, 82), (5.5, 7, 10), (-0.4, 0, -2.4)),
          Muscle((38, m + 8, 74), (10, 10, 12), (0.8, 0.8, 1.6)),
        ]
      case .mouthStretchLeft:
        [
          Muscle((23.6, m, 86), (11, 11, 26), (7.6, -2.4, -5), fan: true), Muscle((29, m - 14, 80), (11, 10, 14), (3, -2.4, -1)),
          Muscle((30, -105, 55), (12, 10, 18), (1.5, -1, 1.2)), Muscle((10, m - 9, 97), (10, 7, 12), (0.4, -0.8, -0.8)),
        ]
      case .mouthPressLeft:
        [
          Muscle((11, m + 5, 100), (10, 4, 12), (0, -2.2, -1.2)), Muscle((11, m - 6.5, 99), (10, 4, 12), (0, 2.4, -1.2)),
          Muscle((12, m, 99), (12, 5, 12), (0, 0, -1.2)), Muscle((25, m, 86), (7, 7, 10), (1.2, 0.2, -1.2)),
          Muscle((23, m - 10, 88), (7, 6, 10), (0, 0.8, 1.2)),
        ]
      case .mouthLeft:
        [
          Muscle((0, m, 98), (27, 14, 26), (7.5, 0, 0)), Muscle((0, m - 20, 95), (18, 9, 20), (2, 0, 0)),
          Muscle((0, -38, 110), (12, 9, 14), (1, 0, 0)),
        ]
      default: nil
      }
    }

    private func lips(_ shape: StudioShape) -> [Muscle]? {
      switch shape {
      case .mouthFunnel:
        [
          Muscle((40, m + 4, 70), (14, 16, 16), (-2.4, 0, -1.8))
        ]
      case .mouthPucker:
        [
          Muscle((40, m + 4, 70), (14, 16, 14), (-3.2, 0, -2))
        ]
      case .mouthRollLower: [Muscle((0, m - 17, 95), (18, 7, 14), (0, 1.8, 0.6))]
      case .mouthRollUpper: [Muscle((0, m + 12, 101), (16, 6, 12), (0, -1.4, 0.2))]
      case .mouthShrugLower:
        [
          Muscle((0, m - 21, 95), (17, 11, 14), (0, 4.6, 1.8)), Muscle((0, m - 7, 99), (20, 7, 16), (0, 2.6, 2.4)),
          Muscle((0, m, 99), (20, 6, 16), (0, 1.8, 0.8)), Muscle((25, m, 86), (8, 7, 12), (0, -1.2, 0)),
        ]
      case .mouthShrugUpper:
        [
          Muscle((0, m + 7, 101), (18, 7, 14), (0, 2.4, 2.2)), Muscle((0, m, 99), (20, 5, 16), (0, 1.8, 1)),
          Muscle((0, -48, 102), (14, 7, 12), (0, 1, 0.4)),
        ]
      case .mouthLowerDownLeft:
        [
          Muscle((8.5, m - 5, 99), (11.5, 10, 14), (1.4, -6.4, 0.4), .lower), Muscle((13, m - 19, 91), (11, 9, 12), (0.4, -1.8, 0)),
        ]
      case .mouthUpperUpLeft:
        [
          Muscle((8.5, m + 5, 100), (12, 10, 14), (0.8, 5.8, 0.4), .upper), Muscle((17, -45, 95), (8, 8, 10), (0.8, 2.2, 0.2)),
          Muscle((33, -48, 84), (10, 11, 13), (0.8, 3, 2.2), folds: true), Muscle((31, -12, 78), (13, 6, 12), (0, 0.8, 0.3)),
        ]
      case .tongueOut:
        [
          Muscle((0, m - 4, 99), (14, 8, 16), (0, -4.5, 1.2), .lower), Muscle((0, m + 4, 100), (13, 8, 16), (0, 2, 0.6), .upper),
        ]
      default: nil
      }
    }

    /// The lids' pose at full weight, for shapes that move the margins.
    func lids(_ shape: StudioShape) -> LidPose? {
      let rest = LidPose()
      switch shape {
      case .eyeBlinkLeft: return LidPose(closed: 1)
      case .eyeSquintLeft: return LidPose(upper: rest.upper - 1, lower: rest.lower + 2.1)
      case .eyeWideLeft: return LidPose(upper: rest.upper + 2.9, lower: rest.lower - 0.7)
      case .eyeLookUpLeft: return LidPose(upper: rest.upper + 1.7, lower: rest.lower + 0.9)
      case .eyeLookDownLeft: return LidPose(upper: rest.upper - 3.2, lower: rest.lower - 0.8)
      case .eyeLookInLeft: return LidPose(shift: -0.8)
      case .eyeLookOutLeft: return LidPose(shift: 0.8)
      case .cheekSquintLeft: return LidPose(lower: rest.lower + 1.3)
      case .mouthSmileLeft: return LidPose(upper: rest.upper - 0.3, lower: rest.lower + 1)
      default: return nil
      }
    }
  }
}
