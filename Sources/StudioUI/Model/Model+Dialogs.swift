import Motion
import Studio
import Synthesis

extension Model {
  /// Actions that open a dialog or need none.
  mutating func performDialog(_ action: Action) -> [Effect] {
    switch action {
    case .settings: overlay = .form(form(.settings))
    case .export:
      guard motion != nil else {
        say(.warning, "nothing to export yet: perform a take first")
        return []
      }
      overlay = .form(form(.export))
    case .saveAs: overlay = .form(form(.saveAs))
    case .importClip: overlay = .form(form(.importClip))
    case .sayLine: overlay = .form(form(.say))
    case .trimAudio:
      guard document.audio != nil else {
        say(.warning, "choose a sound first")
        return []
      }
      overlay = .form(form(.trim))
    case .embedAudio:
      guard var reference = document.audio else {
        say(.warning, "choose a sound first")
        return []
      }
      guard reference.embedded != nil else { return [.engine(.embedAudio(reference))] }
      reference.embedded = nil
      say(.good, "the session refers to \(reference.path) again")
      return edit(.setAudio(reference))
    case .addOffset:
      guard motion != nil, document.current != nil else {
        say(.warning, "perform a take first")
        return []
      }
      overlay = .form(form(.offset))
    case .removeAudio:
      guard document.audio != nil else { return [] }
      audio = nil
      return edit(.setAudio(nil)) + [.engine(.stopSound)]
    case .pickAudio:
      let path = drafts["picker"]?.first ?? "."
      overlay = .picker(Picker(purpose: .sound, path: path))
      return [.listFolder(path)]
    case .copyCommand: return [.copy(command)]
    default: break
    }
    return []
  }

  /// The command line that makes the take on screen.
  public var command: String {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
    let origin = document.current?.origin
    let prompt = origin?.prompt ?? document.prompt
    let settings = origin?.settings ?? document.settings
    var parts = ["mm2face generate"]
    if let audio = document.audio { parts.append("--audio \(quoted(audio.path))") }
    for level in Prompt.Level.allCases {
      for text in prompt[level].texts where !text.isEmpty && !prompt[level].isMuted { parts.append("--\(level.rawValue) \(quoted(text))") }
    }
    if let seconds = document.seconds { parts.append("--seconds \(seconds)") }
    parts.append("--seed \(settings.seed) --temperature \(settings.temperature)")
    if settings.topK > 0 { parts.append("--top-k \(settings.topK)") }
    if settings.topP < 1 { parts.append("--top-p \(settings.topP)") }
    parts.append("--guidance \(settings.guidance) --tries \(settings.tries)")
    return (parts + ["--out take.npz"]).joined(separator: " ")
  }

  /// A dialog with what was last typed in it, or what holds now.
  func form(_ kind: Form.Kind) -> Form {
    let settings = document.settings
    var form: Form
    switch kind {
    case .settings:
      form = Form(
        kind: kind, title: "Sampling",
        fields: [
          .init("temperature", "\(settings.temperature)", hint: "below 1 surer, above 1 bolder"),
          .init("top-k", "\(settings.topK)", hint: "0 keeps all"), .init("top-p", "\(settings.topP)", hint: "1 keeps all"),
          .init("guidance", "\(settings.guidance)", hint: "above 1 follows the words more"),
          .init("tries", "\(settings.tries)", hint: "takes drawn, of which the truest to the words is kept"),
          .init("seed", "\(settings.seed)"),
          .init("seconds", document.seconds.map { "\($0)" } ?? "", hint: "empty: as long as the sound, or until the model ends"),
        ], verb: "set")
    case .rename(let id):
      form = Form(kind: kind, title: "Name of the take", fields: [.init("name", document.take(id)?.name ?? "")], verb: "name it")
    case .marker:
      form = Form(
        kind: kind, title: "Marker at \(Format.seconds(Double(frame) / clock.framesPerSecond))", fields: [.init("name", "")], verb: "add")
    case .export:
      let stem = (document.current?.name ?? "take").map { $0.isLetter || $0.isNumber ? $0 : "-" }
      form = Form(
        kind: kind, title: "Export",
        fields: [.init("files", String(stem) + ".npz", hint: ".npz .glb .usda .csv .json .pc2 .mdd .obj .tsv .cast .gif .png .wav")],
        verb: "write")
    case .saveAs:
      form = Form(kind: kind, title: "Save as", fields: [.init("file", sessionName + "-2.mm2s", hint: "a new file")], verb: "save")
    case .say:
      form = Form(kind: kind, title: "Scratch voice", fields: [.init("line", document.audio?.spokenLine ?? "")], verb: "speak")
    case .trim:
      let a = document.audio
      form = Form(
        kind: kind, title: "Trim and offset",
        fields: [
          .init("start", "\(a?.trimStart ?? 0)", hint: "seconds cut from the beginning"),
          .init("length", a?.trimLength.map { "\($0)" } ?? "", hint: "seconds kept; empty keeps all"),
          .init("offset", "\(a?.offset ?? 0)", hint: "seconds the sound starts after the motion"),
        ], verb: "trim")
    case .offset:
      let names = OffsetTarget.common.map(\.name).joined(separator: ", ")
      form = Form(
        kind: kind, title: document.selection == nil ? "Offset over the whole take" : "Offset over the selection",
        fields: [
          .init("what", "", hint: names), .init("amount", "", hint: "head in degrees (down, left, right), others 1 for full"),
          .init("ease", "6", hint: "frames to fade in and out"),
        ], verb: "add")
    case .importClip:
      form = Form(kind: kind, title: "Import a clip", fields: [.init("file", "", hint: ".npz .pkl or Live Link .csv")], verb: "import")
    }
    if let draft = drafts[kind.name], draft.count == form.fields.count {
      for i in draft.indices {
        form.fields[i].editor.replace(draft[i])
        form.fields[i].editor.toEnd()
      }
    }
    return form
  }

