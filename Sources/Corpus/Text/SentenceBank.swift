import Claims
import Containers
import Foundation

/// The hand-written sentences of `assets/corpus`: wordings by what they describe, scenarios by emotion, connectives and spoken lines.
public struct SentenceBank: Sendable {
  /// What a wording describes; each kind has its file.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    case action = "actions"
    case emotion = "emotions"
    case unit = "expressions"
    case pose = "poses"
    case gaze

    /// The kind whose lines tell an event.
    public init(_ kind: EventKind) {
      switch kind {
      case .action: self = .action
      case .emotion: self = .emotion
      case .unit: self = .unit
      case .pose: self = .pose
      case .gaze: self = .gaze
      }
    }
  }

  /// A situation that brings an emotion on.
  public struct Scenario: Sendable, Hashable {
    public var emotion: String
    public var text: String
    public var heldOut: Bool
    var wording: Wording
  }

  /// Words before or after a situation that leave its emotion as it is.
  struct Setting: Sendable, Hashable {
    var isBefore: Bool
    var wording: Wording
  }

  /// A joining word or opening, by role ("next", "last", "ask" …).
  public struct Connective: Sendable, Hashable {
    public var role: String
    public var text: String
  }

  public private(set) var wordings: [Kind: [String: [Wording]]] = [:]
  private var train: [Kind: [String: [Wording]]] = [:]
  private var test: [Kind: [String: [Wording]]] = [:]
  public private(set) var scenarios: [String: [Scenario]] = [:]
  private(set) var settings: [Setting] = []
  public private(set) var connectives: [String: [String]] = [:]
  /// Everyday sentences to be spoken.
  public private(set) var spoken: [String] = []

  /// Reads and checks a folder of bank files; throws every fault found, up to 20.
  public init(folder: URL) throws(SentenceBankError) {
    var faults: [SentenceBankError.Fault] = []
    for kind in Kind.allCases {
      let file = folder.appendingPathComponent("\(kind.rawValue).txt")
      var table: [String: [Wording]] = [:]
      var seen: Set<String> = []
      for (number, line) in try Self.lines(file) {
        do throws(WordingFault) {
          let wording = try Wording.parse(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
          if !seen.insert(wording.name + "\t" + wording.text).inserted {
            faults.append(.init(file: file.path, line: number, what: "this sentence already stands above under \"\(wording.name)\""))
          }
          table[wording.name, default: []].append(wording)
        } catch {
          faults.append(.init(file: file.path, line: number, what: error.words))
        }
      }
      wordings[kind] = table
      train[kind] = table.mapValues { $0.filter { !$0.heldOut } }
      test[kind] = table.mapValues { $0.filter(\.heldOut) }
    }
    for emotion in ["neutral", "happy", "sad", "angry", "surprised", "fearful", "disgusted", "contempt"] {
      let file = folder.appendingPathComponent("scenarios-\(emotion).txt")
      var list: [Scenario] = []
      var seen: Set<String> = []
      for (number, line) in try Self.lines(file) {
        do throws(WordingFault) {
          let wording = try Wording.parse(["scenario", "*", "*", "*", "*", "*", "=" + line])
          if !seen.insert(line).inserted {
            faults.append(.init(file: file.path, line: number, what: "this situation already stands above"))
          }
          list.append(Scenario(emotion: emotion, text: line, heldOut: wording.heldOut, wording: wording))
        } catch {
          faults.append(.init(file: file.path, line: number, what: error.words))
        }
      }
      scenarios[emotion] = list
    }
    let places = folder.appendingPathComponent("settings.txt")
    for (number, line) in try Self.lines(places) {
      let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0] == "before" || parts[0] == "after" else {
        faults.append(.init(file: places.path, line: number, what: "expected before or after, a tab and the words"))
        continue
      }
      do throws(WordingFault) {
        let wording = try Wording.parse(["setting", "*", "*", "*", "*", "*", "=" + parts[1]])
        settings.append(Setting(isBefore: parts[0] == "before", wording: wording))
      } catch {
        faults.append(.init(file: places.path, line: number, what: error.words))
      }
    }
    let joins = folder.appendingPathComponent("connectives.txt")
    for (number, line) in try Self.lines(joins) {
      let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        faults.append(.init(file: joins.path, line: number, what: "expected a role, a tab and the words"))
        continue
      }
      connectives[parts[0], default: []].append(parts[1])
    }
    spoken = try Self.lines(folder.appendingPathComponent("spoken.txt")).map(\.1)
    if !faults.isEmpty { throw .lines(Array(faults.prefix(20)), total: faults.count) }
  }

  /// All wordings of one thing on one side of the split.
  public func wordings(_ kind: Kind, _ name: String, heldOut: Bool) -> [Wording] {
    (heldOut ? test : train)[kind]?[name] ?? []
  }

  /// All lines that a person wrote, without their marks; what the counts of the report count.
  public var allTexts: [String] {
    var texts: [String] = []
    for kind in Kind.allCases {
      let table = wordings[kind] ?? [:]
      for name in table.keys.sorted() { texts += (table[name] ?? []).map(\.text) }
    }
    for emotion in scenarios.keys.sorted() { texts += (scenarios[emotion] ?? []).map(\.text) }
    texts += settings.map(\.wording.text)
    for role in connectives.keys.sorted() { texts += connectives[role] ?? [] }
    return texts + spoken
  }

  private static func lines(_ file: URL) throws(SentenceBankError) -> [(Int, String)] {
    guard let data = try? FileBytes(reading: file.path).contents else { throw .unreadable(file.path) }
    guard let text = String(validating: data, as: UTF8.self) else { throw .notText(file.path) }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let bare = line.hasSuffix("\r") ? line.dropLast() : line
      return bare.isEmpty || bare.hasPrefix("#") ? nil : (index + 1, String(bare))
    }
  }
}
