import CNcurses
import Foundation
import Raster
import Studio
import StudioUI

/// Runs the studio on a terminal: one thread reads keys and engine messages, updates the model, and paints.
///
/// ncurses opens the terminal and reads it; frames are painted by `ScreenPainter`. So nothing is written but our own
/// frames, each in one write: the library's flush after every cursor move and its pause on typed input cannot occur.
final class StudioTerminal {
  private var model: Model
  private let face: FaceDrawer?
  private let engine: StudioEngine
  private let inbox = Inbox()
  private var reader: KeyReader?
  private var painter: ScreenPainter
  private let view = StudioView()
  private let abilities: TerminalAbilities
  private var pending: ArraySlice<UInt8> = []
  /// The terminal opened anew for writing without blocking: a slow line must not stop the keys.
  private let output: Int32
  private var quitting = false
  private var signals: SignalPipe?

  /// Frames a second while something moves.
  private static let frameSeconds = 1.0 / 25

  init(model: Model, face: FaceDrawer?, engine: StudioEngine, abilities: TerminalAbilities) {
    self.model = model
    self.face = face
    self.engine = engine
    self.abilities = abilities
    painter = ScreenPainter(abilities: abilities)
    let own = ttyname(STDOUT_FILENO).map { Foundation.open($0, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) } ?? -1
    output = own >= 0 ? own : STDOUT_FILENO
  }

  deinit { if output != STDOUT_FILENO { close(output) } }

  /// Runs until the user quits or the terminal goes away. Call on a thread of its own.
  func run() {
    guard let reader = KeyReader(mouse: true) else { return }
    self.reader = reader
    let signals = SignalPipe(inbox.wake)
    self.signals = signals
    defer { signals.close() }
    enter()
    let listener = listen()
    let performed = obey()
    defer {
      // What was edited last is still on its way to the session: it has to arrive.
      inbox.close()
      performed.wait()
      listener.cancel()
    }
    var nextFrame = now()
    var dirty = true
    while !quitting {
      let animating = model.isAnimating
      // A key must be seen at once, not at the next frame; but never two pictures within 8 ms.
      let soonest = nextFrame - StudioTerminal.frameSeconds + 0.008
      let wait = dirty ? max(0, soonest - now()) : animating ? max(0, nextFrame - now()) : model.notice == nil ? 30 : 0.25
      waitForInput(seconds: wait)
      // The rest of a picture goes out as soon as the terminal takes more, also when nothing new is to be shown.
      _ = flush()
      // What was typed before a signal counts: a terminated studio keeps it.
      let waiting = signals.take()
      dirty = readEverything(reader) || dirty || !waiting.isEmpty
      for signal in waiting { handle(signal) }
      if now() >= nextFrame, animating || dirty || model.notice != nil {
        send(.tick(now()))
        if paint() { dirty = false }
        nextFrame = max(nextFrame + StudioTerminal.frameSeconds, now() + 0.002)
      } else if dirty, now() >= soonest {
        if paint() { dirty = false }
      }
    }
    leave()
  }

  /// Loads what the session refers to and tells what opening found.
  func open(notes: [String], damaged: Bool) {
    if let audio = model.document.audio { inbox.order(.loadAudio(audio)) }
    if !notes.isEmpty { send(.opened(notes: notes, damaged: damaged)) }
  }

  // MARK: Terminal

  private func enter() {
    // Dragging is asked for only where the library has a mouse at all; it has chosen the form of the reports.
    let mouse = nc_string("kmous") == nil ? "" : "\u{1b}[?1002h"
    // Mode 8 off: right-to-left words come in the order they are shown.
    let text = "\u{1b}[?1049h\u{1b}[8l\u{1b}[2J\u{1b}[?2004h\(mouse)\u{1b}[?25l"
    _ = text.withCString { write(STDOUT_FILENO, $0, strlen($0)) }
    painter.forget()
  }

  private func leave() {
    giveUpPicture()
    endwin()
    TerminalRestorer.restore()
  }

