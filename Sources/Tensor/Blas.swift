import COpenBLAS

/// The matrix products of many rows, by OpenBLAS.
public enum Blas {
  /// How many threads OpenBLAS uses.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  public static func use(threads: Int) { openblas_set_num_threads(Int32(max(threads, 1))) }

  /// The kernels OpenBLAS chose for this processor, for example `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// c (M × N) = alpha · a (M × K) · bᵀ (b is N × K) + beta · c; strides in numbers from row to row.
  public static func multiplyTransposed(
    m: Int, n: Int, k: Int, alpha: Float = 1, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    guard m > 0, n > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), alpha, a, Int32(aStride), b, Int32(bStride), beta, c,
      Int32(cStride))
  }

  /// c (M × N) = alpha · a (M × K) · b (K × N) + beta · c; strides in numbers from row to row.
  public static func multiply(
    m: Int, n: Int, k: Int, alpha: Float = 1, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    guard m > 0, n > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), alpha, a, Int32(aStride), b, Int32(bStride), beta, c,
      Int32(cStride))
  }
}
