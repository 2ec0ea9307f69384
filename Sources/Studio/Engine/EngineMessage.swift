import Foundation
import Motion
import Speech
import Synthesis

/// Names one run of slow work.
public typealias JobID = Int

/// What the interface asks of the engine; every slow thing is one of these.
public enum EngineCommand: Sendable {
  /// Puts a change of the document into the session's journal.
  case record(SessionFile.Operation, undoCount: Int)
  case saveNow
  /// Goes on in another session file.
  case saveAs(path: String)
  /// Reads a sound for the document: waveform, overview, hash.
  case loadAudio(AudioReference)
  /// Reads the overview of a sound the user is looking at in the picker.
  case previewAudio(path: String)
  /// Reads a sound's bytes so that the session can keep them.
  case embedAudio(AudioReference)
  /// Speaks a line with the machine's scratch voice and stores it beside the session.
  case speak(line: String)
  case sample(SampleJob)
  /// Turns a take's tokens into motion.
  case decode(take: Take.ID, tokens: TokenSequence)
  /// Makes a new take of the speech of one and the expression of another.
  case blend(speech: Take, expression: Take)
  /// Blends a take's two performances by other amounts.
  case blendAgain(Take)
  case export(JobID, ExportJob)
  case importClip(path: String)
  case cancel(JobID)
  case cancelAll
  case playSound(AudioReference, from: Double)
  case stopSound
}

/// A sampling to run: everything it needs, so that later edits do not disturb it.
public struct SampleJob: Sendable, Hashable {
  public var id: JobID
  public var request: GenerationRequest
  /// The name and parent the finished take will have.
  public var name: String
  public var parent: Take.ID?
  public var origin: Take.Origin

  public init(id: JobID, request: GenerationRequest, name: String, parent: Take.ID?, origin: Take.Origin) {
    self.id = id
    self.request = request
    self.name = name
    self.parent = parent
    self.origin = origin
  }
}

/// Clips to write, with what to write them to.
public struct ExportJob: Sendable, Hashable {
  public struct Item: Sendable, Hashable {
    public var clip: Clip
    public var name: String
    public init(clip: Clip, name: String) {
      self.clip = clip
      self.name = name
    }
  }
  public var items: [Item]
  /// Output paths; the extension decides the format.
  public var outputs: [String]
  public var audio: AudioReference?
  public var overwrite: Bool

  public init(items: [Item], outputs: [String], audio: AudioReference? = nil, overwrite: Bool = false) {
    self.items = items
    self.outputs = outputs
    self.audio = audio
    self.overwrite = overwrite
  }
}

/// A sound as the interface shows it.
public struct AudioTrack: Sendable, Hashable {
  public var reference: AudioReference
  public var info: AudioInfo
  public var overview: WaveformOverview

  public init(reference: AudioReference, info: AudioInfo, overview: WaveformOverview) {
    self.reference = reference
    self.info = info
    self.overview = overview
  }
}

/// What the model is, for the interface.
public struct ModelSummary: Sendable, Hashable {
  public var name: String
  public var lanes: [TokenLane]
  public var framesPerStep: Int

  public init(name: String, lanes: [TokenLane], framesPerStep: Int) {
    self.name = name
    self.lanes = lanes
    self.framesPerStep = framesPerStep
  }
}

/// What the engine reports; the interface turns each into a message of its own.
public enum EngineMessage: Sendable {
  case modelLoaded(ModelSummary)
  case modelMissing(String)
  case audioLoaded(AudioTrack)
  case audioFailed(AudioReference, String)
  case audioPreview(path: String, AudioTrack?)
  /// The reference with the sound's bytes.
  case audioEmbedded(AudioReference)
  /// A line was spoken; the reference points at the new file.
  case spoken(AudioReference)
  /// Said again when another try begins.
  case samplingStarted(JobID, steps: Int?, framesPerStep: Int)
  case step(JobID, StepEvent)
  /// The motion of the steps drawn so far.
  case partialMotion(JobID, Clip)
  /// A take is done; `missing` words what its texts claim and it does not show.
  case sampled(JobID, Take, Clip, missing: [String] = [])
  case decoded(Take.ID, TokenSequence, Clip)
  case imported(Take)
  case blended(Take)
  /// The take that was asked for, and its blend before other layers and offsets.
  case blendedAgain(Take, Clip)
  case exporting(JobID, done: Int, of: Int)
  case exported(JobID, paths: [String], notes: [String])
  case cancelled(JobID)
  case failed(JobID?, String)
  case saved(note: String?)
  /// The session was saved under a name of its own; it is edited there from now on.
  case savedAs(path: String)
  case saveFailed(String)
}
