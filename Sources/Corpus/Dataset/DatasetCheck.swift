import Claims
import Containers
import Foundation
import Motion

/// Looks a data set over: what is there, what is broken, what is left over, what leaks between splits.
public struct DatasetCheck: Sendable, Codable, Hashable {
  public struct Count: Sendable, Codable, Hashable {
    public var clips = 0
    public var seconds = 0.0
  }
  /// A file that cannot be used, and why.
  public struct Fault: Sendable, Codable, Hashable {
    public var name: String
    public var fault: String
  }

  /// By "talking train" and the like.
  public var counts: [String: Count] = [:]
  public var shortestSeconds = 0.0
  public var longestSeconds = 0.0
  public var framesPerSecond: [String: Int] = [:]
  public var bases: [String: Int] = [:]
  public var broken: [Fault] = []
  /// Files of clips that no list names.
  public var orphans: [String] = []
  /// Names, voices and spoken lines that occur both in train and in val or test.
  public var leaks: [String] = []
  /// Levels with how many clips lack them.
  public var missingTexts: [String: Int] = [:]
  public var distinctTexts: [String: Int] = [:]
  public var distinctWords = 0

  public var isSound: Bool { broken.isEmpty && leaks.isEmpty && orphans.isEmpty }

  public init(_ dataset: MMHeadDataset, progress: (Int, Int) -> Void = { _, _ in }) {
    let entries = dataset.entries
    var places: [String: Set<Split>] = [:]
    var voices: [String: Set<Split>] = [:]
    var spoken: [String: Set<Split>] = [:]
    var texts: [String: Set<String>] = [:]
    var words: Set<Substring> = []
    shortestSeconds = .infinity
    for (index, entry) in entries.enumerated() {
      places[entry.name, default: []].insert(entry.split)
      let key = "\(entry.subset.rawValue) \(entry.split.rawValue)"
      do {
        let clip = try dataset.motion(entry.name)
        counts[key, default: Count()].clips += 1
        counts[key, default: Count()].seconds += clip.seconds
        shortestSeconds = min(shortestSeconds, clip.seconds)
        longestSeconds = max(longestSeconds, clip.seconds)
        framesPerSecond[String(format: "%g", clip.framesPerSecond), default: 0] += 1
        bases[clip.basis.rawValue, default: 0] += 1
        if let index = clip.values.firstIndex(where: { !$0.isFinite }) {
          broken.append(Fault(name: entry.name, fault: "motion has \(clip.values[index]) in frame \(index / Clip.channels)"))
        }
        if clip.frameCount == 0 { broken.append(Fault(name: entry.name, fault: "motion has no frames")) }
        checkSound(dataset, entry, clip)
      } catch {
        broken.append(Fault(name: entry.name, fault: "\(error)"))
      }
      for level in TextLevel.allCases {
        guard let text = dataset.text(entry.name, level), !text.isEmpty else {
          missingTexts[level.rawValue, default: 0] += 1
          continue
        }
        texts[level.rawValue, default: []].insert(text)
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && $0 != "'" }) { words.insert(word) }
      }
      if let origin = try? dataset.provenance(entry.name) {
        if let voice = origin.voice { voices[voice, default: []].insert(entry.split) }
        if let line = origin.score.speech?.text { spoken[line, default: []].insert(entry.split) }
      }
      progress(index + 1, entries.count)
    }
    if entries.isEmpty { shortestSeconds = 0 }
    distinctTexts = texts.mapValues(\.count)
    distinctWords = words.count
    for (kind, map) in [("clip", places), ("voice", voices), ("line", spoken)] {
      leaks += map.filter { $0.value.count > 1 && $0.value.contains(.train) }.map { "\(kind) \($0.key)" }.sorted()
    }
    orphans = Self.orphans(dataset.folder, listed: Set(entries.map(\.name)))
  }

  private mutating func checkSound(
    _ dataset: MMHeadDataset, _ entry: (name: String, subset: MMHeadDataset.Subset, split: Split), _ clip: Clip
  ) {
    guard entry.subset == .talking else { return }
    guard let file = dataset.audioFile(entry.name) else {
      broken.append(Fault(name: entry.name, fault: "no sound: audio/\(entry.name).wav is missing"))
      return
    }
    // 44 bytes of header, two bytes a sample at 16 kHz.
    let bytes = (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
    let seconds = Double(bytes - 44) / 32_000
    if abs(seconds - clip.seconds) > 0.5 {
      broken.append(Fault(name: entry.name, fault: String(format: "sound lasts %.2f s, motion %.2f s", seconds, clip.seconds)))
    }
  }

  private static func orphans(_ folder: URL, listed: Set<String>) -> [String] {
    let places =
      [DatasetLayout.motionFolder, DatasetLayout.audioFolder] + TextLevel.allCases.map { "\(DatasetLayout.textFolder)/\($0.folder)" }
    return places.flatMap { place -> [String] in
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(place).path)) ?? []
      return files.filter { file in !listed.contains(file.split(separator: ".").dropLast().joined(separator: ".")) }.map {
        "\(place)/\($0)"
      }
    }.sorted()
  }
}
