import Foundation
import Synchronization

/// Files and folders of this process that are not finished yet, so that a program that is told to end can take them away.
///
/// Only what this process noted is ever touched; another one's unfinished files stay.
public enum Unfinished {
  private static let paths = Mutex(Set<String>())

  /// The end of a name that nobody else uses.
  static func mark() -> String { "\(getpid())-\(String(UInt32.random(in: 0...UInt32.max), radix: 16)).tmp" }

  /// Does a short piece of work on the disk (making, renaming) and says in `paths` what is unfinished after it.
  ///
  /// Nothing is taken away meanwhile: an end of the program comes before the work or after it.
  public static func change<Result: Sendable, Failure: Error>(
    _ work: (_ paths: inout Set<String>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try paths.withLock { (paths) throws(Failure) in try work(&paths) }
  }

  /// Makes a folder that is unfinished until it is renamed (`change`) or removed.
  public static func makeFolder(_ path: String) throws {
    try change { paths in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      paths.insert(path)
    }
  }

  /// Takes away a file, or a folder with all that is in it; does nothing to a path that is finished.
  public static func remove(_ path: String) {
    change { paths in if paths.remove(path) != nil { delete(path) } }
  }

  /// Takes everything away, then does what ends the program; who makes or finishes a file meanwhile waits for ever.
  public static func removeAll(then end: () -> Never) -> Never {
    change { paths in
      for path in paths { delete(path) }
      end()
    }
  }

  private static func delete(_ path: String) {
    guard unlink(path) != 0 else { return }
    // Threads that still write into a folder find it no more.
    let gone = path + ".gone"
    try? FileManager.default.removeItem(atPath: rename(path, gone) == 0 ? gone : path)
  }
}
