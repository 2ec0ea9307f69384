import Containers
import Foundation
import Motion
import Synthesis

/// What the studio opens with when somebody looks at it for the first time: five texts, a spoken line, and a take.
public enum DemoSession {
  /// The edit that fills a new session, as one step of undo.
  ///
  /// - Throws: `ContainerError` when the demo's files (assets/demo) are missing or damaged.
  public static func edit() throws -> Edit {
    let file = try AssetLocator.path("assets/demo/hello.json")
    let prompt = try JSONFile.read(Prompt.self, path: file)
    let clip = try Clip(npzPath: AssetLocator.path("assets/demo/hello.npz"))
    var edits: [Edit] = [.setAudio(AudioReference(path: try AssetLocator.path("assets/demo/hello.wav")))]
    for level in Prompt.Level.allCases {
      for (index, text) in prompt[level].texts.enumerated() { edits.append(.setText(field(level, index), text)) }
    }
    edits.append(.addTake(Take(id: 0, name: "hello", origin: nil, tokens: nil, imported: clip)))
    return .group("open the demo", edits)
  }

  private static func field(_ level: Prompt.Level, _ index: Int) -> Edit.PromptField {
    switch level {
    case .action: .action
    case .emotion: .emotion
    case .expression: .expression
    case .pose: .pose
    case .scenario: .scenario(index)
    }
  }
}
