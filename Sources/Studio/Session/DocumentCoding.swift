import Containers
import Foundation
import Motion
import Synthesis

/// Documents as JSON: the one place that knows the keys of a session's document.
struct DocumentCoding {
  var pools = SessionPools()
  /// What could not be read, in the words shown to the user.
  private(set) var losses: [String] = []

  mutating func lose(_ what: String) { losses.append(what) }

  mutating func encode(_ document: Document) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("prompt", CodableBridge.encode(document.prompt)),
      .init("settings", CodableBridge.encode(document.settings)),
    ]
    if let audio = document.audio { members.append(.init("audio", encode(audio))) }
    if let seconds = document.seconds { members.append(.init("seconds", .number(seconds))) }
    members.append(.init("takes", .array(document.takes.map { encode($0) })))
    members.append(.init("nextTake", .integer(document.nextTakeID)))
    if let id = document.currentTake { members.append(.init("currentTake", .integer(id))) }
    if let id = document.comparedTake { members.append(.init("comparedTake", .integer(id))) }
    if !document.constraints.isEmpty {
      members.append(.init("constraints", CodableBridge.encode(document.constraints)))
    }
    if !document.markers.isEmpty { members.append(.init("markers", CodableBridge.encode(document.markers))) }
    if let range = document.selection { members.append(.init("selection", Self.encode(range))) }
    if let range = document.loop { members.append(.init("loop", Self.encode(range))) }
    return .object(members)
  }

  private static func encode(_ range: ClosedRange<Int>) -> JSONValue {
    .array([.integer(range.lowerBound), .integer(range.upperBound)])
  }

  private mutating func encode(_ audio: AudioReference) -> JSONValue {
    var members: [JSONValue.Member] = [.init("path", .string(audio.path))]
    if let hash = audio.sha256 { members.append(.init("sha256", .string(hash))) }
    if audio.trimStart != 0 { members.append(.init("trimStart", .number(audio.trimStart))) }
    if let length = audio.trimLength { members.append(.init("trimLength", .number(length))) }
    if audio.offset != 0 { members.append(.init("offset", .number(audio.offset))) }
    if let line = audio.spokenLine { members.append(.init("spokenLine", .string(line))) }
    if let bytes = audio.embedded { members.append(.init("embedded", .string(pools.store(.string(bytes), as: .sounds)))) }
    return .object(members)
  }

  private mutating func encode(_ take: Take) -> JSONValue {
    var members: [JSONValue.Member] = [.init("id", .integer(take.id)), .init("name", .string(take.name))]
    if let parent = take.parent { members.append(.init("parent", .integer(parent))) }
    if take.starred { members.append(.init("starred", .bool(true))) }
    if let origin = take.origin { members.append(.init("origin", CodableBridge.encode(origin))) }
    if let tokens = take.tokens { members.append(.init("tokens", .string(pools.store(CodableBridge.encode(tokens), as: .tokens)))) }
    if !take.trace.isEmpty { members.append(.init("trace", .string(pools.store(CodableBridge.encode(take.trace), as: .traces)))) }
    if let clip = take.imported { members.append(.init("clip", .string(pools.store(Self.encode(clip), as: .clips)))) }
    if let blend = take.blend {
      let parts = [("speech", blend.speech), ("expression", blend.expression)]
      members.append(.init("blend", .object(parts.map { .init($0.0, .string(pools.store(Self.encode($0.1), as: .clips))) })))
    }
    if take.layers != .unchanged { members.append(.init("layers", CodableBridge.encode(take.layers))) }
    if !take.offsets.isEmpty { members.append(.init("offsets", encode(take.offsets))) }
    return .object(members)
  }

  private mutating func encode(_ offsets: OffsetTracks) -> JSONValue {
    .object(
      offsets.pages.sorted { $0.key < $1.key }.map { channel, pages in
        let named = pages.sorted { $0.key < $1.key }.map { page, values in
          JSONValue.Member(String(page), .string(pools.store(.array(values.map { .number(Double($0)) }), as: .pages)))
        }
        return JSONValue.Member(String(channel), .object(named))
      })
  }

  private static func encode(_ clip: Clip) -> JSONValue {
    .object([
      .init("basis", .string(clip.basis.rawValue)), .init("framesPerSecond", .number(clip.framesPerSecond)),
      .init("provenance", .object(clip.provenance.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
      .init("values", .string(clip.values.withUnsafeBytes { Data($0) }.base64EncodedString())),
    ])
  }
}

extension DocumentCoding {
  /// Reads as much of a document as there is; what is missing or damaged is named in `losses`.
  mutating func decode(_ json: JSONValue) -> Document {
    var document = Document()
    if let prompt = part(Prompt.self, json["prompt"], "the prompt") { document.prompt = prompt }
    if let settings = part(SamplingSettings.self, json["settings"], "the sampling settings") { document.settings = settings }
    document.audio = json["audio"].flatMap { decodeAudio($0) }
    document.seconds = json["seconds"]?.double
    for (index, value) in (json["takes"]?.elements ?? []).enumerated() {
      if let take = decodeTake(value, number: index + 1), document.take(take.id) == nil { document.takes.append(take) }
    }
    document.nextTakeID = max(json["nextTake"]?.int ?? 1, (document.takes.map(\.id).max() ?? 0) + 1)
    document.currentTake = json["currentTake"]?.int.flatMap { document.take($0)?.id } ?? document.takes.last?.id
    if json["currentTake"] == nil { document.currentTake = nil }
    document.comparedTake = json["comparedTake"]?.int.flatMap { document.take($0)?.id }
    if let constraints = part(TokenConstraints.self, json["constraints"], "locks and pins") { document.constraints = constraints }
    document.markers = part([Marker].self, json["markers"], "the markers") ?? []
    document.selection = Self.decodeRange(json["selection"])
    document.loop = Self.decodeRange(json["loop"])
    return document
  }

  private mutating func part<T: Decodable>(_ type: T.Type, _ value: JSONValue?, _ what: String) -> T? {
    guard let value else { return nil }
    let decoded = CodableBridge.decode(type, from: value)
    if decoded == nil { losses.append(what) }
    return decoded
  }

  private static func decodeRange(_ value: JSONValue?) -> ClosedRange<Int>? {
    guard let ends = value?.elements, ends.count == 2, let lower = ends[0].int, let upper = ends[1].int, lower <= upper else { return nil }
    return lower...upper
  }

  private mutating func decodeAudio(_ value: JSONValue) -> AudioReference? {
    guard let path = value["path"]?.text else {
      losses.append("the sound's path")
      return nil
    }
    return AudioReference(
      path: path, sha256: value["sha256"]?.text, trimStart: value["trimStart"]?.double ?? 0, trimLength: value["trimLength"]?.double,
      offset: value["offset"]?.double ?? 0, spokenLine: value["spokenLine"]?.text,
      embedded: pools.value(value["embedded"]?.text, of: .sounds)?.text)
  }

  private mutating func decodeTake(_ value: JSONValue, number: Int) -> Take? {
    let name = value["name"]?.text ?? "take \(number)"
    guard let id = value["id"]?.int, id > 0 else {
      losses.append("\(name): its number")
      return nil
    }
    let clip = pools.value(value["clip"]?.text, of: .clips).flatMap(Self.decodeClip)
    let tokens = pools.value(value["tokens"]?.text, of: .tokens).flatMap { CodableBridge.decode(TokenSequence.self, from: $0) }
    guard tokens != nil || clip != nil else {
      losses.append("\(name): its tokens")
      return nil
    }
    let trace = pools.value(value["trace"]?.text, of: .traces)
    var take = Take(
      id: id, parent: value["parent"]?.int, name: name, origin: part(Take.Origin.self, value["origin"], "\(name): its origin"),
      tokens: tokens, trace: part([StepEvent].self, trace, "\(name): the alternatives") ?? [], imported: clip)
    take.starred = value["starred"]?.boolean ?? false
    if let parts = value["blend"] {
      let clips = ["speech", "expression"].map { pools.value(parts[$0]?.text, of: .clips).flatMap(Self.decodeClip) }
      if let speech = clips[0], let expression = clips[1] {
        take.blend = Take.Blend(speech: speech, expression: expression)
      } else {
        losses.append("\(name): the two performances it was blended of")
      }
    }
    take.layers = (part(LayerAmounts.self, value["layers"], "\(name): its layers") ?? .unchanged).clamped
    for channel in value["offsets"]?.members ?? [] {
      for page in channel.value.members ?? [] {
        let values = pools.value(page.value.text, of: .pages)?.elements?.compactMap { $0.double.map { Float($0) } } ?? []
        guard let number = Int(channel.key), (0..<Clip.channels).contains(number), let index = Int(page.key),
          take.offsets.restore(page: index, channel: number, values: values)
        else {
          losses.append("\(name): offsets of channel \(channel.key)")
          continue
        }
      }
    }
    return take
  }

  private static func decodeClip(_ value: JSONValue) -> Clip? {
    guard let basis = value["basis"]?.text.flatMap({ Clip.Basis(rawValue: $0) }), let rate = value["framesPerSecond"]?.double, rate > 0,
      let data = value["values"]?.text.flatMap({ Data(base64Encoded: $0) }), data.count % (4 * Clip.channels) == 0
    else { return nil }
    var values = [Float](repeating: 0, count: data.count / 4)
    _ = values.withUnsafeMutableBytes { data.copyBytes(to: $0) }
    let provenance = Dictionary(
      (value["provenance"]?.members ?? []).compactMap { member in member.value.text.map { (member.key, $0) } },
      uniquingKeysWith: { first, _ in first })
    return Clip(basis: basis, framesPerSecond: rate, values: values.map { $0.isFinite ? $0 : 0 }, provenance: provenance)
  }
}
