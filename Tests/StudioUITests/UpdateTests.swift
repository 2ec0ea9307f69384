import Foundation
import Motion
import Studio
import StudioUI
import Synthesis
import Tensor
import Testing

@Suite struct UpdateTests {
  @Test func typingWritesTheDocumentAndUndoTakesItBack() {
    var stage = Stage()
    stage.keys("e \"nods\" down \"happy\"")
    #expect(stage.model.document.prompt[.action].texts == ["nods"])
    #expect(stage.model.document.prompt[.emotion].texts == ["happy"])
    stage.keys("C-_")
    #expect(stage.model.document.prompt[.emotion].texts == [])
    #expect(stage.model.editor.text == "")
    stage.keys("C-_ C-y C-y")
    #expect(stage.model.document.prompt[.emotion].texts == ["happy"])
  }

  @Test func enterPerformsWithTheTextsAndSound() throws {
    var stage = Stage()
    stage.keys("enter")
    #expect(stage.model.runs.isEmpty)
    #expect(stage.model.notice?.kind == .warning)
    stage.keys("e \"smiles\" enter")
    let run = try #require(stage.model.runs.first)
    #expect(run.job.request.prompt.fullText == "smiles")
    stage.finishJobs()
    #expect(stage.model.document.takes.count == 1)
    #expect(stage.model.motion?.frameCount == 120)
    #expect(stage.model.clock.isPlaying)
  }

  @Test func performingAgainTakesAFreshSeedAndTheSameOnRequest() {
    var stage = Stage()
    stage.keys("e \"smiles\" enter")
    stage.finishJobs()
    stage.keys("enter")
    stage.finishJobs()
    let seeds = stage.model.document.takes.map { $0.origin?.settings.seed }
    #expect(seeds[0] != seeds[1])
    stage.keys("\"s\" A-s")
    #expect(stage.model.runs.first?.job.request.settings.seed == seeds[1])
  }

  @Test func fourSeedsRunSideBySide() {
    var stage = Stage()
    stage.keys("e \"smiles\" esc G")
    #expect(Set(stage.model.runs.map(\.job.request.settings.seed)).count == 4)
    stage.finishJobs()
    #expect(stage.model.document.takes.count == 4 && stage.model.four.count == 4)
    stage.keys("esc")
    #expect(stage.model.four.isEmpty)
  }

  @Test func takingAnAlternativeRedrawsTheRestAndIsUndone() throws {
    var stage = Stage.demo(160, 50)
    let before = try #require(stage.model.document.current?.tokens)
    stage.keys("A-3 0 right right n enter")
    let run = try #require(stage.model.runs.first)
    #expect(run.job.request.scope == .from(2))
    #expect(run.job.request.constraints.pinned.count == 1)
    #expect(run.job.request.base?.values != before.values)
    #expect(stage.model.document.current?.tokens?.prefix(2) == before.prefix(2))
    stage.keys("C-c u")
    #expect(stage.model.document.current?.tokens == before)
  }

  @Test func locksGoIntoTheNextSampling() throws {
    var stage = Stage.demo(160, 50)
    stage.keys("A-3 0 down c")
    #expect(stage.model.document.constraints.locked.first?.lane == "mouth.2")
    stage.keys("g")
    let request = try #require(stage.model.runs.first?.job.request)
    #expect(request.constraints.isLocked(step: 3, lane: "mouth.2") && request.base != nil)
  }

  @Test func selectingLoopingAndMarking() {
    var stage = Stage.demo(120, 40)
    stage.keys("0 > > > L")
    #expect(stage.model.document.selection == 0...3 && stage.model.document.loop == 0...3 && stage.model.clock.loop == 0...3)
    stage.keys("esc")
    #expect(stage.model.document.selection == nil && stage.model.clock.loop == nil)
    stage.keys("m \"smile\" enter")
    #expect(stage.model.document.markers.contains { $0.name == "smile" })
  }

  @Test func dialogsKeepWhatWasTyped() {
    var stage = Stage.demo(120, 40)
    stage.keys("x C-u \"my.glb\" esc x")
    guard case .form(let form) = stage.model.overlay else {
      Issue.record("no dialog")
      return
    }
    #expect(form.fields[0].editor.text == "my.glb")
    stage.keys("enter")
    #expect(stage.model.overlay == nil)
  }

