import CSampleRate

/// Streamed band-limited resampling of one channel (libsamplerate, medium sinc: 121 dB, 90 % of the band).
///
/// The output starts at the time of the first input sample; feeding blocks of any size gives the same samples.
final class Resampler {
  private let state: OpaquePointer
  private let ratio: Double
  private var scratch: [Float]

  /// nil when libsamplerate refuses the ratio or memory is short.
  init?(ratio: Double, block: Int) {
    var code: Int32 = 0
    guard src_is_valid_ratio(ratio) != 0, let state = src_new(Int32(SRC_SINC_MEDIUM_QUALITY), 1, &code) else { return nil }
    self.state = state
    self.ratio = ratio
    scratch = [Float](repeating: 0, count: min(max(Int(Double(block) * ratio) + 64, 1024), 1 << 20))
  }

  deinit { src_delete(state) }

  /// Feeds `input` and hands every sample that became ready to `output`. Returns libsamplerate's words when it fails.
  func process(_ input: [Float], last: Bool, into output: inout [Float]) -> String? {
    var used = 0
    let room = scratch.count
    while true {
      var made = 0
      let problem: String? = input.withUnsafeBufferPointer { source in
        scratch.withUnsafeMutableBufferPointer { target in
          var data = SRC_DATA()
          // libsamplerate wants an address even for zero frames.
          data.data_in = source.baseAddress.map { $0 + used } ?? UnsafePointer(target.baseAddress)
          data.data_out = target.baseAddress
          data.input_frames = source.count - used
          data.output_frames = room
          data.end_of_input = last ? 1 : 0
          data.src_ratio = ratio
          let code = src_process(state, &data)
          if code != 0 { return src_strerror(code).map { String(cString: $0) } ?? "error \(code)" }
          used += data.input_frames_used
          made = data.output_frames_gen
          return nil
        }
      }
      if let problem { return problem }
      output.append(contentsOf: scratch[0..<made])
      if used >= input.count && made < room { return nil }
    }
  }
}
