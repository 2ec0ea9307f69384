import Motion
import Studio
import Synthesis
import Testing

struct DemoSessionTests {
  @Test func theDemoHasTextsAVoiceAndATake() throws {
    var document = Document()
    try document.apply(DemoSession.edit())
    for level in Prompt.Level.allCases { #expect(document.prompt[level].spoken != nil, "\(level)") }
    #expect(document.prompt[.scenario].texts.count == 3)
    #expect(document.audio != nil)
    let take = try #require(document.current)
    let clip = try #require(take.imported)
    #expect(clip.basis == .studio50 && clip.frameCount > 50)
    // It moves: a demo at rest would be no demo.
    #expect((0..<clip.frameCount).map { clip[$0, 53] }.max() ?? 0 > 0.05)
  }
}
