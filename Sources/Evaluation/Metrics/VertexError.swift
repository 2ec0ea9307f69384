/// Distance of two animated meshes over some of their vertices.
///
/// LVE is, per frame, the largest distance over the lip vertices; FVE the mean over the face vertices; both averaged
/// over a clip's valid frames. A benchmark averages clips within a batch of 32, then batches; here the incomplete last
/// batch is dropped as for retrieval (`BatchMean`).
public enum VertexError {
  /// The mean over frames of the largest distance. `mine` and `theirs` hold frames × vertices × 3 numbers.
  public static func largest(_ mine: [Float], _ theirs: [Float], vertices: Int, region: [Int], frames: Int) -> Double {
    reduce(mine, theirs, vertices, region, frames) { distances in distances.reduce(0, max) }
  }

  /// The mean over frames and vertices of the distance.
  public static func mean(_ mine: [Float], _ theirs: [Float], vertices: Int, region: [Int], frames: Int) -> Double {
    reduce(mine, theirs, vertices, region, frames) { distances in distances.reduce(0, +) / Double(max(distances.count, 1)) }
  }

  private static func reduce(
    _ mine: [Float], _ theirs: [Float], _ vertices: Int, _ region: [Int], _ frames: Int, _ fold: ([Double]) -> Double
  ) -> Double {
    precondition(mine.count == theirs.count && mine.count >= frames * vertices * 3, "two meshes of \(frames) frames were expected")
    precondition(region.allSatisfy { $0 >= 0 && $0 < vertices }, "a region reaches beyond \(vertices) vertices")
    guard frames > 0 else { return 0 }
    var distances = [Double](repeating: 0, count: region.count)
    var sum = 0.0
    for frame in 0..<frames {
      let base = frame * vertices * 3
      for (index, vertex) in region.enumerated() {
        let at = base + vertex * 3
        let x = Double(mine[at] - theirs[at])
        let y = Double(mine[at + 1] - theirs[at + 1])
        let z = Double(mine[at + 2] - theirs[at + 2])
        distances[index] = (x * x + y * y + z * z).squareRoot()
      }
      sum += fold(distances)
    }
    return sum / Double(frames)
  }
}

/// The mean over full batches of 32 of the batches' means; nil when there is no full batch.
public func batchMean(_ values: [Double], batch: Int = RetrievalScore.batch) -> Double? {
  let count = values.count / batch * batch
  return count == 0 ? nil : values.prefix(count).reduce(0, +) / Double(count)
}
