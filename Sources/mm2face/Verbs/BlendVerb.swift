import ArgumentParser
import Blendshapes
import Containers
import Foundation
import Head
import Motion

/// `mm2face blend --speech CLIP --expression CLIP --out CLIP`: two layers that do not fight.
struct BlendVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blend", abstract: "Marry a speech clip and an expression clip so that the lips still close.",
    discussion: """
      Speech keeps the mouth's closures, the expression keeps brows, cheeks and lip corners; blinks and gaze follow the expression. \
      The result is as long as the longer clip. One track alone is scaled by its amount. With --head FLAME the clips may be in \
      that head's numbers, and the result is. The residual is the distance between the combined deformation and the clip that shows it.
      """)

  @Option(help: ArgumentHelp("The clip that speaks: .npz, .pkl or .csv.", valueName: "clip"))
  var speech: String?
  @Option(help: ArgumentHelp("The clip that feels.", valueName: "clip"))
  var expression: String?
  @Option(help: "How much of the speech, 0 to 2.")
  var speechAmount = 1.0
  @Option(help: "How much of the expression, 0 to 2.")
  var expressionAmount = 1.0
  @Option(name: .shortAndLong, help: ArgumentHelp("The clip to write (.npz).", valueName: "clip"))
  var out: String
  @Flag(help: "Replace a file that exists.")
  var force = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if speech == nil, expression == nil { throw ValidationError("give --speech, --expression, or both") }
    try check("--speech-amount", speechAmount, in: LayerBlender.Amounts.range)
    try check("--expression-amount", expressionAmount, in: LayerBlender.Amounts.range)
  }

  func run() throws {
    try ClipOutput.checkClip(out, replacing: force)
    let reporter = ProgressReporter(common.progress)
    reporter.report("reading", done: 0, of: 3)
    let flame = try common.headPath.map { try HeadVerb.read($0) }.flatMap { $0.basis == .studio50 ? nil : $0 }
    let options = ClipFile.Options(flame: flame)
    let said = try speech.map { try ClipFile.read($0, options: options) }
    let shown = try expression.map { try ClipFile.read($0, options: options) }
    reporter.report("blending", done: 1, of: 3)
    let blender = try LayerBlender.shipped()
    let began = Date()
    let amounts = LayerBlender.Amounts(speech: speechAmount, expression: expressionAmount)
    var clip: Clip, residual: LayerBlender.Residual
    var carried: Double?
    if let flame {
      let retargeting = try Retargeting(studio: .studio(), flame: flame)
      let result = try blender.blend(speech: said, expression: shown, amounts: amounts, flame: retargeting)
      (clip, residual, carried) = (result.clip, result.residual, result.carried.meanMillimetres)
    } else {
      (clip, residual) = try blender.blend(speech: said, expression: shown, amounts: amounts)
    }
    let seconds = Date().timeIntervalSince(began)
    if let speech { clip.provenance["blendedSpeech"] = speech }
    if let expression { clip.provenance["blendedExpression"] = expression }
    clip.provenance["head"] = try (flame ?? .studio()).recordName
    reporter.report("writing", done: 2, of: 3)
    try clip.write(npz: out, replacing: force)
    reporter.finish()
    if common.json {
      let about: JSONValue = [
        "out": .string(out), "frames": .integer(clip.frameCount), "basis": .string(clip.basis.rawValue),
        "rmsMillimetres": .number(residual.rootMeanSquareMillimetres), "largestMillimetres": .number(residual.largestMillimetres),
        "retargetedMillimetres": carried.map { .number($0) } ?? .null,
        "framesPerSecond": .number(Double(clip.frameCount) / max(seconds, 1e-9)),
      ]
      print(about.encoded)
    } else {
      let more = carried.map { String(format: "; %.2f mm more on the FLAME head", $0) } ?? ""
      print(
        String(
          format: "%@: %d frames; residual %.3f mm, %.3f mm in the worst frame", out as NSString, clip.frameCount,
          residual.rootMeanSquareMillimetres, residual.largestMillimetres) + more)
    }
  }
}