  @Test func anotherTryTakesThePlaceOfWhatWasDrawn() throws {
    var stage = Stage()
    stage.keys("e \"smiles\" enter")
    let job = try #require(stage.model.runs.first?.job)
    var random = RandomSource(seed: 3)
    for (tries, steps) in [(1, 5), (2, 3)] {
      stage.send(.engine(.samplingStarted(job.id, steps: 9, framesPerStep: 4)))
      for step in 0..<steps { stage.send(.engine(.step(job.id, Stage.event(step, &random)))) }
      let run = try #require(stage.model.liveRun)
      #expect(run.tries == tries && run.events.map(\.position) == Array(0..<steps))
    }
    #expect(stage.screen.contains("try 2: sampling 3/9"))
    let take = Take(id: 0, name: "", origin: job.origin, tokens: TokenSequence(lanes: Stage.lanes))
    stage.send(.engine(.sampled(job.id, take, Stage.clip(frames: 8), missing: ["turn right", "no smile"])))
    #expect(stage.screen.contains("not seen: turn right, no smile"))
  }

  @Test func theCommandLineOfATakeNamesItsTries() {
    var stage = Stage()
    stage.keys("S tab tab tab C-u \"1\" tab C-u \"7\" enter")
    #expect(stage.model.document.settings.tries == 7 && stage.model.document.settings.guidance == 1)
    #expect(stage.model.command.contains("--guidance 1.0 --tries 7"))
  }

  @Test func badNumbersKeepTheDialogOpenWithAReason() {
    var stage = Stage()
    stage.keys("S C-u \"warm\" enter")
    guard case .form(let form) = stage.model.overlay else {
      Issue.record("closed")
      return
    }
    #expect(form.complaint != nil)
    stage.keys("C-u \"0.8\" enter")
    #expect(stage.model.document.settings.temperature == 0.8)
  }

