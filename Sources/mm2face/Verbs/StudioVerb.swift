import ArgumentParser
import CNcurses
import Containers
import Foundation
import Head
import Motion
import Raster
import Studio
import StudioUI
import Synthesis

/// `mm2face studio [SESSION]`: the studio in the terminal; the default when the program is started bare in one.
struct StudioVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studio", abstract: "Open the studio.",
    discussion: """
      SESSION is a .mm2s file; a new one is begun where there is none. Themes are looked for in themes/ and in
      $XDG_CONFIG_HOME/mm2face/themes (user themes win), keys in $XDG_CONFIG_HOME/mm2face/keys.toml; the theme chosen last
      is kept in $XDG_CONFIG_HOME/mm2face/theme.
      """)

  @Argument(help: "The session file; without one, untitled.mm2s, which begins with the demo.")
  var session: String?
  @Flag(help: "Look without saving; also opens a session another studio holds.")
  var readOnly = false
  @Option(help: "Name of the theme.")
  var theme: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    // A word alone that names no file is a mistyped verb; with `studio` before it, it is a new session.
    guard let session, CommandLine.arguments.dropFirst().first != Self.configuration.commandName,
      session.allSatisfy({ $0.isLetter || $0 == "-" }),
      ![session, session + ".journal"].contains(where: FileManager.default.fileExists)
    else { return }
    let verbs = MM2Face.configuration.subcommands.compactMap { $0.configuration.commandName }
    throw ValidationError(
      "there is no verb and no session \(session); the verbs are \(verbs.joined(separator: ", ")). "
        + "A new session is begun by `mm2face studio \(session)` or `mm2face \(session).mm2s`")
  }

  func run() async throws {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw ValidationError("the studio needs a terminal; see mm2face --help for what works without one")
    }
    // One core stays free for keys and pictures: sampling is faster than real time on one.
    common.useThreads(automatic: max(1, ProcessInfo.processInfo.activeProcessorCount - 1))
    let head = try common.drawnHead()
    let path = session ?? "untitled.mm2s"
    let file = SessionFile(path: path, readOnly: readOnly)
    var opened = try await file.open()
    let modelPath = common.modelPath
    let engine = StudioEngine(
      session: file, loadModel: { try StudioParts.model(at: modelPath) }, exporter: StudioParts.exporter(head: head),
      importer: { try ClipFile.read($0) }, blender: StudioParts.blender())
    let looks = try Looks.load(wanted: theme)
    let face = SendableFace(FaceDrawer(head))
    let name = Model.sessionName(of: path)
    await engine.start()
    if session == nil, opened.isNew, let edit = try? DemoSession.edit(), (try? opened.history.apply(edit, at: 0)) == .step {
      let history = opened.history
      await engine.perform(.record(.change(label: edit.label, joined: false, document: history.document), undoCount: history.undo.count))
    }
    let start = StudioStart(opened: opened, name: name, looks: looks)
    let failure = await withCheckedContinuation { continuation in
      // The UI has a thread of its own: the pool's threads belong to the engine.
      let thread = Thread { continuation.resume(returning: StudioSession.run(start, face: face, engine: engine)) }
      thread.stackSize = 4 << 20
      thread.start()
    }
    try await engine.shutDown()
    if let failure { throw ValidationError(failure) }
  }
}

/// What a studio opens with.
struct StudioStart: Sendable {
  var opened: SessionFile.Opened
  var name: String
  var looks: Looks
}

/// Hands the drawer to the one thread that uses it.
struct SendableFace: @unchecked Sendable {
  let drawer: FaceDrawer
  init(_ drawer: FaceDrawer) { self.drawer = drawer }
}

