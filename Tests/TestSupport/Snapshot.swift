import Foundation

/// Texts kept in the repository and compared byte for byte.
///
/// `RECORD_SNAPSHOTS=1` writes what the test produced and still reports a difference, so that a fresh
/// recording fails the run once and cannot pass unread.
public enum Snapshot {
  /// Compares with `Tests/Fixtures/<module>/<name>`.
  /// - Returns: nil when equal, else what differs and where.
  public static func difference(_ text: String, module: String, name: String, file: String = #filePath) -> String? {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures").appendingPathComponent(module)
    let url = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let before = try? String(contentsOf: url, encoding: .utf8)
      if before == text { return nil }
      do {
        try text.write(to: url, atomically: true, encoding: .utf8)
      } catch {
        return "cannot record \(name): \(error)"
      }
      return "recorded \(module)/\(name): read it, then run again without RECORD_SNAPSHOTS"
    }
    guard let wanted = try? String(contentsOf: url, encoding: .utf8) else {
      return "no recording \(module)/\(name); run with RECORD_SNAPSHOTS=1"
    }
    if wanted == text { return nil }
    let (a, b) = (wanted.components(separatedBy: "\n"), text.components(separatedBy: "\n"))
    for i in 0..<max(a.count, b.count) {
      let (x, y) = (i < a.count ? a[i] : "(end)", i < b.count ? b[i] : "(end)")
      if x != y { return "\(module)/\(name) line \(i + 1):\n  recorded: \(x)\n  now:      \(y)" }
    }
    return "\(module)/\(name) differs in line ends"
  }
}