  @Test func amountsOfABlendedTakeAreAskedForOnceAndShownWhenTheyCome() throws {
    var stage = Stage()
    let flat = { (value: Float) in Clip(values: [Float](repeating: value, count: 10 * Clip.channels)) }
    for name in ["voice", "face"] { stage.send(.engine(.imported(Take(id: 0, name: name, origin: nil, tokens: nil, imported: flat(0.1))))) }
    let asked = { (stage: Stage) in
      stage.effects.compactMap { effect -> (Take, Take)? in if case .engine(.blend(let a, let b)) = effect { (a, b) } else { nil } }
    }
    stage.keys("A-7 up up b")
    let pair = try #require(asked(stage).last)
    #expect(pair.0.name == "face" && pair.1.name == "voice")

    var take = Take(id: 0, name: "both", origin: nil, tokens: nil, imported: flat(0.2))
    take.blend = Take.Blend(speech: flat(0.1), expression: flat(0.1))
    stage.send(.engine(.blended(take)))
    #expect(stage.model.document.current?.name == "both" && stage.model.clip?.values.first == 0.2)
    stage.keys("A-8 z")
    #expect(stage.screen.contains("two takes blended"))
    stage.keys("z")
    stage.effects = []
    stage.keys("A-8 down right")
    for tick in 2..<40 { stage.send(.tick(Double(tick) / 25)) }
    let again = stage.effects.compactMap { effect -> Take? in if case .engine(.blendAgain(let take)) = effect { take } else { nil } }
    #expect(again.count == 1 && again.first?.layers.mouth == 1.1)
    #expect(stage.model.clip?.values.first == 0.2)
    stage.send(.engine(.blendedAgain(try #require(again.first), flat(0.7))))
    #expect(stage.model.clip?.values.first == 0.7)
    stage.keys("u")
    #expect(stage.model.clip?.values.first == 0.2)
  }

  @Test func layersChangeTheMotionWithoutTouchingTokens() throws {
    var stage = Stage.demo(120, 40)
    let tokens = stage.model.document.current?.tokens
    let jaw = try #require(stage.model.motion)[10, 53]
    stage.keys("A-8 down left left left left left")
    #expect(stage.model.document.current?.layers.mouth == 0.5)
    let now = try #require(stage.model.motion)[10, 53]
    #expect(abs(now - jaw * 0.5) < 0.02)
    #expect(stage.model.document.current?.tokens == tokens)
  }

  @Test func takesAreStarredRenamedComparedDeletedAndBroughtBack() {
    var stage = Stage.demo(120, 40)
    stage.keys("A-7 n C-u \"best\" enter d x u")
    #expect(stage.model.document.takes.contains { $0.name == "best" })
    stage.keys("up c")
    #expect(stage.model.document.comparedTake != nil && stage.model.view.split)
  }

  @Test func pasteGoesIntoTheTextWithoutControlCharacters() {
    var stage = Stage()
    stage.keys("e")
    stage.send(.paste("smiles\u{1b}[2J\r\nwarmly"))
    #expect(stage.model.document.prompt[.action].texts == ["smiles [2J\nwarmly"])
  }

  @Test func theMouseOrbitsScrubsAndFocuses() throws {
    var stage = Stage.demo(120, 40)
    let yaw = stage.model.view.yaw
    stage.send(.mouse(Mouse(.press, x: 60, y: 10)))
    stage.send(.mouse(Mouse(.drag, x: 70, y: 10)))
    stage.send(.mouse(Mouse(.release, x: 70, y: 10)))
    #expect(stage.model.view.yaw > yaw && stage.model.focus == .viewport)
    stage.send(.mouse(Mouse(.press, x: 119, y: 36)))
    #expect(stage.model.focus == .timeline && stage.model.frame > 100)
    stage.send(.mouse(Mouse(.press, x: 5, y: 4)))
    #expect(stage.model.focus == .prompt)
  }

  @Test func quittingAsksWhileATakeIsSampled() {
    var stage = Stage()
    stage.keys("e \"x\" enter esc q")
    #expect(!stage.model.wantsQuit)
    stage.keys("y")
    #expect(stage.model.wantsQuit)
  }

  @Test func anEngineMessageForAnUnknownJobChangesNothing() {
    var stage = Stage()
    var random = RandomSource(seed: 1)
    stage.send(.engine(.step(99, Stage.event(0, &random))))
    stage.send(.engine(.sampled(99, Take(id: 0, name: "", origin: nil, tokens: nil), Clip(frames: 3))))
    stage.send(.engine(.cancelled(99)))
    #expect(stage.model.document.takes.isEmpty)
  }
}

@Suite struct RandomStreamTests {
  private static let names =
    "up down left right home end pageup pagedown enter esc tab backtab backspace delete space f1 f2 f4 f5 f6 f7 f8 f9 C-p C-_ C-y C-r C-s C-l C-c A-1 A-2 A-3 A-5 A-6 A-7 A-8 A-4 A-s A-m A-up A-down S-left S-right C-left C-right C-w C-k C-u C-j"
    .split(separator: " ").compactMap { Key(String($0)) }
  private static let letters: [Character] = Array("abcdefghijklmnopqrstuvwxyzGSRULMNCX0123$<>[]{}()*?:;,.+-=é日👩‍👩‍👧ا ")

  @Test func tenThousandKeyStreamsNeverBreakTheScreen() {
    var random = RandomSource(seed: 42)
    let view = StudioView()
    for stream in 0..<10_000 {
      let width = 1 + random.index(210)
      let height = 1 + random.index(64)
      var stage = stream % 8 == 0 ? Stage.demo(width, height, ascii: random.chance(0.3)) : Stage(width, height, ascii: random.chance(0.3))
      for _ in 0..<12 {
        switch random.index(20) {
        case 0: stage.send(.resize(width: random.index(220), height: random.index(70)))
        case 1: stage.send(.tick(stage.model.now + random.unit()))
        case 2: stage.send(.paste("päste\u{7}日\n"))
        case 3:
          let kinds: [Mouse.Kind] = [.press, .drag, .release, .wheelUp, .wheelDown]
          stage.send(.mouse(Mouse(kinds[random.index(5)], x: random.index(width), y: random.index(height), shift: random.chance(0.2))))
        case 4: stage.finishJobs(steps: 3)
        case 5:
          let entries = [FolderEntry(name: "a", isFolder: true, bytes: 0), FolderEntry(name: "b.wav", isFolder: false, bytes: 3000)]
          stage.send(.folder(path: ".", entries: entries))
        case 6...12: stage.send(.key(.character(Self.letters[random.index(Self.letters.count)])))
        default: stage.send(.key(Self.names[random.index(Self.names.count)]))
        }
      }
      check(stage.model)
      // Every screen is drawn now and then, every size sooner or later.
      if stream % 4 == 0 {
        let screen = view.draw(stage.model, nil)
        #expect(screen.width == stage.model.width && screen.height == stage.model.height)
        for y in 0..<screen.height {
          var width = 0
          for x in 0..<screen.width { width += Int(screen[x, y].width) }
          #expect(width == screen.width, "row \(y) is \(width) cells wide, the screen \(screen.width)")
        }
      }
    }
  }

  private func check(_ model: Model) {
    let document = model.document
    #expect(document.takes.isEmpty || document.take(document.currentTake) != nil)
    #expect((0...model.editor.clusters.count).contains(model.editor.cursor))
    #expect(model.frame >= 0 && model.frame <= max(0, model.clock.frameCount))
    let layout = Layout(model)
    for (_, rect) in layout.rects {
      #expect(rect.x >= 0 && rect.y >= 0 && rect.right <= model.width && rect.bottom <= model.height)
    }
    let rects = Array(layout.rects.values)
    for i in rects.indices {
      for j in rects.indices where i < j {
        let (a, b) = (rects[i], rects[j])
        #expect(a.right <= b.x || b.right <= a.x || a.bottom <= b.y || b.bottom <= a.y, "\(a) and \(b) overlap")
      }
    }
  }
}
