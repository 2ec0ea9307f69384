import Containers
import Foundation
import Motion
import Tensor
import TestSupport
import Testing

/// A clip of numbers without pattern, the same for the same seed.
func randomClip(frames: Int, seed: UInt64) -> Clip {
  var source = RandomSource(seed: seed)
  var clip = Clip(frames: frames)
  for index in clip.values.indices { clip.values[index] = Float(source.uniform(0, 1)) }
  for frame in 0..<frames {
    clip.setNeck(frame, SIMD3(Float(source.uniform(-0.4, 0.4)), Float(source.uniform(-0.6, 0.6)), Float(source.uniform(-0.3, 0.3))))
    clip.setJaw(frame, JawConvention.rotation(open: Float(source.unit()), left: Float(source.unit()), right: 0))
  }
  return clip
}

struct ClipFileTests {
  private func bytes(_ clip: Clip) throws -> FileBytes { FileBytes(path: "clip.npz", try NPZFile.encode(clip.arrays)) }

  @Test func comesBackBitForBit() throws {
    var clip = randomClip(frames: 7, seed: 1)
    clip.framesPerSecond = 30
    clip.basis = .flame2023
    clip.provenance = ["prompt": "She smiles.\n\"Ünïcode\" 🙂", "seed": "42"]
    let back = try Clip(npz: bytes(clip))
    #expect(back == clip)
    #expect(back.values.map(\.bitPattern) == clip.values.map(\.bitPattern))
    #expect(try NPZFile.encode(clip.arrays) == NPZFile.encode(back.arrays))
  }

  static let motion = (0..<168).map { Float($0) / 64 }

  @Test(arguments: ["bare", "dictionary", "batched", "parts", "six"])
  func readsMMHeadTolerantly(_ name: String) throws {
    let clip = try ClipFile.read(fixture("Motion/\(name).pkl"))
    #expect(clip.values == Self.motion)
    #expect(clip.basis == .flame2020 && clip.framesPerSecond == 25 && clip.frameCount == 3)
  }

  @Test func readsTrackers() throws {
    #expect(try ClipFile.read(fixture("Motion/tracker.npz")).values == Self.motion)
  }

  @Test func saysWhatItFound() {
    let error = #expect(throws: MotionError.self) { try ClipFile.read(fixture("Motion/nothing.pkl")) }
    #expect(error?.description.contains("vertices: an array of shape [3, 4]") == true)
  }

  @Test func numbersThatAreNotFiniteAreNamed() throws {
    var clip = randomClip(frames: 3, seed: 2)
    clip[1, 5] = .nan
    #expect(throws: MotionError.notFinite(path: "clip.npz", frame: 1, channel: 5)) { try Clip(npz: bytes(clip)) }
    clip[1, 5] = 0
    clip.framesPerSecond = 0
    #expect(throws: MotionError.frameRate(path: "clip.npz", found: 0)) { try Clip(npz: bytes(clip)) }
  }

  @Test func readsAudio2Face() throws {
    let text =
      #"{"exportFps":25,"trackPath":"a.wav","numPoses":3,"numFrames":2,"facsNames":["jawOpen","MouthSmileLeft","other"],"weightMat":[[0.5,0.1,9],[1,0.2,9]]}"#
    let clip = try Clip(audio2Face: FileBytes(path: "a.json", Array(text.utf8)))
    #expect(clip.frameCount == 2 && clip.basis == .studio50)
    #expect(clip[1, .mouthSmileLeft] == 0.2 && abs(clip.jaw(0).x - 0.17) < 1e-6 && clip[0, .cheekPuff] == 0)
    let short = text.replacingOccurrences(of: "[1,0.2,9]", with: "[1]")
    #expect(throws: MotionError.self) { try Clip(audio2Face: FileBytes(path: "a.json", Array(short.utf8))) }
  }
}
