import ArgumentParser
import Blendshapes
import Containers
import Foundation
import Head
import Motion

/// `mm2face retarget CLIP --head FLAME --out CLIP`: motion between the named shapes and a user's FLAME head.
struct RetargetVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retarget", abstract: "Carry motion between the studio's shapes and a FLAME head.",
    discussion: "A studio-50 clip becomes FLAME expression and jaw; a FLAME clip becomes the named shapes (ARKit's 52), every weight "
      + "inside 0…1. The head is your own FLAME file, or one that `head import` made of it. The residual is given in millimetres.")

  @Argument(help: "The clip: .npz, .pkl (MMHead) or .csv (Live Link Face).")
  var clip: String
  @Option(name: .shortAndLong, help: "The clip to write (.npz).")
  var out: String
  @Option(help: "How much weights resist jumping from frame to frame, 0 (off) to 10.")
  var steadiness = 0.02
  @Flag(help: "Replace a file that exists.")
  var force = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if common.headPath == nil {
      throw ValidationError("--head is needed: your FLAME file, or a head file made of it by `mm2face head import`")
    }
    try check("--steadiness", steadiness, in: 0...10)
  }

  func run() async throws {
    try ClipOutput.checkClip(out, replacing: force)
    let flame = try HeadVerb.read(common.headPath)
    let motion = try ClipFile.read(clip, options: ClipFile.Options(flame: flame))
    let studio = try HeadModel.studio()
    let retargeting = try Retargeting(studio: studio, flame: flame, steadiness: steadiness)
    var (result, residual) = motion.basis == .studio50 ? try retargeting.flame(from: motion) : try retargeting.studio(from: motion)
    result.provenance["retargetedFrom"] = motion.basis.rawValue
    result.provenance["head"] = (result.basis == .studio50 ? studio : flame).recordName
    result.provenance["retargetedHead"] = flame.fingerprint
    result.provenance["retargetedResidualMillimetres"] = String(format: "%.3f", residual.meanMillimetres)
    try result.write(npz: out, replacing: force)
    if common.json {
      let about: JSONValue = [
        "out": .string(out), "basis": .string(result.basis.rawValue), "frames": .integer(result.frameCount),
        "restMillimetres": .number(retargeting.correspondence.restMillimetres), "meanMillimetres": .number(residual.meanMillimetres),
        "rmsMillimetres": .number(residual.rootMeanSquareMillimetres), "largestMillimetres": .number(residual.largestMillimetres),
        "motionMillimetres": .number(residual.motionMillimetres),
      ]
      print(about.encoded)
    } else {
      print(
        String(
          format: "%@: %d frames in %@; faces at rest %.2f mm apart; residual %.2f mm mean, %.2f mm largest, of %.2f mm motion",
          out as NSString,
          result.frameCount, result.basis.rawValue as NSString, retargeting.correspondence.restMillimetres, residual.meanMillimetres,
          residual.largestMillimetres, residual.motionMillimetres))
    }
  }
}
