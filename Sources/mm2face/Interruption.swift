import Containers
import Foundation

/// Ctrl-C, `kill` and a dropped line end a verb as they end any program, but what is unfinished goes first.
///
/// The handler only writes into a pipe. A thread takes the files away and gives the signal its usual effect, so that the shell hears what
/// ended the program. The studio and `play` put handlers of their own in the place of these.
enum Interruption {
  private static let pipe = WakePipe()

  /// Begins to watch; a signal that is ignored (`nohup`) stays ignored.
  static func watch() {
    // Who started the program may have blocked the signals (a thread of libdispatch has), and every thread would inherit that.
    let signals = [SIGINT, SIGTERM, SIGHUP]
    var ours = sigset_t()
    sigemptyset(&ours)
    for number in signals { sigaddset(&ours, number) }
    pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    let pipe = pipe
    let thread = Thread {
      while true {
        var waiting = pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0)
        var number: UInt8 = 0
        guard poll(&waiting, 1, -1) > 0, read(pipe.readEnd, &number, 1) == 1 else { continue }
        Unfinished.removeAll {
          signal(Int32(number), SIG_DFL)
          raise(Int32(number))
          while true { pause() }
        }
      }
    }
    thread.stackSize = 1 << 19
    thread.start()
    for number in signals {
      var action = sigaction()
      sigaction(number, nil, &action)
      guard unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else { continue }
      action.__sigaction_handler.sa_handler = { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(Interruption.pipe.writeEnd, &byte, 1)
        errno = before
      }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
  }

  /// Ends the program; what is unfinished then (an export of a studio that is closed) goes first.
  static func leave(_ code: Int32) -> Never { Unfinished.removeAll { exit(code) } }
}
