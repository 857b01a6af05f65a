// swift-tools-version: 6.1
import PackageDescription

// Imports point down only: a target may depend on targets of a lower level, never on a sibling.
//   6  mpo                                    arguments, exit status
//   5  TerminalUI ── CEdit                    line editing, history, colour
//   4  SessionKit                             source in, outcome out
//   3  Bindings                               the only module that sees language and domain
//   2b Laboratory                             a lab: environment, learner, replay, undo, save
//      ExactInference                         evidence, posterior and EM on finite MDPs; on top of Environments
//   2  Runtime · PolicyOptimisation · Environments · Checkpoints · Plots
//      MuJoCoEnvironments ── CMuJoCo          on top of Environments; optional at run time
//   1  Syntax · Networks
//   0  Support · Tensors ── CKernels
let package = Package(
    name: "mpo",
    products: [
        .executable(name: "mpo", targets: ["mpo"]),
        .library(name: "MPOTensors", targets: ["Support", "Tensors", "Networks"]),
        .library(
            name: "MPOCore",
            targets: [
                "PolicyOptimisation", "Environments", "MuJoCoEnvironments", "Checkpoints", "Laboratory", "ExactInference",
            ]),
        .library(name: "MPOPlots", targets: ["Plots"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // 0
        .target(name: "CKernels"),
        .target(name: "Support"),
        .target(name: "Tensors", dependencies: ["Support", "CKernels"]),
        // 1
        .target(name: "Networks", dependencies: ["Tensors", "Support", "CKernels"]),
        .target(name: "Syntax", dependencies: ["Support"]),
        // 2
        .target(name: "PolicyOptimisation", dependencies: ["Networks"]),
        .target(name: "Environments", dependencies: ["Tensors", "CKernels"]),
        // MuJoCo's headers lie where scripts/mpo fetched them; without them CMuJoCo compiles to a refusal.
        .target(name: "CMuJoCo", cSettings: [.headerSearchPath("../../.mujoco/include")]),
        .target(name: "MuJoCoEnvironments", dependencies: ["Environments", "CMuJoCo"]),
        .target(name: "Checkpoints", dependencies: ["Tensors"]),
        .target(name: "Plots", dependencies: ["Support"]),
        .target(name: "Runtime", dependencies: ["Syntax"]),
        // 2b
        .target(
            name: "Laboratory", dependencies: ["PolicyOptimisation", "Environments", "Checkpoints"]),
        .target(name: "ExactInference", dependencies: ["Environments"]),
        // 3
        .target(
            name: "Bindings", dependencies: ["Runtime", "Laboratory", "ExactInference", "MuJoCoEnvironments", "Plots"]),
        // 4
        .target(name: "SessionKit", dependencies: ["Bindings"]),
        // 5
        .target(name: "CEdit", linkerSettings: [.linkedLibrary("edit")]),
        .target(name: "TerminalUI", dependencies: ["SessionKit", "CEdit"]),
        // 6
        .executableTarget(
            name: "mpo",
            dependencies: [
                "TerminalUI", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Laboratory", "Environments", "MuJoCoEnvironments", "PolicyOptimisation", "Networks", "CKernels", "Support",
            ]),

        .testTarget(name: "SupportTests", dependencies: ["Support"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
        .testTarget(name: "NetworksTests", dependencies: ["Networks", "CKernels"]),
        .testTarget(name: "SyntaxTests", dependencies: ["Syntax"]),
        .testTarget(name: "PolicyOptimisationTests", dependencies: ["PolicyOptimisation"], exclude: ["Data"]),
        .testTarget(name: "EnvironmentsTests", dependencies: ["Environments"], exclude: ["Data"]),
        .testTarget(name: "MuJoCoEnvironmentsTests", dependencies: ["MuJoCoEnvironments", "CMuJoCo"], exclude: ["Data"]),
        .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints"], exclude: ["Data"]),
        .testTarget(name: "PlotsTests", dependencies: ["Plots"]),
        .testTarget(name: "RuntimeTests", dependencies: ["Runtime"]),
        .testTarget(name: "LaboratoryTests", dependencies: ["Laboratory"]),
        .testTarget(name: "ExactInferenceTests", dependencies: ["ExactInference", "PolicyOptimisation"]),
        .testTarget(name: "BindingsTests", dependencies: ["Bindings", "MuJoCoEnvironments"]),
        .testTarget(name: "SessionKitTests", dependencies: ["SessionKit"]),
        .testTarget(name: "TerminalUITests", dependencies: ["TerminalUI"]),
        // Whole programs with their expected output, and the built program driven from outside.
        .testTarget(name: "SpecificationTests", dependencies: ["SessionKit"], exclude: ["Programs"]),
    ],
    swiftLanguageModes: [.v6]
)
