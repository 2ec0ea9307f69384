import ArgumentParser
import Containers
import Foundation
import Motion
import Pictures
import Raster

/// `mm2face play CLIP`: plays in the plain terminal, 25 frames a second, only what changes.
struct PlayVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play", abstract: "Play a clip in the terminal.",
    discussion: "q or Ctrl-C ends it. Frames the terminal has no time for are left out; the clip keeps its tempo.")

  @Argument(help: "The clip: .npz, .pkl (MMHead) or .csv (Live Link Face).")
  var clip: String
  @Option(help: ArgumentHelp("Columns and rows; the terminal's by default.", valueName: "colsxrows"))
  var size: SizeOption?
  @Flag(help: "Play again and again.")
  var loop = false
  @Flag(help: "Tell bytes and milliseconds of the frames at the end; --json tells them too.")
  var stats = false
  @OptionGroup var drawing: DrawingOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let motion = try ClipFile.read(clip)
    guard motion.frameCount > 0 else { throw ValidationError("\(clip): the clip has no frames; nothing to play") }
    var drawer = ClipDrawer(try common.drawnHead())
    let environment = ProcessInfo.processInfo.environment
    let described =
      environment["TERM"].map { $0.contains("256") || $0.contains("direct") ? 256 : $0 == "dumb" || $0 == "vt100" ? 0 : 8 } ?? 0
    var style = drawing.style()
    if !TerminalProbe.isUTF8(environment: environment) { style.ascii = true }
    var player = PlainPlayer(
      painter: AnsiPainter(
        depth: TerminalProbe.colours(environment: environment, described: described), lineFeeds: isatty(STDOUT_FILENO) == 1),
      framesPerSecond: motion.framesPerSecond)
    let camera = drawing.camera(drawer.framing)
    let figures = player.play(frames: motion.frameCount, loop: loop) { frame, screen in
      drawer.grid(motion, frame, size: size?.grid ?? screen, camera: camera, style: style)
    }
    if common.json {
      // A terminal has its own screen back; elsewhere the frames end without a line feed.
      print((isatty(STDOUT_FILENO) == 1 ? "" : "\n") + figures.json.encoded)
    } else if stats {
      FileHandle.standardError.write(Data((figures.words + "\n").utf8))
    }
  }
}

/// What playing cost.
struct PlayFigures {
  var frames: Int
  /// Frames that the terminal had no time for.
  var leftOut: Int
  /// Mean and most bytes of a frame after the first.
  var bytes: Int
  var mostBytes: Int
  /// Median of drawing a frame.
  var milliseconds: Double

  var words: String {
    "frames \(frames), left out \(leftOut), bytes a frame \(bytes) (most \(mostBytes)), milliseconds a frame \(milliseconds)"
  }

  var json: JSONValue {
    [
      "frames": .integer(frames), "leftOut": .integer(leftOut), "bytesAFrame": .integer(bytes), "mostBytes": .integer(mostBytes),
      "millisecondsAFrame": .number(milliseconds),
    ]
  }
}

/// Frames to the terminal in time; restores it whatever happens.
struct PlainPlayer {
  var painter: AnsiPainter
  var framesPerSecond: Double

  /// Plays until the end, q, or Ctrl-C; tells what it cost.
  mutating func play(frames: Int, loop: Bool, draw: (Int, GridSize) -> CellGrid) -> PlayFigures {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    if isTerminal {
      TerminalRestorer.arm(escapes: true)
      Self.quietInput()
      emit("\u{1b}[?1049h\u{1b}[?25l")
    }
    let wake = WakePipe()
    let signals = SignalPipe(wake)
    defer {
      signals.close()
      TerminalRestorer.restore()
    }
    let start = DispatchTime.now().uptimeNanoseconds
    var bytes: [Int] = []
    var milliseconds: [Double] = []
    var last = -1
    var size = Self.screen()
    playing: while true {
      let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      let due = Int(elapsed * framesPerSecond)
      if !loop, due >= frames { break }
      for signal in signals.take() {
        if signal == SIGWINCH {
          size = Self.screen()
          painter.forget()
        } else if signal == SIGTSTP {
          TerminalRestorer.restore()
          kill(0, SIGSTOP)
          signals.awaitContinue(wake)
          reenter(isTerminal)
        } else if signal == SIGCONT {
          reenter(isTerminal)
        } else {
          break playing
        }
      }
      if due != last {
        last = due
        let before = DispatchTime.now().uptimeNanoseconds
        let frame = painter.frame(draw(due % frames, size))
        milliseconds.append(Double(DispatchTime.now().uptimeNanoseconds - before) / 1e6)
        bytes.append(frame.utf8.count)
        if !frame.isEmpty { emit(frame) }
      }
      let next = Double(last + 1) / framesPerSecond - Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      if wait(max(0, next), wake, isTerminal) { break }
    }
    let rest = bytes.dropFirst()
    let mean = rest.isEmpty ? 0 : rest.reduce(0, +) / rest.count
    let median = milliseconds.sorted()[milliseconds.count / 2]
    return PlayFigures(
      frames: bytes.count, leftOut: max(0, last + 1 - bytes.count), bytes: mean, mostBytes: rest.max() ?? 0,
      milliseconds: (median * 100).rounded() / 100)
  }

  /// Takes the screen again after a suspension.
  private mutating func reenter(_ isTerminal: Bool) {
    guard isTerminal else { return }
    TerminalRestorer.arm(escapes: true)
    Self.quietInput()
    emit("\u{1b}[?1049h\u{1b}[?25l")
    painter.forget()
  }

  /// Keys come one by one and are not shown; line feeds are not translated.
  private static func quietInput() {
    var raw = termios()
    tcgetattr(STDIN_FILENO, &raw)
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    raw.c_oflag &= ~tcflag_t(OPOST)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
  }

  private func emit(_ text: String) { _ = text.withCString { write(STDOUT_FILENO, $0, strlen($0)) } }

  /// Waits for the next frame; true when the user wants to stop.
  private func wait(_ seconds: Double, _ wake: WakePipe, _ isTerminal: Bool) -> Bool {
    var descriptors = [
      pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0), pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, isTerminal ? 2 : 1, Int32((seconds * 1000).rounded(.up)))
    wake.drain()
    guard count > 0, isTerminal, descriptors[1].revents != 0 else { return false }
    var key = [UInt8](repeating: 0, count: 16)
    let read = read(STDIN_FILENO, &key, key.count)
    return read <= 0 || key.prefix(read).contains(UInt8(ascii: "q"))
  }

  private static func screen() -> GridSize {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return GridSize(columns: 80, rows: 40) }
    return GridSize(columns: Int(size.ws_col), rows: Int(size.ws_row) - 1)
  }
}
