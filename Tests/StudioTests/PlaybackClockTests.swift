import Studio
import Tensor
import Testing

struct PlaybackClockTests {
  @Test func neverDriftsFromTime() {
    var clock = PlaybackClock(framesPerSecond: 25, frameCount: 100_000)
    clock.play(at: 10)
    var source = RandomSource(seed: 3)
    var now = 10.0
    for _ in 0..<10_000 {
      now += source.uniform(0.001, 0.2)
      #expect(abs(clock.position(at: now) - min((now - 10) * 25, 99_999)) < 1e-6)
    }
  }

  @Test func loopsInsideItsRange() {
    var clock = PlaybackClock(framesPerSecond: 25, frameCount: 200)
    clock.seek(to: 60, at: 0)
    clock.setLoop(50...74, at: 0)
    clock.play(at: 0)
    for step in 0..<1000 {
      let frame = clock.frame(at: Double(step) * 0.04)
      #expect((50...74).contains(frame))
    }
    #expect(clock.frame(at: 1.0 + 0.001) == 60)
  }

  @Test func stopsAtTheEndAndStartsAgain() {
    var clock = PlaybackClock(framesPerSecond: 25, frameCount: 50)
    clock.play(at: 0)
    #expect(!clock.hasEnded(at: 1))
    #expect(clock.hasEnded(at: 3))
    #expect(clock.frame(at: 9) == 49)
    clock.pause(at: 9)
    clock.play(at: 10)
    #expect(clock.frame(at: 10) == 0)
  }

  @Test func keepsItsPlaceWhenTheClipChanges() {
    var clock = PlaybackClock(framesPerSecond: 25, frameCount: 100)
    clock.play(at: 0)
    clock.setFrameCount(120, at: 2)
    #expect(clock.frame(at: 2) == 50)
    clock.setFrameCount(10, at: 3)
    #expect(clock.frame(at: 3) == 9)
    clock.setFrameCount(0, at: 4)
    #expect(clock.frame(at: 5) == 0)
  }

  /// A clock that is asked with times that go backwards (a sleeping machine) must not run backwards past its anchor.
  @Test func bearsClockJumps() {
    var clock = PlaybackClock(framesPerSecond: 25, frameCount: 100)
    clock.seek(to: 40, at: 100)
    clock.play(at: 100)
    #expect(clock.frame(at: 50) == 40)
    #expect(clock.frame(at: 1e9) == 99)
  }
}
