import Claims

/// What a composer must know about an action: how long it takes, what it occupies, which moods it fits.
struct ActionTraits: Sendable {
  /// Parts of the face that two events cannot share at once.
  struct Regions: OptionSet, Sendable {
    let rawValue: Int
    static let mouth = Regions(rawValue: 1)
    static let eyes = Regions(rawValue: 2)
    static let brows = Regions(rawValue: 4)
    static let head = Regions(rawValue: 8)
    static let gaze = Regions(rawValue: 16)
    static let face: Regions = [.mouth, .eyes, .brows]
  }

  /// Length of one go.
  var seconds: ClosedRange<Double>
  var regions: Regions
  /// Moods the action is seen in; empty is any.
  var moods: [EmotionName] = []
  /// Seconds a repetition takes; nil when the action does not repeat.
  var beat: ClosedRange<Double>?
  var most = 1
  var sided = false
  /// How often a composer picks it.
  var weight = 1.0

  private init(
    _ seconds: ClosedRange<Double>, _ regions: Regions, _ moods: [EmotionName] = [], beat: ClosedRange<Double>? = nil, most: Int = 1,
    sided: Bool = false, weight: Double = 1
  ) {
    self.seconds = seconds
    self.regions = regions
    self.moods = moods
    self.beat = beat
    self.most = most
    self.sided = sided
    self.weight = weight
  }

  static func of(_ action: ActionName) -> ActionTraits {
    switch action {
    case .blow: ActionTraits(0.9...1.8, [.mouth, .head], [.happy], beat: 0.9...1.4, most: 3)
    case .chew: ActionTraits(1.8...4.5, [.mouth], [.happy, .disgusted])
    case .closeEyes: ActionTraits(0.9...3, [.eyes], [.happy, .sad, .fearful])
    case .cough: ActionTraits(0.7...0.9, [.face, .head], [.sad], beat: 0.5...0.75, most: 4)
    case .cry: ActionTraits(2.4...5.5, [.face, .head], [.sad, .fearful], weight: 2.2)
    case .drink: ActionTraits(2...3.6, [.mouth, .eyes, .head, .gaze], [.happy], weight: 1.8)
    case .eat: ActionTraits(2.4...5, [.mouth, .head, .gaze], [.happy], weight: 1.4)
    case .frown: ActionTraits(1...3.2, [.face], [.angry, .sad, .disgusted], weight: 1.4)
    case .gaze: ActionTraits(1.6...4, [.gaze, .head], [.sad, .angry, .happy])
    case .glare: ActionTraits(1.4...3.6, [.face, .head, .gaze], [.angry, .contempt])
    case .wagHead: ActionTraits(1.2...1.6, [.head], [.happy, .contempt], beat: 0.8...1.2, most: 4)
    case .kiss: ActionTraits(0.9...1.4, [.mouth, .eyes], [.happy], beat: 0.8...1.1, most: 3, weight: 1.4)
    case .laugh: ActionTraits(1.6...4.5, [.face, .head], [.happy], weight: 2)
    case .lookAround: ActionTraits(1.8...4.5, [.gaze, .head], [.fearful, .surprised])
    case .makeFace: ActionTraits(1...2.4, [.face, .head], [.happy], weight: 1.8)
    case .nod: ActionTraits(0.5...0.7, [.head, .gaze], beat: 0.42...0.7, most: 4, weight: 1.5)
    case .read: ActionTraits(2.6...5.5, [.gaze, .head, .brows], [.sad, .happy])
    case .shakeHead: ActionTraits(0.7...0.9, [.head, .gaze], beat: 0.6...0.85, most: 3, weight: 1.5)
    case .shout: ActionTraits(0.9...2.6, [.face, .head], [.angry, .fearful], weight: 1.4)
    case .sigh: ActionTraits(1.5...2.6, [.face, .head], [.sad, .contempt], weight: 1.2)
    case .sing: ActionTraits(2.4...5.5, [.mouth, .brows, .head], [.happy, .sad], weight: 1.8)
    case .sleep: ActionTraits(3...5, [.face, .head, .gaze], [.neutral], weight: 2.2)
    case .smile: ActionTraits(1...3.5, [.mouth], [.happy, .contempt], weight: 2.4)
    case .sneer: ActionTraits(0.9...2.4, [.mouth, .brows], [.contempt, .angry, .disgusted], sided: true)
    case .sneeze: ActionTraits(1.6...2.6, [.face, .head], [.neutral], weight: 1.8)
    case .sniff: ActionTraits(0.5...0.6, [.mouth, .brows], [.sad, .disgusted], beat: 0.42...0.6, most: 4)
    case .talk: ActionTraits(1.4...4.5, [.mouth], weight: 1.8)
    case .turn: ActionTraits(1.3...3, [.head, .gaze], sided: true, weight: 1.3)
    case .weep: ActionTraits(2.4...5.5, [.face, .head, .gaze], [.sad], weight: 2.2)
    case .wink: ActionTraits(0.5...0.8, [.eyes], [.happy], beat: 0.55...0.75, most: 2, sided: true, weight: 1.6)
    case .yawn: ActionTraits(2.6...4.6, [.face, .head], [.neutral], weight: 1.6)
    case .blink: ActionTraits(0.4...0.5, [.eyes], beat: 0.36...0.55, most: 4, weight: 1.2)
    case .gasp: ActionTraits(0.9...2, [.face, .head], [.surprised, .fearful], weight: 1.6)
    case .grimace: ActionTraits(0.9...2.2, [.face, .head], [.fearful, .disgusted, .angry])
    case .pout: ActionTraits(1.1...2.8, [.mouth, .brows], [.sad, .angry])
    case .bitLip: ActionTraits(0.9...2.4, [.mouth, .brows], [.fearful, .happy])
    case .stickTongueOut: ActionTraits(0.8...1.8, [.mouth, .eyes], [.happy, .disgusted], beat: 0.7...1, most: 2, weight: 1.2)
    case .puffCheeks: ActionTraits(0.9...2.2, [.mouth], [.happy], beat: 0.8...1.1, most: 2, weight: 1.1)
    case .raiseBrows: ActionTraits(0.8...2.2, [.brows], [.happy, .surprised, .contempt], beat: 0.5...0.7, most: 3, weight: 1.6)
    case .lickLips: ActionTraits(0.9...1.6, [.mouth], [.happy], weight: 1.3)
    case .swallow: ActionTraits(0.7...1.1, [.mouth], [.fearful, .sad], weight: 1.3)
    case .whistle: ActionTraits(1.4...3.6, [.mouth, .brows], [.happy], weight: 1.6)
    case .clenchTeeth: ActionTraits(1...2.6, [.mouth, .brows], [.angry, .fearful])
    case .squint: ActionTraits(1...2.6, [.eyes, .brows], [.angry, .contempt], weight: 1.5)
    case .tiltHead: ActionTraits(1.2...3, [.head], sided: true, weight: 1.3)
    case .bowHead: ActionTraits(1.6...3.4, [.head, .gaze], [.sad])
    }
  }

  /// What a unit occupies.
  static func regions(of unit: UnitName) -> Regions {
    switch unit {
    case .browInnerUp, .browOuterUp, .browDown, .browsUp: [.brows]
    case .eyeWide, .eyeSquint, .eyeClose, .wink, .cheekRaise: [.eyes]
    default: [.mouth]
    }
  }
}
