import Claims
import Testing

@Suite struct ClaimWordsTests {
  @Test(arguments: [
    (Claim(.occurs, .init(.action, "nod", count: 2)), "nod twice"), (Claim(.occurs, .init(.unit, "smile", side: .left)), "left smile"),
    (Claim(.occurs, .init(.pose, "turnRight", intensity: .strong)), "strong turn right"),
    (Claim(.absent, .init(.unit, "smile", side: .both)), "no smile"), (Claim(.occurs, .init(.gaze, "up")), "look up"),
    (Claim(.before, .init(.unit, "smile"), .init(.action, "shakeHead", count: 3)), "smile before shake head 3 times"),
  ])
  func areReadAtOnce(_ claim: Claim, _ words: String) { #expect(claim.words == words) }
}
