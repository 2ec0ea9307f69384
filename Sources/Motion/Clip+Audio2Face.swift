import Containers

/// Audio2Face's blend-shape files: `exportFps`, `facsNames` and one row of weights a frame in `weightMat`.
extension Clip {
  /// Reads the named weights that `studio-50` knows; a file that names none of them is refused.
  ///
  /// - Parameter framesPerSecond: the clip's rate; nil keeps the file's.
  /// Errors: `ContainerError`, `MotionError`.
  public init(audio2Face file: FileBytes, framesPerSecond: Double? = Clip.modelFramesPerSecond) throws {
    let json = try JSONValue(parsing: file)
    func part(_ name: String) throws -> JSONValue {
      guard let value = json[name] else {
        throw ContainerError.missing(path: file.path, entry: name, has: json.members?.map(\.key) ?? [])
      }
      return value
    }
    guard let names = try part("facsNames").elements?.compactMap(\.text), let rows = try part("weightMat").elements, !rows.isEmpty else {
      throw MotionError.noMotion(path: file.path, found: "no names or no rows of weights")
    }
    let rate = try part("exportFps").double ?? 0
    let places = names.map { name in ARKitWeights.names.firstIndex { $0.lowercased() == name.lowercased() } }
    guard places.contains(where: { $0 != nil }) else {
      throw MotionError.noMotion(path: file.path, found: "weights named \(names.prefix(6).joined(separator: ", "))")
    }
    var values: [Float] = []
    for (index, row) in rows.enumerated() {
      let numbers = row.elements?.compactMap(\.double) ?? []
      guard numbers.count == names.count else {
        throw MotionError.table(
          path: file.path, line: index + 1, column: "weightMat", expected: "\(names.count) weights", found: "\(numbers.count)")
      }
      var weights = [Float](repeating: 0, count: ARKitWeights.count)
      for (place, number) in zip(places, numbers) { if let place { weights[place] = Float(number) } }
      values += ARKitWeights.frame(weights: weights)
    }
    let provenance = json["trackPath"]?.text.map { ["source": "Audio2Face", "trackPath": $0] } ?? ["source": "Audio2Face"]
    let clip = try Clip(path: file.path, basis: .studio50, framesPerSecond: rate, values: values, provenance: provenance)
    self = framesPerSecond.map { clip.resampled(to: $0) } ?? clip
  }
}
