import Foundation

/// The report as a table like the paper's, its published numbers beside ours.
public enum ResultTable {
  /// (figure, heading, decimals)
  static func columns(_ task: EvaluationTask) -> [(key: String, title: String, digits: Int)] {
    switch task {
    case .talking:
      [
        ("R1", "R@1", 3), ("R2", "R@2", 3), ("R3", "R@3", 3), ("FID", "FID", 2), ("audioMatch", "audio match", 2),
        ("diversity", "diversity", 2), ("LVE", "LVE mm", 3), ("FVE", "FVE mm", 3),
      ]
    case .text:
      [("R1", "R@1", 3), ("R2", "R@2", 3), ("R3", "R@3", 3), ("FID", "FID", 2), ("match", "text match", 2), ("diversity", "diversity", 2)]
    }
  }

  static let own: [(key: String, title: String, digits: Int)] = [
    ("seal", "p/b/m sealed", 3), ("falseSeal", "false seals", 3), ("jitter", "jitter mm/f²", 3), ("blinks", "blinks/min", 1),
    ("FID∞", "FID∞", 2), ("FID.takes", "FID of takes", 2), ("pose", "head pose", 3), ("adherence.action", "action", 3),
    ("adherence.emotion", "emotion", 3), ("adherence.expression", "expression", 3), ("adherence.pose", "pose text", 3),
    ("multimodality", "multimod.", 2),
  ]

  public static func text(_ report: EvaluationReport) -> String {
    let task = report.task == .talking ? "talking (benchmark I)" : "text only (benchmark II)"
    var lines = [
      "\(task), \(report.corpus), split \(report.split): \(report.clips) clips, of which \(report.batchedClips) in full batches of 32",
      "head \(report.head)" + (report.model.map { ", model \($0)" } ?? ""),
    ]
    if !report.faults.isEmpty {
      lines.append("\(report.faults.count) clips left out:")
      lines += report.faults.prefix(10).map { "  \($0.file): \($0.reason)" }
      if report.faults.count > 10 { lines.append("  and \(report.faults.count - 10) more (see --json)") }
    }
    lines += report.complaints.map { "note: \($0)" }
    lines.append("")
    let columns = columns(report.task)
    lines += grid(
      [["", ""] + columns.map(\.title)]
        + report.rows.flatMap { row -> [[String]] in
          let ours = [row.name, "here"] + columns.map { cell(row.figures[$0.key], $0.digits) }
          guard let published = PaperNumbers.row(row.name, task: report.task) else { return [ours] }
          return [ours, ["", "paper"] + columns.map { column in published[column.key].map { number($0, column.digits) } ?? "–" }]
        })
    let measured = own.filter { column in report.rows.contains { $0.figures[column.key] != nil } }
    if !measured.isEmpty {
      lines += ["", "our own measures"]
      lines += grid(
        [[""] + measured.map(\.title)] + report.rows.map { row in [row.name] + measured.map { cell(row.figures[$0.key], $0.digits) } })
    }
    for row in report.rows where !row.faults.isEmpty {
      lines.append(
        "\(row.name): \(row.faults.count) clips failed and count as a still face; first: \(row.faults[0].file): \(row.faults[0].reason)")
    }
    lines.append("")
    lines.append(footnote)
    return lines.joined(separator: "\n")
  }

  static let footnote =
    "The paper's rows are on MMHead with FLAME 2020 and the authors' retrieval networks; compare them only with runs on the same."

  /// The report as Markdown tables, for a model card.
  public static func markdown(_ report: EvaluationReport) -> String {
    let columns = columns(report.task)
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    func rule(_ count: Int) -> String { line(["---"] + [String](repeating: "--:", count: count)) }
    let task = report.task == .talking ? "Benchmark I (talking)" : "Benchmark II (text only)"
    var lines = [
      "\(task): \(report.clips) clips of the split `\(report.split)`, \(report.batchedClips) in full batches of 32, "
        + "\(report.faults.count) left out; head \(report.head)" + (report.model.map { ", model \($0)" } ?? "") + ".", "",
      line([""] + columns.map(\.title)), rule(columns.count),
    ]
    for row in report.rows {
      lines.append(line([row.name] + columns.map { cell(row.figures[$0.key], $0.digits) }))
      if let published = PaperNumbers.row(row.name, task: report.task) {
        lines.append(
          line(["*paper, on MMHead*"] + columns.map { column in published[column.key].map { "*\(number($0, column.digits))*" } ?? "–" }))
      }
    }
    let measured = own.filter { column in report.rows.contains { $0.figures[column.key] != nil } }
    if !measured.isEmpty {
      lines += ["", "Our own measures:", "", line([""] + measured.map(\.title)), rule(measured.count)]
      lines += report.rows.map { row in line([row.name] + measured.map { cell(row.figures[$0.key], $0.digits) }) }
    }
    lines += report.complaints.map { "\nNote: \($0)." }
    return (lines + ["", footnote]).joined(separator: "\n")
  }

  private static func cell(_ figure: Figure?, _ digits: Int) -> String {
    guard let figure else { return "–" }
    return number(figure.mean, digits) + (figure.interval > 0 ? " ±\(number(figure.interval, digits))" : "")
  }

  private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  private static func grid(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, item in
        let padding = String(repeating: " ", count: item.1 - item.0.count)
        return column == 0 ? item.0 + padding : padding + item.0
      }.joined(separator: "  ")
    }
  }
}

/// The figures the paper prints (Tables 2 and 3), by the rows they stand beside.
enum PaperNumbers {
  static func row(_ name: String, task: EvaluationTask) -> [String: Double]? {
    let keys = ResultTable.columns(task).map(\.key)
    guard let values = (task == .talking ? talking : text)[name] else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(keys, values).filter { $0.1.isFinite })
  }

  private static let talking: [String: [Double]] = [
    "real motion": [0.843, 0.941, 0.970, 0, 31.70, 50.84, 0, 0],
    "tokenizer reconstruction": [0.777, 0.892, 0.934, 14.62, 35.03, 50.37, 2.855, 0.807],
    "MM2Face without text": [0.404, 0.520, 0.584, 50.51, 34.66, 50.37, 7.053, 1.804],
    // Table 3, "FT" in self-attention and "A" in cross-attention; it prints no audio match, diversity or FVE.
    "MM2Face, full text only": [0.610, 0.776, 0.840, 45.68, .nan, .nan, 6.985, .nan],
    "MM2Face": [0.718, 0.854, 0.909, 41.19, 34.57, 50.09, 6.736, 1.692],
  ]

  private static let text: [String: [Double]] = [
    "real motion": [0.678, 0.842, 0.904, 0, 19.14, 33.39],
    "tokenizer reconstruction": [0.492, 0.667, 0.763, 21.29, 21.72, 33.48],
    "MM2Face": [0.405, 0.601, 0.698, 35.80, 23.17, 33.30],
  ]
}
