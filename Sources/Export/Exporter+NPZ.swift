import Containers
import Foundation
import Head
import Motion

extension Exporter {
  /// The array FLAME loaders call for is left out beyond this size: it holds zeros only.
  private static let largestOffsets = 256 << 20

  /// MMHead's array plus the keys of GaussianAvatars, VHAP and FLAME_PyTorch: all float32 but the notes.
  func writeNPZ(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    let clip = take.clip
    let frames = clip.frameCount
    var arrays = clip.arrays
    let values = FlameArrays(clip)
    arrays += [
      ("expr", NPYArray(shape: [frames, 100], values.expression)),
      ("rotation", NPYArray(shape: [frames, 3], [Float](repeating: 0, count: frames * 3))),
      ("neck_pose", NPYArray(shape: [frames, 3], values.neck)),
      ("jaw_pose", NPYArray(shape: [frames, 3], values.jaw)),
      ("eyes_pose", NPYArray(shape: [frames, 6], values.eyes)),
      ("translation", NPYArray(shape: [frames, 3], [Float](repeating: 0, count: frames * 3))),
      ("shape", NPYArray(shape: [300], [Float](repeating: 0, count: 300))),
    ]
    let vertices = options.head.vertexCount
    arrays.append(("static_offset", NPYArray(shape: [1, vertices, 3], [Float](repeating: 0, count: vertices * 3))))
    if frames * vertices * 12 <= Self.largestOffsets {
      arrays.append(("dynamic_offset", NPYArray(shape: [frames, vertices, 3], [Float](repeating: 0, count: frames * vertices * 3))))
    } else {
      report.notes.append("dynamic_offset (zeros for \(frames) frames) was left out; GaussianAvatars wants it: export fewer frames for it")
    }
    var seen = Set<String>()
    arrays = arrays.filter { seen.insert($0.name).inserted }
    try AtomicFile.write(NPZFile.encode(arrays, compressed: true, path: path), to: path, replacing: options.overwrite)
    try progress(frames, frames)
    report.paths.append(path)
    if clip.basis == .studio50 {
      report.notes.append("expr holds studio-50 weights; a FLAME loader needs a clip converted to FLAME's basis first")
    }
  }

  /// `flame_param/%05d.npz`, one frame each with a leading 1, and `canonical_flame_param.npz`.
  func writeFlameFolder(_ take: ExportTake, to path: String, report: inout ExportReport, progress: Progress) throws {
    let staging = try staged(path)
    let clip = take.clip
    let values = FlameArrays(clip)
    let zero3 = NPYArray(shape: [1, 3], [Float](repeating: 0, count: 3))
    let folder = try staging.makeFolder("flame_param")
    for frame in 0..<clip.frameCount {
      func row(_ array: [Float], _ width: Int) -> NPYArray {
        NPYArray(shape: [1, width], Array(array[frame * width..<(frame + 1) * width]))
      }
      let name = String(repeating: "0", count: max(0, 5 - String(frame).count)) + String(frame)
      let arrays = [
        ("translation", zero3), ("rotation", zero3), ("neck_pose", row(values.neck, 3)), ("jaw_pose", row(values.jaw, 3)),
        ("eyes_pose", row(values.eyes, 6)), ("expr", row(values.expression, 100)),
      ].map { (name: $0.0, array: $0.1) }
      try AtomicFile.write(NPZFile.encode(arrays, path: name), to: "\(folder)/\(name).npz")
      try progress(frame + 1, clip.frameCount)
    }
    let vertices = options.head.vertexCount
    let canonical: [(name: String, array: NPYArray)] = [
      ("shape", NPYArray(shape: [1, 300], [Float](repeating: 0, count: 300))), ("translation", zero3), ("rotation", zero3),
      ("neck_pose", zero3), ("jaw_pose", zero3), ("eyes_pose", NPYArray(shape: [1, 6], [Float](repeating: 0, count: 6))),
      ("expr", NPYArray(shape: [1, 100], [Float](repeating: 0, count: 100))),
      ("static_offset", NPYArray(shape: [1, vertices, 3], [Float](repeating: 0, count: vertices * 3))),
    ]
    try AtomicFile.write(NPZFile.encode(canonical, path: "canonical"), to: staging.path + "/canonical_flame_param.npz")
    try staging.commit()
    report.paths.append(path)
  }
}

extension Exporter {
  /// A folder that appears whole, in the place of one that stands there where that may be replaced.
  func staged(_ folder: String) throws -> StagedFolder {
    if !options.overwrite, FileManager.default.fileExists(atPath: folder) { throw ExportError.folderExists(path: folder) }
    return try StagedFolder(folder, existing: options.overwrite ? .replace : .refuse)
  }
}

/// A clip in the separate arrays of FLAME loaders.
struct FlameArrays {
  /// T × 100; the last 50 are zero.
  var expression: [Float] = []
  var neck: [Float] = []
  var jaw: [Float] = []
  /// T × 6: left and right eye.
  var eyes: [Float] = []

  init(_ clip: Clip) {
    for index in 0..<clip.frameCount {
      let pose = PoseParameters(frame: clip.frame(index), eyeLook: clip.basis == .studio50 ? HeadModel.EyeLook() : nil)
      expression += pose.expression + [Float](repeating: 0, count: 50)
      neck += [pose.neck.x, pose.neck.y, pose.neck.z]
      jaw += [pose.jaw.x, pose.jaw.y, pose.jaw.z]
      eyes += [pose.leftEye, pose.rightEye].flatMap { [$0.x, $0.y, $0.z] }
    }
  }
}
