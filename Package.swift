// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The program is built for the machine it is compiled on. Set MM2FACE_MARCH (for example to x86-64-v3)
// to build one binary for several machines.
let march = ProcessInfo.processInfo.environment["MM2FACE_MARCH"] ?? "native"
#if arch(arm64)
  let architecture = ["-Xcc", "-mcpu=\(march)"]
#else
  let architecture = ["-Xcc", "-march=\(march)"]
#endif
let settings: [SwiftSetting] = [.unsafeFlags(architecture), .enableUpcomingFeature("ExistentialAny")]

// One row a module: name, the modules it may import, package products it uses.
// Arrows point one way; see README, "The map of modules".
struct Module {
  var name: String
  var uses: [String] = []
  var products: [Target.Dependency] = []
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let modules: [Module] = [
  Module(name: "Tensor", uses: ["COpenBLAS"]),
  Module(name: "Containers", uses: ["CZlib"]),
  Module(name: "NeuralNet", uses: ["Tensor", "Containers"]),
  Module(name: "Models", uses: ["NeuralNet", "Tensor", "Containers"]),
  Module(name: "Motion", uses: ["Tensor", "Containers"]),
  Module(name: "Claims", uses: ["Motion"]),
  Module(name: "Head", uses: ["Motion", "Tensor", "Containers"]),
  Module(name: "Speech", uses: ["CSndFile", "CSampleRate", "Tensor", "Containers"]),
  Module(name: "Synthesis", uses: ["Models", "NeuralNet", "Claims", "Motion", "Speech", "Tensor", "Containers"]),
  Module(name: "Blendshapes", uses: ["NeuralNet", "Head", "Motion", "Tensor", "Containers"]),
  Module(name: "Corpus", uses: ["Claims", "Motion", "Head", "Speech", "Containers", "Tensor"]),
  Module(
    name: "Evaluation",
    uses: ["Models", "NeuralNet", "Synthesis", "Corpus", "Claims", "Motion", "Head", "Speech", "Tensor", "Containers"]),
  Module(name: "Raster"),
  Module(name: "Pictures", uses: ["Raster", "CPNG", "CGIF"]),
  Module(name: "Export", uses: ["Blendshapes", "Speech", "Motion", "Head", "Containers", "Tensor", "Raster", "Pictures"]),
  Module(name: "Studio", uses: ["Synthesis", "Blendshapes", "Export", "Motion", "Head", "Speech", "Tensor", "Containers"]),
  Module(name: "StudioUI", uses: ["Studio", "Raster", "Motion", "Head"], products: [toml]),
]

let cModules = ["COpenBLAS", "CSndFile", "CSampleRate", "CZlib", "CPNG", "CGIF"]

let everything: [Target.Dependency] = modules.map { .byName(name: $0.name) }

func target(_ module: Module) -> Target {
  .target(
    name: module.name, dependencies: module.uses.map { .byName(name: $0) } + module.products, path: "Sources/\(module.name)",
    swiftSettings: settings)
}

func tests(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: everything + cModules.map { .byName(name: $0) } + ["TestSupport"] + more,
    path: "Tests/\(name)Tests", swiftSettings: settings)
}

var targets: [Target] = [
  .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-pthread-dev"])]),
  .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
  .systemLibrary(name: "CSampleRate", pkgConfig: "samplerate", providers: [.apt(["libsamplerate0-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CGIF", providers: [.apt(["libgif-dev"])]),
  .target(
    name: "CNcurses", path: "Sources/CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
  .target(
    name: "TestSupport", dependencies: ["Motion", "Tensor", "Containers"], path: "Tests/TestSupport", swiftSettings: settings),
  .executableTarget(
    name: "mm2face", dependencies: everything + ["CNcurses", argumentParser], path: "Sources/mm2face", swiftSettings: settings),
]
targets += modules.map(target)
targets += modules.map(\.name).map { tests($0) }

let package = Package(
  name: "mm2face",
  platforms: [.macOS(.v14)],
  products: [.executable(name: "mm2face", targets: ["mm2face"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6])