  private func handle(_ signal: Int32) {
    switch signal {
    case SIGWINCH:
      var size = winsize()
      if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
        resizeterm(Int32(size.ws_row), Int32(size.ws_col))
        send(.resize(width: Int(size.ws_col), height: Int(size.ws_row)))
        painter.forget()
      }
    case SIGCONT: resume()
    case SIGHUP, SIGTERM:
      send(.key(Key(.escape)))
      quitting = true
    case SIGTSTP: suspend()
    case SIGINT: send(.key(Key(.character("c"), control: true)))
    default: break
    }
  }

  private func suspend() {
    giveUpPicture()
    endwin()
    TerminalRestorer.restore()
    kill(0, SIGSTOP)
    signals?.awaitContinue(inbox.wake)
    resume()
  }

  private func resume() {
    TerminalRestorer.arm(escapes: true)
    reset_prog_mode()
    enter()
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      send(.resize(width: Int(size.ws_col), height: Int(size.ws_row)))
    }
  }

  /// Paints unless the terminal is still busy with the last frame: then this one is dropped, never queued.
  private func paint() -> Bool {
    guard flush() else { return false }
    let bytes = painter.paint(view.draw(model, face))
    if bytes.isEmpty { return true }
    pending = bytes[...]
    _ = flush()
    return true
  }

  /// Writes what waits as far as the terminal takes it; true when nothing is left.
  private func flush() -> Bool {
    while !pending.isEmpty {
      var descriptor = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
      guard poll(&descriptor, 1, 0) > 0, descriptor.revents & Int16(POLLOUT) != 0 else { return false }
      let part = pending.prefix(4096)
      let count = part.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { return false }
        quitting = true
        return false
      }
      pending = pending.dropFirst(count)
    }
    return true
  }

  /// A picture that the terminal has taken only in part is broken off, an escape sequence in its middle included (CAN).
  private func giveUpPicture() {
    guard !flush() else { return }
    pending = []
    _ = write(STDOUT_FILENO, "\u{18}", 1)
  }

  // MARK: Messages

  private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

  private func waitForInput(seconds: Double) {
    var descriptors = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: inbox.wake.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    // While a frame is on its way, the terminal taking more of it is what we wait for.
    if !pending.isEmpty { descriptors.append(pollfd(fd: output, events: Int16(POLLOUT), revents: 0)) }
    let milliseconds = pending.isEmpty ? Int32(max(0, min(30_000, (seconds * 1000).rounded(.up)))) : 200
    _ = poll(&descriptors, UInt(descriptors.count), milliseconds)
    if descriptors[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { quitting = true }
    inbox.wake.drain()
  }

  private func readEverything(_ reader: KeyReader) -> Bool {
    var changed = false
    for message in inbox.take() {
      send(.engine(message))
      changed = true
    }
    for message in reader.messages() {
      send(message)
      changed = true
    }
    return changed
  }

  private func send(_ message: Message) {
    if case .tick = message {} else { for effect in model.update(.tick(now())) { perform(effect) } }
    for effect in model.update(message) { perform(effect) }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .engine(let command):
      inbox.order(command)
    case .copy(let text): copy(text)
    case .listFolder(let path):
      send(.folder(path: path, entries: FolderReader.entries(path)))
    case .suspend: suspend()
    case .redraw: painter.forget()
    case .rememberTheme(let name):
      do { try Looks.remember(theme: name) } catch { send(.notice(.warning, "the theme is not kept: \(error)")) }
    case .quit: quitting = true
    }
  }

  /// OSC 52 reaches the user's clipboard through SSH; tmux needs it wrapped.
  private func copy(_ text: String) {
    let encoded = Data(text.utf8).base64EncodedString()
    var sequence = "\u{1b}]52;c;\(encoded)\u{7}"
    if ProcessInfo.processInfo.environment["TMUX"] != nil { sequence = "\u{1b}Ptmux;\u{1b}" + sequence + "\u{1b}\\" }
    pending += Array(sequence.utf8)
    _ = flush()
    send(.notice(.good, "copied: \(text)"))
  }

  /// The engine's answers wake the loop.
  private func listen() -> Task<Void, Never> {
    let (engine, inbox) = (engine, inbox)
    return Task.detached { for await message in engine.messages { inbox.put(message) } }
  }

  /// Commands go to the engine in the order they were given; signals once the last has been performed after the inbox is closed.
  private func obey() -> DispatchSemaphore {
    let (engine, inbox) = (engine, inbox)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      for await command in inbox.orders { await engine.perform(command) }
      done.signal()
    }
    return done
  }
}
