import Foundation

/// Folders that results go to.
public enum OutputFolder {
  /// Makes a folder with those above it, where it is not there yet. Errors: `ContainerError.unwritable`.
  public static func make(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw ContainerError.unwritable(path: path, reason: "it is a file, a folder is needed")
    }
    try writing(path) { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  }

  /// Words a failure of the system's as ours. Errors: `ContainerError.unwritable`.
  public static func writing<T>(_ path: String, _ work: () throws -> T) throws -> T {
    do {
      return try work()
    } catch let error as CocoaError {
      let cause = error.underlying as? POSIXError
      throw ContainerError.unwritable(
        path: path, reason: cause.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription)
    }
  }
}
