/// What can go wrong in writing pictures.
public enum PicturesError: Error, Equatable, CustomStringConvertible {
  /// The PNG library refused; its words.
  case png(String)
  /// The GIF library refused; its code.
  case gif(Int32)
  /// A picture without pixels.
  case empty
  /// Frames of a GIF with different sizes.
  case sizes(expected: String, found: String)

  public var description: String {
    switch self {
    case .png(let message): "cannot write the PNG: \(message); make the picture smaller"
    case .gif(let code): "cannot write the GIF (giflib error \(code)); make the picture smaller or write PNG frames"
    case .empty: "cannot write a picture without pixels; ask for a size of at least 1 × 1"
    case .sizes(let expected, let found): "all frames of a GIF need one size: expected \(expected), found \(found)"
    }
  }
}
