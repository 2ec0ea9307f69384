import Foundation
import Synchronization

/// A few threads that share the rows of one matrix at a time.
///
/// A job is cut into chunks; whoever is free takes the next one, the caller included, so that a thread the system holds back costs
/// little. Between jobs the threads spin for a moment, because the next matrix comes within microseconds, then sleep.
/// A result must not depend on which thread computes a chunk. BLAS calls must not run inside a job (they have their own threads).
public final class ThreadPool: @unchecked Sendable {
  /// The pool of the process.
  public static let shared = ThreadPool()

  private let limit: Atomic<Int>
  /// generation (32 bits) | chunk count (16) | next chunk (16)
  private let ticket = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let busy = Mutex(false)
  private let bell = NSCondition()
  private var workers = 0
  private var body: ((Int) -> Void)?

  private static let spins = 20_000

  init() { limit = Atomic(max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))) }

  /// How many threads compute at once, the caller among them.
  public var threads: Int { limit.load(ordering: .relaxed) }

  /// Sets how many threads compute at once (at least 1). Results stay the same.
  public func use(threads: Int) { limit.store(min(max(threads, 1), 64), ordering: .relaxed) }

  /// Runs `body(0)` … `body(chunks - 1)` on the threads and returns when all are done. A job inside a job runs on its own thread alone.
  public func run(chunks: Int, _ body: (Int) -> Void) {
    let threads = self.threads
    guard chunks > 1, threads > 1, chunks < 1 << 15, claim() else {
      for chunk in 0..<max(chunks, 0) { body(chunk) }
      return
    }
    defer { busy.withLock { $0 = false } }
    startWorkers(threads - 1)
    withoutActuallyEscaping(body) { body in
      self.body = body
      done.store(0, ordering: .relaxed)
      let generation = (ticket.load(ordering: .relaxed) >> 32) &+ 1
      ticket.store(generation << 32 | UInt64(chunks) << 16, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        bell.lock()
        bell.broadcast()
        bell.unlock()
      }
      work()
      var waits = 0
      while done.load(ordering: .acquiring) < chunks {
        waits += 1
        if waits > 2_000 { sched_yield() }
      }
      self.body = nil
    }
  }

  private func claim() -> Bool {
    busy.withLock { taken in
      if taken { return false }
      taken = true
      return true
    }
  }

  /// Takes chunks of the current job until none is left.
  private func work() {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      guard seen & 0xFFFF < seen >> 16 & 0xFFFF else { return }
      let mine = ticket.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
      guard mine & 0xFFFF < mine >> 16 & 0xFFFF else { return }
      body?(Int(mine & 0xFFFF))
      done.wrappingAdd(1, ordering: .releasing)
    }
  }

  private func startWorkers(_ wanted: Int) {
    while workers < wanted {
      workers += 1
      let index = workers
      let thread = Thread { [unowned self] in self.serve(index) }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  private func serve(_ index: Int) {
    var idle = 0
    var last = UInt64.max
    while true {
      let seen = ticket.load(ordering: .acquiring)
      if seen >> 32 != last, index < threads {
        last = seen >> 32
        idle = 0
        work()
        continue
      }
      idle += 1
      if idle < Self.spins { continue }
      bell.lock()
      sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while ticket.load(ordering: .sequentiallyConsistent) >> 32 == seen >> 32 { bell.wait() }
      sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      bell.unlock()
      idle = 0
    }
  }
}
