import Claims
import Containers
import Foundation
import Motion

/// What a user types: texts by level, any of them left out.
public struct PromptTexts: Codable, Sendable, Hashable {
  public var action: String?
  public var emotion: String?
  public var expression: String?
  public var pose: String?
  public var scenario: [String]?
}

/// A prompt with what the motion made from it must show.
public struct PromptCase: Codable, Sendable, Hashable {
  public var id: String
  public var prompt: PromptTexts
  public var seconds: Double
  public var checks: [Claim]

  /// Reads a list of cases from JSON.
  public static func load(_ file: URL) throws -> [PromptCase] {
    try JSONFile.read(path: file.path)
  }

  /// The checks that fail on a clip, worded; empty when the clip does what the prompt says.
  public func failures(_ clip: Clip) -> [String] {
    let checker = ClaimChecker(clip)
    return checks.compactMap { checker.verdict($0).failure }
  }
}

/// Two prompts that differ in one word or in their order, and how the motions made from them must differ.
public struct MinimalPair: Codable, Sendable, Hashable {
  public enum Half: String, Codable, Sendable, Hashable { case a, b }

  /// A number measured on both clips, which must be greater in one of them.
  public struct Contrast: Codable, Sendable, Hashable {
    public enum Quantity: String, Codable, Sendable, Hashable {
      /// The greatest strength of `what`.
      case peak
      /// Left strength less right strength.
      case lean
      /// The weaker side's peak over the stronger side's.
      case evenness
      /// How long before `other` it sets in, seconds.
      case lead
      /// How often.
      case count
    }
    public var what: Claim.What
    public var other: Claim.What?
    public var quantity: Quantity
    public var greater: Half

    /// The number on one clip; nil when it cannot be measured.
    public func value(_ checker: ClaimChecker) -> Double? {
      guard let measure = checker.measure(what) else { return nil }
      switch quantity {
      case .peak: return measure.peak
      case .lean: return measure.peakLeft - measure.peakRight
      case .evenness: return min(measure.peakLeft, measure.peakRight) / max(measure.peakLeft, measure.peakRight, 0.05)
      case .lead: return other.flatMap(checker.measure).map { $0.peakSeconds - measure.peakSeconds }
      case .count: return measure.count.map(Double.init)
      }
    }

    /// Whether clip `a` and clip `b` differ in the right direction.
    public func holds(a: ClaimChecker, b: ClaimChecker) -> Bool {
      guard let first = value(a), let second = value(b) else { return false }
      return greater == .a ? first > second : second > first
    }
  }

  public var id: String
  public var kind: String
  public var seconds: Double
  public var a: PromptTexts
  public var b: PromptTexts
  public var claimsA: [Claim]
  public var claimsB: [Claim]
  public var contrasts: [Contrast]

  /// Reads a list of pairs from JSON.
  public static func load(_ file: URL) throws -> [MinimalPair] {
    try JSONFile.read(path: file.path)
  }

  /// Whether the two clips differ as the two prompts do.
  public func holds(a: Clip, b: Clip) -> Bool {
    let first = ClaimChecker(a)
    let second = ClaimChecker(b)
    return contrasts.allSatisfy { $0.holds(a: first, b: second) }
  }
}
