import Containers
import Evaluation
import Foundation
import Models
import NeuralNet
import Tensor
import Testing

/// A checkpoint's tensors as weights.
func weights(torch path: String) throws -> WeightStore {
  let file = try TorchCheckpoint(path: path)
  var tensors: [String: StoredTensor] = [:]
  for name in file.names {
    let tensor = try file.tensor(name)
    tensors[name] = StoredTensor(shape: tensor.shape, values: tensor.floats)
  }
  return WeightStore(path: path, tensors: tensors)
}

/// Parity with the authors' published networks on small random weights: training/fixtures/metrics.py.
@Suite struct RetrievalNetworkTests {
  @Test(arguments: ["text", "audio"]) func embeddingsEqualTheAuthors(name: String) throws {
    let network = try RetrievalNetwork(weights: weights(torch: fixturePath("tmr_\(name).pth")))
    #expect(network.takesHeadPose == (name == "text"))
    #expect(network.motionInputs == 30 && network.conditionInputs == 24)
    let reference = try SafetensorsFile(path: fixturePath("retrieval.safetensors"))
    let lengths = try reference.integers("lengths")
    let frames = 12
    func rows(_ tensor: String, _ clip: Int, _ columns: Int) throws -> Matrix {
      let values = try reference.floats("\(name).\(tensor)", shape: [3, frames, columns])
      let first = clip * frames * columns
      return Matrix(rows: lengths[clip], columns: columns, values: Array(values[first..<first + lengths[clip] * columns]))
    }
    let motions = try reference.floats("\(name).motion")
    let conditions = try reference.floats("\(name).condition")
    for clip in 0..<3 {
      let pose = name == "text" ? try rows("head", clip, 3) : nil
      let motion = network.embed(motion: try rows("face", clip, 30), headPose: pose)
      let condition = network.embed(condition: try rows("states", clip, 24))
      for column in 0..<network.width {
        #expect(abs(motion[column] - motions[clip * network.width + column]) < 1e-4)
        #expect(abs(condition[column] - conditions[clip * network.width + column]) < 1e-4)
      }
    }
  }

  @Test func otherCheckpointsAreFaults() throws {
    let empty = WeightStore(path: "x.pth", tensors: [:])
    #expect(throws: ModelError.self) { try RetrievalNetwork(weights: empty) }
    let store = WeightStore(path: "y.pth", tensors: ["motion.rows": StoredTensor(shape: [2, 6], values: [Float](repeating: 0, count: 12))])
    #expect(throws: ModelError.self) { try RetrievalNetwork(weights: store) }
  }
}
