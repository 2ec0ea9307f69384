import Containers
import Foundation

/// The cells of a Live Link table, with the line they stand on.
struct LiveLinkTable {
  struct Row {
    let line: Int
    let cells: [Range<Int>]
  }

  private let file: FileBytes
  private let columns: [String: Int]
  private(set) var rows: [Row] = []

  var hasHead: Bool { columns["HeadYaw"] != nil }

  init(_ file: FileBytes) throws {
    self.file = file
    var lines = Self.lines(file)[...]
    guard let header = lines.popFirst() else {
      throw MotionError.table(path: file.path, line: 1, column: "1", expected: "a Live Link Face table", found: "an empty file")
    }
    var columns: [String: Int] = [:]
    for (index, cell) in Self.cells(file, header.range).enumerated() where columns[Self.text(file, cell)] == nil {
      columns[Self.text(file, cell)] = index
    }
    guard columns["Timecode"] == 0 else {
      let found = Self.text(file, header.range.lowerBound..<min(header.range.upperBound, header.range.lowerBound + 40))
      throw MotionError.table(path: file.path, line: header.line, column: "1", expected: "Timecode", found: found)
    }
    let head = Array(LiveLinkFormat.angleColumns.prefix(3))
    for name in LiveLinkFormat.weightColumns + (head.contains { columns[$0] != nil } ? head : []) where columns[name] == nil {
      throw MotionError.table(path: file.path, line: header.line, column: name, expected: "a column \(name)", found: "none of that name")
    }
    self.columns = columns
    let names = columns.sorted { $0.value < $1.value }.map(\.key)
    let width = Self.cells(file, header.range).count
    for line in lines {
      let cells = Self.cells(file, line.range)
      guard cells.count == width else {
        let column = cells.count < names.count ? names[cells.count] : "\(width + 1)"
        throw MotionError.table(
          path: file.path, line: line.line, column: column, expected: "\(width) columns",
          found: "\(cells.count) (the row is cut short or too long)")
      }
      rows.append(Row(line: line.line, cells: cells))
    }
    guard !rows.isEmpty else {
      throw MotionError.table(
        path: file.path, line: header.line + 1, column: "Timecode", expected: "a row of numbers", found: "the end of the file")
    }
  }

  /// The error for a packed table of which only `text` could be unpacked.
  static func breaksOff(_ text: FileBytes) -> MotionError {
    let lines = lines(text)
    let names = lines.first.map { cells(text, $0.range).map { Self.text(text, $0) } } ?? []
    let last = lines.last
    let column = max(0, (last.map { cells(text, $0.range).count } ?? 1) - 1)
    return .table(
      path: text.path, line: last?.line ?? 1, column: column < names.count ? names[column] : "\(column + 1)", expected: "a whole gzip file",
      found: "one that breaks off or is garbled here")
  }

  /// A finite number inside a range. Errors: `MotionError.table`.
  func number(_ row: Int, _ column: String, within range: ClosedRange<Double>, meaning: String) throws -> Double {
    guard let index = columns[column] else { return 0 }
    let text = Self.text(file, rows[row].cells[index])
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw MotionError.table(
        path: file.path, line: rows[row].line, column: column, expected: meaning, found: text.isEmpty ? "nothing" : text)
    }
    return value
  }

  /// Seconds of every row from `hh:mm:ss:frame.zzz`, rising; a new day may begin in between.
  func times() throws -> [Double] {
    var parsed: [(seconds: Double, frame: Double)] = []
    for row in rows {
      let text = Self.text(file, row.cells[0])
      let parts = text.split(whereSeparator: { $0 == ":" || $0 == ";" })
      guard parts.count == 4, let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = Int(parts[2]),
        let frame = Double(parts[3]),
        (0..<48).contains(hours), (0..<60).contains(minutes), (0...60).contains(seconds), (0..<240).contains(frame)
      else { throw wrongTime(row, "hh:mm:ss:frame", text) }
      parsed.append((Double(hours * 3600 + minutes * 60 + seconds), frame))
    }
    let base = (parsed.map(\.frame).max() ?? 0) >= 31 ? 60.0 : 30.0
    var times: [Double] = []
    var day = 0.0
    for (row, time) in zip(rows, parsed) {
      var seconds = time.seconds + time.frame / base + day
      if let last = times.last {
        if seconds < last - 43200 {
          day += 86400
          seconds += 86400
        }
        guard seconds >= last - 1e-6, seconds - last <= 2 else {
          let found = seconds < last ? "one that goes back" : "a jump of \(String(format: "%.1f", seconds - last)) s"
          throw wrongTime(row, "a timecode at most 2 s after the one before", found)
        }
      }
      times.append(seconds)
    }
    return times
  }

  private func wrongTime(_ row: Row, _ expected: String, _ found: String) -> MotionError {
    .table(path: file.path, line: row.line, column: "Timecode", expected: expected, found: found)
  }

  /// The lines that are not blank, without their ends and a byte order mark.
  private static func lines(_ file: FileBytes) -> [(line: Int, range: Range<Int>)] {
    var result: [(line: Int, range: Range<Int>)] = []
    var start = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1
    while start < file.count {
      let feed = file.bytes[start...].firstIndex(of: 0x0A) ?? file.count
      var end = feed
      while end > start, file.bytes[end - 1] == 0x0D || file.bytes[end - 1] == 0x20 { end -= 1 }
      if end > start { result.append((line, start..<end)) }
      start = feed + 1
      line += 1
    }
    return result
  }

  private static func cells(_ file: FileBytes, _ line: Range<Int>) -> [Range<Int>] {
    var cells: [Range<Int>] = []
    var start = line.lowerBound
    for index in line where file.bytes[index] == UInt8(ascii: ",") {
      cells.append(start..<index)
      start = index + 1
    }
    cells.append(start..<line.upperBound)
    return cells
  }

  private static func text(_ file: FileBytes, _ range: Range<Int>) -> String {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, file.bytes[start] == 0x20 || file.bytes[start] == 0x22 { start += 1 }
    while end > start, file.bytes[end - 1] == 0x20 || file.bytes[end - 1] == 0x22 { end -= 1 }
    return String(decoding: file.bytes[start..<end], as: UTF8.self)
  }
}
