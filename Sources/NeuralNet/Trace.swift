import Tensor

/// Hears every intermediate result by name, so that a difference to a reference points at a layer.
public struct Trace: Sendable {
  private let record: @Sendable (String, Matrix) -> Void
  private let prefix: String

  public init(_ record: @escaping @Sendable (String, Matrix) -> Void) {
    self.record = record
    prefix = ""
  }

  private init(prefix: String, record: @escaping @Sendable (String, Matrix) -> Void) {
    self.prefix = prefix
    self.record = record
  }

  public func scoped(_ name: String) -> Trace { Trace(prefix: "\(prefix)\(name).", record: record) }

  public func callAsFunction(_ name: String, _ value: Matrix) { record(prefix + name, value) }
}
