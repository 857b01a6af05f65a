import Networks
import Support
import Tensors
import Testing

@Suite struct NetworkArchitectureTests {
    @Test(arguments: [
        (3, [100, 100], 2, "3 → 100 → 100 → 2 · 10 702 parameters"),
        (4, [200, 200], 1, "4 → 200 → 200 → 1 · 41 401 parameters"),
        (1, [], 1, "1 → 1 · 2 parameters"), (17, [100, 100], 27, "17 → 100 → 100 → 27 · 14 627 parameters"),
    ])
    func printsWidthsAndCounts(inputs: Int, hidden: [Int], outputs: Int, text: String) throws {
        let architecture = try NetworkArchitecture.mlp(inputs: inputs, hidden: hidden, outputs: outputs)
        #expect(architecture.description == text)
        #expect(architecture.summary.reduce(0) { $0 + $1.parameters } == architecture.parameterCount)
    }

    @Test func slicesCoverTheBufferInOrder() throws {
        let architecture = try NetworkArchitecture(
            inputs: 3, layers: [.linear(5), .layerNormalisation, .activation(.tanh), .linear(2)])
        let slices = architecture.parameterSlices
        #expect(slices.map(\.name) == ["0.weight", "0.bias", "1.gain", "1.offset", "3.weight", "3.bias"])
        #expect(slices.map(\.shape) == [[3, 5], [5], [5], [5], [5, 2], [2]])
        #expect(slices.map(\.offset) == [0, 15, 20, 25, 30, 40])
        #expect(architecture.parameterCount == 42)
        #expect(architecture.summary.map(\.layer) == ["linear(5)", "layernorm", "tanh", "linear(2)"])
        #expect(architecture.summary[0].shapes == "[3, 5] + [5]")
    }

    @Test(arguments: [
        (0, [Layer.linear(3)], "network.width"), (-1, [.linear(3)], "network.width"), (3, [], "network.empty"),
        (3, [.linear(0)], "network.width"), (3, [.linear(-7)], "network.width"),
        (3, [.linear(1_000_000_000)], "network.width"), (Int.max, [.linear(1)], "network.width"),
        (3, [.linear(Int.max)], "network.width"), (16_000_000, [.linear(16_000_000)], "memory.too-large"),
    ])
    func badSizesAreFaults(inputs: Int, layers: [Layer], id: String) {
        let error = #expect(throws: Fault.self) { try NetworkArchitecture(inputs: inputs, layers: layers) }
        #expect(error?.id == id)
    }

    @Test func equalityAndReplacement() throws {
        let one = try NetworkArchitecture.mlp(inputs: 3, hidden: [4], outputs: 1)
        let other = try NetworkArchitecture.mlp(inputs: 3, hidden: [4], outputs: 1, activation: .tanh)
        #expect(one != other)
        let network = try Network(one, stream: stream(1), name: "critic")
        #expect(network.description == "critic · 3 → 4 → 1 · 21 parameters")
        let copy = network.copy()
        let before = network.parameters
        try network.replaceParameters(Storage(zeros: 21))
        #expect(copy.parameters === before)
        #expect(network.parameters !== before)
        #expect(throws: Fault.self) { try network.replaceParameters(Storage(zeros: 20)) }
        #expect(throws: Fault.self) { try Network(one, parameters: Storage(zeros: 20)) }
    }
}

@Suite struct InitialiserTests {
    /// Of [100, 40] weights: the square of the uniform limit, or the variance of normals.
    static let spreads: [(Initialiser, Double, Bool)] = [
        (.uniform, 1.0 / 100, true), (.glorotUniform, 6.0 / 140, true), (.heUniform, 6.0 / 100, true),
        (.lecunUniform, 3.0 / 100, true), (.glorotNormal, 2.0 / 140, false), (.heNormal, 2.0 / 100, false),
        (.lecunNormal, 1.0 / 100, false), (.zeros, 0, true),
    ]

    @Test(arguments: spreads)
    func spread(initialiser: Initialiser, square: Double, uniform: Bool) throws {
        let architecture = try NetworkArchitecture(inputs: 100, layers: [.linear(40)])
        var draws = stream(5)
        let parameters = try architecture.initialParameters(initialiser, stream: &draws)
        let weights = parameters.span.prefix(4_000).map(Double.init)
        let deviation = (weights.reduce(0) { $0 + $1 * $1 } / 4_000).squareRoot()
        let size = square.squareRoot()
        let expected = uniform ? size / 3.0.squareRoot() : size
        #expect(abs(deviation - expected) <= 0.05 * expected)  // 4 000 draws: 1.6 % at four standard errors
        if uniform { #expect(weights.allSatisfy { abs($0) <= size * (1 + 0x1p-24) }) }
        let biases = Array(parameters.span).suffix(40)
        #expect(initialiser == .uniform ? biases.contains { $0 != 0 } : biases.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [(30, 12), (12, 30), (9, 9), (1, 5)])
    func orthogonal(inputs: Int, outputs: Int) throws {
        let architecture = try NetworkArchitecture(inputs: inputs, layers: [.linear(outputs)])
        var draws = stream(6)
        let parameters = try architecture.initialParameters(.orthogonal, stream: &draws)
        let w = Array(parameters.span)
        let tall = inputs >= outputs
        for a in 0..<min(inputs, outputs) {
            for b in 0...a {
                var product = 0.0
                for i in 0..<max(inputs, outputs) {
                    let left = tall ? w[i * outputs + a] : w[a * outputs + i]
                    let right = tall ? w[i * outputs + b] : w[b * outputs + i]
                    product += Double(left) * Double(right)
                }
                #expect(abs(product - (a == b ? 1 : 0)) < 1e-6)  // 30 roundings to single precision
            }
        }
    }

    @Test func lastScaleTouchesTheLastLayerOnly() throws {
        let architecture = try NetworkArchitecture.mlp(inputs: 3, hidden: [4], outputs: 2)
        var one = stream(1)
        var two = stream(1)
        let plain = try architecture.initialParameters(.heNormal, stream: &one)
        let scaled = try architecture.initialParameters(.heNormal, lastScale: 0.5, stream: &two)
        for i in 0..<16 { #expect(plain.pointer[i] == scaled.pointer[i]) }
        for i in 16..<26 { #expect(scaled.pointer[i] == 0.5 * plain.pointer[i]) }
    }

    @Test func namesAndAliases() throws {
        for initialiser in Initialiser.allCases { #expect(try Initialiser.named(initialiser.rawValue) == initialiser) }
        #expect(try Initialiser.named("Xavier_Uniform") == .glorotUniform)
        let error = #expect(throws: Fault.self) { try Initialiser.named("glorrot") }
        #expect(error?.hint?.contains("glorot_uniform") == true)
        #expect(try Activation.named("ELU") == .elu)
        #expect(throws: Fault.self) { try Activation.named("gelu") }
    }

    @Test func wideOrthogonalLayersCanBeInterrupted() throws {
        let architecture = try NetworkArchitecture(inputs: 3_000, layers: [.linear(3_000)])
        let token = CancellationToken()
        token.cancel()
        var draws = stream(1)
        #expect(throws: Interrupted.self) {
            try architecture.initialParameters(.orthogonal, stream: &draws, cancellation: token)
        }
    }
}
