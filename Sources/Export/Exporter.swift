import Containers
import Foundation
import Head
import Motion
import Speech
import Synchronization
import Tensor

/// Writes takes to files of any format; a file appears whole or not at all.
public struct Exporter: Sendable {
  /// Called between frames with what is done of the whole; throwing stops the export and leaves nothing behind.
  public typealias Progress = (_ done: Int, _ of: Int) throws -> Void

  public var options: ExportOptions

  public init(options: ExportOptions) { self.options = options }

  /// Writes takes to one path.
  ///
  /// Several takes go into one file where the format allows it (.glb); otherwise `{take}` in the path is replaced by each name.
  /// - Throws: `ExportError` or `ContainerError`; a file that existed is then as it was.
  public func write(_ takes: [ExportTake], to path: String, format named: String? = nil, progress: Progress = { _, _ in }) throws
    -> ExportReport
  {
    var report = ExportReport()
    for file in try files(takes, [path], format: named)[0] { report.merge(try writeOne(file, progress: progress)) }
    return report
  }

  /// What goes into one file or folder.
  private struct Output {
    var path: String
    var format: ExportFormat
    var takes: [ExportTake]
  }

  /// What will be written for each path; throws what can be known before any work is done.
  private func files(_ takes: [ExportTake], _ paths: [String], format named: String?) throws -> [[Output]] {
    var names = Set<String>()
    return try paths.map { path in
      let format = try ExportFormat.of(path: path, named: named)
      let isEach = path.contains("{take}")
      guard isEach || takes.count == 1 || format == .glb || format == .wav else {
        throw ExportError.severalTakes(path: path, format: format.rawValue)
      }
      if format == .wav { _ = try sound(for: path) }
      return try (isEach ? takes.map { [$0] } : [takes]).map { takes in
        let name = path.replacingOccurrences(of: "{take}", with: Self.fileName(takes.first?.name ?? "take"))
        let target = format == .obj && name.hasSuffix(".obj") ? String(name.dropLast(4)) : name
        guard names.insert(URL(fileURLWithPath: target).standardizedFileURL.path).inserted else { throw ExportError.sameName(path: target) }
        return Output(path: target, format: format, takes: takes)
      }
    }
  }

  /// Writes takes to several paths, as many at once as there are threads; the first path's error is thrown when several fail.
  ///
  /// - Parameter progress: told the frames written of all files together; called from several threads, one at a time.
  public func write(_ takes: [ExportTake], toAll paths: [String], format: String? = nil, progress: @escaping @Sendable (Int, Int) -> Void)
    throws -> ExportReport
  {
    let files = try files(takes, paths, format: format)
    // Vertex caches of one name share their .obj: they are written one after the other.
    let groups = Dictionary(grouping: paths.indices) { index in
      let path = paths[index] as NSString
      return ["pc2", "mdd"].contains(path.pathExtension.lowercased()) ? path.deletingPathExtension : "\(index)"
    }.values.sorted { $0[0] < $1[0] }
    let tally = Mutex([Int: (done: Int, of: Int)]())
    let results = concurrently(groups.count) { group in
      groups[group].map { index in
        Result {
          var report = ExportReport()
          for file in files[index] {
            report.merge(
              try writeOne(file) { done, total in
                tally.withLock { tally in
                  tally[index] = (done, total)
                  progress(tally.values.map(\.done).reduce(0, +), tally.values.map(\.of).reduce(0, +))
                }
              })
          }
          return report
        }
      }
    }
    var report = ExportReport()
    for (_, result) in zip(groups.joined(), results.joined()).sorted(by: { $0.0 < $1.0 }) { report.merge(try result.get()) }
    return report
  }

