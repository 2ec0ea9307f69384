/// The words a score may use. Raw values are what JSON and the sentence bank spell.

public enum EventKind: String, Codable, Sendable, Hashable, CaseIterable { case action, unit, pose, gaze, emotion }

/// The face's own side (anatomical).
public enum Side: String, Codable, Sendable, Hashable, CaseIterable {
  case both, left, right
  public var other: Side { self == .left ? .right : self == .right ? .left : .both }
}

public enum Intensity: String, Codable, Sendable, Hashable, CaseIterable { case slight, medium, strong }

public enum EmotionName: String, Codable, Sendable, Hashable, CaseIterable {
  case neutral, happy, sad, angry, surprised, fearful, disgusted, contempt
}

public enum ActionName: String, Codable, Sendable, Hashable, CaseIterable {
  case blow, chew, closeEyes, cough, cry, drink, eat, frown, gaze, glare, wagHead, kiss, laugh, lookAround, makeFace, nod, read, shakeHead
  case shout, sigh, sing, sleep, smile, sneer, sneeze, sniff, talk, turn, weep, wink, yawn
  case blink, gasp, grimace, pout, bitLip, stickTongueOut, puffCheeks, raiseBrows, lickLips, swallow, whistle, clenchTeeth, squint, tiltHead
  case bowHead
}

/// Single movements of the face, named after what is seen.
public enum UnitName: String, Codable, Sendable, Hashable, CaseIterable {
  case browInnerUp, browOuterUp, browDown, browsUp, eyeWide, eyeSquint, eyeClose, wink, cheekRaise, noseWrinkle, upperLipRaise
  case smile, dimple, frownMouth, lowerLipDown, chinRaise, pucker, mouthStretch, funnel, lipPress, lipsPart, jawDrop, mouthOpenWide, lipRoll
  case jawForward, jawLeft, jawRight, mouthLeft, mouthRight, cheekPuff, tongueOut

  /// Whether one side alone can do it.
  public var isSided: Bool {
    switch self {
    case .chinRaise, .pucker, .funnel, .lipsPart, .jawDrop, .mouthOpenWide, .lipRoll, .jawForward, .jawLeft, .jawRight, .mouthLeft,
      .mouthRight, .cheekPuff, .tongueOut:
      false
    default: true
    }
  }
}

/// Where the head points: Table A of the paper. Several at once make a combined pose; `straight` is a return to the front.
public enum PoseName: String, Codable, Sendable, Hashable, CaseIterable {
  case turnLeft, turnRight, up, down, tiltLeft, tiltRight, straight
}

public enum GazeName: String, Codable, Sendable, Hashable, CaseIterable { case left, right, up, down, center, around }
