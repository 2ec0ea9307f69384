@preconcurrency import Glibc

/// What the verbs print.
enum Output {
  struct Incomplete: Error, CustomStringConvertible {
    var reason: String
    var description: String {
      "standard output: could not be written: \(reason). What was printed is not whole; print it where there is room."
    }
  }

  /// Hands on what was printed. Errors: `Incomplete`, when some of it could not be.
  static func finish() throws {
    errno = 0
    let failed = fflush(stdout) != 0
    let reason = errno
    if failed || ferror(stdout) != 0 { throw Incomplete(reason: reason == 0 ? "a write failed" : String(cString: strerror(reason))) }
  }
}