/// Opens the terminal, runs, and gives it back.
enum StudioSession {
  /// Returns why it could not start, or nil.
  static func run(_ start: StudioStart, face: SendableFace, engine: StudioEngine) -> String? {
    setlocale(LC_ALL, "")
    let environment = ProcessInfo.processInfo.environment
    TerminalRestorer.arm(escapes: true)
    guard nc_start() != 0 else {
      TerminalRestorer.restore()
      return "the terminal \"\(environment["TERM"] ?? "")\" is not known here; set TERM to what it is (xterm-256color fits most)"
    }
    guard TerminalProbe.isUsable() else {
      endwin()
      TerminalRestorer.restore()
      return "the terminal \"\(environment["TERM"] ?? "")\" cannot place its cursor the common way; try TERM=vt100"
    }
    raw()
    noecho()
    nonl()
    set_escdelay(25)
    def_prog_mode()
    let synchronised = TerminalProbe.synchronisedOutput()
    let colours = TerminalProbe.colours(environment: environment, described: Int(nc_max_colours()))
    var line = termios()
    let translates = tcgetattr(STDOUT_FILENO, &line) == 0 && line.c_oflag & tcflag_t(OPOST) != 0 && line.c_oflag & tcflag_t(ONLCR) != 0
    let abilities = TerminalAbilities(
      colours: colours, dimIsSafe: nc_string("dim") != nil || colours > .mono, synchronised: synchronised, lineFeeds: !translates)
    var model = Model(
      width: Int(nc_columns()), height: Int(nc_rows()), history: start.opened.history, sessionName: start.name,
      isReadOnly: start.opened.isReadOnly,
      theme: colours == .mono ? .mono : start.looks.theme(for: colours), themes: colours == .mono ? [.mono] : start.looks.themes,
      keys: start.looks.keys, ascii: !TerminalProbe.isUTF8(environment: environment))
    model.canPlaySound = engine.canPlaySound
    var terminal: StudioTerminal? = StudioTerminal(model: model, face: face.drawer, engine: engine, abilities: abilities)
    terminal?.open(notes: start.opened.notes + start.looks.complaints, damaged: start.opened.isDamaged)
    terminal?.run()
    terminal = nil
    return nil
  }
}

/// Themes and keys: shipped ones, then the user's.
struct Looks: Sendable {
  var themes: [Theme] = []
  var keys = KeyTable.standard
  var complaints: [String] = []
  var wanted: String?

  /// Where the user's themes and keys are, and the theme chosen last (a file with its name).
  private static var configuration: String {
    let environment = ProcessInfo.processInfo.environment
    return (environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? "") + "/.config") + "/mm2face"
  }

  static func remember(theme: String) throws {
    try FileManager.default.createDirectory(atPath: configuration, withIntermediateDirectories: true)
    try AtomicFile.write(theme + "\n", to: configuration + "/theme", replacing: true)
  }

  static func load(wanted: String?) throws -> Looks {
    var looks = Looks()
    looks.wanted = wanted
    var library = ThemeLibrary()
    let configuration = Self.configuration
    let shipped = try? AssetLocator.path("themes")
    for folder in [shipped, configuration + "/themes"].compactMap({ $0 }) {
      for file in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() where file.hasSuffix(".toml") {
        let path = folder + "/" + file
        do { library.add(name: String(file.dropLast(5)), file: path, text: try FileBytes.text(path)) } catch {
          looks.complaints.append("\(error)")
        }
      }
    }
    for name in library.names {
      do { looks.themes.append(try library.theme(name)) } catch { looks.complaints.append("\(error)") }
    }
    if wanted == nil, let last = try? FileBytes.text(configuration + "/theme") {
      let name = last.trimmingCharacters(in: .whitespacesAndNewlines)
      if looks.themes.contains(where: { $0.name == name }) { looks.wanted = name }
    }
    if let wanted, !looks.themes.contains(where: { $0.name == wanted }) {
      let reason = looks.complaints.first.map { "; \($0)" } ?? ""
      throw ValidationError("--theme \(wanted): there are \(looks.themes.map(\.name).joined(separator: ", "))\(reason)")
    }
    let keyFile = configuration + "/keys.toml"
    if FileManager.default.fileExists(atPath: keyFile) {
      do { try looks.keys.apply(file: keyFile, text: FileBytes.text(keyFile)) } catch { looks.complaints.append("\(error)") }
    }
    return looks
  }

  /// The theme asked for, else the one that fits the terminal's colours.
  func theme(for colours: ColourDepth) -> Theme {
    let name = wanted ?? (colours == .sixteen ? "terminal" : "dark")
    return themes.first { $0.name == name } ?? themes.first ?? .mono
  }
}
