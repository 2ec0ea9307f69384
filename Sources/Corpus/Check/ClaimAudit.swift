import Foundation
import Motion

/// Builds clips of the procedural corpus and holds every claim of their texts against their motion.
public struct ClaimAudit: Sendable {
  /// What came of an audit.
  public struct Report: Codable, Sendable, Hashable {
    public var clips = 0
    public var holds = 0
    public var fails = 0
    public var unmeasured = 0
    /// Failures by what was claimed ("occurs unit smile").
    public var failures: [String: Int] = [:]
    /// Some failures in full: the clip, the level and the reason.
    public var examples: [String] = []
    /// Different texts by level, out of `clips`.
    public var distinct: [String: Int] = [:]

    /// The share of measured claims that hold.
    public var truth: Double { holds + fails == 0 ? 1 : Double(holds) / Double(holds + fails) }
  }

  let builder: DatasetBuilder

  public init(_ settings: DatasetBuilder.Settings) throws { builder = try DatasetBuilder(settings) }

  /// Audits the first `clips` clips of the corpus that the settings describe; nothing is written.
  public func run(clips: Int) throws -> Report {
    var report = Report()
    var texts: [String: Set<String>] = [:]
    for index in 0..<clips {
      let made = try builder.make(index)
      report.clips += 1
      let checker = ClaimChecker(made.clip)
      for level in TextLevel.allCases {
        texts[level.rawValue, default: []].insert(made.texts[level])
        for claim in made.texts.claims[level] ?? [] {
          switch checker.verdict(claim) {
          case .holds: report.holds += 1
          case .unmeasured: report.unmeasured += 1
          case .fails(let why):
            report.fails += 1
            report.failures["\(claim.relation.rawValue) \(claim.what.kind.rawValue) \(claim.what.name)", default: 0] += 1
            if report.examples.count < 200 { report.examples.append("\(made.name) \(level.rawValue): \(why) | \(made.texts[level])") }
          }
        }
      }
    }
    report.distinct = texts.mapValues(\.count)
    return report
  }
}
