import Foundation
import Synchronization
import Tensor
import Testing

@Suite(.serialized) struct ThreadPoolTests {
  @Test(arguments: [1, 2, 4])
  func everyChunkRunsOnce(_ threads: Int) {
    let before = ThreadPool.shared.threads
    defer { ThreadPool.shared.use(threads: before) }
    ThreadPool.shared.use(threads: threads)
    for round in 0..<3_000 {
      let chunks = round % 23
      let counts = Mutex([Int](repeating: 0, count: chunks))
      ThreadPool.shared.run(chunks: chunks) { chunk in counts.withLock { $0[chunk] += 1 } }
      #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test func aJobInsideAJobAndFromManyThreadsIsComplete() {
    let total = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<50 {
        ThreadPool.shared.run(chunks: 4) { _ in
          ThreadPool.shared.run(chunks: 3) { _ in total.add(1, ordering: .relaxed) }
        }
      }
    }
    #expect(total.load(ordering: .relaxed) == 8 * 50 * 12)
  }
}
