import Motion
import Synthesis

/// Everything a session holds, as one value; changed only by `Edit`s.
///
/// Takes share their arrays, so a copy of a document costs little and undo keeps whole documents.
public struct Document: Sendable, Hashable {
  public var prompt = Prompt()
  public var settings = SamplingSettings.usual
  public var audio: AudioReference?
  /// The length to sample in seconds; nil leaves it to the sound or to the model's END.
  public var seconds: Double?
  public var takes: [Take] = []
  public var currentTake: Take.ID?
  /// The take shown beside the current one.
  public var comparedTake: Take.ID?
  /// What the next resampling must keep, pin or avoid.
  public var constraints = TokenConstraints()
  public var markers: [Marker] = []
  /// Selected frames.
  public var selection: ClosedRange<Int>?
  /// Frames that repeat while playing.
  public var loop: ClosedRange<Int>?
  /// The number the next take gets.
  public var nextTakeID: Take.ID = 1

  public init() {}

  public func take(_ id: Take.ID?) -> Take? {
    guard let id else { return nil }
    return takes.first { $0.id == id }
  }

  /// The take on screen.
  public var current: Take? { take(currentTake) }

  /// True when there is something to condition a sampling on.
  public var canSample: Bool { audio != nil || !prompt.isEmpty }

  /// Takes in the order of a tree: each after its parent, with its depth.
  public var takeTree: [(take: Take, depth: Int)] {
    let known = Set(takes.map(\.id))
    let children = Dictionary(grouping: takes) { take in take.parent.flatMap { known.contains($0) && $0 != take.id ? $0 : nil } }
    var tree: [(take: Take, depth: Int)] = []
    var visited: Set<Take.ID> = []
    func visit(_ parent: Take.ID?, depth: Int) {
      for take in children[parent] ?? [] where visited.insert(take.id).inserted {
        tree.append((take, depth))
        visit(take.id, depth: depth + 1)
      }
    }
    visit(nil, depth: 0)
    // Parents that point round in a damaged file must not hide takes.
    for take in takes where visited.insert(take.id).inserted { tree.append((take, 0)) }
    return tree
  }
}