  /// File names apart at spaces, with quotation marks around those that hold spaces; nil when one is missing.
  static func paths(in text: String) -> [String]? {
    var paths: [String] = []
    var (path, quote) = ("", Character?.none)
    for character in text {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" && path.isEmpty {
        quote = character
      } else if quote == nil, character == " " {
        paths.append(path)
        path = ""
      } else {
        path.append(character)
      }
    }
    return quote == nil ? (paths + [path]).filter { !$0.isEmpty } : nil
  }

  /// Takes a finished dialog; keeps it open with a complaint when something does not fit.
  mutating func accept(_ form: Form) -> [Effect] {
    let texts = form.fields.map { $0.editor.text.trimmingSpaces }
    func complain(_ text: String) -> [Effect] {
      var open = form
      open.complaint = text
      overlay = .form(open)
      return []
    }
    var effects: [Effect] = []
    switch form.kind {
    case .settings:
      guard let temperature = Double(texts[0]), let topK = Int(texts[1]), let topP = Double(texts[2]), let guidance = Double(texts[3]),
        let tries = Int(texts[4]), let seed = UInt64(texts[5])
      else { return complain("numbers please: temperature, top-p and guidance with a point, top-k, tries and seed whole") }
      let settings = SamplingSettings(
        temperature: temperature, topK: topK, topP: topP, guidance: guidance, tries: tries, seed: seed)
      if let complaint = settings.complaint { return complain(complaint) }
      var seconds: Double?
      if !texts[6].isEmpty {
        guard let number = Double(texts[6]), number > 0 else { return complain("seconds: a number above 0, or empty") }
        seconds = number
      }
      effects = edit(.group("sampling settings", [.setSettings(settings), .setSeconds(seconds)]))
    case .rename(let id):
      guard !texts[0].isEmpty else { return complain("a name needs at least one letter") }
      effects = edit(.renameTake(id, texts[0]))
    case .marker:
      effects = edit(.addMarker(Marker(seconds: Double(frame) / clock.framesPerSecond, name: texts[0].isEmpty ? "mark" : texts[0])))
    case .export:
      guard let paths = Model.paths(in: texts[0]) else { return complain("a quotation mark is missing") }
      guard !paths.isEmpty else { return complain("at least one file name; the ending decides the format") }
      guard let motion, let take = document.current else { return complain("there is no motion to export") }
      let job = ExportJob(items: [.init(clip: motion, name: take.name)], outputs: paths, audio: document.audio)
      effects = [.engine(.export(nextJob, job))]
      exporting = "exporting"
      nextJob += 1
    case .saveAs:
      guard !texts[0].isEmpty, texts[0].last != "/" else { return complain("the name of a file; .mm2s is added") }
      effects = [.engine(.saveAs(path: texts[0].hasSuffix(".mm2s") ? texts[0] : texts[0] + ".mm2s"))]
    case .say:
      guard !texts[0].isEmpty else { return complain("type the line to speak") }
      effects = [.engine(.speak(line: texts[0]))]
    case .trim:
      guard var audio = document.audio, let start = Double(texts[0]), start >= 0, let offset = Double(texts[2]) else {
        return complain("start and offset are numbers of seconds; start is not negative")
      }
      audio.trimStart = start
      audio.offset = offset
      audio.trimLength = texts[1].isEmpty ? nil : Double(texts[1])
      if !texts[1].isEmpty, (audio.trimLength ?? 0) <= 0 { return complain("length: a number above 0, or empty") }
      effects = edit(.setAudio(audio))
      self.audio?.reference = audio
    case .offset:
      guard let target = OffsetTarget.named(texts[0]) else {
        return complain("what: \(OffsetTarget.common.prefix(7).map(\.name).joined(separator: ", ")), … or a shape like mouthSmileLeft")
      }
      guard let amount = Float(texts[1]), amount.isFinite, let ease = Int(texts[2]), ease >= 0 else {
        return complain("amount is a number (\(target.unit)), ease a whole number of frames")
      }
      guard let motion, let take = document.current else { return complain("there is no take to move") }
      let frames = document.selection ?? 0...max(0, motion.frameCount - 1)
      effects = edit(target.edit(take: take.id, amount: amount, frames: frames, ease: ease))
    case .importClip:
      guard !texts[0].isEmpty else { return complain("the path of a clip") }
      effects = [.engine(.importClip(path: texts[0]))]
    }
    drafts[form.kind.name] = nil
    overlay = nil
    return effects
  }
}

extension String {
  /// Without spaces at both ends.
  var trimmingSpaces: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// Numbers as the screen shows them.
enum Format {
  /// `0:03.48`
  static func seconds(_ seconds: Double) -> String {
    let hundredths = Int((max(0, seconds) * 100).rounded())
    return "\(hundredths / 6000):" + padded(hundredths / 100 % 60, 2) + "." + padded(hundredths % 100, 2)
  }

  /// A whole number with leading zeros.
  static func padded(_ n: Int, _ digits: Int) -> String {
    let text = "\(n)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// A number with a fixed count of decimals.
  static func fixed(_ x: Double, _ decimals: Int) -> String {
    guard x.isFinite, abs(x) < 1e12 else { return "–" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let n = Int((abs(x) * scale).rounded())
    let sign = x < 0 && n > 0 ? "-" : ""
    return decimals == 0 ? "\(sign)\(n)" : "\(sign)\(n / Int(scale))." + padded(n % Int(scale), decimals)
  }
}
