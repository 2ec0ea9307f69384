import Foundation

/// A folder whose files appear together: filled under a temporary name, then given its own.
///
/// Without `commit()` everything goes with the object. A final class because it owns the folder on disk.
public final class StagedFolder {
  /// What may be done to a folder of that name.
  public enum Existing: Sendable {
    /// Nothing may stand there.
    case refuse
    /// What stands there goes, whole.
    case replace
    /// Files are put beside those that stand there; one of the same name is refused.
    case add
    /// Files are put beside those that stand there, in the place of those of the same name.
    case overwrite
  }

  /// Where to write until `commit()`.
  public let path: String
  private let target: String
  private let existing: Existing

  /// - Parameters:
  ///   - files: names that will be written, as far as they are known; one that may not be is refused now, before any work.
  /// Errors: `ContainerError.exists`, `.unwritable`.
  public init(_ name: String, existing: Existing, files: [String] = []) throws {
    var target = name
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    (self.target, self.existing) = (target, existing)
    let mark = Unfinished.mark()
    let adds = existing == .add || existing == .overwrite
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: target, isDirectory: &isFolder)
    if isThere, adds {
      // Inside, because only there the file system is surely the same.
      path = "\(target)/.\(mark)"
    } else {
      // Folders above that are missing too are made at the end.
      var place = target
      while adds, case let above = folderName(of: place), above != place, !FileManager.default.fileExists(atPath: above) { place = above }
      path = "\(place).\(mark)"
    }
    if isThere, existing == .refuse { throw ContainerError.exists(path: target) }
    if isThere, adds, !isFolder.boolValue { throw ContainerError.unwritable(path: target, reason: "it is not a folder") }
    try refuse(files)
    do { try Unfinished.makeFolder(path) } catch {
      throw ContainerError.unwritable(path: target, reason: error.localizedDescription)
    }
  }

  deinit { Unfinished.remove(path) }

  /// Makes a folder in it and returns its path; those above it are not made again once they are taken away.
  @discardableResult
  public func makeFolder(_ name: String) throws -> String {
    let inner = "\(path)/\(name)"
    try OutputFolder.writing(inner) { try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false) }
    return inner
  }

  /// Gives the folder, or its files, their names. Errors: `ContainerError.exists`, `.unwritable`.
  public func commit() throws {
    let old = "\(path).old"
    try Unfinished.change { paths in
      let isThere = FileManager.default.fileExists(atPath: target)
      switch existing {
      case .add where isThere, .overwrite where isThere:
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        try refuse(files)
        for file in files { try move("\(path)/\(file)", to: "\(target)/\(file)") }
        return
      case .replace where isThere:
        try move(target, to: old)
        do { try move(path, to: target) } catch {
          try move(old, to: target)
          throw error
        }
        paths.insert(old)
      default:
        try? FileManager.default.createDirectory(atPath: folderName(of: target), withIntermediateDirectories: true)
        try move(path, to: target)
      }
      paths.remove(path)
    }
    Unfinished.remove(old)
  }

  private func refuse(_ files: [String]) throws {
    guard existing == .add else { return }
    for path in files.map({ "\(target)/\($0)" }) where FileManager.default.fileExists(atPath: path) {
      throw ContainerError.exists(path: path)
    }
  }

  private func move(_ path: String, to name: String) throws {
    guard rename(path, name) == 0 else { throw ContainerError.unwritable(path: name, reason: String(cString: strerror(errno))) }
  }
}
