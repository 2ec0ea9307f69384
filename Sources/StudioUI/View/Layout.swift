/// Where the panes lie on a screen of a size.
public struct Layout: Sendable {
  /// The panes on screen; the others are reached through tabs.
  public private(set) var rects: [Pane: Rect] = [:]
  /// Names of side panes that can be clicked.
  public private(set) var tabs: [(pane: Pane, rect: Rect)] = []
  /// Columns with a vertical rule: x, from y, to y.
  public private(set) var rules: [(x: Int, y: Int, height: Int)] = []
  /// The title bar and the hint bar.
  public let bar: Rect
  public let hints: Rect

  /// Below this the screen only says that it is too small.
  public static let least = (width: 40, height: 10)

  private static let sidePanes: [Pane] = [.prompt, .audio, .tokens, .takes, .layers]

  public init(_ model: Model) {
    let (w, h) = (model.width, model.height)
    bar = Rect(0, 0, w, 1)
    hints = Rect(0, h - 1, w, 1)
    let body = Rect(0, 1, w, h - 2)
    guard w >= Layout.least.width, h >= Layout.least.height else { return }
    if model.zoomed {
      rects[model.focus] = body
    } else if w >= 150 && h >= 44 {
      large(body)
    } else if w >= 104 && h >= 32 {
      medium(body)
    } else {
      small(body, model)
    }
  }

  /// The pane under a cell.
  public func pane(_ x: Int, _ y: Int) -> Pane? { rects.first { $0.value.contains(x, y) }?.key }

  private mutating func small(_ body: Rect, _ model: Model) {
    let time = body.height >= 20 ? 5 : 3
    let top = body.height - time
    let side = min(38, max(18, body.width * 45 / 100))
    let left = body.width - side - 1
    rects[.viewport] = Rect(0, body.y, left, top)
    rects[.timeline] = Rect(0, body.y + top, body.width, time)
    rules.append((left, body.y, top))
    var x = left + 2
    for pane in Layout.sidePanes {
      let name = pane == model.side ? pane.title.count : 2
      tabs.append((pane, Rect(x, body.y, name, 1)))
      x += name + 2
    }
    let shown = Layout.sidePanes.contains(model.side) ? model.side : .prompt
    rects[shown] = Rect(left + 1, body.y + 1, side, top - 1)
  }

  private mutating func medium(_ body: Rect) {
    let time = max(7, min(9, body.height / 5))
    let tokens = body.height >= 38 ? 9 : 8
    let top = body.height - time - tokens
    let left = 36
    let right = 28
    let middle = body.width - left - right - 2
    rects[.prompt] = Rect(0, body.y, left, top - 7)
    rects[.audio] = Rect(0, body.y + top - 7, left, 7)
    rects[.viewport] = Rect(left + 1, body.y, middle, top)
    rects[.takes] = Rect(left + middle + 2, body.y, right, top - 6)
    rects[.layers] = Rect(left + middle + 2, body.y + top - 6, right, 6)
    rects[.tokens] = Rect(0, body.y + top, body.width, tokens)
    rects[.timeline] = Rect(0, body.y + top + tokens, body.width, time)
    rules = [(left, body.y, top), (left + middle + 1, body.y, top)]
  }

  private mutating func large(_ body: Rect) {
    let time = max(9, min(12, body.height / 5))
    let top = body.height - time
    let left = min(48, body.width / 4)
    let right = min(54, body.width / 4 + 4)
    let middle = body.width - left - right - 2
    rects[.prompt] = Rect(0, body.y, left, top - 16)
    rects[.audio] = Rect(0, body.y + top - 16, left, 9)
    rects[.layers] = Rect(0, body.y + top - 7, left, 7)
    rects[.viewport] = Rect(left + 1, body.y, middle, top)
    let tokens = top * 3 / 5
    rects[.tokens] = Rect(left + middle + 2, body.y, right, tokens)
    rects[.takes] = Rect(left + middle + 2, body.y + tokens, right, top - tokens)
    rects[.timeline] = Rect(0, body.y + top, body.width, time)
    rules = [(left, body.y, top), (left + middle + 1, body.y, top)]
  }
}
