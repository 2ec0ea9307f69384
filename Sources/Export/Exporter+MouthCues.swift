import Containers
import Foundation
import Motion

extension Exporter {
  /// Mouth cues in one of Rhubarb's four forms.
  func writeMouthCues(_ take: ExportTake, to path: String, format: ExportFormat, report: inout ExportReport) throws {
    try requireHeadBasis(take.clip, format: "mouth cues")
    let cues =
      take.phones.isEmpty
      ? try MouthCues(take.clip, head: options.head) : MouthCues(phones: take.phones, duration: take.clip.seconds)
    try AtomicFile.write(text(cues, format: format, rate: take.clip.framesPerSecond), to: path, replacing: options.overwrite)
    report.paths.append(path)
  }

  private func text(_ cues: MouthCues, format: ExportFormat, rate: Double) -> String {
    func seconds(_ value: Double) -> String { String(format: "%.2f", value) }
    let sound = options.audioPath ?? ""
    switch format {
    case .rhubarbJSON:
      let list = cues.cues.map { "    {\"start\": \(seconds($0.start)), \"end\": \(seconds($0.end)), \"value\": \"\($0.shape)\"}" }
      return "{\n  \"metadata\": {\"soundFile\": \(JSONText.quote(sound)), \"duration\": \(seconds(cues.duration))},\n  \"mouthCues\": [\n"
        + list.joined(separator: ",\n") + "\n  ]\n}\n"
    case .rhubarbXML:
      let list = cues.cues.map { "    <mouthCue start=\"\(seconds($0.start))\" end=\"\(seconds($0.end))\">\($0.shape)</mouthCue>\n" }
      return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rhubarbResult>\n  <metadata>\n    <soundFile>\(escaped(sound))</soundFile>\n"
        + "    <duration>\(seconds(cues.duration))</duration>\n  </metadata>\n  <mouthCues>\n\(list.joined())  </mouthCues>\n</rhubarbResult>\n"
    case .rhubarbDAT:
      // Moho counts frames from 1 and takes one switch a frame.
      var lines: [(frame: Int, shape: Character)] = []
      for cue in cues.cues {
        let frame = 1 + Int((cue.start * rate).rounded())
        if lines.last?.frame == frame { lines.removeLast() }
        lines.append((frame, cue.shape))
      }
      return "MohoSwitch1\n" + lines.map { "\($0.frame) \($0.shape)\n" }.joined()
    default:
      return cues.cues.map { "\(seconds($0.start))\t\($0.shape)\n" }.joined() + "\(seconds(cues.duration))\tX\n"
    }
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(
      of: ">", with: "&gt;")
  }
}
