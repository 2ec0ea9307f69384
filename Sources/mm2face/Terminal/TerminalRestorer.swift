import Foundation

/// Gives the terminal back as it was, also when the program is killed or crashes.
///
/// The bytes and the line settings are kept in memory that a signal handler may read: no allocation, no locks.
enum TerminalRestorer {
  /// Leaves everything the studio switches on: styles, mouse, paste, synchronised output, the other screen, the hidden cursor.
  private static let farewell =
    "\u{1b}[?2026l\u{1b}[8h\u{1b}[0m\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l\u{1b}[?1l\u{1b}>"
  private static let plainFarewell = "\r\n"

  private struct State {
    var bytes: UnsafeMutablePointer<UInt8>
    var count = 0
    var settings: UnsafeMutablePointer<termios>
    var armed: UnsafeMutablePointer<sig_atomic_t>
  }

  // One block of memory for the life of the program, written before the handlers are installed.
  nonisolated(unsafe) private static let state: State = {
    let armed = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
    armed.pointee = 0
    var state = State(bytes: .allocate(capacity: 256), settings: .allocate(capacity: 1), armed: armed)
    let text = Array(farewell.utf8)
    for (i, byte) in text.enumerated() { state.bytes[i] = byte }
    state.count = text.count
    tcgetattr(STDIN_FILENO, state.settings)
    return state
  }()

  /// Remembers the terminal's settings and installs handlers for crashes. Call before the first change of the terminal.
  static func arm(escapes: Bool) {
    _ = state.count
    state.armed.pointee = escapes ? 2 : 1
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        TerminalRestorer.restore()
        // The default action then ends the program with the same signal.
        Foundation.signal(number, SIG_DFL)
        raise(number)
      }
      sigemptyset(&action.sa_mask)
      sigaction(signal, &action, nil)
    }
  }

  /// Restores the terminal; safe in a signal handler and safe to call twice.
  static func restore() {
    guard state.armed.pointee != 0 else { return }
    if state.armed.pointee == 2 { _ = write(STDOUT_FILENO, state.bytes, state.count) }
    tcsetattr(STDIN_FILENO, TCSANOW, state.settings)
    state.armed.pointee = 0
  }
}
