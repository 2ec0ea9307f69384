import Foundation

/// Writing a file whole or not at all.
public enum AtomicFile {
  /// Writes to a temporary file in the same folder, hands it to the disk, and renames it over `path`.
  ///
  /// - Throws: `POSIXError` of the step that failed; the file at `path` is then as it was and the temporary file is gone.
  public static func write(_ data: Data, to path: String) throws {
    // Writing through a link changes what it points to, not the link.
    let target = (path as NSString).resolvingSymlinksInPath
    let temporary = target + ".tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError() }
    do {
      var info = stat()
      if stat(target, &info) == 0 { fchmod(descriptor, info.st_mode & 0o777) }
      try writeAll(data, to: descriptor)
      guard fsync(descriptor) == 0 else { throw systemError() }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    guard rename(temporary, target) == 0 else {
      let error = systemError()
      unlink(temporary)
      throw error
    }
    syncFolder(of: target)
  }

  private static func writeAll(_ data: Data, to descriptor: Int32) throws {
    try data.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          throw systemError()
        }
        written += count
      }
    }
  }

  /// The rename itself must reach the disk too.
  private static func syncFolder(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func systemError() -> POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
