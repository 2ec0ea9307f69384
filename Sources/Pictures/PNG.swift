import CPNG

/// PNG files, written by libpng.
public enum PNG {
  /// The bytes of an RGB PNG; throws `PicturesError`.
  public static func encode(_ picture: Picture) throws -> [UInt8] {
    guard picture.width > 0, picture.height > 0 else { throw PicturesError.empty }
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(picture.width)
    image.height = png_uint_32(picture.height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&image) }
    // An upper bound of the size: stored deflate blocks plus the chunks around them.
    var size = picture.rgb.count + picture.rgb.count / 8 + picture.height * 16 + 4096
    var bytes = [UInt8](repeating: 0, count: size)
    let done = picture.rgb.withUnsafeBytes { pixels in
      bytes.withUnsafeMutableBytes { png_image_write_to_memory(&image, $0.baseAddress, &size, 0, pixels.baseAddress, 0, nil) }
    }
    guard done != 0 else { throw PicturesError.png(message(of: image)) }
    bytes.removeLast(bytes.count - size)
    return bytes
  }

  private static func message(of image: png_image) -> String {
    var image = image
    return withUnsafeBytes(of: &image.message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