  /// A take's name without what file systems and rigs stumble over.
  static func fileName(_ name: String) -> String {
    let kept = name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "_" }
    return kept.isEmpty ? "take" : String(kept)
  }

  private func writeOne(_ file: Output, progress: Progress) throws -> ExportReport {
    let (path, format) = (file.path, file.format)
    var report = ExportReport()
    let prepared = try file.takes.map { take in
      var take = take
      take.clip = try prepare(take.clip, path: path, format: format)
      return take
    }
    guard let first = prepared.first else { throw ExportError.emptyClip(path: path) }
    switch format {
    case .npz: try writeNPZ(first, to: path, report: &report, progress: progress)
    case .flameFolder: try writeFlameFolder(first, to: path, report: &report, progress: progress)
    case .glb: try writeGLB(prepared, to: path, report: &report, progress: progress)
    case .usda: try writeUSDA(first, to: path, report: &report, progress: progress)
    case .liveLink: try writeLiveLink(first, to: path, report: &report, progress: progress)
    case .audio2Face: try writeAudio2Face(first, to: path, report: &report, progress: progress)
    case .pc2, .mdd: try writeVertexCache(first, to: path, format: format, report: &report, progress: progress)
    case .obj: try writeOBJFolder(first, to: path, report: &report, progress: progress)
    case .rhubarbTSV, .rhubarbJSON, .rhubarbXML, .rhubarbDAT: try writeMouthCues(first, to: path, format: format, report: &report)
    case .cast, .gif, .png: try writePreview(first, to: path, format: format, report: &report, progress: progress)
    case .wav: try writeSound(to: path, report: &report)
    }
    return report
  }

  /// The frames asked for, at the rate asked for.
  private func prepare(_ clip: Clip, path: String, format: ExportFormat) throws -> Clip {
    guard clip.frameCount > 0 else { throw ExportError.emptyClip(path: path) }
    var clip = clip
    if let frames = options.frames {
      guard frames.lowerBound >= 0, frames.upperBound <= clip.frameCount, !frames.isEmpty else {
        throw ExportError.badRange(range: "\(frames.lowerBound)-\(frames.upperBound - 1)", frames: clip.frameCount)
      }
      clip = clip.sliced(frames)
    }
    clip.provenance.merge(options.provenance) { own, _ in own }
    // A clip keeps the head that it was made with.
    clip.provenance["head"] = clip.provenance["head"] ?? options.head.recordName
    let rate = options.framesPerSecond ?? (format == .liveLink ? Self.liveLinkRate(for: clip.framesPerSecond) : clip.framesPerSecond)
    guard rate.isFinite, rate >= 1, rate <= 240 else { throw ExportError.badRate(path: path, found: rate, allowed: "from 1 to 240") }
    return rate == clip.framesPerSecond ? clip : clip.resampled(to: rate)
  }

  /// What a rig does not show: weights this close outside 0…1 are clamped without a word.
  private static let unseen: Float = 0.02

  /// The clip with its weights in 0…1, as rigs expect them; counts what was changed to be seen.
  func clamped(_ clip: Clip, report: inout ExportReport) -> Clip {
    guard clip.basis == .studio50 else { return clip }
    var clip = clip
    var changed = 0
    for frame in 0..<clip.frameCount {
      for channel in Clip.expressionRange {
        let value = clip[frame, channel]
        let limited = min(max(value, 0), 1)
        if abs(limited - value) > Self.unseen { changed += 1 }
        if limited != value { clip[frame, channel] = limited }
      }
    }
    if changed > 0 { report.notes.append("\(changed) of \(clip.frameCount * 50) weights lay outside 0…1 and were clamped") }
    return clip
  }

  func requireStudioBasis(_ clip: Clip, format: String) throws {
    guard clip.basis == .studio50 else {
      throw ExportError.wrongBasis(format: format, expected: Clip.Basis.studio50.rawValue, found: clip.basis.rawValue)
    }
  }

  func requireHeadBasis(_ clip: Clip, format: String) throws {
    guard clip.basis == options.head.basis else {
      throw ExportError.wrongBasis(format: format, expected: options.head.basis.rawValue, found: clip.basis.rawValue)
    }
  }

  /// One line that says where a clip comes from, and the head that shows it.
  func provenanceLine(_ clip: Clip) -> String {
    let facts = clip.provenance.sorted { $0.key < $1.key }.filter { $0.key != "head" }.map { "\($0.key)=\($0.value)" }
    return (["mm2face", "basis=\(clip.basis.rawValue)", "head=\(options.head.recordName)"] + facts).joined(separator: "; ")
      .replacingOccurrences(of: "\n", with: " ")
  }

  private func writeSound(to path: String, report: inout ExportReport) throws {
    let info = try sound(for: path)
    let bytes = try FileBytes(reading: info.path).contents
    if ["RIFF", "RF64"].contains(where: { bytes.starts(with: $0.utf8) }) {
      try AtomicFile.write(bytes, to: path, replacing: options.overwrite)
    } else {
      let voice = try Waveform(path: info.path, sampleRate: info.sampleRate)
      try AtomicFile.write(WavFile.encode(voice), to: path, replacing: options.overwrite)
      report.notes.append("\(path): \(info.path) is no wav (\(info.format)); it was written as 16-bit mono")
    }
    report.paths.append(path)
  }

  /// The speech file, which must open as sound. Errors: `ExportError.noAudio`, `SpeechError`.
  private func sound(for path: String) throws -> AudioInfo {
    guard let audio = options.audioPath else { throw ExportError.noAudio(path: path) }
    return try AudioReader(path: audio).info
  }
}

/// `make(0)` … `make(count - 1)`, on all threads.
func concurrently<T: Sendable>(_ count: Int, _ make: (Int) -> T) -> [T] {
  let results = Mutex([T?](repeating: nil, count: count))
  ThreadPool.shared.run(chunks: count) { index in
    let made = make(index)
    results.withLock { $0[index] = made }
  }
  return results.withLock { $0 }.compactMap { $0 }
}
