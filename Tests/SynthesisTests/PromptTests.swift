import Foundation
import Synthesis
import Testing

@Suite struct PromptTests {
  @Test func joinsThePresentLevelsInOrder() {
    var prompt = Prompt(action: " nod ", expression: "a smile", scenarios: ["after lunch", "in a park", "at sea", "too many"])
    #expect(prompt.fullText == "nod a smile after lunch in a park at sea")
    prompt[.expression].isMuted = true
    #expect(prompt.fullText == "nod after lunch in a park at sea")
    prompt[.scenario].weight = 0
    #expect(prompt.spoken.map(\.text) == ["nod"])
    prompt[.action].texts = [" \n\t"]
    #expect(prompt.isEmpty)
  }

  @Test func survivesJSON() throws {
    var prompt = Prompt(action: "nod", emotion: "gaiety — größer", scenarios: ["a", "b"])
    prompt[.pose] = .init("left", weight: 2, isMuted: true)
    let data = try JSONEncoder().encode(prompt)
    #expect(try JSONDecoder().decode(Prompt.self, from: data) == prompt)
  }

  @Test func readsTheShortForms() throws {
    let text = #"{"action":"nod","scenario":["a","b"],"pose":{"text":"left","weight":0.5},"unknown":1,"emotion":null}"#
    let prompt = try JSONDecoder().decode(Prompt.self, from: Data(text.utf8))
    #expect(prompt[.action].texts == ["nod"])
    #expect(prompt[.scenario].texts == ["a", "b"])
    #expect(prompt[.pose].weight == 0.5 && !prompt[.pose].isMuted)
    #expect(prompt[.emotion] == Prompt.Entry())
    #expect(throws: (any Error).self) { try JSONDecoder().decode(Prompt.self, from: Data(#"{"action":7}"#.utf8)) }
  }

  @Test func tokensSurviveJSONAndRefuseRaggedSteps() throws {
    let tokens = TokenSequence(lanes: ["mouth", "head"], values: [1, 2, 3, 4])
    #expect(try JSONDecoder().decode(TokenSequence.self, from: JSONEncoder().encode(tokens)) == tokens)
    #expect(tokens[1, 0] == 3 && tokens[step: 0] == [1, 2])
    let ragged = Data(#"{"lanes":["a","b"],"tokens":[1,2,3]}"#.utf8)
    #expect(throws: (any Error).self) { try JSONDecoder().decode(TokenSequence.self, from: ragged) }
  }

  @Test(arguments: [
    (SamplingSettings(), true), (SamplingSettings(temperature: -1), false), (SamplingSettings(topP: 0), false),
    (SamplingSettings(tries: 0), false), (SamplingSettings(tries: 65), false), (SamplingSettings(tries: 64), true),
    (SamplingSettings(topP: .nan), false), (SamplingSettings(topK: -1), false), (SamplingSettings(temperature: 0, guidance: 3), true),
  ])
  func settingsAreChecked(_ settings: SamplingSettings, fine: Bool) { #expect((settings.complaint == nil) == fine) }
}
